"""Structured logs on stderr: ids and states, never what a mail says.

Other libraries log in the same format, but warnings and worse only: at finer levels some write whole exchanges with a
server, the mail included.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from pipeline.config import LoggingConfig

CONTENTS = frozenset({"body", "text", "raw", "subject", "password", "token"})
"""Keys that never reach a log, at any depth."""


def drop_contents(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that takes every key named in `CONTENTS` out of an event."""
    return {key: _without_contents(value) for key, value in event.items() if key.lower() not in CONTENTS}


def _without_contents(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_contents(inner) for key, inner in value.items() if str(key).lower() not in CONTENTS}
    if isinstance(value, list | tuple):
        return [_without_contents(inner) for inner in value]
    return value


def _renderers(config: LoggingConfig) -> list[Processor]:
    if config.format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    # Not the default traceback: that one shows local variables, and with them the mail.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _may_pass(record: logging.LogRecord) -> bool:
    """Some libraries set the level of their own loggers, so the root's level alone does not hold them back."""
    if record.name == "django.security.DisallowedHost":  # answered with 400; else any stranger could fill the log
        return False
    return record.levelno >= logging.WARNING or record.name.split(".", 1)[0] == "pipeline"


def configure(config: LoggingConfig) -> None:
    """Set up logging for this process; a second call replaces the first."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_may_pass)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[remove_meta, drop_contents, *_renderers(config)]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(config.level.upper())
