"""The demo's sample mail: written in ``samples/mails.yaml``, turned into the bytes a mail server would carry."""

from __future__ import annotations

import html
import struct
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import ConfigError

SUPPORT_ADDRESS = "care@fernhollow.example"
_FILE = Path(__file__).with_name("samples") / "mails.yaml"


def sample_mails(now: datetime | None = None) -> list[bytes]:
    """The sample mails, oldest first, dated relative to ``now`` (default: the present)."""
    now = now or datetime.now(UTC)
    return [_message(entry, number, now).as_bytes() for number, entry in enumerate(_entries(), start=1)]


def _entries() -> Sequence[Mapping[str, Any]]:
    try:
        entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{_FILE}: cannot be read: {error}") from None
    return list(entries)


def _message(entry: Mapping[str, Any], number: int, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    domain = str(entry["from"]).rpartition("@")[2]
    message["From"] = f'"{entry["name"]}" <{entry["from"]}>'
    message["To"] = SUPPORT_ADDRESS
    message["Subject"] = entry["subject"]
    message["Date"] = format_datetime(now - timedelta(hours=entry["hours_ago"]))
    message["Message-ID"] = f"<sample-{number}.{now:%Y%m%d%H%M%S}@{domain}>"
    if entry.get("quoted"):
        message["In-Reply-To"] = message["References"] = f"<repair-{number}@fernhollow.example>"
    for name, value in (entry.get("headers") or {}).items():
        message[name] = value
    _fill(message, entry)
    return message


def _fill(message: EmailMessage, entry: Mapping[str, Any]) -> None:
    text = entry["text"] + ("\n" + entry["quoted"] if entry.get("quoted") else "")
    message.set_content(text)
    if entry.get("html"):
        paragraphs = "".join(f"<p>{html.escape(part)}</p>\n" for part in text.strip().split("\n\n"))
        message.add_alternative(f"<html><body>\n{paragraphs}</body></html>\n", subtype="html")
    if entry.get("attachment"):
        message.add_attachment(_small_png(), maintype="image", subtype="png", filename=entry["attachment"])
    if entry.get("report"):
        _make_report(message, entry["report"])


def _make_report(message: EmailMessage, recipient: str) -> None:
    """Turn ``message`` into a delivery report (RFC 3464) about a mail to ``recipient``."""
    message.make_mixed()
    status = EmailMessage(policy=SMTP)
    status["Content-Type"] = "message/delivery-status"
    about_server, about_recipient = EmailMessage(policy=SMTP), EmailMessage(policy=SMTP)
    about_server["Reporting-MTA"] = "dns; mx.example.org"
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = "failed"
    about_recipient["Status"] = "5.1.1"
    status.set_payload([about_server, about_recipient])
    message.attach(status)
    boundary = message.get_boundary() or "report-boundary"
    message.replace_header(
        "Content-Type",
        f'multipart/report; report-type=delivery-status; boundary="{boundary}"',
    )
    message["Auto-Submitted"] = "auto-replied"
    message["Return-Path"] = "<>"


def _small_png(size: int = 8) -> bytes:
    """A grey square of ``size`` x ``size`` pixels (PNG, ISO/IEC 15948)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    rows = b"".join(b"\x00" + b"\x80" * size for _ in range(size))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
