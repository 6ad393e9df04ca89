"""A real OpenID provider in a process of its own, and what may go wrong between it and us.

`Provider` starts `oidc-provider-mock` and stands in front of it: everything is passed through, unless ``twist`` is set.
The provider does not know PKCE, so the front keeps to it: a code is only exchanged with the verifier of its challenge.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.integration.mailstack import free_port

HOST = "127.0.0.1"
START_SECONDS = 60.0
Claims = dict[str, Any]


class Provider:
    """Context manager. ``people`` are subjects with their claims; whoever is sent here is ``person``."""

    def __init__(self) -> None:
        self.person = ""
        self.twist: Callable[[str], str] = lambda token: token
        """What becomes of the ID token on its way."""
        self.claims: Callable[[Claims], Claims] | None = None
        """Where set, the ID token says this instead, signed by ``key``, which is then what the provider publishes."""
        self.key = RSAKey.generate_key(2048, {"kid": "front-1", "use": "sig"})
        self.metadata: Callable[[Claims], Claims] = lambda metadata: metadata
        self.drops: tuple[str, ...] = ()
        """What is left out of the token answer."""
        self._challenges: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._port = free_port()
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None
            assert time.monotonic() < deadline, "the provider does not start"
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._process.terminate()
        self._process.wait(10)

    @property
    def issuer(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def add_person(self, subject: str, **claims: object) -> None:
        requests.put(f"{self.issuer}/users/{quote(subject)}", json=claims, timeout=10).raise_for_status()
        self.person = subject

    def log_in(self, address: str) -> str:
        """What a browser does that was sent to ``address``: the person agrees. Returns where it is sent back to."""
        challenge = dict(parse_qsl(urlsplit(address).query))["code_challenge"]
        answer = requests.post(address, data={"sub": self.person}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        back = answer.headers["Location"]
        self._challenges[dict(parse_qsl(urlsplit(back).query))["code"]] = challenge
        return back

    def change_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": f"{self.key.kid}-next", "use": "sig"})

    # --- between the provider and us ------------------------------------------------------------------------------------

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://{HOST}:{self._port}/jwks", timeout=5).ok
        except requests.ConnectionError:
            return False

    def _token(self, body: bytes, answer: bytes) -> tuple[int, bytes]:
        form = dict(parse_qsl(body.decode()))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != self._challenges.pop(form["code"], None):
            return 400, b'{"error": "invalid_grant"}'
        told = json.loads(answer)
        token = told["id_token"]
        if self.claims:
            token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, self.claims(payload(token)), self.key)
        told["id_token"] = self.twist(token)
        return 200, json.dumps({name: value for name, value in told.items() if name not in self.drops}).encode()

    def _changed(self, path: str, body: bytes, answer: requests.Response) -> tuple[int, bytes]:
        if path == "/oauth2/token" and answer.ok:
            return self._token(body, answer.content)
        if path == "/jwks" and self.claims:
            return 200, json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()
        if path == "/.well-known/openid-configuration":
            return 200, json.dumps(self.metadata(answer.json())).encode()
        return answer.status_code, answer.content

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                url = f"http://{HOST}:{front._port}{self.path}"
                headers = dict(self.headers)  # the Host too, which the provider takes its name from
                answer = requests.request(
                    self.command, url, data=body, headers=headers, allow_redirects=False, timeout=10
                )
                status, content = front._changed(urlsplit(self.path).path, body, answer)
                self.send_response(status)
                for name in ("Content-Type", "Location"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = pass_on

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def payload(token: str) -> Claims:
    part = token.split(".")[1]
    found: Claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def unsigned(token: str) -> str:
    """The same claims with "alg": "none" and no signature."""
    return ".".join((_encoded({"alg": "none"}), token.split(".")[1], ""))


def signed_by_secret(secret: str) -> Callable[[str], str]:
    """The same claims signed with what both sides know."""
    return lambda token: jwt.encode({"alg": "HS256"}, payload(token), OctKey.import_key(secret), algorithms=["HS256"])


def tampered(token: str) -> str:
    """Other claims under the signature of the old ones."""
    head, body, signature = token.split(".")
    return ".".join((head, _encoded(payload(f"{head}.{body}.") | {"preferred_username": "somebody-else"}), signature))


def _encoded(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
