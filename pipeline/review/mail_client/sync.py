"""One look at a mailbox: what became of the drafts there, and which are to be put there, replaced or removed.

Safe to repeat at any point. What is to be put there is committed first, so that after a crash or a lost answer it is
looked for by its Message-ID before it is put there again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import structlog
from django.utils import timezone

from pipeline.config import Config
from pipeline.errors import MailboxError
from pipeline.intake.imap_drafts import Contents, DraftsFolder, Listed
from pipeline.records import ParsedMail, Reply
from pipeline.review.decisions.mail_client import SentMail, deleted_in_client, edited_in_client, sent_in_client
from pipeline.review.mail_client.match import is_ours, lying_there, made_from
from pipeline.review.mail_client.place import AT_ONCE, as_draft, is_wanted, note_placing, reply_for, to_place
from pipeline.store.models import CopyState, Draft, MailboxDraft, Outgoing
from pipeline.store.models.mailbox_drafts import LIVE

log = structlog.get_logger(__name__)

GRACE = timedelta(minutes=10)
"""So long a mail may take from Drafts to Sent before it counts as deleted."""
REMEMBERED = timedelta(days=14)
"""So long a draft that we removed may still be sent from a window that was open."""

Parse = Callable[[bytes], ParsedMail]


def sync(config: Config, folder: DraftsFolder, parse: Parse) -> int:
    """Look once; returns how many copies changed. MailboxError where the server cannot be reached or refuses."""
    return _Look(config, folder, parse).run()


class _Look:
    def __init__(self, config: Config, folder: DraftsFolder, parse: Parse) -> None:
        self._config = config
        self._folder = folder
        self._parse = parse
        self._sent = Contents()
        self._moved = 0

    def run(self) -> int:
        if copies := self._watched():
            there, left = self._folder.drafts(), self._left(copies)
            for copy in copies:
                self._notice(copy, there, left)
        self._place()
        return self._moved

    def _watched(self) -> list[MailboxDraft]:
        """Live copies, and those that we removed not long ago."""
        mine = MailboxDraft.objects.filter(mailbox=self._folder.name)
        late = mine.filter(state=CopyState.WITHDRAWN, created_at__gt=timezone.now() - REMEMBERED)
        found = mine.filter(state__in=LIVE) | late
        return list(found.select_related("draft__ticket", "draft__message").order_by("id"))

    def _left(self, copies: list[MailboxDraft]) -> list[Listed]:
        """What was sent since the oldest of ``copies`` was written and is not on record."""
        # The server compares its local day, which may be the day before ours.
        since = min(copy.created_at for copy in copies) - timedelta(days=1)
        self._sent = self._folder.sent(since.date())
        ids = [mail.message_id for mail in self._sent.mails.values()]
        known = set(Outgoing.objects.filter(message_id__in=ids).values_list("message_id", flat=True))
        return [mail for mail in self._sent.mails.values() if mail.message_id not in known]

    def _notice(self, copy: MailboxDraft, there: Contents, left: list[Listed]) -> None:
        proven = next((mail for mail in left if is_ours(mail, copy)), None)
        lying = lying_there(copy, there)
        if proven:
            self._sent_as(copy, proven)
            self._remove(copy, there, lying)
        elif copy.state == CopyState.WITHDRAWN:
            return  # what lies there of it now was put there by a person
        elif lying:
            self._seen(copy, there, lying)
        elif copy.state == CopyState.PLACING:
            self._put(copy)
        elif found := made_from(copy, left):
            self._sent_as(copy, found[0])
        else:
            self._gone(copy)

    # --- it is there ------------------------------------------------------------------------------------------------

    def _seen(self, copy: MailboxDraft, there: Contents, lying: list[Listed]) -> None:
        newest = lying[0]
        if (there.uid_validity, newest.uid) != (copy.uid_validity, copy.uid) or copy.state == CopyState.PLACING:
            text = self._text(there, newest.uid)
            if text is None:
                return
            copy.folder, copy.uid_validity, copy.uid = there.name, there.uid_validity, newest.uid
            if text.split() not in (copy.text.split(), copy.edited.split()):
                copy.save(update_fields=["folder", "uid_validity", "uid"])
                edited_in_client(copy.pk, text)
                self._tell(copy, CopyState.EDITED)
                return
            self._save(copy, CopyState.EDITED if text.split() != copy.text.split() else CopyState.PLACED)
            if copy.state == CopyState.PLACED:  # put there twice, where an answer was lost
                self._remove(copy, there, lying[1:])
        elif copy.state == CopyState.MISSING:
            self._save(copy, CopyState.EDITED if copy.edited else CopyState.PLACED)
        if copy.state == CopyState.PLACED and not is_wanted(copy):
            self._remove(copy, there, [newest])
            self._save(copy, CopyState.WITHDRAWN)

    def _remove(self, copy: MailboxDraft, there: Contents, mails: Iterable[Listed]) -> None:
        """Remove those of ``mails`` that are what we put there, word for word."""
        for mail in mails:
            ours = is_ours(mail, copy) or (there.uid_validity, mail.uid) == (copy.uid_validity, copy.uid)
            if ours and (self._text(there, mail.uid) or "").split() == copy.text.split():
                self._folder.remove(there, mail.uid)

    # --- it is not there --------------------------------------------------------------------------------------------

    def _gone(self, copy: MailboxDraft) -> None:
        now = timezone.now()
        if copy.missing_since is None:
            copy.missing_since = now
            self._save(copy, CopyState.MISSING)
        elif now - copy.missing_since >= GRACE:
            deleted_in_client(copy.pk)
            self._tell(copy, CopyState.DELETED)

    def _sent_as(self, copy: MailboxDraft, mail: Listed) -> None:
        raw = self._folder.read(self._sent, mail.uid)
        if raw is None:
            return
        parsed = self._parse(raw)
        text = _whole(parsed)
        to = tuple(dict.fromkeys(address.email.lower() for address in (*parsed.to, *parsed.cc)))
        same = text.split() == copy.text.split()
        sent = SentMail(
            raw, mail.message_id or copy.message_id, to or (copy.recipient,), mail.at, None if same else text
        )
        if sent_in_client(self._config, copy.pk, sent):
            self._tell(copy, CopyState.SENT)

    # --- putting it there -------------------------------------------------------------------------------------------

    def _place(self) -> None:
        for draft, reply in islice(self._placeable(), AT_ONCE):
            text = _whole(self._parse(as_draft(reply, "")))
            if copy := note_placing(draft, reply, text):
                self._put(copy)

    def _placeable(self) -> Iterator[tuple[Draft, Reply]]:
        for draft in to_place(self._folder.name):
            if reply := reply_for(self._config, draft):
                yield draft, reply

    def _put(self, copy: MailboxDraft) -> None:
        """Put the copy there and find it; also one that a crash left between the two."""
        if not is_wanted(copy):
            self._save(copy, CopyState.WITHDRAWN)
            return
        reply = reply_for(self._config, copy.draft)
        if reply is None:
            self._save(copy, CopyState.WITHDRAWN)
            return
        self._folder.put(as_draft(replace(reply, message_id=copy.message_id), copy.mark))
        there = self._folder.drafts()
        lying = lying_there(copy, there) or made_from(copy, there.mails.values())[:1]
        if not lying:
            raise MailboxError(f"mailbox {copy.mailbox}: a draft that the server took is not in folder {there.name!r}")
        self._seen(copy, there, lying)

    # --- rows -------------------------------------------------------------------------------------------------------

    def _text(self, contents: Contents, uid: int) -> str | None:
        raw = self._folder.read(contents, uid)
        return None if raw is None else _whole(self._parse(raw))

    def _save(self, copy: MailboxDraft, state: CopyState) -> None:
        if state != CopyState.MISSING:
            copy.missing_since = None
        changed = copy.state != state
        copy.state = state
        copy.save(update_fields=["state", "missing_since", "folder", "uid_validity", "uid"])
        if changed:
            self._tell(copy, state)

    def _tell(self, copy: MailboxDraft, state: CopyState) -> None:
        self._moved += 1
        log.info("mailbox draft moved", copy=copy.pk, draft=copy.draft_id, mailbox=copy.mailbox, state=str(state))


def _whole(parsed: ParsedMail) -> str:
    """What the author wrote, without what is quoted below it."""
    return "\n\n".join(part for part in (parsed.text.strip(), parsed.signature.strip()) if part)
