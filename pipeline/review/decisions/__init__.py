"""What a person may decide on drafts and replies. The page and the API both come here, so both follow the same rules.

Each function works in one transaction, raises StaleError when the person acted on something that is no longer so,
NotAllowed when their role does not permit it, and leaves a line in the audit trail.
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
from pipeline.review.decisions.common import LONGEST_BODY
from pipeline.review.decisions.drafts import edit, reject
from pipeline.review.decisions.mails import is_customer, join, keep_apart, reprocess
from pipeline.review.decisions.outgoing import approval_void, settle
from pipeline.review.decisions.tickets import record_action, set_fault

__all__ = [
    "LONGEST_BODY",
    "add_person",
    "approval_void",
    "approve",
    "change_password",
    "edit",
    "end_login",
    "end_logins",
    "end_logins_of",
    "is_customer",
    "join",
    "keep_apart",
    "make_token",
    "password_link",
    "record_action",
    "reject",
    "reprocess",
    "revoke_token",
    "set_active",
    "set_fault",
    "set_role",
    "settle",
    "unlock",
]
