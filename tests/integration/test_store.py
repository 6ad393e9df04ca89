from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine import stages
from pipeline.engine.desk import Desk
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.errors import CalmdeskError, ParseError
from pipeline.records import DraftSet, Triage
from pipeline.records import Message as MessageRecord
from pipeline.store.claims import claim, holds, release
from pipeline.store.intake import open_folder, store_raw
from pipeline.store.models import Draft, Folder, Message, RawMessage, Ticket
from tests.integration import claim_race
from tests.requirements import require
from tests.rows import (
    MORNING,
    OWNER,
    drafted_ticket,
    mail_bytes,
    make_desk,
    queued,
    raw_mail,
    stored,
    triage_of,
    work_off,
)

HOUR = timedelta(hours=1)
ROOT = Path(__file__).resolve().parents[2]


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_is_stored_once_and_progress_goes_by_uid() -> None:
    open_folder("care", "INBOX", 1, 1)
    mail = raw_mail(mail_bytes(), 7)
    assert store_raw(mail) is not None
    assert store_raw(mail) is None
    assert store_raw(raw_mail(mail_bytes(), 5)) is not None
    assert Message.objects.count() == RawMessage.objects.count() == 2
    assert bytes(Message.objects.get(uid=7).raw.data) == mail.raw
    assert Folder.objects.get().last_uid == 7


@pytest.mark.django_db
def test_a_mail_of_an_older_numbering_leaves_the_progress_alone() -> None:
    open_folder("care", "INBOX", 2, 1)
    store_raw(raw_mail(mail_bytes(), 900, uid_validity=1))
    assert Folder.objects.get().last_uid == 0


@pytest.mark.django_db
def test_a_new_folder_starts_before_the_first_wanted_uid_and_so_does_a_renumbered_one() -> None:
    assert open_folder("care", "INBOX", 1, 40).last_uid == 39
    assert open_folder("care", "INBOX", 1, 99).last_uid == 39
    assert open_folder("care", "INBOX", 2, 99).last_uid == 98


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Ticket, Message, Draft])
def test_the_database_refuses_a_state_that_the_flow_does_not_know(
    desk_config: Config, model: type[Ticket | Message | Draft]
) -> None:
    drafted_ticket(desk_config)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(state="wished for")


# --- claims ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_claimed_row_is_no_one_elses_until_its_lease_runs_out() -> None:
    row = stored(mail_bytes())
    [first] = claim(Message, ["received"], "one", HOUR, 10)
    assert claim(Message, ["received"], "two", HOUR, 10) == []
    Message.objects.filter(pk=row.pk).update(lease_until=timezone.now() - HOUR)
    [second] = claim(Message, ["received"], "two", HOUR, 10)
    with transaction.atomic():
        assert (holds(first), holds(second)) == (False, True)


@pytest.mark.django_db
def test_what_is_not_due_or_in_another_state_is_not_claimed() -> None:
    later, parsed, due = stored(mail_bytes()), stored(mail_bytes()), stored(mail_bytes())
    Message.objects.filter(pk=later.pk).update(due_at=timezone.now() + HOUR)
    Message.objects.filter(pk=parsed.pk).update(state="parsed")
    assert [row.pk for row in claim(Message, ["received"], OWNER, HOUR, 10)] == [due.pk]


@pytest.mark.django_db
def test_the_limit_is_kept_and_the_oldest_goes_first() -> None:
    rows = [stored(mail_bytes()) for _ in range(3)]
    assert [row.pk for row in claim(Message, ["received"], OWNER, HOUR, 2)] == [row.pk for row in rows[:2]]


@pytest.mark.django_db
def test_a_released_row_is_free() -> None:
    stored(mail_bytes())
    [row] = claim(Message, ["received"], "one", HOUR, 1)
    release(row)
    row.save()
    assert claim(Message, ["received"], "two", HOUR, 1)


def _race(url: str, home: Path) -> None:
    command = [sys.executable, "-m", claim_race.__name__, url, str(home)]
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environ)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    everyone = [pk for rows in result["claimed"] for pk in rows]
    assert len(everyone) == len(set(everyone)) == claim_race.ROWS
    assert result["unclaimed"] == 0
    for number, rows in enumerate(result["claimed"]):
        assert all(result["owned"][str(pk)] == f"worker-{number}" for pk in rows)
    assert url.startswith(result["vendor"][:6])


def test_workers_that_race_on_sqlite_never_share_a_row(tmp_path: Path) -> None:
    _race("sqlite:///race.sqlite3", tmp_path)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of a private PostgreSQL on a socket in a folder of its own; it runs as an unprivileged user."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    binaries = found[-1] if found else Path(on_path).parent if on_path else None
    users = {entry.pw_name for entry in pwd.getpwall()}
    user = ("postgres" if "postgres" in users else "nobody") if os.geteuid() == 0 else None
    require("PostgreSQL", [] if binaries else ["initdb"])
    assert binaries is not None
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        data, control = folder / "data", str(binaries / "pg_ctl")

        def run(*command: str) -> None:
            # No pipe for the output: the server would inherit it and keep it open.
            with (folder / "log").open("a") as log:
                subprocess.run(command, user=user, cwd=folder, stdout=log, stderr=log, check=True, timeout=60)

        run(str(binaries / "initdb"), "-D", str(data), "-U", "calmdesk", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(control, "-D", str(data), "-w", "-o", f"-c listen_addresses='' -k {folder} -F", "start")
        try:
            yield f"postgresql://calmdesk@{name.replace('/', '%2F')}/postgres"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")


def test_workers_that_race_on_postgresql_never_share_a_row(postgresql: str, tmp_path: Path) -> None:
    _race(postgresql, tmp_path)


# --- which ticket a mail belongs to ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_mail_under_new_numbers_makes_no_second_ticket(desk_config: Config) -> None:
    raw = mail_bytes()
    ticket = drafted_ticket(desk_config, raw)
    again = stored(raw, 1, uid_validity=2)
    work_off(make_desk(desk_config))
    again.refresh_from_db()
    assert (again.state, again.ticket) == ("suppressed", ticket)
    assert "second delivery" in again.reason
    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.state, ticket.version) == (1, "drafted", 1)


@pytest.mark.django_db
def test_another_mail_with_a_known_message_id_is_a_mail_of_its_own(desk_config: Config) -> None:
    drafted_ticket(desk_config, mail_bytes("First.", message_id="<same@example.com>"))
    other = drafted_ticket(
        desk_config, mail_bytes("Second.", message_id="<same@example.com>", sender="else@elsewhere.example")
    )
    assert Ticket.objects.count() == 2
    assert other.state == "drafted"


@pytest.mark.django_db
def test_an_answer_to_our_reply_joins_its_ticket_from_any_address(desk_config: Config) -> None:
    ours = queued(desk_config)
    answer = mail_bytes(
        "Thanks.", sender="orla@office.example", headers=[f"In-Reply-To: {ours.message_id}"], subject="Re: parcel"
    )
    assert drafted_ticket(desk_config, answer) == ours.ticket


@pytest.mark.django_db
def test_a_reference_to_another_persons_mail_opens_no_door_into_their_ticket(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<known@example.com>"))
    headers = ["References: <known@example.com>"]
    stranger = drafted_ticket(desk_config, mail_bytes("Me too.", sender="eve@elsewhere.example", headers=headers))
    customer = drafted_ticket(desk_config, mail_bytes("Any news?", headers=headers))
    assert stranger != ticket
    assert customer == ticket


@pytest.mark.django_db
def test_a_new_mail_makes_the_older_open_drafts_stale(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    older = set(ticket.drafts.values_list("pk", flat=True))
    drafted_ticket(desk_config, mail_bytes("It came today.", headers=["In-Reply-To: <first@example.com>"]))
    assert {draft.state for draft in ticket.drafts.filter(pk__in=older)} == {"stale"}
    assert {draft.state for draft in ticket.drafts.exclude(pk__in=older)} == {"proposed"}
    ticket.refresh_from_db()
    assert (ticket.state, ticket.version) == ("drafted", 2)


@pytest.mark.django_db
def test_of_two_mails_drafted_together_only_the_newest_can_be_answered(desk_config: Config) -> None:
    first = stored(mail_bytes(message_id="<first@example.com>"), 1)
    second = stored(mail_bytes("Any news?", headers=["In-Reply-To: <first@example.com>"]), 2)
    work_off(make_desk(desk_config))
    assert {draft.state for draft in first.drafts.all()} == {"stale"}
    assert {draft.state for draft in second.drafts.all()} == {"proposed"}


@pytest.mark.django_db
def test_a_mail_that_comes_while_a_draft_is_written_is_not_forgotten(
    desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(desk_config)
    first = stored(mail_bytes(message_id="<first@example.com>"), 1)
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    compose = stages.compose

    def overtaken(desk: Desk, row: Message) -> DraftSet:
        written = compose(desk, row)
        stored(mail_bytes("Any news?", headers=["In-Reply-To: <first@example.com>"]), 2)
        parse_stage(desk, "another-thread")
        return written

    monkeypatch.setattr(stages, "compose", overtaken)
    draft_stage(desk, OWNER)
    assert {draft.state for draft in first.drafts.all()} == {"stale"}
    assert Ticket.objects.get().version == 2


@pytest.mark.django_db
def test_an_older_mail_that_arrives_late_does_not_hide_the_newest(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<second@example.com>"), received_at=MORNING)
    late = mail_bytes("The first mail.", headers=["References: <second@example.com>"])
    drafted_ticket(desk_config, late, received_at=MORNING - HOUR)
    work_off(make_desk(desk_config))
    ticket.refresh_from_db()
    open_drafts = ticket.drafts.filter(state="proposed")
    assert ticket.state == "drafted"
    assert {(draft.message.received_at, draft.ticket_version) for draft in open_drafts} == {(MORNING, 2)}


# --- mails that cannot be processed ---------------------------------------------------------------------------------


class _Unreadable:
    def parse(self, raw: bytes, own_addresses: frozenset[str] = frozenset()) -> None:
        raise ParseError("the mail could not be read")


def _exhaust(config: Config, row: Message) -> None:
    desk = make_desk(config)
    desk.parser = _Unreadable()  # type: ignore[assignment]
    for _ in range(config.calmdesk.worker.tries):
        Message.objects.filter(pk=row.pk).update(due_at=timezone.now())
        assert parse_stage(desk, OWNER) == 1
    row.refresh_from_db()


@pytest.mark.django_db
def test_a_mail_that_fails_every_try_is_quarantined_and_one_bad_mail_stops_no_other(desk_config: Config) -> None:
    row = stored(mail_bytes())
    _exhaust(desk_config, row)
    assert (row.state, row.owner, row.reason) == ("quarantined", "", "the mail could not be read")
    assert row.ticket is not None
    assert row.ticket.state == "quarantined"


@pytest.mark.django_db
def test_a_failed_try_waits_before_the_next(desk_config: Config) -> None:
    row = stored(mail_bytes())
    desk = make_desk(desk_config)
    desk.parser = _Unreadable()  # type: ignore[assignment]
    assert parse_stage(desk, OWNER) == 1
    assert parse_stage(desk, OWNER) == 0
    row.refresh_from_db()
    assert (row.state, row.tries) == ("received", 1)


@pytest.mark.django_db
def test_a_quarantined_mail_tried_again_stays_on_its_ticket(desk_config: Config) -> None:
    row = stored(mail_bytes())
    _exhaust(desk_config, row)
    Message.objects.filter(pk=row.pk).update(state="received", tries=0, due_at=timezone.now())
    work_off(make_desk(desk_config))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.customer_email, ticket.subject) == (
        "drafted",
        "orla@example.com",
        "Where is my parcel",
    )


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_changes_nothing(desk_config: Config) -> None:
    row = stored(mail_bytes())

    def overtaken(record: MessageRecord) -> Triage:
        Message.objects.filter(pk=row.pk).update(owner="another")
        return triage_of(record)

    desk = make_desk(desk_config, overtaken)
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    row.refresh_from_db()
    assert (row.state, row.owner, row.tries) == ("parsed", "another", 0)


@pytest.mark.django_db
def test_a_failure_of_a_worker_that_lost_its_lease_is_not_counted(desk_config: Config) -> None:
    row = stored(mail_bytes())

    def overtaken(record: MessageRecord) -> Triage:
        Message.objects.filter(pk=row.pk).update(owner="another", state="drafted")
        raise CalmdeskError("too late")

    desk = make_desk(desk_config, overtaken)
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    row.refresh_from_db()
    assert (row.state, row.owner, row.tries) == ("drafted", "another", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "raw",
    [
        mail_bytes(headers=["Auto-Submitted: auto-replied"]),
        mail_bytes(sender="care@fernhollow.example"),
        mail_bytes(sender="nobody at all"),
        b"",
    ],
    ids=["auto-reply", "own address", "no sender", "empty"],
)
def test_what_must_not_be_answered_gets_a_reason_and_no_draft(desk_config: Config, raw: bytes) -> None:
    row = stored(raw)
    work_off(make_desk(desk_config))
    row.refresh_from_db()
    assert row.state in ("suppressed", "quarantined")
    assert row.reason
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_an_escalated_mail_gets_no_draft_and_is_seen_first(desk_config: Config) -> None:
    row = stored(mail_bytes())
    work_off(make_desk(desk_config, lambda record: triage_of(record, escalate="a threat")))
    row.refresh_from_db()
    assert row.ticket is not None
    assert (row.ticket.state, Draft.objects.count()) == ("escalated", 0)
