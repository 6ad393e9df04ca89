"""``writer`` in ``calmdesk.yaml``: the language model that may write drafts, off unless it is asked for."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from pipeline.config.servers import is_loopback
from pipeline.config.strict import Strict


def _is_private(host: str) -> bool:
    """An address of the machine or of a private network. A name is none: it may stand for any address."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return is_loopback(host)


class WriterConfig(Strict):
    backend: Literal["off", "local", "server"] = "off"
    model: str = ""
    url: str = ""
    ca_file: str = ""
    key_env: str = ""
    key_file: str = ""
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    max_tokens: Annotated[int, Field(ge=64, le=8192)] = 600
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @field_validator("backend", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return "off" if value is False else value  # YAML reads the bare word off as false

    @model_validator(mode="after")
    def _complete(self) -> WriterConfig:
        if self.backend != "off" and not self.model:
            raise ValueError(f"model is required for backend {self.backend}")
        if self.backend == "server":
            self._reachable_safely()
        elif self.url or self.ca_file or self.key_env or self.key_file:
            raise ValueError("url, ca_file, key_env and key_file are for backend server")
        if self.key_env and self.key_file:
            raise ValueError("name one of key_env and key_file")
        return self

    def _reachable_safely(self) -> None:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or parts.username or parts.query or parts.fragment:
            raise ValueError("url must be like https://llm.example or http://127.0.0.1:8080, without user or query")
        if parts.scheme == "http" and not _is_private(host):
            raise ValueError(
                f"url must be https for {host}: http is for addresses of this machine or a private network"
            )
