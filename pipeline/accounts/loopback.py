"""The end of a browser login on a machine that may have no browser (RFC 8252, 7.3).

The provider sends the browser on to an address on loopback. Where the browser runs on this machine, or comes through
an SSH tunnel, a listener takes the answer; elsewhere the browser shows an error page and the person pastes its address.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import compare_digest
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

from pipeline.errors import MailboxLoginError

HOST = "127.0.0.1"
ANSWER_SECONDS = 600.0
_CLIENT_SECONDS = 3.0
_LOOK_SECONDS = 1.0


class Redirect:
    """Waits for the address that carries ``state``; use as a context manager. Anything else that comes is ignored."""

    def __init__(self, state: str, pasted: IO[str] | None) -> None:
        self._state, self._pasted, self._typed = state, pasted, b""
        self._answer: dict[str, str] | None = None
        self._server = HTTPServer((HOST, 0), self._handler())

    def __enter__(self) -> Redirect:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}/"

    def wait(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> dict[str, str]:
        """The parameters of the address; MailboxLoginError where none comes within ten minutes."""
        deadline = clock() + ANSWER_SECONDS
        while self._answer is None:
            if clock() >= deadline:
                raise MailboxLoginError("nobody has answered within ten minutes", remedy="run it again")
            sources: list[Any] = [self._server, *([self._pasted] if self._pasted else [])]
            ready, _, _ = select.select(sources, [], [], _LOOK_SECONDS)
            if self._server in ready:
                self._server.handle_request()
            if self._pasted and self._pasted in ready:
                self._read(say, self._pasted)
        return self._answer

    def _read(self, say: Callable[[str], None], pasted: IO[str]) -> None:
        """What has been typed by now, past the stream's own buffer: `select` knows nothing of that one."""
        chunk = os.read(pasted.fileno(), 65536)
        if not chunk:  # no more input: the listener alone is left
            self._pasted = None
        *lines, self._typed = (self._typed + chunk).split(b"\n")
        for line in filter(None, (line.decode("utf-8", "replace").strip() for line in lines)):
            if not self._take(line):
                say("That is not the address of this login; paste the whole address that the browser ended at")

    def _take(self, address: str) -> bool:
        """Whether ``address`` answers this very login, and no other page's request to this port."""
        try:
            query = parse_qs(urlsplit(address).query, max_num_fields=50)
        except ValueError:
            return False
        answer = {name: values[0] for name, values in query.items()}
        if not compare_digest(answer.get("state", "").encode(), self._state.encode()):
            return False
        self._answer = answer
        return True

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            timeout = _CLIENT_SECONDS  # a browser may open a connection and say nothing

            def do_GET(self) -> None:
                known = take(self.path)
                text = b"You may close this window." if known else b"This is not the address of a login that waits."
                self.send_response(200 if known else 404)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Nothing: the address holds the code."""

        return Handler
