"""The configuration that this process was started with."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from pipeline.config import CalmdeskConfig, Config, PageConfig


def configuration() -> Config:
    config: Config = settings.CALMDESK  # type: ignore[assignment]  # set by `pipeline.settings.activate`
    return config


def page_settings() -> PageConfig:
    """How the page is served; the defaults for tools that start Django without an installation."""
    config: Config | None = settings.CALMDESK
    return config.calmdesk.page if config else CalmdeskConfig().page


def public_url(request: HttpRequest, path: str) -> str:
    """The whole address of ``path``, as browsers reach it: TLS may end at a web server in front of this one."""
    return f"{'https' if page_settings().https else 'http'}://{request.get_host()}{path}"
