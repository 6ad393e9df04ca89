"""One conversation after another, as rows. The same seed gives the same ones, in every kind of state a desk knows."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from pipeline.flow import DraftState, MessageState, OutgoingState, TicketState
from pipeline.records import (
    TONE_LABELS,
    URGENCY_LABELS,
    Address,
    DraftKind,
    Envelope,
    Identity,
    Judgement,
    MailKind,
    ParsedMail,
    Promise,
    Triage,
)
from pipeline.seeding.phrases import DOMAINS, FIRST_NAMES, LAST_NAMES, ROBOT_SUBJECTS, SUBJECTS, Phrases
from pipeline.seeding.tables import Table
from pipeline.sending.compose import approval_hash
from pipeline.store import codec
from pipeline.store.audit_chain import Entry, digest
from pipeline.store.models import (
    Action,
    Approval,
    AuditEvent,
    AuditTail,
    Draft,
    Message,
    Outgoing,
    RawMessage,
    SearchDocument,
    Ticket,
)
from pipeline.store.models.mail import HELD_BACK
from pipeline.store.search.index import position, vector_of

_T = TicketState
STATES = {
    _T.SENT: 780, _T.SUPPRESSED: 110, _T.REJECTED: 40, _T.DRAFTED: 34, _T.HISTORY: 25, _T.ESCALATED: 4,
    _T.QUARANTINED: 3, _T.RECEIVED: 1, _T.APPROVED: 1, _T.FAILED: 1, _T.UNCERTAIN: 1,
}  # fmt: skip
"""How many of a thousand tickets stand where."""
_STATES, _CUMULATIVE = tuple(STATES), tuple(accumulate(STATES.values()))
YEARS = 3
_URGENCIES = ("low", "normal", "normal", "normal", "high", "critical")
_TONES = ("neutral", "neutral", "worried", "frustrated", "disappointed", "angry", "confused", "positive")
_MESSAGE_STATES = {
    _T.SUPPRESSED: MessageState.SUPPRESSED, _T.HISTORY: MessageState.HISTORY,
    _T.QUARANTINED: MessageState.QUARANTINED, _T.RECEIVED: MessageState.PARSED,
}  # fmt: skip
_DRAFT_STATES = {
    _T.SENT: DraftState.SENT, _T.APPROVED: DraftState.APPROVED, _T.REJECTED: DraftState.REJECTED,
    _T.DRAFTED: DraftState.PROPOSED, _T.FAILED: DraftState.APPROVED, _T.UNCERTAIN: DraftState.APPROVED,
}  # fmt: skip
_OUTGOING_STATES = {
    _T.SENT: OutgoingState.SENT, _T.APPROVED: OutgoingState.QUEUED,
    _T.FAILED: OutgoingState.FAILED, _T.UNCERTAIN: OutgoingState.UNCERTAIN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    email: str


class Cases:
    """Adds tickets to its tables; whoever holds it has them written."""

    def __init__(self, mailbox: str, agent: int, agent_name: str, total: int, now: datetime, vectors: bool) -> None:
        self.rng = random.Random(2026)
        self.mailbox, self.agent, self.agent_name, self.now = mailbox, agent, agent_name, now
        self._step = timedelta(days=365 * YEARS) / max(total, 1)
        self._total, self._vectors = total, vectors
        self.tickets, self.messages, self.raws = Table(Ticket), Table(Message), Table(RawMessage)
        self.drafts, self.approvals, self.outgoing = Table(Draft), Table(Approval), Table(Outgoing)
        self.actions, self.audit = Table(Action), Table(AuditEvent)
        self.tail, _ = AuditTail.objects.get_or_create(pk=1)
        """The end of the audit trail with all that was added; whoever has the tables written saves it too."""
        self.documents = Table(SearchDocument, ("vector",) if vectors else ())
        self.tables = (
            *(self.tickets, self.messages, self.raws, self.drafts, self.approvals, self.outgoing),
            *(self.actions, self.audit, self.documents),
        )
        """In an order in which each names only rows of those before it."""

    def add(self, number: int) -> None:
        """The ticket ``number`` of the whole, counted from 0: the last ones are the newest."""
        rng = self.rng
        at = self.now - self._step * (self._total - number) + timedelta(seconds=rng.randrange(60))
        phrases = Phrases(rng, number)
        state = rng.choices(_STATES, cum_weights=_CUMULATIVE)[0]
        customer = _customer(rng, self._total)
        subject = phrases.one(ROBOT_SUBJECTS if state is _T.SUPPRESSED else SUBJECTS)
        urgency, tone = rng.choice(_URGENCIES), rng.choice(_TONES)
        mails = [phrases.mail() for _ in range(1 if rng.random() < 0.8 else 2)]
        touched = min(at + timedelta(hours=rng.randrange(1, 72)), self.now)
        due = at + timedelta(hours=rng.choice((4, 8, 24, 48)))
        reasons = [f"the {phrases.one(('{product} {problem}',))}"]
        ticket = self.tickets.add(
            mailbox=self.mailbox,
            customer_email=customer.email,
            customer_name=customer.name,
            subject=subject,
            state=state.value,
            urgency="" if state in _MESSAGE_STATES else urgency,
            tone="" if state in _MESSAGE_STATES else tone,
            reasons=reasons,
            reply_due_at=None if state in _MESSAGE_STATES else due,
            version=len(mails),
            created_at=at,
            updated_at=touched,
        )
        message = 0
        for place, text in enumerate(mails):
            received = at + timedelta(minutes=50 * place)
            message = self._mail(ticket, customer, subject, text, received, state, urgency, tone)
        replies = self._reply(ticket, message, customer, phrases, state, touched, len(mails))
        self._note(ticket, "opened" if state is _T.SENT else "triaged", at)
        newest = at + timedelta(minutes=50 * (len(mails) - 1))
        self._document(ticket, newest, subject, f"{customer.name}\n{customer.email}", "\n".join([*mails, *replies]))

    def _mail(
        self,
        ticket: int,
        customer: Customer,
        subject: str,
        text: str,
        at: datetime,
        state: TicketState,
        urgency: str,
        tone: str,
    ) -> int:
        uid = self.messages.next_id
        message_id = f"<seed-{uid}@{customer.email.rpartition('@')[2]}>"
        kind = MailKind.AUTO_REPLY if state is _T.SUPPRESSED else MailKind.CUSTOMER
        held = state is _T.SUPPRESSED and self.rng.random() < 0.02
        raw = f"From: {customer.email}\r\nSubject: {subject}\r\nMessage-ID: {message_id}\r\n\r\n{text}\r\n".encode()
        address = {"name": customer.name, "email": customer.email}
        read = _MESSAGE_STATES.get(state, MessageState.DRAFTED)
        escalate = "words of harm: a named person takes it" if state is _T.ESCALATED else None
        number = self.messages.add(
            ticket_id=ticket,
            mailbox=self.mailbox,
            folder="seed",
            uid_validity=1,
            uid=uid,
            sha256=hashlib.sha256(raw).hexdigest(),
            size=len(raw),
            received_at=at,
            stored_at=at,
            due_at=at,
            state=read.value,
            reason=_reason(read, held),
            message_id=message_id,
            content_hash=hashlib.sha256(text.encode()).hexdigest(),
            sender_email=customer.email,
            sender_domain=customer.email.rpartition("@")[2],
            parsed=_PARSED
            | {"message_id": message_id, "sender": address, "subject": subject, "text": text}
            | {"kind": MailKind.CUSTOMER if held else kind, "date": at.isoformat()},
            triage=_triage(uid, urgency, tone, text, escalate) if read is MessageState.DRAFTED else None,
        )
        self.raws.add(message_id=number, data=raw)
        return number

    def _reply(
        self,
        ticket: int,
        message: int,
        customer: Customer,
        phrases: Phrases,
        state: TicketState,
        at: datetime,
        version: int,
    ) -> list[str]:
        if state not in _DRAFT_STATES:
            return []
        body = phrases.reply(customer.name.split()[0])
        kinds = list(DraftKind) if state is _T.DRAFTED else [DraftKind.SOLUTION]
        for kind in kinds:
            draft = self.drafts.add(
                ticket_id=ticket,
                message_id=message,
                kind=kind.value,
                state=_DRAFT_STATES[state].value,
                proposed_first=kind is DraftKind.SOLUTION,
                ticket_version=version,
                subject="Re: your mail",
                body=body,
                composed_body=body,
                promises=_promises(body, at + timedelta(days=self.rng.randrange(1, 6))),
                created_at=at,
                updated_at=at,
            )
        if state not in _OUTGOING_STATES:
            return []
        self._outgoing(ticket, draft, customer, body, _OUTGOING_STATES[state], at, version)
        return [body]

    def _outgoing(
        self,
        ticket: int,
        draft: int,
        customer: Customer,
        body: str,
        state: OutgoingState,
        at: datetime,
        version: int,
    ) -> None:
        envelope = Envelope("care@fernhollow.example", (customer.email,))
        message_id = f"<reply-{self.outgoing.next_id}@fernhollow.example>"
        raw = f"From: {envelope.sender}\r\nTo: {customer.email}\r\nMessage-ID: {message_id}\r\n\r\n{body}".encode()
        approval = self.approvals.add(
            draft_id=draft,
            draft_version=1,
            ticket_version=version,
            approver_id=self.agent,
            approved_at=at,
            hash=approval_hash(raw, envelope),
        )
        self.outgoing.add(
            approval_id=approval,
            ticket_id=ticket,
            mailbox=self.mailbox,
            message_id=message_id,
            sender=envelope.sender,
            recipients=list(envelope.recipients),
            raw=raw,
            state=state.value,
            queued_at=at,
            due_at=at,
            sent_at=at if state is OutgoingState.SENT else None,
        )
        if self.rng.random() < 0.05:
            amount = f"{self.rng.randrange(5, 60)}.00"
            self.actions.add(
                ticket_id=ticket,
                kind="refund",
                amount=amount,
                currency="EUR",
                by_id=self.agent,
                at=at,
                note="as agreed",
            )
        self._note(ticket, "draft approved", at)

    def _note(self, ticket: int, action: str, at: datetime) -> None:
        before = self.tail.hash
        entry = Entry(self.tail.last + 1, at, self.agent_name, action, ticket, {}, before)
        self.tail.last, self.tail.hash = entry.number, digest(entry)
        self.audit.add(
            at=at,
            actor=entry.actor,
            action=action,
            ticket_id=ticket,
            detail={},
            previous=before,
            hash=self.tail.hash,
        )

    def _document(self, ticket: int, newest: datetime, subject: str, people: str, text: str) -> None:
        row = SearchDocument(position=position(newest, ticket), subject=subject, people=people, text=text)
        vector = {"vector": vector_of(row)} if self._vectors else {}
        self.documents.add(position=row.position, ticket_id=ticket, subject=subject, people=people, text=text, **vector)


def _customer(rng: random.Random, total: int) -> Customer:
    """One of a third as many people as there are tickets; who they are follows from their number alone."""
    number = rng.randrange(max(total // 3, 1))
    first, rest = FIRST_NAMES[number % len(FIRST_NAMES)], number // len(FIRST_NAMES)
    last, rest = LAST_NAMES[rest % len(LAST_NAMES)], rest // len(LAST_NAMES)
    plain = f"{first}.{last}".lower().replace("é", "e").replace("ë", "e")
    return Customer(f"{first} {last}", f"{plain}{rest or ''}@{DOMAINS[number % len(DOMAINS)]}")


def _reason(state: MessageState, held: bool) -> str:
    if held:
        return f"{HELD_BACK} more than 20 mails from one sender within 60 minutes look like a loop"
    return {
        MessageState.SUPPRESSED: "an automatic reply: Auto-Submitted is auto-replied",
        MessageState.HISTORY: "history: older than the first start, or imported",
        MessageState.QUARANTINED: "could not be read after several tries",
    }.get(state, "")


_PARSED: dict[str, Any] = codec.parsed_to_json(
    ParsedMail(
        *(
            "",
            None,
            None,
            (Address("", "care@fernhollow.example"),),
            (),
            None,
            "",
            MailKind.CUSTOMER,
            "",
            "",
            "",
            "",
            "",
        ),
        attachments=(),
        identity=Identity(False, "nobody checked who wrote it"),
        references=(),
    )
)
_TRIAGE: dict[str, Any] = codec.triage_to_json(
    Triage("", "en", Judgement("", 0.0, {}), Judgement("", 0.0, {}), 1, (), False, (), (), (), "")
)


def _triage(number: int, urgency: str, tone: str, text: str, escalate: str | None) -> dict[str, Any]:
    end = text.find(".") + 1
    return _TRIAGE | {
        "id": str(number),
        "urgency": _judged(urgency, 0.8, URGENCY_LABELS),
        "tone": _judged(tone, 0.7, TONE_LABELS),
        "intensity": number % 4,
        "concerns": [{"text": text[:end], "start": 0, "end": end}],
        "escalate": escalate,
    }


def _judged(label: str, confidence: float, labels: Sequence[str]) -> dict[str, Any]:
    """The others share what the ``label`` leaves."""
    rest = round((1 - confidence) / (len(labels) - 1), 3)
    return {"label": label, "confidence": confidence, "scores": dict.fromkeys(labels, rest) | {label: confidence}}


def _promises(body: str, due: datetime) -> Any:
    start = body.find("I will write to you")
    if start < 0:
        return []
    end = body.find(".", start) + 1
    return codec.promises_to_json((Promise(body[start:end], start, end, due),))
