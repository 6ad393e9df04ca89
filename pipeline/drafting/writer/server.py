"""A language model behind an OpenAI-compatible server (``POST /v1/chat/completions``, ``GET /v1/models``).

The only place that talks to it. Certificates are verified, redirects are not followed, proxies and passwords of the
environment are not used, and an answer is bounded in time and size. WriterSilent names the host, never what was said.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
import tenacity

from pipeline.drafting.writer.backend import Turn
from pipeline.errors import WriterSilent

TRIES = 3
CONNECT_SECONDS = 5.0
LONGEST_BODY = 200_000


class _PassesByItself(WriterSilent):
    """No connection, 5xx or 429: worth another try."""


class ChatServer:
    """One model on one server. ``seconds`` is the most that one answer may take, tries included."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        ca_file: str = "",
        temperature: float = 0.0,
        max_tokens: int = 600,
        seconds: float = 30.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = f"{url.rstrip('/')}/v1"
        self._host = urlsplit(url).hostname or url
        self._settings = {"model": model, "temperature": temperature, "max_tokens": max_tokens, "stream": False}
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._verify: bool | str = ca_file or True
        self._seconds = seconds
        self._pause = pause

    def complete(self, turns: Sequence[Turn]) -> str:
        """The text of the first choice; WriterSilent where the server gives none in time."""
        ends = time.monotonic() + self._seconds
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassesByItself),
            stop=tenacity.stop_after_attempt(TRIES) | tenacity.stop_after_delay(self._seconds),
            wait=tenacity.wait_exponential(multiplier=0.5, max=5),
            sleep=self._pause,
            reraise=True,
        )
        body: dict[str, Any] = {
            **self._settings,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
        }
        return self._content(retrying(self._ask, "POST", "chat/completions", ends, body))

    def models(self) -> tuple[str, ...]:
        """The names of the models that the server says it serves, asked once; WriterSilent where it does not say."""
        body = self._ask("GET", "models", time.monotonic() + self._seconds)
        try:
            names = [model["id"] for model in json.loads(body)["data"]]
        except (ValueError, RecursionError, LookupError, TypeError):
            names = [None]
        if not all(isinstance(name, str) for name in names):
            raise WriterSilent(f"{self._host}: the answer is no list of models")
        return tuple(names)

    def _ask(self, method: str, path: str, ends: float, body: dict[str, Any] | None = None) -> bytes:
        left = max(ends - time.monotonic(), 0.1)
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.request(
                    method,
                    f"{self._url}/{path}",
                    json=body,
                    headers=self._headers,
                    verify=self._verify,
                    timeout=(min(CONNECT_SECONDS, left), left),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    self._accept(response.status_code)
                    return self._read(response, ends)
        except requests.ReadTimeout:
            raise WriterSilent(f"{self._host}: no answer within {self._seconds:g} seconds") from None
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise _PassesByItself(f"{self._host}: not reached: {type(error).__name__}") from None
        except (requests.RequestException, UnicodeError, OSError) as error:
            raise WriterSilent(f"{self._host}: not asked: {type(error).__name__}") from None

    def _accept(self, status: int) -> None:
        if status >= 500 or status == 429:
            raise _PassesByItself(f"{self._host}: answered with {status}")
        if status != 200:
            raise WriterSilent(f"{self._host}: answered with {status}")

    def _read(self, response: requests.Response, ends: float) -> bytes:
        read = bytearray()
        for chunk in response.iter_content(1):  # a larger piece would be waited for, however slowly it drips
            read += chunk
            if len(read) > LONGEST_BODY:
                raise WriterSilent(f"{self._host}: the answer is larger than {LONGEST_BODY} bytes")
            if time.monotonic() > ends:
                raise WriterSilent(f"{self._host}: no whole answer within {self._seconds:g} seconds")
        return bytes(read)

    def _content(self, body: bytes) -> str:
        try:
            content = json.loads(body)["choices"][0]["message"]["content"]
        except (ValueError, RecursionError, LookupError, TypeError):
            content = None
        if not isinstance(content, str):
            raise WriterSilent(f"{self._host}: the answer is no chat completion")
        return content
