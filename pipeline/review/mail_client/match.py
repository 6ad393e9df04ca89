"""Which mail in Drafts or Sent is a copy of ours. Pure.

Our Message-ID or our mark prove it. Mail programs give a changed draft a new Message-ID, and some servers and programs
drop headers that they do not know: then it is the mail that it answers, and to whom it goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from pipeline.intake.imap_drafts import Contents, Listed
from pipeline.store.models import MailboxDraft

CLOCKS = timedelta(minutes=5)
"""So far may the server's clock be behind ours."""


def is_ours(mail: Listed, copy: MailboxDraft) -> bool:
    return mail.message_id == copy.message_id or mail.mark == copy.mark


def is_like(mail: Listed, copy: MailboxDraft) -> bool:
    """Whether ``mail``, which has neither our Message-ID nor our mark, was made from ``copy`` as far as one can see."""
    return (
        not mail.mark
        and bool(copy.answers)
        and mail.answers == copy.answers
        and copy.recipient in mail.recipients
        and mail.at >= copy.created_at - CLOCKS
    )


def lying_there(copy: MailboxDraft, contents: Contents) -> list[Listed]:
    """What of ``copy`` is in the Drafts folder, newest first."""
    known = contents.mails.get(copy.uid) if contents.uid_validity == copy.uid_validity else None
    found = [mail for mail in contents.mails.values() if mail == known or is_ours(mail, copy)]
    if not found and copy.uid:  # it was seen there before: a person may have saved it anew
        return made_from(copy, contents.mails.values())
    return sorted(found, key=lambda mail: -mail.uid)


def made_from(copy: MailboxDraft, mails: Iterable[Listed]) -> list[Listed]:
    """Of ``mails`` without our marks those that were made from ``copy``, newest first."""
    return sorted((mail for mail in mails if is_like(mail, copy)), key=lambda mail: -mail.uid)
