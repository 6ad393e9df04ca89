"""Which mails of a folder a server does not give, and at which ones it hangs up.

A server that answers in good order and yet refuses a mail is asked for the others. One that says BYE instead (Dovecot's
default where it cannot read a mail) leaves open which mail it was: at the next connection those that were asked for are
asked for one by one, and one at which it has hung up `HANG_UPS` times is left alone for `RETRY_SECONDS`. A server that
merely goes down does not get so far: after that it accepts no connection.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

HANG_UPS = 3
"""In a lot, then twice alone."""
RETRY_SECONDS = 1800.0
"""Less than the time between two full comparisons of a folder with what is stored."""
NAMED = 5
"""How many UIDs a warning names."""


@dataclass(slots=True)
class _Suspect:
    times: int = 0
    why: str = ""
    retry_at: float = 0.0


class LeftOut:
    """Of one folder as it is numbered now."""

    def __init__(self) -> None:
        self._reasons: dict[int, str] = {}
        self._suspects: dict[int, _Suspect] = {}

    def begin(self) -> None:
        """A fetch begins: `warning` is about this one."""
        self._reasons = {}

    def add(self, uid: int, why: str) -> None:
        self._reasons[uid] = why

    def hung_up(self, uids: Collection[int], why: str) -> None:
        """The server has said BYE when it was asked for these mails."""
        for uid in uids:
            suspect = self._suspects.setdefault(uid, _Suspect())
            suspect.times += 1
            suspect.why, suspect.retry_at = why, time.monotonic() + RETRY_SECONDS

    def answered(self, uids: Iterable[int]) -> None:
        """The server was asked for these mails and has not hung up."""
        for uid in uids:
            self._suspects.pop(uid, None)

    @property
    def suspects(self) -> Collection[int]:
        """UIDs of the mails that are to be asked for alone."""
        return self._suspects.keys()

    def is_shunned(self, uid: int) -> bool:
        """Whether the mail is not to be asked for now; it is left out then, and told."""
        suspect = self._suspects.get(uid)
        if suspect is None or suspect.times < HANG_UPS or time.monotonic() >= suspect.retry_at:
            return False
        self.add(uid, suspect.why)
        return True

    @property
    def warning(self) -> str:
        """One sentence with number, first UIDs and the server's words about the first; "" where none is left out."""
        if not self._reasons:
            return ""
        uids = sorted(self._reasons)
        count, it = ("1 mail is", "it") if len(uids) == 1 else (f"{len(uids)} mails are", "them")
        named = ", ".join(map(str, uids[:NAMED])) + (f" and {len(uids) - NAMED} more" if len(uids) > NAMED else "")
        return f"{count} left out, for the server does not give {it} (UID {named}): {self._reasons[uids[0]]}"
