"""Structured logs on stderr: ids and states, never what a mail says.

Other libraries log in the same format, but warnings and worse only: at finer levels some write whole exchanges with a
server, the mail included.
"""

from __future__ import annotations

import logging
import sys
import traceback
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


def where_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that keeps of an exception its place and its type: its message may quote the mail."""
    info = event.pop("exc_info", None)
    info = sys.exc_info() if info is True else info
    if isinstance(info, tuple) and info[0]:
        event["exception"] = "".join(traceback.format_tb(info[2])) + info[0].__name__
    return event


def _without_contents(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_contents(inner) for key, inner in value.items() if str(key).lower() not in CONTENTS}
    if isinstance(value, list | tuple):
        return [_without_contents(inner) for inner in value]
    return value


def _renderers(config: LoggingConfig) -> list[Processor]:
    if config.format == "json":
        return [structlog.processors.JSONRenderer(default=str)]
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


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
            foreign_pre_chain=shared, processors=[remove_meta, where_only, drop_contents, *_renderers(config)]
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("pipeline").setLevel(config.level.upper())
