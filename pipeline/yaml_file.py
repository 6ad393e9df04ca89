"""Reading YAML strictly: no key twice, no key unknown, and every fault names file, line or key."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import ConfigError

M = TypeVar("M", bound=BaseModel)


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top level)"


def validate(model: type[M], data: object, file: Path) -> M:
    """Turn parsed YAML into ``model``; raise ConfigError naming the file and the key of the first fault."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        first = error.errors()[0]
        key = _where(first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(_keys_at(model, first["loc"][:-1]))
            raise ConfigError(f"{file}: unknown key {key}", remedy=f"known keys here: {known}") from None
        problem = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{file}: {key}: {problem}") from None


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The field names of the model that stands at ``location`` below ``model``."""
    current: Any = model
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[str(part)].annotation
            if isinstance(current, UnionType):  # SomeConfig | None
                current = current.__args__[0]
        else:  # a mapping of name -> model
            current = current.__args__[-1]
    return sorted(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML that refuses a key given twice, where plain YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} is given twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path) -> object:
    """The YAML in ``file``; ConfigError with file and line where it cannot be read."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError:
        raise ConfigError(f"{file}: no such file", remedy="run `calmdesk init DIR` for a commented one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ConfigError(f"{file}:{line} {problem}") from None
