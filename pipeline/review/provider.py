"""The provider of single sign-on: what `Authlib` is told so that every doubt is a refusal.

Authlib makes and checks state, nonce and PKCE, fetches the provider's keys and checks the signature. What it leaves to
its user is decided here: which issuer, audience and algorithms are good, that a token must come at all, and how long
anything may take. Configuration and keys of the provider are read anew at each login, which are few: keys that the
provider has changed are known at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.http import HttpRequest, HttpResponseRedirect
from joserfc.errors import JoseError

from pipeline.config import Config
from pipeline.errors import NotAllowed, SignOnError

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key that only the provider has; never "none", nor a secret that both sides know."""
TIMEOUT_SECONDS = 10
CLOCK_SECONDS = 60
"""How far the clocks may differ."""


@dataclass(frozen=True)
class Vouched:
    """What the provider says of a person, checked."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    end: str
    """Where the person also ends the login at the provider; "" where it has no such address."""


class _App(DjangoOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """Authlib's client, with the provider's description of itself checked as soon as it is read."""

    def __init__(self, issuer: str, **settings: Any) -> None:
        super().__init__(DjangoIntegration("sign_on"), name="sign_on", **settings)
        self._issuer = issuer

    def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = super().load_server_metadata()
        if metadata.get("issuer") != self._issuer:
            raise SignOnError(
                f"the provider calls itself {metadata.get('issuer')!r}, not {self._issuer!r}",
                remedy="sign_on.issuer in calmdesk.yaml must be what it calls itself, to the letter",
            )
        for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _same_safety(self._issuer, key, metadata.get(key))
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]
        return metadata


class Provider:
    """The provider that ``sign_on`` in calmdesk.yaml names. ConfigError where its client secret is not to be had."""

    def __init__(self, config: Config) -> None:
        self._sign_on = sign_on = config.calmdesk.sign_on
        ca_file = str(config.folder / sign_on.ca_file) if sign_on.ca_file else True
        self._app = _App(
            sign_on.issuer,
            client_id=sign_on.client_id,
            client_secret=sign_on.client_secret(config.folder),
            server_metadata_url=f"{sign_on.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": " ".join(sign_on.scopes),
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT_SECONDS,
                "verify": ca_file,
            },
        )

    def check(self) -> None:
        """SignOnError where the provider does not answer, or is another than the one that was named."""
        with _faults():
            self._app.load_server_metadata()

    def begin(self, request: HttpRequest, back: str) -> HttpResponseRedirect:
        """Send the browser to the provider, which sends it to ``back``."""
        with _faults():
            answer: HttpResponseRedirect = self._app.authorize_redirect(request, back)
            return answer

    def finish(self, request: HttpRequest) -> Vouched:
        """Who came back. NotAllowed where the provider refused; SignOnError for whatever is not beyond doubt."""
        with _faults():
            if request.GET.get("iss", self._sign_on.issuer) != self._sign_on.issuer:  # RFC 9207
                raise SignOnError("the answer came from another provider")
            wanted = {
                "iss": {"essential": True, "value": self._sign_on.issuer},
                "aud": {"essential": True, "value": self._sign_on.client_id},
                "nonce": {"essential": True},
            }
            token = self._app.authorize_access_token(request, claims_options=wanted, leeway=CLOCK_SECONDS)
            claims = token.get("userinfo")
            if not claims:
                raise SignOnError("the provider sent no ID token")
            return self._vouched(token, claims)

    def _vouched(self, token: Mapping[str, Any], claims: Mapping[str, Any]) -> Vouched:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise SignOnError("the provider names no subject")
        end = self._app.load_server_metadata().get("end_session_endpoint") or ""
        query = urlencode({"id_token_hint": token["id_token"], "client_id": self._sign_on.client_id})
        if end:
            _same_safety(self._sign_on.issuer, "end_session_endpoint", end)
            end = f"{end}{'&' if '?' in end else '?'}{query}"
        return Vouched(self._sign_on.issuer, subject, claims, end)


def _same_safety(issuer: str, key: str, address: object) -> None:
    """An issuer that is reached by TLS sends nobody, and no secret, to an address that is not."""
    parts = urlsplit(address if isinstance(address, str) else "")
    if not parts.hostname or parts.scheme not in ("https", urlsplit(issuer).scheme):
        raise SignOnError(f"the provider's {key} is not a safe address")


@contextmanager
def _faults() -> Iterator[None]:
    """Errors of Authlib and of the network as ours, once, here. None of them quotes a token."""
    try:
        yield
    except requests.RequestException as error:
        raise SignOnError(f"the provider does not answer: {type(error).__name__}") from None
    except AuthlibBaseError as error:
        if error.error == "access_denied":
            raise NotAllowed("the provider did not let you in") from None
        raise SignOnError(f"the login is not beyond doubt: {error.error or type(error).__name__}") from None
    except JoseError as error:
        raise SignOnError(f"the login is not beyond doubt: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        # An answer without the form that it should have; Authlib lets through what reading it raises.
        raise SignOnError(f"the provider's answer cannot be read: {type(error).__name__}") from None
