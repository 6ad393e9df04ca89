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
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from pipeline.accounts.credentials import Credentials, Password
from pipeline.config import Config, ImapConfig
from pipeline.engine import watch as watching
from pipeline.engine.stages import parse_stage
from pipeline.engine.watch import mark, poll, watch
from pipeline.errors import MailboxError
from pipeline.intake.imap import ImapSource
from pipeline.resources import default_folder
from pipeline.store.models import Draft, Folder, Message, Ticket
from tests.acceptance.installation import wait_until
from tests.integration.faultproxy import (
    Answered,
    CutAtWord,
    CutDown,
    Fault,
    FaultProxy,
    Later,
    Refused,
    Replaced,
    ReplyLost,
    SaidNo,
    Silence,
)
from tests.integration.mailstack import SUPPORT, MailStack
from tests.rows import OWNER, mail_bytes, make_desk, work_off

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

    def add(self, count: int, at: datetime | Sequence[datetime] | None = None, *headers: str) -> None:
        """Mails of ``count`` customers, received at this time, or at these."""
        numbers = range(len(self.put), len(self.put) + count)
        mails = [mail_bytes(f"Mail {n}.", sender=f"c{n}@firm{n}.example", headers=headers) for n in numbers]
        self.put += mails
        self.stack.append(SUPPORT, mails, self.folder, at)

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

    def stored(self) -> list[bytes]:
        rows = Message.objects.filter(folder=self.folder).select_related("raw")
        return [bytes(row.raw.data) for row in rows.order_by("uid")]

    def assert_all_stored_once(self) -> None:
        assert sorted(self.stored()) == sorted(self.put)


@pytest.fixture
def box(mail_stack: MailStack) -> Box:
    return Box(mail_stack)


# --- the connection -------------------------------------------------------------------------------------------------

BODY = b"BODY.PEEK[]"
LOT = 50
"""So many small mails are asked for, and stored, at once."""
IN_BETWEEN = [LOT, 2 * LOT, 3 * LOT]
"""What is stored after three polls, each of which breaks at its second lot of bodies."""
NOTHING = [0, 0, 0]

BREAKING: dict[str, tuple[Callable[[], Fault], list[int]]] = {
    "refused": (Refused, NOTHING),
    "reset after some bytes": (lambda: CutDown(3000), NOTHING),
    "silence at login": (lambda: Silence(b"LOGIN"), NOTHING),
    "garbage for a size": (lambda: Replaced(b"RFC822.SIZE ", b"RFC822.SIZE ("), NOTHING),
    "BYE to the search": (lambda: Replaced(b"OK Search completed", b"BYE I am going down"), NOTHING),
    "reset before the bodies": (lambda: CutAtWord(BODY), NOTHING),
    "reset before more bodies": (lambda: Later(BODY, CutAtWord(BODY)), IN_BETWEEN),
    "cut inside a literal": (lambda: Later(BODY, CutDown(5000)), IN_BETWEEN),
    "answer to the fetch lost": (lambda: Later(BODY, ReplyLost(BODY)), IN_BETWEEN),
    "silence at the fetch": (lambda: Later(BODY, Silence(BODY)), IN_BETWEEN),
    "BYE to the fetch": (lambda: Later(BODY, Answered(BODY, b"* BYE I am going down\r\n")), IN_BETWEEN),
    "garbage for a literal": (lambda: Later(BODY, Replaced(b"BODY[] {", b"BODY[] <")), IN_BETWEEN),
}


@pytest.mark.parametrize(("fault", "stored"), BREAKING.values(), ids=(f"{name}, breaks" for name in BREAKING))
def test_after_any_fault_of_the_connection_every_mail_is_stored_once(
    box: Box, fault: Callable[[], Fault], stored: list[int]
) -> None:
    box.add(4 * LOT)
    with FaultProxy((box.stack.host, box.stack.imap_port), fault) as proxy:
        for count in stored:
            with pytest.raises(MailboxError):
                box.read(port=proxy.port, timeout_seconds=1)
            assert box.stored() == box.put[:count]
        proxy.fault = Fault
        assert box.read(port=proxy.port) == 4 * LOT - stored[-1]
    box.assert_all_stored_once()
    assert Folder.objects.get(name=box.folder).last_uid == 4 * LOT


def test_sizes_that_do_not_fit_break_nothing(box: Box) -> None:
    box.add(4 * LOT)
    lying = lambda: Replaced(b"RFC822.SIZE ", b"RFC822.SIZE 9")  # noqa: E731
    with (
        FaultProxy((box.stack.host, box.stack.imap_port), lying) as proxy,
        box.source(port=proxy.port) as source,
    ):
        assert poll(source, DAYS) == 4 * LOT
        assert source.warning == ""
    box.assert_all_stored_once()


@pytest.mark.parametrize(
    "fault",
    [
        lambda: Replaced(b"RFC822.SIZE ", b"RFC822.SIZE x", where=b"(UID 60 "),
        lambda: SaidNo(b"60,", b"FETCH 60 "),
    ],
    ids=["no size", "refused"],
)
def test_one_mail_that_the_server_does_not_give_holds_up_no_other_and_is_stored_when_it_does(
    box: Box, fault: Callable[[], Fault]
) -> None:
    box.add(2 * LOT)
    with FaultProxy((box.stack.host, box.stack.imap_port), fault) as proxy:
        with box.source(port=proxy.port) as source:
            assert poll(source, DAYS) == 2 * LOT - 1
            assert "UID 60" in source.warning
        assert box.stored() == box.put[:59] + box.put[60:]
        proxy.fault = Fault
        Folder.objects.update(reconciled_at=timezone.now() - watching.RECONCILE_EVERY * 2)
        assert box.read(port=proxy.port) == 1
    box.assert_all_stored_once()


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


def parse_all(config: Config) -> None:
    desk = make_desk(config)
    while parse_stage(desk, OWNER):
        pass


def test_ten_days_of_outage_are_caught_up_and_no_mail_is_held_back_as_a_flood(box: Box, desk_config: Config) -> None:
    box.add(1)
    box.read()
    Folder.objects.update(history_before=timezone.now() - timedelta(days=40))
    every_20_minutes = [timezone.now() - timedelta(minutes=20 * number) for number in range(720, 0, -1)]
    box.add(720, every_20_minutes)
    assert box.read() == 720
    box.assert_all_stored_once()
    parse_all(desk_config)
    assert set(Message.objects.values_list("state", "history")) == {("parsed", False)}
    assert Ticket.objects.count() == 721


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


def test_mail_from_before_the_cut_off_is_history_and_older_mail_is_not_read(box: Box, desk_config: Config) -> None:
    # SEARCH knows the server's days only, so it starts a day early: the exact line is drawn by the time of receipt.
    cut_off = timezone.now() - DAYS
    box.add(3, [cut_off - timedelta(days=3), cut_off - timedelta(minutes=1), cut_off + timedelta(minutes=5)])
    assert box.read() == 2
    for _ in range(2):
        work_off(make_desk(desk_config))
    assert box.stored() == box.put[1:]
    assert list(Message.objects.order_by("uid").values_list("state", flat=True)) == ["history", "drafted"]


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


def test_a_folder_renumbered_while_it_is_read_gives_no_second_ticket(box: Box, desk_config: Config) -> None:
    box.add(3 * LOT)
    lots: list[int] = []

    def stored() -> None:
        lots.append(Message.objects.count())
        if len(lots) == 1:
            box.stack.renumber(SUPPORT, box.folder, 515_151)

    with box.source() as source, pytest.raises(MailboxError, match="inconsistent"):
        poll(source, DAYS, stored)
    assert lots == [LOT]
    parse_all(desk_config)
    box.read()
    parse_all(desk_config)
    box.assert_all_stored_once()
    assert Ticket.objects.count() == 3 * LOT
    assert set(Message.objects.values_list("uid_validity", flat=True)) == {515_151}
    assert "515151" in Folder.objects.get().notice


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


def _configure(folder: Path, /, **imap: object) -> None:
    file = folder / "mailboxes.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    data["mailboxes"]["care"]["imap"] = (data["mailboxes"]["care"].get("imap") or {}) | imap
    file.write_text(yaml.safe_dump(data), encoding="utf-8")


@pytest.fixture
def installation(box: Box, tmp_path: Path) -> Path:
    """The shipped configuration with ``box`` as its mailbox."""
    folder = Path(shutil.copytree(default_folder("config"), tmp_path / "desk"))
    server = {"host": box.stack.host, "port": box.stack.imap_port, "tls": "none", "folder": box.folder}
    _configure(folder, user=SUPPORT, password_env="FAULTS_PASSWORD", **server)
    return folder


def _stored(folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(folder / "calmdesk.sqlite3")) as database:
        return [row[0] for row in database.execute("SELECT data FROM store_rawmessage")]


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
    assert sorted(_stored(installation)) == sorted(box.put)
    with closing(sqlite3.connect(installation / "calmdesk.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM store_ticket").fetchone()[0] == 400


def test_a_reader_killed_while_it_marks_and_moves_loses_nothing_and_moves_nothing_that_is_not_stored(
    box: Box, installation: Path, reader: Callable[[int], subprocess.Popen[bytes]]
) -> None:
    done = box.make(f"{box.folder}-done")
    _configure(installation, keyword="$Triaged", move_to=done)

    def moved() -> int:
        return int(client.folder_status(done, ["MESSAGES"])[b"MESSAGES"])

    def labelled() -> int:
        client.select_folder(box.folder, readonly=True)
        return len(client.search(["KEYWORD", "$Triaged"])) + moved()

    def set_down() -> int:
        return _count(installation, "marked_at IS NOT NULL")

    def parsed() -> int:
        return _count(installation, "state = 'suppressed'")

    def killed_when(what: str, count: Callable[[], int], wanted: int) -> None:
        process = reader(10**9)
        wait_until(what, lambda: count() >= wanted, every=0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stored, after = _stored(installation), box.stack.mailbox(SUPPORT, done)
        assert sorted(stored) == sorted(box.put)
        assert set(after) <= set(stored)
        assert set(after) | set(box.stack.mailbox(SUPPORT, box.folder)) == set(stored)

    with box.stack.imap(SUPPORT) as client:
        for what, count in (
            ("a keyword is set", labelled),
            ("a mail is moved", moved),
            ("a mark is put down", set_down),
        ):
            box.add(40, None, "Auto-Submitted: auto-replied")
            killed_when("all are parsed", parsed, len(box.put))
            killed_when(what, count, count() + 1)
        killed_when("all are marked", set_down, len(box.put))
    assert sorted(box.stack.mailbox(SUPPORT, done)) == sorted(box.put)
