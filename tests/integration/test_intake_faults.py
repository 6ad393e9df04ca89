"""Every fault of mail reading, done to the real reader on a real Dovecot: N mails in, N stored, each once."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from pipeline.accounts.credentials import Credentials, Password
from pipeline.config import Config, ImapConfig
from pipeline.engine import watch as watching
from pipeline.engine.watch import mark, poll, watch
from pipeline.errors import MailboxError
from pipeline.intake.imap import ImapSource
from pipeline.resources import default_folder
from pipeline.store.models import Draft, Folder, Message, Ticket
from tests.acceptance.installation import wait_until
from tests.integration.faultproxy import (
    CutAtWord,
    CutDown,
    Fault,
    FaultProxy,
    Refused,
    Replaced,
    ReplyLost,
    Silence,
)
from tests.integration.mailstack import SUPPORT, MailStack
from tests.rows import mail_bytes, make_desk, work_off

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=3)
ROOT = Path(__file__).resolve().parents[2]
_names = itertools.count(1)


class Box:
    """A folder of its own on the shared Dovecot."""

    def __init__(self, stack: MailStack) -> None:
        self.stack = stack
        self.folder = self.make(f"Faults-{next(_names)}")
        self.put: list[bytes] = []

    def make(self, name: str) -> str:
        with self.stack.imap(SUPPORT) as client:
            client.create_folder(name)
        return name

    def add(self, count: int, at: datetime | None = None, folder: str = "") -> None:
        mails = [mail_bytes(f"Mail {len(self.put) + number}.") for number in range(count)]
        self.put += mails
        self.stack.append(SUPPORT, mails, folder or self.folder, at)

    def source(
        self, port: int = 0, credentials: Credentials | None = None, folder: str = "", **more: object
    ) -> ImapSource:
        config = ImapConfig.model_validate(
            {"host": self.stack.host, "port": port or self.stack.imap_port, "tls": "none", "user": SUPPORT}
            | {"timeout_seconds": 2, "password_env": "UNUSED"}
            | more
        )
        return ImapSource("care", config, credentials or Password(self.stack.password), folder or self.folder)

    def read(self, **more: object) -> int:
        with self.source(**more) as source:  # type: ignore[arg-type]
            return poll(source, DAYS)

    def assert_all_stored_once(self) -> None:
        stored = [bytes(row.raw.data) for row in Message.objects.filter(folder=self.folder).select_related("raw")]
        assert sorted(stored) == sorted(self.put)


@pytest.fixture
def box(mail_stack: MailStack) -> Box:
    return Box(mail_stack)


# --- the connection -------------------------------------------------------------------------------------------------

FAULTS: dict[str, Callable[[], Fault]] = {
    "refused": Refused,
    "reset after some bytes": lambda: CutDown(3000),
    "cut inside a literal": lambda: CutDown(20_000),
    "reset before the first body": lambda: CutAtWord(b"BODY.PEEK[]"),
    "answer to the fetch lost": lambda: ReplyLost(b"BODY.PEEK[]"),
    "silence at login": lambda: Silence(b"LOGIN"),
    "silence at the fetch": lambda: Silence(b"BODY.PEEK[]"),
    "server says BYE": lambda: Replaced(b"OK Search completed", b"BYE I am going down"),
    "garbage for a size": lambda: Replaced(b"RFC822.SIZE", b"RFC822.%$#@"),
    "garbage for a literal": lambda: Replaced(b"BODY[] {", b"BODY[] <"),
    "sizes that do not fit": lambda: Replaced(b"RFC822.SIZE ", b"RFC822.SIZE 9"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_after_any_fault_of_the_connection_every_mail_is_stored_once(box: Box, fault: Callable[[], Fault]) -> None:
    box.add(60)
    with FaultProxy((box.stack.host, box.stack.imap_port), fault) as proxy:
        for _ in range(3):
            try:
                box.read(port=proxy.port)
            except MailboxError:
                for row in Message.objects.select_related("raw"):
                    assert bytes(row.raw.data) in box.put
        proxy.fault = Fault
        box.read(port=proxy.port)
    box.assert_all_stored_once()
    assert Folder.objects.get(name=box.folder).last_uid == 60


@pytest.mark.parametrize(
    "fault",
    [lambda: CutDown(20_000), lambda: ReplyLost(b"BODY.PEEK[]"), lambda: Refused()],
    ids=["cut", "lost", "refused"],
)
def test_the_watch_goes_on_by_itself_when_the_fault_is_over(
    box: Box, fault: Callable[[], Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    box.add(60)
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)
    monkeypatch.setattr(watching, "SHORTEST_BACKOFF", 0.01)
    connections = itertools.count()
    with FaultProxy(
        (box.stack.host, box.stack.imap_port), lambda: fault() if next(connections) < 3 else Fault()
    ) as proxy:
        stop = threading.Event()

        def stored() -> None:
            if Message.objects.count() == 60:
                stop.set()

        watch(box.source(port=proxy.port), DAYS, 30.0, stop, stored)
    box.assert_all_stored_once()


def test_a_stripped_starttls_ends_before_the_login_and_mail_waits(box: Box) -> None:
    box.add(1)
    with FaultProxy((box.stack.host, box.stack.imap_port), lambda: Replaced(b"STARTTLS", b"STARTTLX")) as proxy:
        with pytest.raises(MailboxError):
            box.read(port=proxy.port, tls="starttls", ca_file=str(box.stack.ca_file))
        assert not Message.objects.exists()
    box.read(tls="starttls", ca_file=str(box.stack.ca_file))
    box.assert_all_stored_once()


class Tokens:
    """Hands out tokens that live ``lifetimes`` seconds, one after the other."""

    mechanism = "XOAUTH2"

    def __init__(self, stack: MailStack, *lifetimes: int) -> None:
        self.stack, self.lifetimes, self.fresh = stack, list(lifetimes), 0

    def token(self, fresh: bool = False) -> str:
        self.fresh += fresh
        return self.stack.token(SUPPORT, self.lifetimes.pop(0))


def test_an_expired_token_is_renewed_once_and_no_mail_is_lost(box: Box) -> None:
    box.add(3)
    tokens = Tokens(box.stack, -60, 60)
    box.read(credentials=tokens)
    assert (tokens.fresh, tokens.lifetimes) == (1, [])
    box.assert_all_stored_once()


def test_while_tokens_are_refused_mail_waits_and_the_operator_is_told(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.add(2)
    monkeypatch.setattr(watching, "close_old_connections", lambda: None)
    tokens = Tokens(box.stack, -60, -60, 60)
    waits: list[float] = []

    class Clock(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            assert "calmdesk login" in Folder.objects.get().error
            return self.is_set()

    stop = Clock()
    watch(box.source(credentials=tokens), DAYS, 30.0, stop, stop.set)
    assert waits == [watching.LOGIN_BACKOFF]
    assert Folder.objects.get().error == ""
    box.assert_all_stored_once()


# --- the folder -----------------------------------------------------------------------------------------------------


def test_ten_days_of_outage_are_caught_up_and_drafted_for(box: Box, desk_config: Config) -> None:
    box.add(1)
    box.read()
    Folder.objects.update(history_before=timezone.now() - timedelta(days=40))
    for day in range(10):
        box.add(70, at=timezone.now() - timedelta(days=10 - day))
    assert box.read() == 700
    box.assert_all_stored_once()
    assert not Message.objects.filter(history=True).exists()


def test_at_the_first_start_on_a_full_mailbox_nothing_is_drafted_for_old_mail(box: Box, desk_config: Config) -> None:
    box.add(1000, at=timezone.now() - timedelta(days=30))
    box.put.clear()
    assert box.read() == 0
    box.add(1)
    assert box.read() == 1
    work_off(make_desk(desk_config))
    assert Ticket.objects.count() == 1
    assert set(Draft.objects.values_list("message__folder", flat=True)) == {box.folder}
    box.assert_all_stored_once()


def test_mail_of_the_first_day_that_is_older_than_the_cut_off_is_history(box: Box, desk_config: Config) -> None:
    # SEARCH knows days only; the exact line is drawn by the time the server received the mail.
    cut_off = timezone.now() - DAYS
    box.add(1, at=cut_off - timedelta(minutes=1))
    box.add(1, at=cut_off + timedelta(minutes=5))
    box.read()
    for _ in range(2):
        work_off(make_desk(desk_config))
    states = list(Message.objects.order_by("uid").values_list("state", flat=True))
    assert states in (["history", "drafted"], ["drafted"])  # one mail where the minute before lies in the day before


@pytest.mark.parametrize("years", [-5, 5])
def test_order_and_clock_follow_the_servers_time_and_never_the_date_header(
    box: Box, desk_config: Config, years: int
) -> None:
    wrong = mail_bytes("Help!").replace(b"Tue, 24 Nov 2026", b"Tue, 24 Nov %d" % (2026 + years))
    received = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    box.stack.append(SUPPORT, [wrong], box.folder, received)
    box.read()
    work_off(make_desk(desk_config))
    message = Message.objects.get()
    assert (message.received_at, message.state) == (received, "drafted")
    assert message.ticket is not None and message.ticket.reply_due_at is not None
    assert abs(message.ticket.reply_due_at - received) < timedelta(days=7)


def test_another_client_that_marks_everything_seen_hides_no_mail_and_we_mark_nothing(box: Box) -> None:
    box.add(5)
    with box.stack.imap(SUPPORT) as client:
        client.select_folder(box.folder)
        client.add_flags(client.search(), [b"\\Seen"])
        client.remove_flags([3], [b"\\Seen"])
        box.read()
        client.noop()
        flags = client.get_flags(client.search())
    box.assert_all_stored_once()
    assert [b"\\Seen" in flags[uid] for uid in sorted(flags)] == [True, True, False, True, True]


def test_a_renumbered_folder_gives_no_second_ticket_or_draft_and_is_told(box: Box, desk_config: Config) -> None:
    box.add(5)
    box.read()
    work_off(make_desk(desk_config))
    drafts = set(Draft.objects.values_list("pk", "version"))
    box.stack.renumber(SUPPORT, box.folder, 424_242)
    box.add(1)
    assert box.read() == 1
    work_off(make_desk(desk_config))
    box.assert_all_stored_once()
    assert Ticket.objects.count() == 6
    assert drafts <= set(Draft.objects.values_list("pk", "version"))
    assert "424242" in Folder.objects.get().notice


def test_a_session_that_the_server_ends_in_the_middle_is_taken_up_again(box: Box) -> None:
    box.add(120)
    with box.source() as source, pytest.raises(MailboxError):
        poll(source, DAYS, lambda: box.stack.kick(SUPPORT))
    assert 0 < Message.objects.count() <= 120
    box.read()
    box.assert_all_stored_once()


def test_one_mail_in_two_folders_is_one_ticket_with_two_deliveries(box: Box, desk_config: Config) -> None:
    second = box.make(f"{box.folder} Alle Mails & Zürich/日本")
    box.add(3)
    copies = [b"X-Folder: second\r\n" + raw for raw in box.put]
    box.stack.append(SUPPORT, copies, second)
    box.read()
    box.read(folder=second)
    work_off(make_desk(desk_config))
    assert (Ticket.objects.count(), Message.objects.count()) == (3, 6)
    assert set(Draft.objects.values_list("message__folder", flat=True)) == {box.folder}
    seconds = Message.objects.filter(folder=second)
    assert {row.state for row in seconds} == {"suppressed"}
    assert all("second delivery" in row.reason for row in seconds)


def test_marks_are_set_only_after_mail_was_dealt_with(box: Box, desk_config: Config) -> None:
    done = box.make(f"{box.folder}-done")
    box.add(2)
    with box.source(keyword="$Triaged", move_to=done) as source:
        poll(source, DAYS)
        mark(source)
        with box.stack.imap(SUPPORT) as client:
            client.select_folder(box.folder)
            assert len(client.search()) == 2
        work_off(make_desk(desk_config))
        mark(source)
    with box.stack.imap(SUPPORT) as client:
        client.select_folder(box.folder)
        assert client.search() == []
        client.select_folder(done)
        assert all(b"$Triaged" in flags for flags in client.get_flags(client.search()).values())
        assert len(client.search()) == 2
    assert Message.objects.filter(marked_at__isnull=False).count() == 2


# --- the process ----------------------------------------------------------------------------------------------------


@pytest.fixture
def installation(box: Box, tmp_path: Path) -> Path:
    """The shipped configuration with ``box`` as its mailbox."""
    folder = Path(shutil.copytree(default_folder("config"), tmp_path / "desk"))
    file = folder / "mailboxes.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    server = {"host": box.stack.host, "user": SUPPORT, "tls": "none", "password_env": "FAULTS_PASSWORD"}
    data["mailboxes"]["care"]["imap"] = server | {"port": box.stack.imap_port, "folder": box.folder}
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    return folder


def _count(folder: Path, where: str = "1=1") -> int:
    file = folder / "calmdesk.sqlite3"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        try:
            return int(database.execute(f"SELECT count(*) FROM store_message WHERE {where}").fetchone()[0])
        except sqlite3.OperationalError:  # the tables are being made
            return 0


@pytest.fixture
def reader(installation: Path) -> Iterator[Callable[[int], subprocess.Popen[bytes]]]:
    """Starts the reading half of the worker as a process of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start(count: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "benchmarks.intake_worker", str(installation), str(count)]
        environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        process = subprocess.Popen(command, cwd=ROOT, env=environ | {"FAULTS_PASSWORD": MailStack.password})
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_reader_killed_again_and_again_loses_nothing_and_stores_nothing_twice(
    box: Box, installation: Path, reader: Callable[[int], subprocess.Popen[bytes]]
) -> None:
    box.add(400)
    for stored, parsed in ((1, 0), (60, 1), (150, 40), (300, 200)):
        process = reader(10**9)
        wait_until("mails stored", lambda wanted=stored: _count(installation) >= wanted)
        wait_until("mails parsed", lambda wanted=parsed: _count(installation, "state != 'received'") >= wanted)
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = reader(10**9)
    wait_until("every mail", lambda: _count(installation, "state != 'received'") == 400)
    with closing(sqlite3.connect(installation / "calmdesk.sqlite3")) as database:
        raws = [row[0] for row in database.execute("SELECT data FROM store_rawmessage")]
        assert database.execute("SELECT count(*) FROM store_ticket").fetchone()[0] == 400
    assert sorted(raws) == sorted(box.put)
