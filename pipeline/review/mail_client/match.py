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
    if copy.uid and contents.uid_validity == copy.uid_validity and copy.uid in contents.mails:
        rest = [mail for mail in contents.mails.values() if mail.uid != copy.uid and is_ours(mail, copy)]
        return sorted([contents.mails[copy.uid], *rest], key=lambda mail: -mail.uid)
    ours = [mail for mail in contents.mails.values() if is_ours(mail, copy)]
    found = ours or [mail for mail in contents.mails.values() if copy.uid and is_like(mail, copy)]
    return sorted(found, key=lambda mail: -mail.uid)


def left_as(copy: MailboxDraft, sent: Iterable[Listed]) -> Listed | None:
    """The mail as which ``copy``, gone from Drafts and not found by its marks, was sent."""
    return next((mail for mail in sent if is_like(mail, copy)), None)
