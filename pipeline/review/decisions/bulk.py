"""Many yeses at once, for replies that need no second look. Each takes the way of a single one."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError

from pipeline.config import Config
from pipeline.drafting.checks import concessions, run_checks
from pipeline.errors import CalmdeskError
from pipeline.records import CheckStatus
from pipeline.review.busy import BUSY
from pipeline.review.decisions.approval import approve
from pipeline.review.decisions.common import heard
from pipeline.review.recipient import surprise
from pipeline.review.roles import Permission, require
from pipeline.store.models import Draft


def approve_many(config: Config, user: User, chosen: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
    """Approve each (draft, version); for each the draft and "", or why it was not approved.

    Only drafts of one kind, that of the first, which no check complains of, that grant nothing, go to nobody who has to
    be confirmed, and answer nobody who is upset. One that is refused stops none of the others.
    """
    require(user, Permission.DECIDE)
    kinds = dict(Draft.objects.filter(pk__in=[draft_id for draft_id, _ in chosen]).values_list("pk", "kind"))
    kind = next((kinds[draft_id] for draft_id, _ in chosen if draft_id in kinds), "")
    return [(draft_id, _approve(config, user, draft_id, version, kind)) for draft_id, version in chosen]


def _approve(config: Config, user: User, draft_id: int, version: int, kind: str) -> str:
    try:
        draft = Draft.objects.select_related("ticket", "message").get(pk=draft_id)
        why = _why_alone(config, draft, kind)
        if not why:
            approve(config, user, draft_id, version)
    except ObjectDoesNotExist:
        return "no such draft"
    except CalmdeskError as error:
        return str(error)
    except OperationalError:
        return BUSY
    return why


def _why_alone(config: Config, draft: Draft, kind: str) -> str:
    """Why ``draft`` deserves a look of its own, or ""."""
    if draft.kind != kind:
        return f"it is of another kind: {draft.kind}, not {kind}"
    context = heard(config, draft, draft.body)
    failed = next((check for check in run_checks(context) if check.status is not CheckStatus.PASS), None)
    if failed:
        return f"a check complains: {failed.message}"
    if any(concessions.grants(context)):
        return "it grants something"
    upset = config.thresholds.of(draft.ticket.mailbox).propose.acknowledgment_from_intensity
    if context.case.triage.intensity >= upset or context.case.heat in ("rising", "peak"):
        return "the customer is upset"
    return surprise(draft.ticket, draft.message)
