"""Wrong passwords: how many lock whom, by django-axes. It counts; the limits are ours, each measure has its own."""

from __future__ import annotations

from collections.abc import Mapping

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from pipeline.settings import LOGIN_LIMITS, TRIES


class Throttle(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """A name from one address is locked soon; a name, or an address, for tries that are spread, much later."""

    def get_failures(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> int:
        """The tries of the measure that is nearest to its limit, as if that were `TRIES`, the one limit of axes."""
        measures = zip(self.get_user_attempts(request, credentials), LOGIN_LIMITS.values(), strict=True)
        return max(_count(attempts) * TRIES // limit for attempts, limit in measures)

    def reset_user_attempts(self, request: HttpRequest, credentials: Mapping[str, str] | None = None) -> int:
        """Who signs in is forgiven what was tried for their name from there: else one's own account would reset what
        an address tried for others."""
        forgotten: int = self.filter_user_attempts(request, credentials)[0].delete()[0]
        return forgotten


def _count(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0
