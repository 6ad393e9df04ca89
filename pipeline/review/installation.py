"""The configuration that this process was started with."""

from __future__ import annotations

from django.conf import settings

from pipeline.config import Config


def configuration() -> Config:
    config: Config = settings.CALMDESK  # type: ignore[assignment]  # set by `pipeline.settings.activate`
    return config
