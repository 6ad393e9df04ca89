"""The prompts of ``prompts/``: one YAML file each with the key ``text``, a Jinja2 template in a sandbox.

    system.yaml                                        who the model is and the form of its answer
    acknowledgment.yaml, apology.yaml, solution.yaml   the task for one kind of draft
    again.yaml                                         what is added when an answer was refused

All are read and checked at once: ConfigError names a file that is missing or faulty, and a variable that is unknown or
left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import jinja2
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field

from pipeline.config.strict import Strict
from pipeline.errors import ConfigError
from pipeline.records import DraftKind
from pipeline.resources import default_folder
from pipeline.yaml_file import read_yaml, validate

SYSTEM, AGAIN = "system", "again"
_VARIABLES: Mapping[str, frozenset[str]] = {
    SYSTEM: frozenset({"firm"}),
    **{kind.value: frozenset({"data", "concerns"}) for kind in DraftKind},
    AGAIN: frozenset({"data"}),
}
"""What each prompt may use."""
_REQUIRED: Mapping[str, frozenset[str]] = {name: known & {"data"} for name, known in _VARIABLES.items()}


class _PromptFile(Strict):
    text: Annotated[str, Field(min_length=1)]


class Prompts:
    """The prompts of one folder (default: the shipped one), parsed and checked."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder("prompts")
        self._environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
        self._templates = {name: self._read(name) for name in _VARIABLES}

    def _read(self, name: str) -> jinja2.Template:
        file = self._folder / f"{name}.yaml"
        text = validate(_PromptFile, read_yaml(file), file).text
        try:
            used = meta.find_undeclared_variables(self._environment.parse(text))
            template = self._environment.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            raise ConfigError(f"{file}: line {error.lineno} of text: {error.message}") from None
        known = ", ".join(sorted(_VARIABLES[name]))
        if unknown := sorted(used - _VARIABLES[name]):
            raise ConfigError(f"{file}: unknown variable {unknown[0]!r}", remedy=f"known: {known}")
        if missing := sorted(_REQUIRED[name] - used):
            raise ConfigError(
                f"{file}: variable {missing[0]!r} is missing", remedy="without it the prompt says nothing"
            )
        return template

    def render(self, name: str, **variables: object) -> str:
        """The prompt ``name`` with its variables filled in; ConfigError where its template fails."""
        try:
            return self._templates[name].render(variables).strip()
        except jinja2.TemplateError as error:
            raise ConfigError(f"{self._folder / name}.yaml: {error.message or error}") from None
