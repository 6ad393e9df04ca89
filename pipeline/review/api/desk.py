"""The desk itself: its mailboxes, its audit trail, and who is asking."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from pipeline.review import decisions
from pipeline.review.api import show
from pipeline.review.api.operations import asker, credential, operation
from pipeline.review.api.paging import Cursor, Limit, Page, page_of
from pipeline.review.api.shapes import EventView, Folders, Me, Text, Tokens, TokenView
from pipeline.review.audit import About, events
from pipeline.review.installation import configuration
from pipeline.review.mailboxes import folder_states
from pipeline.review.roles import Permission, permissions
from pipeline.store.accounts import roles_of
from pipeline.store.models import ApiToken

router = Router(tags=["desk"])


@operation(router, "GET", "/me", None, Me)
def me(request: HttpRequest) -> Any:
    """Who is asking, and what they may do."""
    user = asker(request)
    may = [one for one in Permission if one in permissions(user)]
    roles = [role.value for role in roles_of(user)]
    return Me(user=user.get_username(), roles=roles, permissions=may, token=credential(request).token or None)


@operation(router, "GET", "/tokens", Permission.READ, Tokens)
def list_tokens(request: HttpRequest) -> Any:
    """One's own tokens, without what they open. They are made on the page, where a person is present."""
    rows = ApiToken.objects.filter(user=asker(request)).order_by("pk")
    return Tokens(items=[_token(row, credential(request).token) for row in rows])


@operation(router, "DELETE", "/tokens/{token_id}", Permission.READ, None, status=204)
def revoke_token(request: HttpRequest, token_id: int) -> Any:
    """From now on it opens nothing.

    A token revokes itself, that of an administrator every one; a login revokes those of its person.
    """
    user, used = asker(request), credential(request).token
    if used and token_id != used and Permission.ADMIN not in permissions(user):
        raise ApiToken.DoesNotExist
    decisions.revoke_token(user, token_id)
    return Status(204, None)


def _token(row: ApiToken, used: int) -> TokenView:
    return TokenView(
        id=row.pk,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        current=row.pk == used,
    )


@operation(router, "GET", "/mailboxes", Permission.READ, Folders)
def list_mailboxes(request: HttpRequest) -> Any:
    """Every folder with what keeps it from being read, and what came from it; imported ones last."""
    return Folders(items=[show.folder_view(state) for state in folder_states(configuration(), timezone.now())])


@operation(router, "GET", "/audit", Permission.READ, Page[EventView], headers=("Link",))
def list_events(
    request: HttpRequest,
    response: HttpResponse,
    ticket: Annotated[int | None, Query(None, description="Of it and of those put into it.")] = None,
    actor: Annotated[Text, Query("", max_length=150, description="Whose deeds: the name of a login, in full.")] = "",
    action: Annotated[Text, Query("", max_length=60, description="As it stands in a line, in full.")] = "",
    about: Annotated[About, Query(About.ALL, description="desk: what belongs to no ticket, as logins do.")] = About.ALL,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Any:
    """The audit trail, newest first."""
    rows = events(actor, action, ticket, about)
    page, following = page_of(request, response, rows, cursor, limit, newest_first=True)
    return {"items": [show.event_view(row) for row in page], "next": following}
