"""How often one token may ask. Counted in each process for itself: a guard against loops, not a quota."""

from __future__ import annotations

import threading
import time
from collections import Counter

from pipeline.review.api.refusals import Refused

PER_MINUTE = 1200
_WINDOW = 60.0


class Rate:
    """At most `PER_MINUTE` requests a credential in one window of a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.begin()

    def begin(self) -> None:
        """A new window: nobody has asked yet."""
        self._began, self._counts = time.monotonic(), Counter[str]()

    def count(self, name: str) -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._began >= _WINDOW:
                self.begin()
            self._counts[name] += 1
            over, left = self._counts[name] > PER_MINUTE, _WINDOW - (now - self._began)
        if over:
            wait = {"Retry-After": str(int(left) + 1)}
            raise Refused(429, f"more than {PER_MINUTE} requests in a minute", headers=wait)


rate = Rate()
