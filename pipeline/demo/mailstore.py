"""Mailboxes of the demo's mail server: every address has one, kept in a folder between starts.

The IMAP rules come from pymap's in-memory backend; this module adds the files. pymap's own Maildir backend would not
do:
it gives mail back re-serialised (other line ends, other folding) instead of byte for byte, it moves its index from the
system's temporary folder by ``rename``, which fails across file systems, and it numbers new mail in directory order.

    <root>/<address>/<folder>/uids          "UIDVALIDITY NEXT_UID"
                             /cur/101:2,RS  one mail: its UID and its Maildir flags; modification time is INTERNALDATE
                             /tmp/          being written
                             /subscribed    present if subscribed

Names of addresses and folders are percent-encoded to one path component, so that no name leads out of the root.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from pymap.backend.dict.mailbox import MailboxData, Message, _ContentCache, _ThreadCache
from pymap.backend.mailbox import MailboxSetInterface
from pymap.concurrent import Event
from pymap.flags import FlagOp
from pymap.interfaces.message import CachedMessage
from pymap.listtree import ListTree
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId
from pymap.parsing.specials.flag import Answered, Deleted, Draft, Flag, Flagged, Seen
from pymap.selected import SelectedMailbox

FLAG_LETTERS = {Answered: "R", Deleted: "T", Draft: "D", Flagged: "F", Seen: "S"}
LETTER_FLAGS = {letter: flag for flag, letter in FLAG_LETTERS.items()}
NAME_LIMIT = 200
IDLE_POLL_SECONDS = 1.0


def path_component(name: str) -> str:
    """``name`` as one harmless path component; ValueError if it is empty or too long."""
    component = quote(name, safe="@+-_").replace(".", "%2E")
    if not 0 < len(component) <= NAME_LIMIT:
        raise ValueError(f"name of {len(name)} characters cannot be a folder")
    return component


def write_durably(file: Path, content: bytes, temporary: Path) -> None:
    """Write ``content`` to ``temporary``, flush it to the disk and move it to ``file`` in one step."""
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.rename(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderFiles:
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("cur", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        if not (folder / "uids").exists():
            self.write_uids(int(time.time()), 1)

    def read_uids(self) -> tuple[int, int]:
        """UIDVALIDITY and the next UID; never one that was ever given to a mail."""
        uid_validity, next_uid = map(int, (self.folder / "uids").read_text(encoding="ascii").split())
        return uid_validity, max([next_uid, *(uid + 1 for uid in self.find())])

    def write_uids(self, uid_validity: int, next_uid: int) -> None:
        content = f"{uid_validity} {next_uid}\n".encode("ascii")
        write_durably(self.folder / "uids", content, self.folder / "tmp" / "uids")

    def find(self) -> dict[int, Path]:
        """The mails by UID, ascending."""
        found = {int(file.name.partition(":")[0]): file for file in (self.folder / "cur").iterdir()}
        return dict(sorted(found.items()))

    def read(self, uid: int, file: Path) -> Message:
        flags = (LETTER_FLAGS[letter] for letter in file.name.partition(":2,")[2] if letter in LETTER_FLAGS)
        when = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        return Message(uid, when, flags, content=MessageContent.parse(file.read_bytes()))

    def write(self, uid: int, mail: AppendMessage) -> None:
        temporary = self.folder / "tmp" / str(uid)
        file = self._name(uid, mail.flag_set)
        write_durably(file, bytes(mail.literal), temporary)
        if mail.when is not None:
            os.utime(file, (mail.when.timestamp(), mail.when.timestamp()))

    def set_flags(self, uid: int, flags: Iterable[Flag]) -> None:
        self.find()[uid].rename(self._name(uid, flags))

    def remove(self, uid: int) -> None:
        self.find()[uid].unlink()

    def _name(self, uid: int, flags: Iterable[Flag]) -> Path:
        letters = "".join(sorted(FLAG_LETTERS[flag] for flag in flags if flag in FLAG_LETTERS))
        return self.folder / "cur" / f"{uid}:2,{letters}"


class KeptMailbox(MailboxData):
    """pymap's in-memory mailbox with its changes written to files first."""

    def __init__(self, folder: Path) -> None:
        super().__init__(_ContentCache(), _ThreadCache())
        self._files = FolderFiles(folder)
        self._writing = asyncio.Lock()
        self._uid_validity, next_uid = self._files.read_uids()
        self._max_uid = next_uid - 1
        self._messages = {uid: self._files.read(uid, file) for uid, file in self._files.find().items()}

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        """As pymap's, but an update that falls between two waits of an IDLE is noticed within a second."""
        if wait_on is not None:
            await wait_on.or_event(self._updated).wait(timeout=IDLE_POLL_SECONDS)
        return await super().update_selected(selected)

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        when = append_msg.when or datetime.now(UTC)
        mail = AppendMessage(append_msg.literal, when, append_msg.flag_set)
        async with self._writing:
            self._files.write(self._max_uid + 1, mail)
            return await super().append(mail, recent=recent)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        message = self._messages.get(uid)
        if message is None or message._content is None:
            return None
        mail = AppendMessage(bytes(message._content), message.internal_date, message.permanent_flags)
        return (await destination.append(mail, recent=recent)).uid

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        copied = await self.copy(uid, destination, recent=recent)
        if copied is not None:
            await self.delete([uid])
        return copied

    async def update(self, uid: int, cached_msg: CachedMessage, flag_set: frozenset[Flag], mode: FlagOp) -> Message:
        message = await super().update(uid, cached_msg, flag_set, mode)
        if uid in self._messages:
            self._files.set_flags(uid, message.permanent_flags)
        return message

    async def delete(self, uids: Iterable[int]) -> None:
        present = [uid for uid in uids if uid in self._messages]
        self._files.write_uids(self._uid_validity, self._max_uid + 1)
        for uid in present:
            self._files.remove(uid)
        await super().delete(present)


class KeptMailboxes(MailboxSetInterface[KeptMailbox]):
    """The folders of one address; INBOX always exists."""

    def __init__(self, root: Path, address: str) -> None:
        self._root = root / path_component(address)
        self._open: dict[str, KeptMailbox] = {}
        self._mailbox("INBOX")

    @property
    def delimiter(self) -> str:
        return "/"

    def _names(self) -> list[str]:
        return sorted(unquote(folder.name) for folder in self._root.iterdir())

    def _mailbox(self, name: str) -> KeptMailbox:
        if name not in self._open:
            self._open[name] = KeptMailbox(self._root / path_component(name))
        return self._open[name]

    async def list_mailboxes(self) -> ListTree:
        return ListTree(self.delimiter).update(*self._names())

    async def list_subscribed(self) -> ListTree:
        names = (name for name in self._names() if (self._root / path_component(name) / "subscribed").exists())
        return ListTree(self.delimiter).update("INBOX", *names)

    async def set_subscribed(self, name: str, subscribed: bool) -> None:
        if name not in self._names():
            return
        mark = self._root / path_component(name) / "subscribed"
        if subscribed:
            mark.touch()
        else:
            mark.unlink(missing_ok=True)

    async def get_mailbox(self, name: str) -> KeptMailbox:
        name = "INBOX" if name.upper() == "INBOX" else name
        if name not in self._names():
            raise KeyError(name)
        return self._mailbox(name)

    async def add_mailbox(self, name: str) -> ObjectId:
        if name in self._names():
            raise ValueError(name)
        return self._mailbox(name).mailbox_id

    async def delete_mailbox(self, name: str) -> None:
        if name == "INBOX" or name not in self._names():
            raise KeyError(name)
        self._open.pop(name, None)
        shutil.rmtree(self._root / path_component(name))

    async def rename_mailbox(self, before: str, after: str) -> None:
        """RFC 3501 6.3.5, except that INBOX cannot be renamed."""
        names = self._names()
        if before == "INBOX" or before not in names:
            raise KeyError(before)
        if after in names:
            raise ValueError(after)
        for old, new in ListTree(self.delimiter).update(*names).get_renames(before, after):
            self._open.pop(old, None)
            (self._root / path_component(old)).rename(self._root / path_component(new))


class MailStore:
    """The mailboxes of every address below ``root``, opened on first use."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[str, KeptMailboxes] = {}

    def mailboxes(self, address: str) -> KeptMailboxes:
        """The folders of ``address``, made if need be; ValueError if it cannot be the name of a mailbox."""
        address = address.lower()
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or not address.isprintable() or " " in address:
            raise ValueError("not a mail address")
        if address not in self._open:
            self._open[address] = KeptMailboxes(self._root, address)
        return self._open[address]
