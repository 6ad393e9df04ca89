from __future__ import annotations

import json
import mailbox
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from pipeline.config import Config
from pipeline.engine import watch as watching
from pipeline.engine.history import import_mbox
from pipeline.engine.stages import parse_stage
from pipeline.errors import RecordError
from pipeline.store.cases import case_of
from pipeline.store.models import Draft, Folder, Message, Ticket
from tests.acceptance.installation import calmdesk
from tests.rows import MORNING, OWNER, drafted_ticket, mail_bytes, make_desk, stored, work_off

pytestmark = pytest.mark.django_db


def mbox(path: Path, *mails: bytes) -> Path:
    box = mailbox.mbox(path)
    for raw in mails:
        box.add(raw)
    box.close()
    return path


def read_all(config: Config) -> None:
    while parse_stage(make_desk(config), OWNER):
        pass


def test_imported_mail_is_history_and_nothing_is_drafted_for_it(desk_config: Config, tmp_path: Path) -> None:
    old = mbox(tmp_path / "old.mbox", mail_bytes("First."), mail_bytes("Second.", sender="ana@example.com"))
    told: list[int] = []
    assert import_mbox(old, "care", told.append) == (2, 2)
    assert told == [2]
    work_off(make_desk(desk_config))
    assert set(Message.objects.values_list("state", flat=True)) == {"history"}
    assert set(Ticket.objects.values_list("state", flat=True)) == {"history"}
    assert not Draft.objects.exists()
    assert Folder.objects.get().name == "import:mbox"


def test_importing_again_or_after_an_interruption_stores_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOT_MAILS", 2)
    mails = [mail_bytes(f"Mail {number}.") for number in range(5)]
    old = mbox(tmp_path / "old.mbox", *mails, mails[0])

    def interrupt(read: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_mbox(old, "care", interrupt)
    assert Message.objects.count() == 2
    assert import_mbox(old, "care") == (6, 3)
    assert import_mbox(old, "care") == (6, 0)
    assert Message.objects.count() == 5


def test_history_is_context_for_a_later_mail_and_does_not_reopen_its_conversation(
    desk_config: Config, tmp_path: Path
) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes("Where is it?", message_id="<open@example.com>"))
    earlier = mail_bytes(
        "It was fine in May.", message_id="<may@example.com>", headers=["References: <open@example.com>"]
    )
    import_mbox(mbox(tmp_path / "old.mbox", earlier), "care")
    read_all(desk_config)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.version) == ("drafted", 1)
    assert {draft.state for draft in ticket.drafts.all()} == {"proposed"}
    Message.objects.filter(message_id="<may@example.com>").update(received_at=MORNING - timedelta(days=100))
    later = stored(mail_bytes("And now?", headers=["References: <open@example.com>"]))
    work_off(make_desk(desk_config))
    later.refresh_from_db()
    assert "It was fine in May." in [turn.text for turn in case_of(later).thread]


def test_a_file_that_is_no_mbox_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary\n")
    with pytest.raises(RecordError, match=r"notes\.txt: no mbox"):
        import_mbox(tmp_path / "notes.txt", "care")
    assert not Folder.objects.exists()


def test_the_command_counts_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    assert calmdesk("init", desk).returncode == 0
    good, bad = mbox(tmp_path / "good.mbox", mail_bytes()), tmp_path / "bad.mbox"
    done = calmdesk("import", "care", good, bad, good, "--config", desk)
    assert done.returncode == 2
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"file": str(good), "read": 1, "stored": 1},
        {"file": str(bad), "error": f"{bad}: No such file or directory"},
        {"file": str(good), "read": 1, "stored": 0},
    ]
    assert done.stderr == f"calmdesk: {bad}: No such file or directory\n"
    unknown = calmdesk("import", "cares", good, "--config", desk)
    assert unknown.returncode == 2
    assert "mailboxes there: care" in unknown.stderr


@pytest.mark.django_db(transaction=True)
def test_an_installation_of_the_version_before_keeps_its_first_mail_as_its_start() -> None:
    before, after = [("store", "0001_initial")], [("store", "0003_folder_start")]
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    executor = MigrationExecutor(connection)
    executor.migrate(before)
    old = executor.loader.project_state(before).apps
    folder = old.get_model("store", "Folder").objects.create(mailbox="care", name="INBOX", uid_validity=1, last_uid=9)
    empty = old.get_model("store", "Folder").objects.create(mailbox="care", name="Empty", uid_validity=1, last_uid=4)
    old.get_model("store", "Message").objects.create(
        mailbox="care", folder="INBOX", uid_validity=1, uid=7, sha256="", size=1, received_at=MORNING
    )
    executor = MigrationExecutor(connection)
    executor.migrate(after)
    new = executor.loader.project_state(after).apps.get_model("store", "Folder").objects
    assert (new.get(pk=folder.pk).first_uid, new.get(pk=folder.pk).history_before) == (7, MORNING)
    assert (new.get(pk=empty.pk).first_uid, new.get(pk=empty.pk).history_before) == (5, None)
    MigrationExecutor(connection).migrate(latest)
