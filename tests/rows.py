"""Rows for the tests of store, engine and review, made the way the product makes them, and a desk without a model."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

from django.contrib.auth.models import Group, User

from pipeline.config import Config, Thresholds
from pipeline.drafting.compose import Composer
from pipeline.engine.desk import Desk
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.intake.isolate import ParserPool
from pipeline.intake.parse import parse_mail
from pipeline.records import Concern, Judgement, ParsedMail, RawMail, Triage
from pipeline.records import Message as MessageRecord
from pipeline.resources import default_folder
from pipeline.review import decisions
from pipeline.store.intake import folder_row, open_folder, store_mails
from pipeline.store.models import Draft, Folder, Message, Outgoing, Ticket
from pipeline.triage.triager import Triager

MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OWNER = "test-worker"
_numbers = itertools.count(1)


def mail_bytes(
    text: str = "My parcel has not come. Where is it?",
    *,
    sender: str = "Orla Tennick <orla@example.com>",
    subject: str = "Where is my parcel",
    message_id: str = "",
    headers: Sequence[str] = (),
    html: str = "",
) -> bytes:
    """A customer's mail to the sample firm."""
    content_type = "text/html" if html else "text/plain"
    lines = [
        f"From: {sender}",
        "To: care@fernhollow.example",
        f"Subject: {subject}",
        "Date: Tue, 24 Nov 2026 08:59:00 +0000",
        f"Message-ID: {message_id or f'<m{next(_numbers)}@example.com>'}",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}; charset=utf-8",
        *headers,
        "",
        html or text,
        "",
    ]
    return "\r\n".join(lines).encode()


def mail_with(*files: tuple[str, str, bytes], text: str = "Please see the files.") -> bytes:
    """A customer's mail with attached files: name, type, bytes."""
    message = EmailMessage()
    message["From"], message["To"] = "Orla Tennick <orla@example.com>", "care@fernhollow.example"
    message["Subject"], message["Date"] = "Files", "Tue, 24 Nov 2026 08:59:00 +0000"
    message["Message-ID"] = f"<m{next(_numbers)}@example.com>"
    message.set_content(text)
    for name, type, data in files:
        maintype, _, subtype = type.partition("/")
        message.add_attachment(data, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes()


def raw_mail(raw: bytes, uid: int = 0, *, uid_validity: int = 1, received_at: datetime | None = None) -> RawMail:
    uid = uid or next(_numbers)
    return RawMail("care", "INBOX", uid_validity, uid, received_at or MORNING + timedelta(minutes=uid), raw, len(raw))


def stored(raw: bytes, uid: int = 0, **more: Any) -> Message:
    mail = raw_mail(raw, uid, **more)
    assert store_mails(opened(mail.uid_validity), [mail]) == 1
    return Message.objects.get(uid=mail.uid, uid_validity=mail.uid_validity)


def opened(uid_validity: int = 1) -> Folder:
    """The folder that `raw_mail` puts mail into, read from its first mail on; everything in it is to be answered."""
    folder = folder_row("care", "INBOX")
    if folder and folder.uid_validity == uid_validity:
        return folder
    return open_folder("care", "INBOX", uid_validity, 1, MORNING - timedelta(days=400))


def triage_of(record: MessageRecord, **more: Any) -> Triage:
    """An ordinary reading of ``record``; ``more`` replaces fields."""
    values: dict[str, Any] = {
        "id": record.id,
        "language": "en",
        "urgency": Judgement("normal", 0.9, {"normal": 0.9}),
        "tone": Judgement("worried", 0.8, {"worried": 0.8}),
        "intensity": 1,
        "flags": (),
        "abstain": False,
        "reasons": ("a parcel is late",),
        "evidence": (),
        "concerns": (Concern(record.text[:20], 0, len(record.text[:20])),) if record.text else (),
        "stake": "",
        "escalate": None,
    }
    return Triage(**(values | more))


@dataclass
class FakeTriager:
    """Reads every message as ``reading`` says: the model has tests of its own."""

    reading: Callable[[MessageRecord], Triage] = triage_of
    embed: None = None

    def triage(self, messages: Sequence[MessageRecord], thresholds: Callable[[str | None], Thresholds]) -> list[Triage]:
        return [self.reading(message) for message in messages]


class InProcessParser:
    """The parser without its child process, which has tests of its own."""

    def parse(self, raw: bytes, own_addresses: frozenset[str] = frozenset(), authserv_id: str = "") -> ParsedMail:
        return parse_mail(raw, own_addresses, authserv_id)

    def close(self) -> None:
        """Nothing to end."""


def make_desk(config: Config, reading: Callable[[MessageRecord], Triage] = triage_of) -> Desk:
    return Desk(
        config=config,
        triager=cast(Triager, FakeTriager(reading)),
        composer=Composer(default_folder("templates")),
        parser=cast(ParserPool, InProcessParser()),
    )


def work_off(desk: Desk) -> None:
    """All three stages, once each."""
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    draft_stage(desk, OWNER)


def drafted_ticket(config: Config, raw: bytes | None = None, **more: Any) -> Ticket:
    """A ticket whose drafts wait for a person."""
    message = stored(raw or mail_bytes(), **more)
    work_off(make_desk(config))
    message.refresh_from_db()
    assert message.ticket is not None, message.error
    return message.ticket


def open_draft(ticket: Ticket) -> Draft:
    """The draft proposed first, without blocks."""
    draft = ticket.drafts.filter(state="proposed", proposed_first=True).latest("id")
    assert all(check["status"] != "block" for check in draft.checks)
    return draft


def person(role: str, name: str = "") -> User:
    user = User.objects.create_user(name or f"{role}-{next(_numbers)}")
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def queued(config: Config, ticket: Ticket | None = None) -> Outgoing:
    """An approved reply that waits to be sent."""
    draft = open_draft(ticket or drafted_ticket(config))
    decisions.approve(config, person("agent"), draft.pk, draft.version)
    return Outgoing.objects.get(approval__draft=draft)
