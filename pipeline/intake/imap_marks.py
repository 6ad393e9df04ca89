"""Marking mails that have been dealt with: a keyword, a move, by UID, and only where the server permits it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError  # type: ignore[import-untyped]

from pipeline.config import ImapConfig
from pipeline.intake.imap_errors import words
from pipeline.intake.imap_fetch import in_lots

DELETED = "\\deleted"
ANY_KEYWORD = "\\*"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the server permits in the opened folder; ``flags`` are its PERMANENTFLAGS in lower case."""

    writable: bool = False
    flags: frozenset[str] = frozenset()


def why_not(config: ImapConfig, permissions: Permissions, capabilities: Collection[bytes]) -> str:
    """Why ``keyword`` and ``move_to`` cannot be done here, in one sentence; "" where they can."""
    if not permissions.writable:
        return "the server opens the folder read-only"
    if config.keyword and not {config.keyword.lower(), ANY_KEYWORD} & permissions.flags:
        return f"the server keeps no keyword {config.keyword} in this folder"
    if not config.move_to or b"MOVE" in capabilities:
        return ""
    if b"UIDPLUS" not in capabilities:
        return "the server has neither MOVE nor UIDPLUS, so one mail cannot be moved without touching others"
    return "" if DELETED in permissions.flags else "the server lets no mail of this folder be deleted, so none can move"


def mark(client: IMAPClient, config: ImapConfig, uids: Sequence[int]) -> str:
    """Keyword first, then move; "" or, in one sentence, what the server refused."""
    for lot in in_lots(uids):
        try:
            if config.keyword:
                client.add_flags(lot, [config.keyword], silent=True)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            return f"the server does not set the keyword {config.keyword}: {words(error)}"
        try:
            if config.move_to:
                _move(client, lot, config.move_to)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            return _not_moved(client, config.move_to, error)
    return ""


def _move(client: IMAPClient, uids: Sequence[int], folder: str) -> None:
    """MOVE (RFC 6851), or its three steps: only these UIDs are expunged (RFC 4315), never what others have marked."""
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.add_flags(uids, ["\\Deleted"], silent=True)
    client.uid_expunge(uids)


def _not_moved(client: IMAPClient, folder: str, error: Exception) -> str:
    present = folder_names(client)
    if folder in present:
        return f"the server does not move mails to {folder!r}: {words(error)}"
    return f"there is no folder {folder!r} to move mails to; folders here: {', '.join(present[:50])}"


def folder_names(client: IMAPClient) -> list[str]:
    """The names of all folders, decoded from modified UTF-7, sorted."""
    names = (name for _, _, name in client.list_folders())
    return sorted(name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names)
