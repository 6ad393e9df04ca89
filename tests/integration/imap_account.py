"""Accounts on the servers under test, and what tests say to them past `ImapSource`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from imapclient import IMAPClient  # type: ignore[import-untyped]

from pipeline.accounts.credentials import Credentials, Password
from pipeline.config import ImapConfig
from pipeline.intake.imap import ImapSource
from tests.integration.mailstack import MailStack

_numbers = itertools.count()


def new_user() -> str:
    return f"reader{next(_numbers)}@test.example"


@dataclass(frozen=True)
class Account:
    host: str
    port: int
    user: str
    password: str

    def config(self, **changes: object) -> ImapConfig:
        values: dict[str, object] = {
            "host": self.host,
            "port": self.port,
            "tls": "none",
            "user": self.user,
            "password_env": "UNUSED",
            "timeout_seconds": 10,
        }
        return ImapConfig.model_validate(values | changes)

    def source(self, folder: str = "INBOX", credentials: Credentials | None = None, **changes: object) -> ImapSource:
        return ImapSource("support", self.config(**changes), credentials or Password(self.password), folder)

    def client(self) -> IMAPClient:
        client = IMAPClient(self.host, self.port, ssl=False, timeout=30)
        client.login(self.user, self.password)
        return client

    def add(self, *subjects: str, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.client() as client:
            for subject in subjects:
                client.append(folder, raw_mail(subject), msg_time=at)

    def remove(self, uids: Sequence[int], folder: str = "INBOX") -> None:
        """As another client deletes mails."""
        with self.client() as client:
            client.select_folder(folder)
            client.delete_messages(uids)
            client.expunge()

    def flags(self, folder: str = "INBOX") -> dict[int, set[str]]:
        """The flags of every mail by UID, without \\Recent, which belongs to sessions."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            found = client.get_flags(client.search("ALL"))
        return {uid: {flag.decode() for flag in flags} - {"\\Recent"} for uid, flags in found.items()}

    def contents(self, folder: str = "INBOX") -> list[bytes]:
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
        return [found[uid][b"BODY[]"] for uid in sorted(found)]


def dovecot_account(stack: MailStack) -> Account:
    """A fresh, empty account on the Dovecot of ``stack``."""
    return Account(stack.host, stack.imap_port, new_user(), stack.password)


def raw_mail(subject: str) -> bytes:
    return f"From: ana@customers.example\r\nSubject: {subject}\r\n\r\nHello\r\n".encode()


def subject_of(raw: bytes) -> str:
    return raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()


def subjects(source: ImapSource, first: int = 1, limit: int = 1000) -> list[str]:
    """The subjects of what ``source`` has from ``first`` on, read as the engine reads."""
    return [subject_of(mail.raw) for mail in source.fetch(source.uids(first)[:limit])]


def commands(said: Iterable[bytes]) -> list[bytes]:
    """The IMAP commands in what a client said, without their tags."""
    lines = b"".join(said).split(b"\r\n")
    return [line.partition(b" ")[2] for line in lines if line[4:5].isdigit() and b" " in line]
