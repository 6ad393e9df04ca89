"""The writer that the configuration asks for, and whether it could write."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.config import WriterConfig, read_secret
from pipeline.drafting.writer.prompts import Prompts
from pipeline.drafting.writer.server import ChatServer
from pipeline.drafting.writer.writer import Writer
from pipeline.errors import ModelError, WriterSilent

if TYPE_CHECKING:
    from pipeline.drafting.writer.local import LocalModel

MODELS_SHOWN, NAME_SHOWN = 10, 100
"""Of what a server says it serves so many names, and so many characters of each, are shown."""


def load_writer(config: WriterConfig, folder: Path, environ: Mapping[str, str] | None = None) -> Writer | None:
    """The writer of ``config``, None where it is off; ConfigError or ModelError says what is wrong.

    ``folder`` is that of the configuration. A server is not asked yet: it may come and go.
    """
    if config.backend == "off":
        return None
    return Writer(_local(config) if config.backend == "local" else _server(config, folder, environ))


def check_writer(config: WriterConfig, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """What writes, once it was loaded or asked which models it serves; CalmdeskError says why it could not write."""
    if config.backend == "off":
        return "off, drafts are composed from templates"
    Prompts()
    if config.backend == "local":
        _local(config)
        return f"the model {config.model} loads"
    try:
        served = _server(config, folder, environ).models()
    except WriterSilent as error:
        raise WriterSilent(
            error.message,
            remedy="check that it runs, and in writer of calmdesk.yaml url (without /v1), ca_file, key_env, key_file",
        ) from None
    if config.model not in served and f"{config.model}:latest" not in served:
        named = ", ".join(name[:NAME_SHOWN] for name in served[:MODELS_SHOWN]) or "no model"
        raise ModelError(
            f"writer.model: {config.url} does not serve {config.model!r}", remedy=f"it serves {ascii(named)[1:-1]}"
        )
    return f"{config.url} serves {config.model}"


def _local(config: WriterConfig) -> LocalModel:
    from pipeline.drafting.writer.local import LocalModel  # torch and the model classes, only where they are wanted

    return LocalModel.load(
        config.model,
        temperature=config.temperature,
        max_tokens=config.max_tokens,
        seconds=config.timeout_seconds,
    )


def _server(config: WriterConfig, folder: Path, environ: Mapping[str, str] | None) -> ChatServer:
    key = ""
    if config.key_env or config.key_file:
        environ = os.environ if environ is None else environ
        key = read_secret("writer.key", config.key_env, config.key_file, folder, environ)
    return ChatServer(
        config.url,
        config.model,
        key=key,
        ca_file=str(folder / config.ca_file) if config.ca_file else "",
        temperature=config.temperature,
        max_tokens=config.max_tokens,
        seconds=config.timeout_seconds,
    )
