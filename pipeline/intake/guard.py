"""Which mail may not be answered, and by which sign.

Rules are functions of one signature, tried in order; the first that speaks decides and names its evidence. They read
headers and structure (RFC 3834, RFC 3464, RFC 8098, RFC 5965, RFC 2369, RFC 2919), never the wording of the body:
a customer who writes about a bounce is a customer. Bodies are read only where the sender is a mail system.

No header of a mail makes it more than a customer's: the rules only ever take mail out of the way, where it stays
visible with its reason. What programs add to hand-written mail is no sign: X-Auto-Response-Suppress (Outlook), X-Loop
(forwarders), Feedback-ID and X-CSA-Complaints (every mail of some providers, contact forms too).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.intake.addresses import is_own, parse_addresses
from pipeline.intake.bounce import failed_addresses, holds_smtp_dialogue
from pipeline.intake.charset import clean_line
from pipeline.intake.headers import parse_parameters
from pipeline.intake.mime import Part
from pipeline.records import Address, MailKind

Verdict = tuple[MailKind, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at. ``author`` is the local part of the From address in lower case."""

    root: Part
    senders: tuple[Address, ...]
    own: frozenset[str]
    subject: str

    def header(self, name: str) -> str:
        return self.root.headers.get(name).strip()

    def keyword(self, name: str) -> str:
        """The first word of a header without comments and parameters, in lower case."""
        return re.split(r"[;(\s]", self.header(name).lower(), maxsplit=1)[0]

    @property
    def author(self) -> str:
        email = self.senders[0].email if self.senders else self.header("from").strip("<> ")
        return email.rpartition("@")[0].lower() or email.lower()

    @property
    def answers(self) -> bool:
        """Whether it answers a mail."""
        return bool(self.header("in-reply-to") or self.header("references"))

    @property
    def null_sender(self) -> bool:
        """The envelope sender was empty: mail about mail (RFC 5321, 4.5.5)."""
        return "".join(self.header("return-path").split()) == "<>"


# --- signs ----------------------------------------------------------------------------------------------------------

_DAEMON = re.compile(
    r"(?:(?:mailer|mail|smtp|mta|mmdf|qmail|exim)[-_. ]?)?daemon|mailer[-_.]?daemon.*|post[-_.]?master.*|"
    r"mail[-_.]?(?:delivery|system|router|master).*|microsoftexchange[0-9a-f]{8,}.*|mdaemon|"
    r"(?:no)?[-_.]?bounces?(?:[-+_=].*)?|mail[-_.]?administrator|delivery[-_.]?(?:subsystem|failure|status).*|internet[-_]mail.*"
)
_DAEMON_NAME = re.compile(
    r"mail delivery (?:sub)?system|mailer-?daemon|delivery subsystem|mail administrator", re.IGNORECASE
)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver(?:able|ed)|unzustellbar|non remis|no se puede entregar|onbestelbaar|returned mail|returned to sender|"
    r"failure notice|delivery (?:status )?notification|delivery (?:failure|failed|report|problem|error|has failed)|"
    r"mail delivery|mail could not be delivered|non-?delivery|nondeliverable|message delivery|mail system error|"
    r"warning: (?:could not send|message .* delayed)|delayed mail|undelivered|could not deliver|"
    r"rejected(?: posting|:)|permanent (?:delivery )?(?:failure|error)|message status|email rejected|mail failure|"
    r"error sending|user unknown|dsn|\*\*\*\*|message undeliverable|unable to deliver|there was an error sending your mail|"
    r"loop alert|"
    r"メール配信|配信不能|配信できません|送信エラー|メールエラー|宛先不明)",
    re.IGNORECASE,
)
_COMPLAINT_SUBJECT = re.compile(r"complaint about message from [\d.:a-f]{3,45}", re.IGNORECASE)
_AWAY_SUBJECT = re.compile(
    r"(?:(?:automatic|auto[- ]?(?:matic)?) ?(?:reply|response|answer)|auto(?:matic|mated)? (?:reply|response)|"
    r"auto(?:reply|response)|out of (?:the )?office(?: (?:auto ?reply|notification|re|message))?|"
    r"automatische antwort|abwesenheits(?:notiz|nachricht|meldung|assistent)(?: .{1,30})?|"
    r"automatisch antwoord|afwezigheidsbericht|réponse automatique|respuesta automática|risposta automatica|"
    r"resposta automática|automatiskt svar|autosvar|automatisk svar|fraværsmelding|automaattinen vastaus|"
    r"autoodpowiedź|automatyczna odpowiedź|автоответ|自动回复|自動回覆|自動返信|不在通知)\s*(?:[:：\-–—(]|$)",
    re.IGNORECASE,
)
_MAYBE_AWAY_SUBJECT = re.compile(
    r"(?:away from (?:my )?(?:mail|office|desk)|on (?:vacation|holiday|annual leave)|afwezig|absen(?:ce|t) du bureau|"
    r"fuera de (?:la )?oficina|fuori sede|frånvaro|poissa)\s*(?:[:：\-–—(]|$)",
    re.IGNORECASE,
)
"""A customer may begin so too ("On holiday - please deliver next door"): needs a further sign."""
_MACHINE = re.compile(
    r"(?:.{1,60}[-_.+])?(?:(?:do[-_.]?)?no[-_.]?t?[-_.]?re?ply|do[-_.]not[-_.]reply|donotreply)(?:[-_.+\d].*)?|"
    r"no-?reply.*|ne[-_.]?pas[-_.]?repondre.*|no[-_.]?responder|noanswer|"
    r"(?:keine[-_.]?antwort|nicht[-_.]?antworten).*|auto[-_.]?(?:reply|responder|confirm|notify).*|notifications?|"
    r"newsletters?|automailer|robot"
)
_AUTORESPONDERS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autogenerated",
    "x-auto-response",
    "x-amazon-auto-reply",
    "x-vacation",
    "x-fc-machinegenerated",
    "x-mdmailing-autoresponder",
    "x-ms-exchange-inbox-rules-loop",
    "x-cron-env",
    "auto-reply",
)
_NO_AUTORESPONDER = ("", "no", "false", "none", "forward")
"""Values that say it is none; a forwarded mail is its author's ("X-Autogenerated: Forward")."""
_RESPONDING_MAILER = re.compile(r"vacation|auto-?(?:respon[ds]|reply)", re.IGNORECASE)
_LISTS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-list", "x-beenthere", "x-ml-name", "x-mlserver")
_CAMPAIGNS = ("x-campaign", "x-campaignid", "x-campaign-id", "x-mc-user")


# --- rules ----------------------------------------------------------------------------------------------------------


def _own(facts: Facts) -> Verdict | None:
    own = next((sender.email for sender in facts.senders if is_own(sender.email, facts.own)), "")
    return (MailKind.OWN, f"From: {own} is one of this mailbox's own addresses") if own else None


def _report(facts: Facts) -> Verdict | None:
    declared, params = parse_parameters(facts.header("content-type"))
    if declared != "multipart/report":
        return None
    kind = params.get("report-type", "").lower() or "without report-type"
    types = {child.type for child in facts.root.children}
    if kind == "disposition-notification" or "message/disposition-notification" in types:
        return MailKind.AUTO_REPLY, "Content-Type: multipart/report; disposition-notification (read receipt, RFC 8098)"
    return MailKind.BOUNCE, f"Content-Type: multipart/report; {kind[:40]} (RFC 6522)"


def _status_part(facts: Facts) -> Verdict | None:
    """A report outside multipart/report; as a file that somebody attached it is what the mail is about."""
    types = {part.type for part in (facts.root, *facts.root.children) if part.disposition != "attachment"}
    if "message/disposition-notification" in types:
        return MailKind.AUTO_REPLY, "Content-Type: message/disposition-notification (read receipt, RFC 8098)"
    for kind in ("message/delivery-status", "message/global-delivery-status", "message/feedback-report"):
        if kind in types:
            return MailKind.BOUNCE, f"Content-Type: {kind} (RFC 3464, RFC 5965)"
    return None


def _failed_recipients(facts: Facts) -> Verdict | None:
    for name in ("x-failed-recipients", "x-mailer-daemon-error"):
        if facts.root.headers.has(name):
            return MailKind.BOUNCE, f"{name.title()}: the mail says which addresses failed"
    return None


def _daemon(facts: Facts) -> Verdict | None:
    """A mail system as author: a bounce if anything else says so too; a person may well be called postmaster."""
    system = _DAEMON.fullmatch(facts.author) or _DAEMON_NAME.search(facts.senders[0].name if facts.senders else "")
    begins = _BOUNCE_SUBJECT.match(facts.subject)
    if not (system or facts.null_sender or begins):
        return None
    if system and (facts.null_sender or "daemon" in facts.author or _BOUNCE_SUBJECT.search(facts.subject)):
        return MailKind.BOUNCE, f"From: {facts.author[:80]} is a mail system"
    if facts.null_sender and begins:
        return MailKind.BOUNCE, "Return-Path: <> and a subject of a failed delivery"
    failed = failed_addresses(facts.root)
    if failed:
        return MailKind.BOUNCE, f"the body is a delivery report about {failed[0][:100]}"
    if system and holds_smtp_dialogue(facts.root):
        return MailKind.BOUNCE, f"From: {facts.author[:80]} is a mail system, and the body holds its SMTP dialogue"
    return None


def _complaint(facts: Facts) -> Verdict | None:
    """Feedback loops of mailbox providers that return a mail without the report of RFC 5965."""
    returned = any(child.type == "message/rfc822" for child in facts.root.children)
    if returned and _COMPLAINT_SUBJECT.fullmatch(facts.subject):
        return MailKind.BOUNCE, "Subject: a spam complaint, and the mail it is about is returned"
    return None


def _auto_submitted(facts: Facts) -> Verdict | None:
    value = facts.keyword("auto-submitted")
    return (MailKind.AUTO_REPLY, f"Auto-Submitted: {value[:40]} (RFC 3834)") if value not in ("", "no") else None


def _autoresponder(facts: Facts) -> Verdict | None:
    for name in _AUTORESPONDERS:
        if facts.header(name).lower() not in _NO_AUTORESPONDER:
            return MailKind.AUTO_REPLY, f"{name.title()}: {facts.header(name)[:40]}"
    if _RESPONDING_MAILER.search(facts.header("x-mailer")[:200]):
        return MailKind.AUTO_REPLY, f"X-Mailer: {facts.header('x-mailer')[:40]}"
    if facts.keyword("precedence") in ("auto_reply", "auto-reply"):
        return MailKind.AUTO_REPLY, f"Precedence: {facts.keyword('precedence')}"
    if facts.header("delivered-to").lower() == "autoresponder":
        return MailKind.AUTO_REPLY, "Delivered-To: Autoresponder"
    return None


def _away(facts: Facts) -> Verdict | None:
    """The subject of an absence note at the very start; in the middle, or a doubtful one, only with a further sign."""
    found = _AWAY_SUBJECT.match(facts.subject)
    if found:
        return MailKind.AUTO_REPLY, f"Subject: begins as an automatic reply ({found[0].strip()[:40]})"
    signs = facts.header("x-auto-response-suppress") or facts.null_sender or facts.keyword("precedence") == "bulk"
    doubtful = _MAYBE_AWAY_SUBJECT.match(facts.subject) and (signs or facts.answers)
    if doubtful or (signs and _AWAY_SUBJECT.search(facts.subject)):
        return MailKind.AUTO_REPLY, "Subject: an automatic reply, and its headers agree"
    return None


def _calendar(facts: Facts) -> Verdict | None:
    """A calendar message (RFC 6047); a forwarded or attached one is what the mail is about."""
    nested = (inner for child in facts.root.children if child.type != "message/rfc822" for inner in child.children)
    for part in (facts.root, *facts.root.children, *nested):
        method = part.params.get("method", "").lower()
        told = method in ("reply", "request", "cancel", "counter", "declinecounter", "add", "refresh")
        if told and part.type == "text/calendar" and part.disposition != "attachment":
            return MailKind.AUTO_REPLY, f"Content-Type: text/calendar; method={method} (a calendar message, RFC 5546)"
    return None


def _spam(facts: Facts) -> Verdict | None:
    return (MailKind.SPAM, "X-Spam-Flag: YES") if facts.keyword("x-spam-flag") == "yes" else None


def _through_own_list(facts: Facts) -> bool:
    """Whether the list is the firm's own address run as a group: then customers write through it."""
    listed = f"{facts.header('list-id')} {facts.header('list-post')} {facts.header('mailing-list')}".lower()
    return any(address in listed or address.replace("@", ".") in listed for address in facts.own)


def _list(facts: Facts) -> Verdict | None:
    """Lists and campaigns. List-Unsubscribe alone does not count on a mail that answers one: providers add it too."""
    if _through_own_list(facts):
        return None
    for name in _LISTS:
        if facts.header(name):
            bulk = facts.header("list-unsubscribe") and not facts.header("list-post") and name == "list-id"
            kind = MailKind.NEWSLETTER if bulk else MailKind.LIST
            return kind, f"{name.title()}: {facts.header(name)[:60]} (RFC 2919)"
    if facts.keyword("precedence") == "list":
        return MailKind.LIST, "Precedence: list"
    if facts.header("list-unsubscribe") and not facts.answers:
        return MailKind.NEWSLETTER, "List-Unsubscribe: sent to many (RFC 2369)"
    campaign = next((name for name in _CAMPAIGNS if facts.header(name)), "")
    return (MailKind.NEWSLETTER, f"{campaign.title()}: sent to many") if campaign else None


def _bulk(facts: Facts) -> Verdict | None:
    """No program that people write mail with sets it, and programs that answer mail heed it (RFC 3834, 2)."""
    value = facts.keyword("precedence")
    return (MailKind.NEWSLETTER, f"Precedence: {value}") if value in ("bulk", "junk") else None


def _machine(facts: Facts) -> Verdict | None:
    """A sender that takes no answers; where Reply-To names somebody else, the answer goes there (contact forms)."""
    reply_to = parse_addresses(facts.header("reply-to"))
    answerable = any(not _MACHINE.fullmatch(address.email.rpartition("@")[0].lower()) for address in reply_to)
    if _MACHINE.fullmatch(facts.author) and not answerable:
        return MailKind.AUTO_REPLY, f"From: {facts.author[:80]} takes no answers"
    return None


def _null_sender(facts: Facts) -> Verdict | None:
    return (MailKind.AUTO_REPLY, "Return-Path: <> (RFC 5321)") if facts.null_sender else None


RULES: tuple[Callable[[Facts], Verdict | None], ...] = (
    _own,
    _report,
    _status_part,
    _failed_recipients,
    _daemon,
    _complaint,
    _auto_submitted,
    _autoresponder,
    _away,
    _calendar,
    _spam,
    _list,
    _bulk,
    _machine,
    _null_sender,
)


def classify_mail(root: Part, senders: tuple[Address, ...], own: frozenset[str], subject: str) -> Verdict:
    """The kind of a mail and the sign that decided, in one clean line; (CUSTOMER, "") where no rule speaks."""
    facts = Facts(root, senders, own, subject)
    verdicts = (rule(facts) for rule in RULES)
    kind, reason = next(filter(None, verdicts), (MailKind.CUSTOMER, ""))
    return kind, clean_line(reason)[0]  # it quotes the mail
