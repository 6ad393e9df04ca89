"""The batch verbs: one JSON object a line in, one out, in the same order.

A record is an object with

    id           a string or a whole number, given back as it came; required
    text         what the customer wrote; required, may be empty
    subject      default ""
    mailbox      whose thresholds, firm and knowledge apply; default: the first of mailboxes.yaml
    from         "Ada Byrne <ada@example.com>", a bare address or name, or {"name", "email"}; default: unknown
    thread       the conversation before it, oldest first: strings (the customer's words), or objects
                 {"from": "us" or "customer" or an address, "text", "at"?}; default []
    unanswered   how many mails of the customer in the thread have no answer; default: those after our last in
                 thread, without those of the hour before received_at
    fault        "unknown" (default), "confirmed" or "not_ours": what a person has established
    received_at  ISO 8601, UTC where no offset is given; default: now

``null`` counts as left out, other keys are ignored, blank lines are skipped. A line that cannot be used yields
``{"id", "error"}`` in its place and stops nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import structlog

from pipeline.config import Config, MailboxConfig
from pipeline.drafting.batch import to_json as draft_json
from pipeline.engine.desk import Desk
from pipeline.engine.unanswered import Asked, unanswered
from pipeline.errors import ConfigError, RecordError
from pipeline.flow import unanswered_before
from pipeline.intake.addresses import parse_addresses
from pipeline.intake.guard import classify_mail
from pipeline.intake.headers import Headers
from pipeline.intake.mime import Part
from pipeline.records import Address, Case, DraftSet, Fault, Message, Source, ThreadTurn, Triage
from pipeline.triage.batch import to_json as triage_json
from pipeline.triage.triager import Triager
from pipeline.triage.wave import heat, wave

log = structlog.get_logger(__name__)

BATCH = 32
TURNS_READ = 5
"""Earlier mails of the customer that are read for the heat of the conversation; the last ones decide it."""
YEARS = range(1970, 2101)
"""Years in which a mail may have been received; beyond them no calendar can be reckoned with."""

Json = dict[str, Any]
J = TypeVar("J")


@dataclass(frozen=True, slots=True)
class Record:
    """One usable line."""

    line: int
    id: str | int
    message: Message
    sender: Address | None
    thread: tuple[ThreadTurn, ...]
    fault: Fault
    received_at: datetime


Read = list[tuple[Record, Triage]]
"""The usable lines of one batch, each with its triage."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """One line that cannot be used, with the id if that much could be read."""

    id: object
    error: str

    def to_json(self) -> Json:
        return {"id": self.id, "error": self.error}


def triage_lines(lines: Iterable[bytes], config: Config, triager: Triager) -> Iterator[Json]:
    """The triage of every line."""

    def work(read: Read) -> Iterator[Json]:
        return ({**triage_json(triage), "id": record.id} for record, triage in read)

    return _each_batch(lines, config, triager, work)


def draft_lines(lines: Iterable[bytes], config: Config, desk: Desk) -> Iterator[Json]:
    """The drafts for every line."""
    for name in config.mailboxes:
        desk.knowledge(name)  # a faulty article is the installation's fault, not that of the first line

    def work(read: Read) -> Iterator[Json]:
        cases = [_case(record, triage) for record, triage in read]
        for (record, _), case, found in zip(read, cases, _sources(cases, desk), strict=True):
            try:
                yield _drafted(record, case, desk, found)
            except Exception as error:  # a fault of ours: reported in its place, so that it costs one line only
                log.exception("draft failed", line=record.line)
                yield Unusable(record.id, f"line {record.line}: internal error: {type(error).__name__}").to_json()

    return _each_batch(lines, config, desk.triager, work)


def unanswered_lines(
    lines: Iterable[bytes], config: Config, desk: Desk, mailbox: str | None = None, since: datetime | None = None
) -> Iterator[Json]:
    """The faults of the lines, then the mails that no article answers, likest together."""
    asked: list[Asked] = []

    def work(read: Read) -> Iterator[Json | None]:
        cases = (_case(record, triage) for record, triage in read)
        for (record, _), case in zip(read, cases, strict=True):
            if mailbox in (None, case.message.mailbox) and (since is None or case.received_at >= since):
                asked.append(Asked(record.id, case))
            yield None

    yield from filter(None, _each_batch(lines, config, desk.triager, work))
    yield from unanswered(asked, desk)


def _each_batch(
    lines: Iterable[bytes], config: Config, triager: Triager, work: Callable[[Read], Iterator[J]]
) -> Iterator[Json | J]:
    records = read_records(lines, config)
    while batch := list(islice(records, BATCH)):
        usable = [record for record in batch if isinstance(record, Record)]
        triages = triager.triage([record.message for record in usable], config.thresholds.of)
        done = work(list(zip(usable, triages, strict=True)))
        for record in batch:
            yield record.to_json() if isinstance(record, Unusable) else next(done)


def _case(record: Record, triage: Triage) -> Case:
    return Case(record.message, triage, record.sender, record.received_at, record.fault, record.thread)


def _sources(cases: Sequence[Case], desk: Desk) -> Sequence[tuple[Source, ...] | None]:
    """What the knowledge bases have for each case; None where the search of all failed, so that each looks alone."""
    try:
        return desk.sources(cases)
    except Exception as error:  # one of them is at fault: its own line tells
        log.warning("knowledge not searched for the batch, going one by one", error=type(error).__name__)
        return [None] * len(cases)


def _drafted(record: Record, case: Case, desk: Desk, sources: tuple[Source, ...] | None) -> Json:
    name = record.message.mailbox or ""
    reason = _suppressed(record.sender, desk.mailbox(name).own_addresses)
    if reason:
        drafts = DraftSet(record.message.id, None, "this mail must not be answered", (), case.triage.escalate)
    else:
        case = replace(case, heat=_heat(record, case.triage, desk))
        drafts = desk.composer.draft(
            case,
            firm=desk.firm(name),
            policy=desk.config.policy_of(name),
            thresholds=desk.config.thresholds.of(name),
            knowledge=desk.knowledge(name),
            sources=sources,
        )
    return {**draft_json(drafts, reason), "id": record.id}


def _heat(record: Record, triage: Triage, desk: Desk) -> str:
    """The phase of the conversation, from what the customer wrote before; empty where nothing is given."""
    earlier = [turn for turn in record.thread if not turn.ours and turn.text.strip()][-TURNS_READ:]
    if not earlier:
        return ""
    messages = [
        Message(f"{record.message.id}-{n}", "", turn.text, record.message.mailbox) for n, turn in enumerate(earlier)
    ]
    readings = [*desk.triager.triage(messages, desk.config.thresholds.of), triage]
    first = record.received_at - timedelta(seconds=len(earlier))
    return wave((first + timedelta(seconds=place), heat(reading)) for place, reading in enumerate(readings)).phase


def _suppressed(sender: Address | None, own: frozenset[str]) -> str | None:
    """Why mail from ``sender`` must not be answered; a record has no headers that could say more."""
    if sender is None or not sender.email:
        return None
    head = Part(Headers((("from", sender.email),)), "text/plain", {}, b"")
    return classify_mail(head, (sender,), own, "")[1] or None


# --- reading --------------------------------------------------------------------------------------------------------


def read_records(lines: Iterable[bytes], config: Config) -> Iterator[Record | Unusable]:
    """Every line that is not blank, read and checked."""
    if not config.mailboxes:
        raise ConfigError(f"{config.folder / 'mailboxes.yaml'}: no mailbox, so no firm to speak for")
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if line.strip():
            yield _read_line(number, line, config)


def _read_line(number: int, line: bytes, config: Config) -> Record | Unusable:
    data: object = None
    try:
        data = _parse(line)
        return _record(number, data, config)
    except RecordError as error:
        given = data.get("id") if isinstance(data, dict) else None
        return Unusable(given if _is_id(given) else None, f"line {number}: {error.message}")


def _parse(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise RecordError("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise RecordError(f"not JSON: {error.msg} at character {error.pos + 1}") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, a pile of brackets
        raise RecordError("not JSON that can be read: too deep or too long a number") from None


def _record(number: int, data: object, config: Config) -> Record:
    if not isinstance(data, dict):
        raise RecordError("not a JSON object")
    given = {key: value for key, value in data.items() if value is not None}
    if not _is_id(given.get("id")):
        raise RecordError('"id" must be a string or a whole number' if "id" in given else 'no "id"')
    if "text" not in given:
        raise RecordError('no "text"')
    name = _string(given, "mailbox", next(iter(config.mailboxes)))
    if name not in config.mailboxes:
        raise RecordError(f'"mailbox": no mailbox {name[:100]!r}; there are {", ".join(config.mailboxes)}')
    thread = _thread(given.get("thread", []), config.mailboxes[name])
    received_at = _time(given, "received_at") or datetime.now(UTC)
    unanswered = _unanswered(given, unanswered_before(received_at, ((turn.ours, turn.at) for turn in thread)))
    return Record(
        line=number,
        id=given["id"],
        message=Message(str(given["id"]), _string(given, "subject"), _string(given, "text"), name, unanswered),
        sender=_sender(given.get("from")),
        thread=thread,
        fault=_fault(_string(given, "fault", Fault.UNKNOWN)),
        received_at=received_at,
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _string(data: Mapping[str, object], key: str, default: str = "") -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise RecordError(f'"{key}" must be a string')
    return value.encode("utf-8", "replace").decode("utf-8")  # JSON can carry halves of a character, UTF-8 cannot


def _sender(value: object) -> Address | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return Address(_string(value, "name"), _string(value, "email"))
    if not isinstance(value, str):
        raise RecordError('"from" must be a string or an object with "name" and "email"')
    text = _string({"from": value}, "from")
    return next(iter(parse_addresses(text)), Address(text.strip(), "") if text.strip() else None)


def _thread(value: object, mailbox: MailboxConfig) -> tuple[ThreadTurn, ...]:
    if not isinstance(value, list):
        raise RecordError('"thread" must be a list')
    return tuple(_turn(turn, mailbox) for turn in value)


def _turn(turn: object, mailbox: MailboxConfig) -> ThreadTurn:
    if isinstance(turn, str):
        return ThreadTurn(ours=False, text=_string({"text": turn}, "text"))
    if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
        raise RecordError('"thread": every entry must be a string or an object with a string "text"')
    author = _string(turn, "from", "customer").strip().lower()
    emails = {address.email.lower() for address in parse_addresses(author)}
    ours = author == "us" or bool(emails & mailbox.own_addresses)
    if not ours and not emails and author != "customer":
        raise RecordError('"thread": "from" must be "us", "customer" or an address')
    return ThreadTurn(ours, _string(turn, "text"), _time(turn, "at"))


def _unanswered(data: Mapping[str, object], counted: int) -> int:
    value = data.get("unanswered", counted)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise RecordError('"unanswered" must be a whole number, 0 or more')
    return value


def _fault(value: str) -> Fault:
    try:
        return Fault(value)
    except ValueError:
        raise RecordError(f'"fault" must be one of {", ".join(Fault)}') from None


def _time(data: Mapping[str, object], key: str) -> datetime | None:
    if data.get(key) is None:
        return None
    try:
        at = datetime.fromisoformat(_string(data, key))
    except ValueError:
        raise RecordError(f'"{key}" must be a time like 2026-11-23T09:30:00+00:00') from None
    if at.year not in YEARS:
        raise RecordError(f'"{key}" must lie in {YEARS[0]} to {YEARS[-1]}')
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
