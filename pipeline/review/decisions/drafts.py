"""A person changes the text of a draft, or says no to it."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.config import Config
from pipeline.drafting.checks import judged, run_checks
from pipeline.drafting.checks.promises import commitments
from pipeline.drafting.escalation import why_second_yes
from pipeline.errors import FlowError
from pipeline.flow import DraftState
from pipeline.review.decisions.common import LONGEST_BODY, context_of, judge_of, open_draft, summary_of
from pipeline.review.roles import AGENT, Permission, approver_role, require
from pipeline.store import codec, tickets
from pipeline.store.models import Draft


def edit(config: Config, user: User, draft_id: int, version: int, body: str) -> Draft:
    """Save a new text; its checks are run again and its version grows."""
    require(user, Permission.DECIDE)
    if not body.strip() or len(body) > LONGEST_BODY:
        raise FlowError("an empty text cannot be sent" if not body.strip() else "the text is too long to be a reply")
    judge = judge_of(config)
    with transaction.atomic():
        draft = open_draft(draft_id, version)
        text = body.replace("\r\n", "\n").rstrip() + "\n"
        if text != draft.body:
            draft.body = text
            context = judged(context_of(config, draft, text, AGENT), judge)
            draft.checks = codec.checks_to_json(run_checks(context))
            draft.promises = codec.promises_to_json(tuple(commitments(context)))
            mine = run_checks(replace(context, role=approver_role(user)))
            draft.summary = summary_of(context, why_second_yes(mine))
            draft.version += 1
            draft.updated_at = timezone.now()
            draft.save()
            tickets.record(user.get_username(), "draft edited", draft.ticket, draft=draft.pk, version=draft.version)
    return draft


def reject(user: User, draft_id: int, version: int, reason: str) -> Draft:
    """A person's no, with its reason; the other drafts of the message stay open."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        draft = open_draft(draft_id, version)
        draft.rejection = reason.strip()[:2000]
        draft.save(update_fields=["rejection"])
        tickets.set_draft_state(draft, DraftState.REJECTED)
        tickets.refresh(draft.ticket)
        tickets.record(user.get_username(), "draft rejected", draft.ticket, draft=draft.pk, version=version)
    return draft
