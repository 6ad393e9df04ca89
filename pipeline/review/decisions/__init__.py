"""What a person may decide on tickets, mails, drafts and replies. Page and API both come here, so both follow one rule.

Each function works in one transaction, raises StaleError when the person acted on something that is no longer so,
NotAllowed when their role does not permit it, and leaves a line in the audit trail: all but opening and leaving a
ticket, which happens by itself while somebody works.
"""

from __future__ import annotations

from pipeline.review.decisions.accounts import (
    add_person,
    change_password,
    end_login,
    end_logins,
    end_logins_of,
    make_token,
    password_link,
    revoke_token,
    set_active,
    set_role,
    unlock,
)
from pipeline.review.decisions.approval import approve
from pipeline.review.decisions.bulk import approve_many
from pipeline.review.decisions.common import LONGEST_BODY, Preview
from pipeline.review.decisions.customers import add_note, delete_note, edit_note
from pipeline.review.decisions.drafts import change_kind, edit, preview, regenerate, reject
from pipeline.review.decisions.mails import is_customer, join, keep_apart, not_customer, reprocess
from pipeline.review.decisions.outgoing import approval_void, settle, undo
from pipeline.review.decisions.presence import Opened, leave_ticket, open_ticket
from pipeline.review.decisions.reading import correct_label
from pipeline.review.decisions.replies import new_mail, new_reply
from pipeline.review.decisions.routing import assign, escalate, snooze, tag
from pipeline.review.decisions.saved import delete_view, save_view
from pipeline.review.decisions.tickets import record_action, set_fault

__all__ = [
    "LONGEST_BODY",
    "Opened",
    "Preview",
    "add_note",
    "add_person",
    "approval_void",
    "approve",
    "approve_many",
    "assign",
    "change_kind",
    "change_password",
    "correct_label",
    "delete_note",
    "delete_view",
    "edit",
    "edit_note",
    "end_login",
    "end_logins",
    "end_logins_of",
    "escalate",
    "is_customer",
    "join",
    "keep_apart",
    "leave_ticket",
    "make_token",
    "new_mail",
    "new_reply",
    "not_customer",
    "open_ticket",
    "password_link",
    "preview",
    "record_action",
    "regenerate",
    "reject",
    "reprocess",
    "revoke_token",
    "save_view",
    "set_active",
    "set_fault",
    "set_role",
    "settle",
    "snooze",
    "tag",
    "undo",
    "unlock",
]
