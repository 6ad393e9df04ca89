"""An authorization server on loopback: token, device and login endpoints, with answers that can be told beforehand.

Its access tokens come from the caller (`MailStack.token`, say); its refresh tokens are good once and then replaced.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipeline.accounts.endpoint import Http

HOST = "127.0.0.1"
GARBAGE = b"<html>hello</html>"
INTERNAL_ERROR = 500

Question = dict[str, str]
Told = str | int | bytes | dict[str, Any]
"""An OAuth error code, an HTTP status, a body that is no JSON, or a whole JSON answer."""


@dataclass
class AuthServer:
    """Context manager. ``told`` are the answers of the token endpoint, first one first; then it grants."""

    access_token: Callable[[], str] = lambda: "access"
    expires_in: object = 3600
    rotates: bool = True
    told: list[Told] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    """What the token endpoint was asked, in order."""
    begun: list[Question] = field(default_factory=list)
    """What the device endpoint was asked."""
    refresh_tokens: list[str] = field(default_factory=lambda: ["refresh-0"])
    """All that were ever given; only the last is good."""
    given: list[str] = field(default_factory=list)
    """Access tokens."""
    issues_refresh_tokens: bool = True
    interval: float = 5
    """Seconds that the device endpoint wants between questions."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def device_url(self) -> str:
        return f"{self.url}/devicecode"

    @property
    def login_url(self) -> str:
        return f"{self.url}/authorize"

    @property
    def secrets(self) -> list[str]:
        """Everything that must not be seen anywhere."""
        return [*self.refresh_tokens, *self.given, "device-code-of-the-test"]

    # --- answers ----------------------------------------------------------------------------------------------------

    def token(self, question: Question) -> tuple[int, bytes]:
        self.asked.append(question)
        told = self.told.pop(0) if self.told else None
        if isinstance(told, int):
            return told, b"{}"
        if isinstance(told, bytes):
            return 200, told
        if isinstance(told, dict):
            return 200, json.dumps(told).encode()
        if told:
            # A careless server: its description quotes what it was sent.
            return 400, json.dumps({"error": told, "error_description": f"AADSTS70000: {question}"}).encode()
        if question["grant_type"] == "refresh_token" and question["refresh_token"] != self.refresh_tokens[-1]:
            return 400, json.dumps({"error": "invalid_grant", "error_description": str(question)}).encode()
        return 200, json.dumps(self._granted()).encode()

    def device(self, question: Question) -> tuple[int, bytes]:
        self.begun.append(question)
        answer = {
            "device_code": "device-code-of-the-test",
            "user_code": "WXYZ-1234",
            "verification_uri": f"{self.url}/activate",
            "expires_in": 900,
            "interval": self.interval,
        }
        return 200, json.dumps(answer).encode()

    def discovery(self) -> tuple[int, bytes]:
        """What msal reads of a tenant, with the addresses it expects."""
        base = "https://login.microsoftonline.com"
        answer = {
            "issuer": f"{base}/tenant/v2.0",
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/tenant/token",
            "device_authorization_endpoint": f"{base}/devicecode",
        }
        return 200, json.dumps(answer).encode()

    def _granted(self) -> dict[str, object]:
        self.given.append(self.access_token())
        answer: dict[str, object] = {"token_type": "Bearer", "access_token": self.given[-1]}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if self.issues_refresh_tokens:
            if self.rotates:
                self.refresh_tokens.append(f"refresh-{len(self.refresh_tokens)}")
            answer["refresh_token"] = self.refresh_tokens[-1]
        return answer | _account()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                question = dict(parse_qsl(raw.decode()))
                is_device = self.path.endswith("/devicecode")
                self._answer(*(server.device(question) if is_device else server.token(question)))

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                if "redirect_uri" in query:  # the person agrees at once
                    self.send_response(302)
                    back = urlencode({"state": query["state"], "code": "code-of-the-test"})
                    self.send_header("Location", f"{query['redirect_uri']}?{back}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self._answer(*server.discovery())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                if status // 100 == 3:
                    self.send_header("Location", server.token_url)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


class InsteadOfMicrosoft(Http):
    """The HTTP client msal is given: what it sends to Microsoft goes to ``server``."""

    def __init__(self, server: AuthServer) -> None:
        super().__init__()
        self._url = server.url

    def request(self, method: str, url: str, **options: Any) -> Any:
        assert url.startswith("https://login.microsoftonline.com/")
        return super().request(method, url.replace("https://login.microsoftonline.com", self._url), **options)


def _account() -> dict[str, object]:
    """How Microsoft says who has logged in."""
    claims: dict[str, object] = {
        "oid": "person",
        "tid": "tenant",
        "preferred_username": "support@test.example",
        "sub": "person",
    }
    claims |= {"aud": "client", "iss": "https://login.microsoftonline.com/tenant/v2.0", "exp": 4102444800, "iat": 0}
    parts: tuple[dict[str, object], ...] = ({"alg": "none"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    info = base64.urlsafe_b64encode(b'{"uid":"person","utid":"tenant"}').rstrip(b"=").decode()
    return {"id_token": ".".join((*encoded, "")), "client_info": info}
