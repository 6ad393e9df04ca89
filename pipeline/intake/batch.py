"""Mail files to JSON-ready dictionaries: the ``calmdesk parse`` verb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import ParseError
from pipeline.intake.isolate import ParserPool
from pipeline.intake.parse import unreadable_mail
from pipeline.records import Address, ParsedMail


def _email(address: Address | None) -> str | None:
    return address.email if address else None


def mail_record(file: str, mail: ParsedMail) -> dict[str, object]:
    """One mail as a dictionary of plain JSON values. The keys are a contract: additions only."""
    return {
        "file": file,
        "message_id": mail.message_id,
        "from": _email(mail.sender),
        "from_name": mail.sender.name if mail.sender else "",
        "reply_to": _email(mail.reply_to),
        "to": [address.email for address in mail.to],
        "cc": [address.email for address in mail.cc],
        "date": mail.date.isoformat() if mail.date else None,
        "subject": mail.subject,
        "kind": str(mail.kind),
        "reason": mail.reason,
        "text": mail.text,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "html": bool(mail.html),
        "attachments": [{"name": part.name, "type": part.type, "size": part.size} for part in mail.attachments],
        "identity": {"trusted": mail.identity.trusted, "why": mail.identity.why},
        "references": list(mail.references),
        "warnings": list(mail.warnings),
    }


def parse_files(
    paths: Iterable[Path], own_addresses: frozenset[str] = frozenset(), seconds: float = 5.0
) -> Iterator[dict[str, object]]:
    """One dictionary a file, in order: the record of the mail, or ``{"file", "error"}`` where it cannot be opened.

    A mail that takes longer than ``seconds`` or ends the parser is recorded as unparseable, with the reason.
    """
    with ParserPool(seconds) as pool:
        for path in paths:
            try:
                raw = path.read_bytes()
            except OSError as error:
                yield {"file": str(path), "error": f"{path}: {error.strerror or error}"}
                continue
            try:
                mail = pool.parse(raw, own_addresses)
            except ParseError as error:
                mail = unreadable_mail(raw, error.message)
            yield mail_record(str(path), mail)
