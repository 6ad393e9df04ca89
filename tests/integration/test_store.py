from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine import stages
from pipeline.engine.desk import Desk
from pipeline.engine.stages import draft_stage, parse_stage, triage_stage
from pipeline.errors import CalmdeskError, ConfigError, ParseError
from pipeline.intake.thread import reply_address, reply_token
from pipeline.records import Case, DraftSet, Source, Triage
from pipeline.records import Message as MessageRecord
from pipeline.review import decisions
from pipeline.settings import TRIES
from pipeline.store.approvals import why_void
from pipeline.store.claims import claim, holds, release
from pipeline.store.intake import folder_row, marked, note_error, open_folder, store_mails, to_mark
from pipeline.store.models import AuditEvent, Draft, Folder, Message, Outgoing, RawMessage, Ticket
from pipeline.store.threads import signing_key
from tests.integration import account_race, claim_race, intake_race
from tests.requirements import require
from tests.rows import (
    MORNING,
    OWNER,
    drafted_ticket,
    mail_bytes,
    make_desk,
    opened,
    person,
    queued,
    raw_mail,
    stored,
    triage_of,
    work_off,
)


def approval_holds(row: Outgoing) -> bool:
    row.ticket.refresh_from_db()
    row.approval.draft.refresh_from_db()
    return not why_void(row, row.approval.hash)


HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
ROOT = Path(__file__).resolve().parents[2]


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_mail_is_stored_once_and_progress_goes_by_uid() -> None:
    folder = opened()
    mail = raw_mail(mail_bytes(), 7)
    assert store_mails(folder, [mail]) == 1
    assert store_mails(folder, [mail]) == 0
    assert store_mails(folder, [raw_mail(mail_bytes(), 5), mail]) == 1
    assert Message.objects.count() == RawMessage.objects.count() == 2
    assert bytes(Message.objects.get(uid=7).raw.data) == mail.raw
    assert Folder.objects.get().last_uid == 7


@pytest.mark.django_db
def test_a_new_folder_starts_before_the_first_wanted_uid_and_so_does_a_renumbered_one() -> None:
    assert open_folder("care", "INBOX", 1, 40, MORNING).last_uid == 39
    again = open_folder("care", "INBOX", 2, 99, MORNING + HOUR)
    assert (again.last_uid, again.first_uid, again.history_before) == (98, 99, MORNING)
    assert "was 1, is 2" in again.notice
    assert AuditEvent.objects.get().action == "folder renumbered"


@pytest.mark.django_db
def test_a_folder_that_could_not_be_opened_yet_shows_why_and_starts_like_a_new_one() -> None:
    note_error("care", "INBOX", "no such host")
    assert (Folder.objects.get().error, folder_row("care", "INBOX")) == ("no such host", None)
    folder = open_folder("care", "INBOX", 5, 1, MORNING)
    assert (folder.notice, folder.history_before) == ("", MORNING)


@pytest.mark.django_db
def test_mails_of_a_renumbered_folder_are_known_by_their_bytes_each_once() -> None:
    same, other = mail_bytes(message_id="<twice@example.com>"), mail_bytes()
    before = [stored(same, 1), stored(same, 2), stored(other, 3)]
    folder = opened(2)
    renumbered = [raw_mail(raw, uid, uid_validity=2) for uid, raw in ((10, same), (11, other), (12, same), (13, same))]
    assert store_mails(folder, renumbered) == 1
    assert Message.objects.filter(uid_validity=2).count() == 4
    for row, uid in zip(before, (10, 12, 11), strict=True):
        row.refresh_from_db()
        assert (row.uid_validity, row.uid) == (2, uid)


@pytest.mark.django_db
def test_mail_older_than_the_first_start_is_history_also_when_it_turns_up_later(desk_config: Config) -> None:
    folder = open_folder("care", "INBOX", 1, 1, MORNING)
    store_mails(folder, [raw_mail(mail_bytes(), 1, received_at=MORNING - HOUR), raw_mail(mail_bytes(), 2)])
    work_off(make_desk(desk_config))
    parse_stage(make_desk(desk_config), OWNER)
    old, new = Message.objects.order_by("uid")
    assert (old.state, new.state) == ("history", "drafted")
    assert "older than the first start" in old.reason
    assert old.ticket is not None
    assert (old.ticket.state, old.ticket.version) == ("history", 0)


@pytest.mark.django_db
def test_mail_that_waits_for_an_answer_goes_before_history(desk_config: Config) -> None:
    folder = opened()
    store_mails(folder, [raw_mail(mail_bytes(), uid) for uid in (1, 2)], history=True)
    store_mails(folder, [raw_mail(mail_bytes(), 3)])
    desk = make_desk(desk_config)
    parse_stage(desk, OWNER)
    assert set(Message.objects.exclude(state="received").values_list("uid", flat=True)) == {3}
    parse_stage(desk, OWNER)
    assert not Message.objects.filter(state="received").exists()


@pytest.mark.django_db
def test_a_mail_that_is_too_large_becomes_a_ticket_that_says_where_it_lies(desk_config: Config) -> None:
    head = mail_bytes().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    store_mails(opened(), [replace(raw_mail(head, 1), size=30_000_000, complete=False)])
    work_off(make_desk(desk_config))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.customer_email) == ("quarantined", "orla@example.com")
    assert "30.0 MB" in ticket.messages.get().reason and "'INBOX'" in ticket.messages.get().reason


@pytest.mark.django_db
def test_only_mails_that_were_dealt_with_are_marked_and_each_once(desk_config: Config) -> None:
    folder = opened()
    for uid in (1, 2):
        stored(mail_bytes(), uid)
    work_off(make_desk(desk_config))
    stored(mail_bytes(), 3)
    assert to_mark(folder, 10) == [1, 2]
    assert to_mark(folder, 1) == [1]
    marked(folder, [1])
    assert to_mark(folder, 10) == [2]


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


def _run_race(module: str, url: str, home: Path) -> Any:
    command = [sys.executable, "-m", module, url, str(home)]
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=environ)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def _intake_race(url: str, home: Path) -> None:
    result = _run_race(intake_race.__name__, url, home)
    assert sum(result["stored"]) == result["messages"] == len(intake_race.FOLDERS) * intake_race.MAILS
    assert (result["waiting"], result["tries"], result["errors"]) == (0, 0, [])
    assert result["contents"] == intake_race.MAILS
    assert result["split"] == []
    assert url.startswith(result["vendor"][:6])


def _race(url: str, home: Path) -> None:
    result = _run_race(claim_race.__name__, url, home)
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
            yield f"postgresql://calmdesk@{name.replace('/', '%2F')}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")


def test_workers_that_race_on_postgresql_never_share_a_row(postgresql: str, tmp_path: Path) -> None:
    _race(f"{postgresql}/postgres", tmp_path)


def test_workers_that_read_one_mailbox_at_once_store_each_mail_once_on_one_ticket(tmp_path: Path) -> None:
    _intake_race("sqlite:///race.sqlite3", tmp_path)


def test_on_postgresql_they_do_so_without_a_deadlock(postgresql: str, tmp_path: Path) -> None:
    _intake_race(f"{postgresql}/template1", tmp_path)


def _decision_race(url: str, home: Path) -> None:
    result = _run_race("tests.integration.decision_race", url, home)
    assert result["taken"] == result["sent"] == result["tickets"]
    assert (result["sent_twice"], result["unlike"]) == ([], [])
    assert set(result["states"]) == {"sent", "withdrawn"}
    assert set(result["refused"]) <= {"decided", "opened", "left"}
    assert result["approvals"] == result["outgoing"]
    assert result["tags"] == [2]
    assert url.startswith(result["vendor"][:6])


def test_people_who_decide_at_once_send_each_customer_one_reply(tmp_path: Path) -> None:
    _decision_race("sqlite:///race.sqlite3", tmp_path)


def test_on_postgresql_they_do_so_too(postgresql: str, tmp_path: Path) -> None:
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as server:
        server.execute("CREATE DATABASE decisions TEMPLATE template0")
    _decision_race(f"{postgresql}/decisions", tmp_path)


# --- which ticket a mail belongs to ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_mail_by_two_ways_is_one_ticket_with_two_deliveries(desk_config: Config) -> None:
    raw = mail_bytes()
    ticket = drafted_ticket(desk_config, b"Delivered-To: care@fernhollow.example\r\n" + raw)
    again = stored(b"Received: from relay.example by mx.example; Tue, 24 Nov 2026 09:00:00 +0000\r\n" + raw)
    work_off(make_desk(desk_config))
    again.refresh_from_db()
    assert (again.state, again.ticket) == ("suppressed", ticket)
    assert "second delivery" in again.reason
    ticket.refresh_from_db()
    assert (Ticket.objects.count(), ticket.state, ticket.version) == (1, "drafted", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("sender", ["else@elsewhere.example", "orla@example.com"])
def test_another_mail_with_a_known_message_id_is_a_mail_of_its_own_and_marked(desk_config: Config, sender: str) -> None:
    first = drafted_ticket(desk_config, mail_bytes("First.", message_id="<same@example.com>"))
    other = drafted_ticket(desk_config, mail_bytes("Second.", message_id="<same@example.com>", sender=sender))
    assert (Ticket.objects.count(), other.state) == (2, "drafted")
    message = other.messages.get()
    assert message.suggested == first
    assert any("same Message-ID and other content" in warning for warning in message.parsed["warnings"])


@pytest.mark.django_db
def test_mails_without_message_id_are_told_apart_by_their_bytes(desk_config: Config) -> None:
    anonymous = [mail_bytes(text).replace(b"Message-ID: ", b"X-Was: ") for text in ("One.", "Two.", "Two.")]
    for raw in anonymous:
        stored(re.sub(rb"X-Was: [^\r]+", b"X-Was: x", raw))
    work_off(make_desk(desk_config))
    assert Ticket.objects.count() == 2
    assert [row.state for row in Message.objects.order_by("pk")] == ["drafted", "drafted", "suppressed"]


@pytest.mark.django_db
def test_a_reference_from_a_stranger_is_suggested_and_says_why(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<known@example.com>"))
    headers = ["References: <known@example.com>"]
    other = drafted_ticket(desk_config, mail_bytes("Me too.", sender="eve@elsewhere.example", headers=headers))
    message = other.messages.get()
    assert message.suggested == ticket
    assert "eve@elsewhere.example instead of orla@example.com" in message.suggestion
    ticket.refresh_from_db()
    assert (ticket.version, ticket.state) == (1, "drafted")


@pytest.mark.django_db
def test_where_our_server_verifies_authors_an_unverified_one_only_gets_a_suggestion(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<known@example.com>"))
    care = desk_config.mailboxes["care"].model_copy(update={"authserv_id": "mx.fernhollow.example"})
    config = replace(desk_config, mailboxes={"care": care})
    headers = ["References: <known@example.com>"]
    verified = ["Authentication-Results: mx.fernhollow.example; dmarc=pass header.from=example.com"]
    forged = drafted_ticket(config, mail_bytes("Send it to my new address.", headers=headers))
    real = drafted_ticket(config, mail_bytes("Any news?", headers=[*verified, *headers]))
    assert forged != ticket
    assert forged.messages.get().suggested == ticket
    assert real == ticket


@pytest.mark.django_db
def test_a_signed_address_leads_to_its_ticket_and_a_guessed_one_nowhere(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    token = reply_token(signing_key(), "care", ticket.pk)
    to = {
        word: reply_address("care@fernhollow.example", word)
        for word in (token, f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}")
    }
    found = [
        drafted_ticket(
            desk_config,
            mail_bytes("And?", sender="orla@home.example").replace(b"care@fernhollow.example", address.encode()),
        )
        for address in to.values()
    ]
    assert found[0] == ticket
    assert found[1] != ticket


@pytest.mark.django_db
def test_a_ticket_number_in_the_subject_proves_nothing(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config)
    for subject in (f"Re: [#{ticket.pk}] parcel", f"[Ticket {ticket.pk}]", f"Re: {ticket.subject}"):
        assert drafted_ticket(desk_config, mail_bytes("Mine too.", subject=subject)) != ticket


@pytest.mark.django_db
def test_a_mail_on_a_merged_ticket_goes_where_that_one_went(desk_config: Config) -> None:
    target = drafted_ticket(desk_config)
    merged = drafted_ticket(desk_config, mail_bytes(message_id="<second@example.com>"))
    Ticket.objects.filter(pk=merged.pk).update(merged_into=target)
    assert drafted_ticket(desk_config, mail_bytes("And?", headers=["In-Reply-To: <second@example.com>"])) == target


# --- limits ---------------------------------------------------------------------------------------------------------


def _limited(config: Config, **limits: int) -> Config:
    policy = config.policy.model_copy(update={"limits": config.policy.limits.model_copy(update=limits)})
    return replace(config, policy=policy)


def _states(config: Config, mails: Sequence[tuple[bytes, datetime]]) -> list[str]:
    rows = [stored(raw, received_at=at) for raw, at in mails]
    for row in rows:  # in the order they came, as a worker does that keeps up
        parse_stage(make_desk(config), OWNER)
        row.refresh_from_db()
    return [Message.objects.get(pk=row.pk).state for row in rows]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "sender"),
    [("per_sender", "hilde@example.com"), ("per_domain", "hilde{}@example.com"), ("total", "hilde@host{}.example")],
)
def test_more_mails_than_the_limit_are_held_back_with_the_reason(desk_config: Config, limit: str, sender: str) -> None:
    config = _limited(desk_config, **{limit: 3})
    mails = [(mail_bytes(sender=sender.format(number)), MORNING + number * SECOND) for number in range(5)]
    assert _states(config, mails) == ["parsed"] * 3 + ["suppressed"] * 2
    reasons = set(Message.objects.filter(state="suppressed").values_list("reason", flat=True))
    assert len(reasons) == 1
    assert "held back: more than 3 mails" in reasons.pop()


@pytest.mark.django_db
def test_a_conversation_that_goes_too_fast_is_held_back(desk_config: Config) -> None:
    config = _limited(desk_config, per_thread=3)
    ours = queued(desk_config)
    headers = [f"In-Reply-To: {ours.message_id}"]
    later = ours.ticket.messages.get().received_at + 20 * HOUR
    mails = [
        (mail_bytes(sender=f"hilde{number}@host{number}.example", headers=headers), later + number * SECOND)
        for number in range(5)
    ]
    assert _states(config, mails) == ["parsed"] * 3 + ["suppressed"] * 2


@pytest.mark.django_db
def test_a_backlog_is_no_flood_and_a_loop_stays_held_until_it_was_silent_for_a_window(desk_config: Config) -> None:
    config = _limited(desk_config, per_sender=2, window_minutes=60)
    times = [MORNING + minutes * MINUTE for minutes in (0, 90, 95, 120, 170, 300)]
    assert _states(config, [(mail_bytes(), at) for at in times]) == [
        "parsed",
        "parsed",
        "parsed",
        "suppressed",
        "parsed",
        "parsed",
    ]


@pytest.mark.django_db
def test_where_counting_fails_nothing_is_drafted(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise DatabaseError("no such table")

    monkeypatch.setattr(stages, "limit_reached", broken)
    row = stored(mail_bytes())
    work_off(make_desk(desk_config))
    row.refresh_from_db()
    assert (row.state, row.tries, Draft.objects.count()) == ("received", 0, 0)


@pytest.mark.django_db
def test_what_robots_and_others_under_the_same_name_sent_holds_no_customer_back(desk_config: Config) -> None:
    config = _limited(desk_config, per_sender=3)
    robots = [mail_bytes(f"{number}", headers=["Auto-Submitted: auto-generated"]) for number in range(5)]
    states = _states(config, [(raw, MORNING + number * SECOND) for number, raw in enumerate([*robots, mail_bytes()])])
    assert states[-1] == "parsed"


@pytest.mark.django_db
@pytest.mark.parametrize("limit", ["per_sender", "per_domain", "total"])
def test_forged_mail_uses_up_no_limit_of_verified_senders(desk_config: Config, limit: str) -> None:
    care = desk_config.mailboxes["care"].model_copy(update={"authserv_id": "mx.fernhollow.example"})
    config = _limited(replace(desk_config, mailboxes={"care": care}), **{limit: 3})
    result = "Authentication-Results: mx.fernhollow.example; dmarc={} header.from=example.com"
    forged = [mail_bytes(f"{number}", headers=[result.format("fail")]) for number in range(5)]
    mails = [*forged, mail_bytes("Where is it?", headers=[result.format("pass")])]
    states = _states(config, [(raw, MORNING + number * SECOND) for number, raw in enumerate(mails)])
    assert states == ["parsed"] * 3 + ["suppressed"] * 2 + ["parsed"]


@pytest.mark.django_db
def test_a_mail_that_is_held_back_still_voids_what_was_approved_before(desk_config: Config) -> None:
    ours = queued(desk_config)
    config = _limited(desk_config, per_thread=1)
    headers = [f"In-Reply-To: <{ours.ticket.messages.get().message_id[1:-1]}>"]
    stored(
        mail_bytes("Stop, it has come.", headers=headers), received_at=ours.ticket.messages.get().received_at + MINUTE
    )
    parse_stage(make_desk(config), OWNER)
    ours.refresh_from_db()
    assert Message.objects.order_by("-pk")[0].reason.startswith("held back:")
    assert not approval_holds(ours)


# --- several deliveries ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_history_hides_no_live_delivery_of_the_same_mail(desk_config: Config) -> None:
    raw = mail_bytes()
    store_mails(opened(), [raw_mail(raw, 5)], history=True)
    parse_stage(make_desk(desk_config), OWNER)
    live = stored(raw, 6)
    work_off(make_desk(desk_config))
    live.refresh_from_db()
    assert (live.state, Ticket.objects.count(), Ticket.objects.get().state) == ("drafted", 1, "drafted")


@pytest.mark.django_db
@pytest.mark.parametrize("list_first", [True, False])
def test_of_a_list_copy_and_the_direct_mail_the_direct_one_is_answered(desk_config: Config, list_first: bool) -> None:
    direct = mail_bytes()
    both = [b"List-Id: <partners.example.net>\r\n" + direct, direct]
    for uid, raw in enumerate(both if list_first else reversed(both), start=1):
        stored(raw, uid)
    work_off(make_desk(desk_config))
    assert sorted(Message.objects.values_list("state", flat=True)) == ["drafted", "suppressed"]
    assert Ticket.objects.get().state == "drafted"


@pytest.mark.django_db
def test_two_deliveries_never_hide_each_other(desk_config: Config) -> None:
    raw = mail_bytes()
    first = stored(raw, 1)
    _exhaust(desk_config, first)
    stored(raw, 2)
    work_off(make_desk(desk_config))
    decisions.reprocess(person("agent"), first.pk)
    work_off(make_desk(desk_config))
    assert sorted(Message.objects.values_list("state", flat=True)) == ["drafted", "suppressed"]
    assert Ticket.objects.get().state == "drafted"


# --- answers --------------------------------------------------------------------------------------------------------


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

    def overtaken(desk: Desk, row: Message, case: Case, sources: tuple[Source, ...] | None) -> DraftSet:
        written = compose(desk, row, case, sources)
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


@pytest.mark.django_db
def test_an_older_mail_that_comes_after_a_newer_one_was_answered_is_a_ticket_of_its_own(desk_config: Config) -> None:
    ours = queued(desk_config)
    answered = ours.ticket.messages.get()
    late = mail_bytes("The boiler leaks gas!", headers=[f"References: {answered.message_id}"])
    ticket = drafted_ticket(desk_config, late, received_at=answered.received_at - HOUR)
    assert ticket != ours.ticket
    assert (ticket.state, ticket.messages.get().suggested) == ("drafted", ours.ticket)
    assert "answered already" in ticket.messages.get().suggestion
    assert approval_holds(ours)


@pytest.mark.django_db
def test_a_suggestion_that_a_person_settled_is_not_brought_back_by_a_running_stage(desk_config: Config) -> None:
    drafted_ticket(desk_config, mail_bytes(message_id="<known@example.com>"))
    row = stored(mail_bytes("Me too.", sender="eve@elsewhere.example", headers=["References: <known@example.com>"]))

    def settled(record: MessageRecord) -> Triage:
        decisions.keep_apart(person("agent"), row.pk)
        return triage_of(record)

    desk = make_desk(desk_config, settled)
    parse_stage(desk, OWNER)
    triage_stage(desk, OWNER)
    row.refresh_from_db()
    assert (row.state, row.suggested) == ("triaged", None)


# --- mails that cannot be processed ---------------------------------------------------------------------------------


class _Unreadable:
    def parse(self, raw: bytes, own_addresses: frozenset[str], authserv_id: str) -> None:
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
@pytest.mark.parametrize(
    "fault", [OSError(12, "Cannot allocate memory"), ConfigError("no such mailbox"), DatabaseError("gone")]
)
def test_a_fault_of_the_machine_quarantines_nothing(desk_config: Config, fault: Exception) -> None:
    class Ailing:
        def parse(self, *_: object) -> None:
            raise fault

    rows = [stored(mail_bytes()) for _ in range(3)]
    desk = make_desk(desk_config)
    desk.parser = Ailing()  # type: ignore[assignment]
    for _ in range(desk_config.calmdesk.worker.tries + 1):
        Message.objects.update(due_at=timezone.now())
        parse_stage(desk, OWNER)
    rows[0].refresh_from_db()
    assert {row.state for row in Message.objects.all()} == {"received"}
    assert (rows[0].tries, rows[0].owner, rows[0].due_at > timezone.now()) == (0, "", True)
    assert rows[0].error
    Message.objects.update(due_at=timezone.now())
    work_off(make_desk(desk_config))
    assert {row.state for row in Message.objects.all()} == {"drafted"}


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


# --- accounts ---------------------------------------------------------------------------------------------------------


def _account_race(url: str, home: Path) -> None:
    result = _run_race(account_race.__name__, url, home)
    assert (result["administrators"], sorted(result["demoted"])) == (1, ["FlowError", "done"])
    assert len(set(result["signed_on"])) == 1
    # Each process may have one guess under way while another's locks the name.
    assert TRIES - 1 <= sum(result["looked_at"]) < TRIES + account_race.GUESSERS
    assert result["more"] == 0
    assert url.startswith(result["vendor"][:6])


def test_accounts_stand_people_and_processes_that_act_at_once(tmp_path: Path) -> None:
    _account_race("sqlite:///race.sqlite3", tmp_path)


def test_on_postgresql_accounts_stand_it_too(postgresql: str, tmp_path: Path) -> None:
    _account_race(f"{postgresql}/postgres", tmp_path)
