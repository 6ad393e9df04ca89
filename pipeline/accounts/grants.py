"""What an OAuth 2.0 provider grants: an access token for some minutes, and what the next one is had with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol, runtime_checkable

from pydantic import Field

from pipeline.errors import MailboxError

MARGIN_SECONDS = 300.0
USUAL_LIFETIME = 3600.0
"""Where a provider does not say how long a token lives (RFC 6749, 5.1 only recommends it)."""
LONGEST_LIFETIME = 86400.0

Time = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""Seconds since 1970, as of time.time()."""

_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class AccessToken:
    value: str = field(repr=False)
    issued_at: Time
    expires_at: Time

    @property
    def renew_at(self) -> float:
        """Five minutes before it expires, or after half of a life shorter than ten minutes."""
        return self.expires_at - min(MARGIN_SECONDS, (self.expires_at - self.issued_at) / 2)


@dataclass(frozen=True, slots=True)
class Granted:
    """``renewal`` is what `Provider.renew` wants next time: a refresh token, or the cache of a library, as text."""

    access: AccessToken
    renewal: str = field(repr=False)


class Provider(Protocol):
    """One kind of authorization server. Errors: MailboxLoginError where it refuses, MailboxError where it fails."""

    def renew(self, renewal: str) -> Granted:
        """A new access token; what is granted may hold another ``renewal``, and the old one is void then."""


@runtime_checkable
class PersonProvider(Provider, Protocol):
    """One that gives the first token only after a person has agreed."""

    def log_in(self, say: Callable[[str], None]) -> Granted:
        """Have a person agree in a browser; ``say`` shows what to do. May take minutes."""


def granted(answer: Mapping[str, object], now: float, renewal: str = "") -> Granted:
    """The answer of a token endpoint (RFC 6749, 5.1); its refresh token, or ``renewal`` where it gives none.

    MailboxError where there is no usable token in it.
    """
    token, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(token, str) or not _PRINTABLE.fullmatch(token):
        raise MailboxError("the token endpoint answered without a usable access token")
    lifetime = seconds(answer.get("expires_in"), USUAL_LIFETIME, LONGEST_LIFETIME)
    access = AccessToken(token, now, now + lifetime)
    return Granted(access, refresh if isinstance(refresh, str) and refresh else renewal)


def seconds(value: object, usual: float, longest: float) -> float:
    """A number of seconds out of an answer; some servers give a string, some nothing of use."""
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return usual
    return min(number, longest) if number > 0 else usual
