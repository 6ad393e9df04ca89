"""What a login needs: the secret of an account, asked for anew at every login, as tokens expire (see `oauth.py`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class TokenSource(Protocol):
    """Hands out OAuth 2.0 access tokens (RFC 6749) that are good for some minutes at least."""

    mechanism: str
    """The SASL mechanism that carries the token: "XOAUTH2" or "OAUTHBEARER" (RFC 7628)."""

    def token(self, fresh: bool = False) -> str:
        """An access token, refreshed before it expires; with ``fresh`` a new one even if the old looks good.

        MailboxLoginError where the provider refuses (a person must log in again), MailboxError where it cannot be
        reached (it will pass).
        """


@dataclass(frozen=True, slots=True)
class Password:
    """A fixed secret."""

    value: str = field(repr=False)


Credentials = Password | TokenSource
