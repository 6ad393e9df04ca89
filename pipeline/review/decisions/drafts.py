"""A person changes the text of a draft, has it written anew, puts another kind first, or says no to it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.config import Config
from pipeline.errors import FlowError
from pipeline.flow import DraftState
from pipeline.records import Wish, WrittenBy
from pipeline.review.decisions.common import Preview, as_text, examined, heard, locked_draft, seen_draft, write_text
from pipeline.review.roles import Permission, approver_role, require
from pipeline.store import tickets
from pipeline.store.models import Draft


def edit(config: Config, user: User, draft_id: int, version: int, body: str) -> Draft:
    """Save a new text; its checks are run again and its version grows. Every text that was saved is kept."""
    require(user, Permission.DECIDE)
    if not body.strip():
        raise FlowError("an empty text cannot be sent")
    text = as_text(body)
    before = heard(config, seen_draft(draft_id), text)
    with transaction.atomic():
        draft = locked_draft(user, draft_id, version)
        if text != draft.body:
            write_text(config, draft, text, approver_role(user), before)
            draft.version += 1
            draft.save()
            draft.revisions.create(version=draft.version, body=text, by=user)
            tickets.record(user.get_username(), "draft edited", draft.ticket, draft=draft.pk, version=draft.version)
    return draft


def preview(config: Config, user: User, draft_id: int, body: str) -> Preview:
    """What saving ``body`` would show: the same checks and promises. Nothing is stored or locked."""
    require(user, Permission.DECIDE)
    return examined(heard(config, seen_draft(draft_id), as_text(body)))


def reject(user: User, draft_id: int, version: int, reason: str) -> Draft:
    """A person's no, with its reason; the other drafts of the message stay open."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        draft = locked_draft(user, draft_id, version)
        draft.rejection = reason.strip()[:2000]
        draft.save(update_fields=["rejection"])
        tickets.set_draft_state(draft, DraftState.REJECTED)
        tickets.refresh(draft.ticket)
        tickets.record(user.get_username(), "draft rejected", draft.ticket, draft=draft.pk, version=version)
    return draft


def change_kind(user: User, draft_id: int, version: int) -> Draft:
    """Put this draft first: another kind of reply than was proposed."""
    require(user, Permission.DECIDE)
    with transaction.atomic():
        draft = _of_the_product(locked_draft(user, draft_id, version))
        if not draft.proposed_first:
            draft.message.drafts.filter(proposed_first=True).update(proposed_first=False)
            draft.proposed_first = True
            draft.save(update_fields=["proposed_first"])
            tickets.record(user.get_username(), "kind changed", draft.ticket, draft=draft.pk, kind=draft.kind)
    return draft


def regenerate(config: Config, user: User, draft_id: int, version: int, wish: str) -> Draft:
    """Have the worker write this draft again as ``wish`` says; ``generating`` until then. Other kinds stay as they are.

    An edited text is replaced; it is kept with the revisions.
    """
    require(user, Permission.DECIDE)
    if wish not in set(Wish):
        raise FlowError(f"unknown wish {wish[:40]!r}; one of {', '.join(Wish)}")
    with transaction.atomic():
        draft = _of_the_product(locked_draft(user, draft_id, version))
        draft.wish = wish
        draft.variation += wish == Wish.AGAIN
        draft.generating = True
        draft.save(update_fields=["wish", "variation", "generating"])
        tickets.to_composer(draft.message)
        tickets.refresh(draft.ticket)
        tickets.record(user.get_username(), "written again", draft.ticket, draft=draft.pk, wish=wish)
    return draft


def _of_the_product(draft: Draft) -> Draft:
    if draft.writer == WrittenBy.PERSON:
        raise FlowError(f"draft {draft.pk} was written by a person: only the product's own can be changed like that")
    return draft
