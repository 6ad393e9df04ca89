"""Frozen records that pass between the stages. Standard library only.

Offsets are always character positions ``start <= i < end`` in the ``text`` that the record names.
Times are timezone-aware UTC. Scores and confidences are probabilities in 0..1.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class MailKind(enum.StrEnum):
    """What a mail is, which decides whether it may be answered at all (RFC 3834, RFC 3464, RFC 2369)."""

    CUSTOMER = "customer"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    NEWSLETTER = "newsletter"
    OWN = "own"
    SPAM = "spam"
    UNPARSEABLE = "unparseable"


class DraftKind(enum.StrEnum):
    ACKNOWLEDGMENT = "acknowledgment"
    APOLOGY = "apology"
    SOLUTION = "solution"


class Role(enum.StrEnum):
    """What a person may do on the desk; each is a group of the database. What it permits: `pipeline.review.roles`."""

    AGENT = "agent"
    """Edits, approves and rejects drafts."""
    LEAD = "lead"
    """Everything but the accounts."""
    OPS = "ops"
    """Reads, and settles failed or uncertain mail."""
    AUDITOR = "auditor"
    """Reads."""
    ADMIN = "admin"
    """Everything, the accounts of others included."""


class Fault(enum.StrEnum):
    """What a person has established about who is at fault (P8, P9); a mail can never set it."""

    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    NOT_OURS = "not_ours"


CORRECTED_FIELDS = ("urgency", "tone")
"""Labels of a mail that a person corrects with one click."""
URGENCY_LABELS = ("critical", "high", "normal", "low")
TONE_LABELS = ("abusive", "angry", "worried", "frustrated", "disappointed", "confused", "positive", "neutral")
"""Strongest first: where two fit, the rubric takes the stronger one."""
BOUNDARY_LABELS = ("self_harm", "danger", "injury", "threat", "abuse")
"""What may not be given an ordinary draft (P15), gravest first."""
FLAG_LABELS = (
    "money",
    "security",
    "safety",
    "outage",
    "deadline",
    "repeat_contact",
    "legal_threat",
    "churn_risk",
    "public_threat",
    "asks_for_manager",
    "vulnerable",
    "sarcasm",
    "personal_loss",
    "data_loss",
    "physical_harm",
    "no_ask",
)


ACTION_KINDS = (
    "refund", "credit", "discount", "replacement", "repair", "cancellation", "shipment", "correction", "unlock",
    "deletion", "booking", "escalation", "contact", "other",
)  # fmt: skip
"""What a person can record as done on a ticket; the first three move money."""


class Service(enum.StrEnum):
    """The models that an installation needs, or may have, at work."""

    TRIAGE = "triage"
    REPLIES = "replies"
    """The model beside the rules of the checks."""
    WRITER = "writer"


# --- intake ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail as its source gave it; ``raw`` is stored before anything else happens.

    ``size`` counts the octets of the whole mail. Where it is over the limit of the source, ``complete`` is False and
    ``raw`` is the header section alone: the mail itself stays where it is.
    """

    mailbox: str
    folder: str
    uid_validity: int
    uid: int
    received_at: datetime
    raw: bytes
    size: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322: display name (may be empty) and addr-spec, lower-cased in the domain."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail, as it is told before anybody takes it; ``size`` in octets, decoded."""

    name: str
    type: str
    size: int
    inside: bool = False
    """A picture that stands inside the text."""
    danger: str = ""
    """What to beware of when it is opened, in plain words; empty where nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whether the author may be taken for who the From header says, and why (not)."""

    trusted: bool
    why: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail read to a record.

    ``text`` is what the customer wrote now, ``quoted`` the history below or above it, ``signature`` the trailing
    signature; the three together lose nothing of the readable body. ``html`` is the HTML part as sent (unsanitised)
    or empty. ``references`` are the Message-IDs of References and In-Reply-To, oldest first, with angle brackets.
    """

    message_id: str
    sender: Address | None
    reply_to: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    subject: str
    kind: MailKind
    reason: str
    text: str
    quoted: str
    signature: str
    html: str
    attachments: tuple[Attachment, ...]
    identity: Identity
    references: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    content_hash: str = ""
    """SHA-256 of what the author wrote: the same for every delivery of one mail, whatever servers on the way added."""
    delivered_to: tuple[str, ...] = ()
    """Addresses the servers on the way delivered to, lower case (Delivered-To, X-Original-To, Envelope-To)."""


# --- triage ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """What triage and drafting read of one customer message."""

    id: str
    subject: str
    text: str
    mailbox: str | None = None
    unanswered: int = 0
    """Earlier mails of the customer in the thread that nobody has answered."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label with the calibrated probability of every label; ``confidence`` is that of ``label``.

    Where a person corrected the label, ``corrected_by`` names them, and ``confidence`` is that of the model's label.
    """

    label: str
    confidence: float
    scores: Mapping[str, float]
    corrected_by: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A phrase of the message text that moved the judgement named in ``target`` ("urgency", "tone" or a flag)."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Concern:
    """One distinct thing the customer wants answered or put right, tied to the words it comes from (P3)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Triage:
    """The reading of one message. ``escalate`` is set where no ordinary draft may be written (P15)."""

    id: str
    language: str
    urgency: Judgement
    tone: Judgement
    intensity: int
    flags: tuple[str, ...]
    abstain: bool
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    concerns: tuple[Concern, ...]
    stake: str
    escalate: str | None = None


# --- drafting -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ThreadTurn:
    """An earlier message of the conversation; ``ours`` when the firm wrote it.

    ``promises`` are those that were stored with a reply of ours; None where only its text is known.
    """

    ours: bool
    text: str
    at: datetime | None = None
    promises: tuple[Promise, ...] | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """What a person recorded as done or granted: ``kind`` is a verb of `ACTION_KINDS`, ``amount`` is in ``currency``
    (ISO 4217, empty where no money is in it)."""

    kind: str
    at: datetime
    by: str
    amount: Decimal | None = None
    currency: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a draft may be written from.

    ``actions`` are those recorded on this ticket, ``granted`` what the customer was granted on any of theirs.
    """

    message: Message
    triage: Triage
    sender: Address | None
    received_at: datetime
    fault: Fault = Fault.UNKNOWN
    thread: tuple[ThreadTurn, ...] = ()
    actions: tuple[Action, ...] = ()
    granted: tuple[Action, ...] = ()
    heat: str = ""
    """The phase of the conversation's heat (P14): calm, rising, peak or falling; empty below two mails."""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage of the knowledge base that a draft rests on; ``score`` is the retrieval score in 0..1."""

    id: str
    title: str
    passage: str
    score: float


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment found in a draft: its words, where they stand, and when it falls due (None: not dated)."""

    text: str
    start: int
    end: int
    due_at: datetime | None


class CheckStatus(enum.StrEnum):
    PASS = "pass"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one rule found in one draft; ``start`` and ``end`` point into the body, or are None for the whole.

    What is not ``certain`` warns, whatever the level of the rule.
    """

    name: str
    status: CheckStatus
    message: str
    start: int | None = None
    end: int | None = None
    certain: bool = True


class WrittenBy(enum.StrEnum):
    """Who wrote the prose of a draft: the composer, the language model of the installation, or a person."""

    COMPOSED = "composed"
    WRITTEN = "written"
    PERSON = "person"


class Wish(enum.StrEnum):
    """How a person wants a draft written again."""

    SHORTER = "shorter"
    WARMER = "warmer"
    PLAINER = "plainer"
    AGAIN = "again"
    """In other words."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person wants a draft written: a wish, and how often they asked for other words."""

    wish: Wish | None = None
    variation: int = 0


@dataclass(frozen=True, slots=True)
class EscalationSummary:
    """What somebody with more authority has to know before they open the conversation (P16).

    ``happened`` and ``asked`` are the customer's words in an even register, insults and words of danger left out;
    ``promised`` is what our earlier replies committed to, each as said then. ``contact`` is who takes it.
    """

    why: str
    customer: str
    happened: tuple[str, ...]
    asked: tuple[str, ...]
    promised: tuple[Promise, ...]
    urgency: str
    since: datetime
    mails: int
    contact: str


@dataclass(frozen=True, slots=True)
class Draft:
    """One reply proposed. ``dropped`` names the rules for which what the language model wrote was not taken;
    ``summary`` is there where the text grants what takes the yes of somebody with more authority."""

    kind: DraftKind
    subject: str
    body: str
    restated: tuple[str, ...]
    sources: tuple[Source, ...]
    promises: tuple[Promise, ...]
    asks: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    writer: WrittenBy = WrittenBy.COMPOSED
    dropped: tuple[str, ...] = ()
    summary: EscalationSummary | None = None


@dataclass(frozen=True, slots=True)
class DraftSet:
    """The drafts for one message. With ``escalate`` set there are none: a named person takes over.

    ``summary`` is for that person; it is also there where the drafts stand but somebody with authority is needed.
    """

    id: str
    proposed: DraftKind | None
    why: str
    drafts: tuple[Draft, ...]
    escalate: str | None = None
    summary: EscalationSummary | None = None


# --- sending --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Envelope:
    """The SMTP envelope (RFC 5321): reverse-path and forward-paths."""

    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to be put into bytes; ``references`` ends with the Message-ID it answers.

    ``reply_to`` is where the customer's next mail shall go if not to ``sender``: an address with a signed token.
    """

    message_id: str
    sender: Address
    recipient: Address
    subject: str
    body: str
    references: tuple[str, ...] = ()
    date: datetime | None = None
    reply_to: Address | None = None
