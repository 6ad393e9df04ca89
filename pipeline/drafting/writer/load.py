"""The writer that the configuration asks for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pipeline.config import WriterConfig, read_secret
from pipeline.drafting.writer.server import ChatServer
from pipeline.drafting.writer.writer import Writer


def load_writer(config: WriterConfig, folder: Path, environ: Mapping[str, str] | None = None) -> Writer | None:
    """The writer of ``config``, None where it is off; ConfigError or ModelError says what is wrong.

    ``folder`` is that of the configuration. A server is not asked yet: it may come and go.
    """
    if config.backend == "off":
        return None
    if config.backend == "local":
        from pipeline.drafting.writer.local import LocalModel  # torch and the model classes, only where they are wanted

        model = LocalModel.load(
            config.model,
            temperature=config.temperature,
            max_tokens=config.max_tokens,
            seconds=config.timeout_seconds,
        )
        return Writer(model)
    key = ""
    if config.key_env or config.key_file:
        environ = os.environ if environ is None else environ
        key = read_secret("writer.key", config.key_env, config.key_file, folder, environ)
    return Writer(
        ChatServer(
            config.url,
            config.model,
            key=key,
            ca_file=str(folder / config.ca_file) if config.ca_file else "",
            temperature=config.temperature,
            max_tokens=config.max_tokens,
            seconds=config.timeout_seconds,
        )
    )
