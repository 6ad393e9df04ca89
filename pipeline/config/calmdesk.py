"""``calmdesk.yaml``, the installation: database, page, single sign-on, worker, model, writer, logging.

Every key can be set by an environment variable, ``CALMDESK_<SECTION>__<KEY>``, for example ``CALMDESK_DATABASE__URL``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, model_validator

from pipeline.config.sign_on import SignOnConfig
from pipeline.config.strict import Port, Strict
from pipeline.config.writer import WriterConfig
from pipeline.errors import ConfigError
from pipeline.yaml_file import read_yaml, validate

ENVIRONMENT_PREFIX = "CALMDESK_"
PACKAGED_ENCODER = "all-minilm-l6-v2"


class DatabaseConfig(Strict):
    url: str = "sqlite:///calmdesk.sqlite3"
    """A relative SQLite path is taken from the configuration folder."""


class PageConfig(Strict):
    host: str = "127.0.0.1"
    port: Port = 8000
    hostnames: tuple[str, ...] = ("127.0.0.1", "localhost")
    https: bool = False
    proxy: str = ""
    secret_key_file: str = "secret.key"
    undo_seconds: Annotated[int, Field(ge=0, le=600)] = 10
    session_idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    session_hours: Annotated[int, Field(ge=1, le=168)] = 12


class WorkerConfig(Strict):
    poll_seconds: Annotated[float, Field(gt=0)] = 30.0
    batch: Annotated[int, Field(ge=1, le=1000)] = 32
    lease_seconds: Annotated[float, Field(gt=0)] = 300.0
    tries: Annotated[int, Field(ge=1, le=20)] = 3


class ModelConfig(Strict):
    encoder: str = PACKAGED_ENCODER
    weights: str = ""
    threads: Annotated[int, Field(ge=0)] = 0
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = ("en",)

    @model_validator(mode="after")
    def _read_by_the_encoder(self) -> ModelConfig:
        if not self.languages:
            raise ValueError("languages: name at least one, by default en")
        others = [language for language in self.languages if language != "en"]
        if others and self.encoder == PACKAGED_ENCODER:
            raise ValueError(
                f"languages: {', '.join(others)}: the encoder {PACKAGED_ENCODER} reads English only; name a "
                "multilingual encoder and weights trained on it"
            )
        return self


class LoggingConfig(Strict):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "text"


class CalmdeskConfig(Strict):
    database: DatabaseConfig = DatabaseConfig()
    page: PageConfig = PageConfig()
    sign_on: SignOnConfig = SignOnConfig()
    worker: WorkerConfig = WorkerConfig()
    model: ModelConfig = ModelConfig()
    writer: WriterConfig = WriterConfig()
    logging: LoggingConfig = LoggingConfig()


def read_calmdesk(file: Path, environ: Mapping[str, str]) -> CalmdeskConfig:
    """``calmdesk.yaml`` with the environment laid over it."""
    return validate(CalmdeskConfig, _with_environment(read_yaml(file), environ), file)


def _with_environment(data: object, environ: Mapping[str, str]) -> object:
    """Lay ``CALMDESK_SECTION__KEY`` variables over the parsed calmdesk.yaml."""
    if data is not None and not isinstance(data, dict):
        return data  # validation names the fault
    merged: dict[str, Any] = dict(data or {})
    for name, value in sorted(environ.items()):
        section, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if not name.startswith(ENVIRONMENT_PREFIX) or not separator:
            continue
        if section not in CalmdeskConfig.model_fields:
            raise ConfigError(f"environment variable {name}: unknown section {section!r}")
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ConfigError(f"environment variable {name}: not a YAML value", remedy="put it in quotes") from None
        before = merged.get(section) or {}
        if not isinstance(before, dict):
            return data  # validation names the fault
        merged[section] = {**before, key: parsed}
    return merged
