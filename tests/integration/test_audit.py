"""The audit trail: it grows, and nothing else; whatever is changed in it is found."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Config
from pipeline.records import Role
from pipeline.review import decisions
from pipeline.store import accounts, audit, tickets
from pipeline.store.audit import Broken, Whole, verify
from pipeline.store.audit_chain import START, Entry, digest
from pipeline.store.audit_guard import guard, is_guarded, unguard
from pipeline.store.models import AuditEvent, AuditTail
from tests.integration import audit_race
from tests.integration.test_store import postgresql  # noqa: F401
from tests.rows import drafted_ticket, open_draft, person

ROOT = Path(__file__).resolve().parents[2]
HOUR = timedelta(hours=1)


def trail(rows: int) -> None:
    for number in range(rows):
        tickets.record(
            f"person-{number}", "draft approved", None, draft=number, hash="00ff", deep={"a": [1, None, "é"]}
        )


class _Undo(Exception):
    """Ends a transaction that shall leave nothing."""


def test_decisions_and_logins_make_one_chain(db: None, desk_config: Config) -> None:
    draft = open_draft(drafted_ticket(desk_config))
    user, client = person("agent"), Client()
    client.force_login(user)
    decisions.approve(desk_config, user, draft.pk, draft.version)
    client.logout()
    found = verify()
    assert isinstance(found, Whole)
    assert found.rows == AuditEvent.objects.count() >= 3
    assert found.head == AuditEvent.objects.latest("pk").hash
    assert AuditEvent.objects.earliest("pk").previous == START


def test_the_hash_is_that_of_a_form_that_never_changes(db: None) -> None:
    trail(1)
    row = AuditEvent.objects.get()
    said = {key: value for key, value in audit.to_json(row).items() if key != "hash"}
    import hashlib

    assert hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest() == row.hash
    assert set(said) | {"hash"} == {"ticket" if f.name == "ticket" else f.name for f in AuditEvent._meta.get_fields()}


@pytest.mark.parametrize(
    "act",
    [
        lambda rows: rows.filter(pk=2).update(actor="x"),
        lambda rows: rows.filter(pk=2).delete(),
        lambda rows: rows.all().delete(),
        lambda rows: rows.get(pk=2).save(),
        lambda rows: rows.create(id=1, at="2026-11-01T00:00Z", actor="x", action="x", previous="", hash=""),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_row(db: None, act: Any) -> None:
    trail(3)
    with pytest.raises(DatabaseError), transaction.atomic():
        act(AuditEvent.objects)
    assert verify() == Whole(3, AuditEvent.objects.get(pk=3).hash)


@pytest.fixture(scope="module")
def long_trail(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Eight rows without triggers, taken back at the end of the module."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                trail(8)
                yield
                raise _Undo
        except _Undo:
            pass


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
CHANGES = st.one_of(
    st.tuples(st.just("actor"), texts),
    st.tuples(st.just("action"), texts),
    st.tuples(
        st.just("detail"), st.dictionaries(texts, st.one_of(texts, st.integers(-(2**60), 2**60), st.none()), max_size=3)
    ),
    st.tuples(st.just("at"), st.timedeltas(timedelta(microseconds=1), timedelta(days=9))),
    st.tuples(st.just("ticket_id"), st.integers(1, 2**60)),
    st.tuples(st.just("previous"), st.text("0123456789abcdef", min_size=64, max_size=64)),
    st.tuples(st.just("hash"), st.text("0123456789abcdef", min_size=64, max_size=64)),
    st.tuples(st.just("id"), st.integers(9, 2**60)),
    st.tuples(st.just("gone"), st.none()),
    st.tuples(st.just("swapped"), st.integers(1, 8)),
    st.tuples(st.just("rewritten"), texts),
)


@given(number=st.integers(1, 8), change=CHANGES)
def test_any_single_change_of_any_row_is_found(long_trail: None, number: int, change: tuple[str, Any]) -> None:
    try:
        with transaction.atomic():
            unguard(connection)
            changed = _change(number, *change)
            guard(connection)
            found = verify()
            raise _Undo
    except _Undo:
        pass
    if not changed:
        assert isinstance(found, Whole)
        return
    assert isinstance(found, Broken), change
    first = min(number, change[1]) if change[0] == "swapped" else number
    assert found.row == first, (found, change)
    assert found.wrong == {"gone": "missing", "id": "missing", "swapped": found.wrong}.get(change[0], found.wrong)


def _change(number: int, what: str, value: Any) -> bool:
    """Make the change past the triggers; False where it is none."""
    rows = AuditEvent.objects.filter(pk=number)
    row = rows.get()
    if what == "gone":
        rows.delete()
    elif what == "swapped":
        if value == number:
            return False
        AuditEvent.objects.filter(pk=value).update(id=0)
        rows.update(id=value)
        AuditEvent.objects.filter(pk=0).update(id=number)
    elif what == "rewritten":  # with a hash that fits
        new = Entry(row.pk, row.at, value, row.action, row.ticket_id, row.detail, row.previous)
        rows.update(actor=value, hash=digest(new))
        return bool(value != row.actor)
    else:
        new_value = row.at + value if what == "at" else value
        rows.update(**{what: new_value})
        return bool(getattr(row, what) != new_value)
    return True


def test_a_row_put_elsewhere_is_told_from_one_that_was_changed(db: None) -> None:
    trail(5)
    unguard(connection)
    _change(2, "swapped", 4)
    guard(connection)
    assert verify() == Broken(2, "reordered", "it was written after row 3")


def test_a_trail_cut_off_is_found_by_its_tail_and_where_that_was_rewritten_by_a_head_kept_elsewhere(db: None) -> None:
    trail(5)
    kept = verify()
    assert isinstance(kept, Whole)
    unguard(connection)
    AuditEvent.objects.filter(pk__gt=3).delete()
    guard(connection)
    assert verify() == Broken(4, "missing", "5 rows were written, 3 are there")
    AuditTail.objects.update(last=3, hash=AuditEvent.objects.get(pk=3).hash)
    trail(2)
    assert isinstance(verify(), Whole)
    found = verify(kept.head)
    assert isinstance(found, Broken)
    assert found.wrong == "unknown head"
    assert isinstance(verify(AuditEvent.objects.get(pk=2).hash), Whole)


def test_a_trail_without_its_triggers_is_not_proven(db: None) -> None:
    trail(1)
    unguard(connection)
    found = verify()
    assert isinstance(found, Broken)
    assert found.wrong == "unguarded"
    guard(connection)
    assert is_guarded(connection)


def test_what_no_database_keeps_exactly_is_not_taken(db: None) -> None:
    with pytest.raises(TypeError), transaction.atomic():
        tickets.record("a", "b", None, amount=1.5)
    tickets.record("nul\0", "b", None, text="\0\ud800", **{"a\0": [{"\0": "\udfff"}]})
    assert isinstance(verify(), Whole)


# --- accounts --------------------------------------------------------------------------------------------------------


def said(actor: str = "") -> list[tuple[str, str, Any]]:
    rows = AuditEvent.objects.filter(actor=actor) if actor else AuditEvent.objects.all()
    return list(rows.order_by("pk").values_list("actor", "action", "detail"))


def test_logins_are_on_record_and_no_password_is(db: None, desk_config: Config) -> None:
    user = person("agent", "mara")
    user.set_password("correct horse battery")
    user.save()
    client = Client()
    form = {"username": "mara", "password": "wrong-secret"}
    client.post("/login", form)
    client.post("/login", form | {"username": "hunter2-typed-here", "password": "other-secret"})
    client.post("/login", form | {"password": "correct horse battery"})
    client.logout()
    assert [action for _, action, _ in said("mara")] == ["login failed", "logged in", "logged out"]
    assert [action for _, action, _ in said("nobody")] == ["login failed"]
    kept = str(list(AuditEvent.objects.values()))
    assert not [word for word in ("secret", "horse", "hunter2", user.password) if word in kept]


def test_roles_rights_and_keys_are_on_record_once_each(db: None) -> None:
    user = accounts.create_person("mara", [Role.AGENT], "", "boss")
    accounts.set_roles(user.pk, [Role.LEAD], "boss")
    accounts.set_active(user.pk, False, "boss")
    accounts.set_active(user.pk, False, "boss")
    token, _ = accounts.make_token(user, "report", ["read"], 1, "boss")
    accounts.revoke_token(token, "boss")
    assert said("boss") == [
        ("boss", "person added", {"user": user.pk, "roles": ["agent"]}),
        ("boss", "roles changed", {"user": user.pk, "before": ["agent"], "roles": ["lead"]}),
        ("boss", "account shut", {"user": user.pk}),
        ("boss", "token made", {"user": user.pk, "token": token.pk, "scopes": ["read"]}),
        ("boss", "token revoked", {"user": user.pk, "token": token.pk}),
    ]
    assert said() == said("boss")


# --- many writers, and the command -----------------------------------------------------------------------------------


def _run_race(url: str, home: Path) -> None:
    command = [sys.executable, "-m", audit_race.__name__, url, str(home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    kept = audit_race.EACH * 4 // 5
    assert result["by"] == {f"writer-{number}": kept for number in range(audit_race.WRITERS)}
    assert result["found"]["rows"] == 3 + kept * audit_race.WRITERS  # old rows are part of the chain
    assert all(result["refused"])
    assert result["met"]
    assert url.startswith(result["vendor"][:6])


def test_writers_at_once_make_one_chain_on_sqlite(tmp_path: Path) -> None:
    _run_race("sqlite:///race.sqlite3", tmp_path)


def test_writers_at_once_make_one_chain_on_postgresql(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    _run_race(f"{postgresql}/postgres", tmp_path)


def test_the_command_proves_hands_out_and_names_the_first_broken_row(tmp_path: Path) -> None:
    def calmdesk(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
        command[1:3] = ["-c", "from pipeline.cli import main; main()"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    desk = tmp_path / "desk"
    assert calmdesk("init", desk).returncode == 0
    proven = calmdesk("audit", "verify", "--config", desk)
    assert proven.returncode == 0, proven.stderr
    whole = json.loads(proven.stdout)
    rows = [json.loads(line) for line in calmdesk("audit", "export", "--config", desk).stdout.splitlines()]
    assert whole == {"ok": True, "rows": len(rows), "head": rows[-1]["hash"]}
    assert {row["action"] for row in rows} == {"person added"}

    import sqlite3

    database = sqlite3.connect(desk / "calmdesk.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        database.execute("UPDATE store_auditevent SET actor = 'x' WHERE id = 1")
    (trigger,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_no_update'").fetchone()
    database.execute("DROP TRIGGER audit_no_update")
    database.execute("UPDATE store_auditevent SET actor = 'x' WHERE id = 1")
    database.execute(trigger)
    database.commit()
    database.close()
    broken = calmdesk("audit", "verify", "--config", desk, "--head", whole["head"])
    assert broken.returncode == 1
    assert json.loads(broken.stdout)["ok"] is False
    assert json.loads(broken.stdout)["row"] == 1
    assert broken.stderr == "calmdesk: audit trail, row 1: changed: what it says does not fit its hash\n"
