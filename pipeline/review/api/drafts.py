"""Drafts: reading, changing and deciding on them. Every change names in ``If-Match`` the version that was seen.

An approval or rejection may name it in its body instead.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from pipeline.records import Wish
from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, operation
from pipeline.review.api.shapes import BulkResult, BulkResults, DraftView, PreviewView, Text
from pipeline.review.api.versions import tag_of, wanted_version, with_tag
from pipeline.review.installation import configuration
from pipeline.review.roles import Permission
from pipeline.store.models import Draft

router = Router(tags=["drafts"])
MOST_AT_ONCE = 100
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version that the person saw.")]


class Chosen(Schema):
    draft: Annotated[int, Field(ge=1, le=2**63 - 1)]
    version: Version


class ManyChosen(Schema):
    drafts: Annotated[list[Chosen], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Edited(Schema):
    body: Text


class Approval(Schema):
    version: Version | None = None
    confirm_recipient: Text = ""
    """The address the reply goes to, where that is not plainly the customer's."""


class Rejection(Schema):
    version: Version | None = None
    reason: Text = ""


class Wished(Schema):
    wish: Wish


def _shown(response: HttpResponse, draft: Draft) -> DraftView:
    shown = show.draft_view(draft)
    response["ETag"] = tag_of(draft.version, shown)
    return shown


@operation(router, "POST", "/drafts/approve", Permission.DECIDE, BulkResults, in_steps=True)
def approve_many(request: HttpRequest, given: ManyChosen) -> Any:
    """Approve many drafts of one kind that need no second look. Each is decided on for itself."""
    chosen = [(one.draft, one.version) for one in given.drafts]
    done = decisions.approve_many(configuration(), asker(request), chosen)
    return BulkResults(items=[BulkResult(draft=number, approved=not why, why_not=why) for number, why in done])


@operation(router, "GET", "/drafts/{draft_id}", Permission.READ, DraftView, tagged=True)
def get_draft(request: HttpRequest, response: HttpResponse, draft_id: int) -> Any:
    draft = Draft.objects.select_related("ticket").get(pk=draft_id)
    return with_tag(request, response, draft.version, show.draft_view(draft))


@operation(router, "PATCH", "/drafts/{draft_id}", Permission.DECIDE, DraftView, versioned="header", in_steps=True)
def edit_draft(request: HttpRequest, response: HttpResponse, draft_id: int, given: Edited) -> Any:
    """Save a new text; it is checked again, and its version grows."""
    version = wanted_version(request)
    return _shown(response, decisions.edit(configuration(), asker(request), draft_id, version, given.body))


@operation(router, "POST", "/drafts/{draft_id}/preview", Permission.DECIDE, PreviewView, in_steps=True)
def preview_draft(request: HttpRequest, draft_id: int, given: Edited) -> Any:
    """What the checks say of a text that is not saved, and the promises it makes. Nothing is stored."""
    found = decisions.preview(configuration(), asker(request), draft_id, given.body)
    return PreviewView(checks=list(found.checks), promises=list(found.promises))


@operation(
    router, "POST", "/drafts/{draft_id}/approve", Permission.DECIDE, DraftView, versioned="or_body", in_steps=True
)
def approve_draft(request: HttpRequest, response: HttpResponse, draft_id: int, given: Approval) -> Any:
    """Approve exactly the version named.

    409 where a check blocks it or the recipient must be confirmed. Where the policy wants two people the draft stays
    proposed and names who gave the first yes.
    """
    version = wanted_version(request, given.version)
    draft = decisions.approve(configuration(), asker(request), draft_id, version, given.confirm_recipient)
    return _shown(response, draft)


@operation(router, "POST", "/drafts/{draft_id}/reject", Permission.DECIDE, DraftView, versioned="or_body")
def reject_draft(request: HttpRequest, response: HttpResponse, draft_id: int, given: Rejection) -> Any:
    """Say no, with the reason; the other drafts of the message stay open."""
    version = wanted_version(request, given.version)
    return _shown(response, decisions.reject(asker(request), draft_id, version, given.reason))


@operation(router, "POST", "/drafts/{draft_id}/propose", Permission.DECIDE, DraftView, versioned="header")
def change_kind(request: HttpRequest, response: HttpResponse, draft_id: int) -> Any:
    """Put this draft first: another kind of reply than was proposed."""
    return _shown(response, decisions.change_kind(asker(request), draft_id, wanted_version(request)))


@operation(router, "POST", "/drafts/{draft_id}/regenerate", Permission.DECIDE, DraftView, versioned="header")
def regenerate_draft(request: HttpRequest, response: HttpResponse, draft_id: int, given: Wished) -> Any:
    """Have the worker write this draft again; `generating` is true until it has."""
    version = wanted_version(request)
    return _shown(response, decisions.regenerate(configuration(), asker(request), draft_id, version, given.wish))
