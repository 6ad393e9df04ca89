"""Which earlier messages a mail may belong to."""

from __future__ import annotations

from pipeline.records import ParsedMail


def thread_candidates(parsed: ParsedMail) -> tuple[str, ...]:
    """Message-IDs to look the conversation up by, newest first; the mail's own is not among them."""
    return tuple(reference for reference in reversed(parsed.references) if reference != parsed.message_id)
