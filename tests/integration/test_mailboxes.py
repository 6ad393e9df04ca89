from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pipeline.config import Config, MailboxConfig
from pipeline.review.mailboxes import FolderState, folder_names, folder_states, troubles
from pipeline.store.models import Folder, Message
from tests.integration.test_api import Api, status
from tests.integration.test_pages import signed_in
from tests.rows import mail_bytes, make_desk, stored, work_off

pytestmark = pytest.mark.django_db
REFUSED = "the server refused the login of care@fernhollow.example"


def folder(name: str = "INBOX", **more: Any) -> Folder:
    found, _ = Folder.objects.update_or_create(mailbox="care", name=name, defaults={"uid_validity": 1, **more})
    return found


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


def only(config: Config) -> FolderState:
    (state,) = folder_states(config, timezone.now())
    return state


def page(path: str = "/", role: str = "agent") -> str:
    return " ".join(signed_in(role).get(path).content.decode().split())


# --- the facts ------------------------------------------------------------------------------------------------------


def test_what_came_in_is_counted_by_folder(desk_config: Config) -> None:
    for _ in range(3):
        stored(mail_bytes())
    work_off(make_desk(desk_config))
    waiting = [stored(mail_bytes()) for _ in range(2)]
    first, second, third = Message.objects.exclude(state="received").order_by("id")
    Message.objects.filter(pk=first.pk).update(state="quarantined", stored_at=ago(days=3))
    Message.objects.filter(pk=second.pk).update(state="suppressed", reason="held back: more than 20 mails")
    Message.objects.filter(pk=third.pk).update(
        state="suppressed", reason="held back: more than 20 mails", stored_at=ago(hours=2)
    )
    traffic = only(desk_config).traffic
    assert (traffic.stored_24h, traffic.waiting, traffic.held_back_1h, traffic.quarantined) == (4, 2, 1, 1)
    assert traffic.oldest_waiting == waiting[0].stored_at
    assert traffic.last_stored == waiting[1].stored_at


def test_a_configured_folder_that_was_never_opened_stands_there_too(desk_config: Config) -> None:
    state = only(desk_config)
    assert (state.mailbox, state.folder, state.configured, state.polled_at) == ("care", "INBOX", True, None)
    assert state.trouble == "it has not been read yet"


def test_a_folder_that_is_no_longer_configured_is_listed_and_no_trouble(desk_config: Config) -> None:
    folder(polled_at=timezone.now())
    folder("Old", error="gone", polled_at=ago(days=9))
    states = {state.folder: (state.configured, state.trouble) for state in folder_states(desk_config, timezone.now())}
    assert states == {"INBOX": (True, ""), "Old": (False, "")}
    without = dataclasses.replace(desk_config, mailboxes={})
    assert not any(state.configured for state in folder_states(without, timezone.now()))


def test_imported_history_is_apart(desk_config: Config) -> None:
    folder("import:2019.mbox")
    states = folder_states(desk_config, timezone.now())
    assert [(state.folder, state.imported) for state in states] == [("INBOX", False), ("import:2019.mbox", True)]
    told = page("/mailboxes")
    assert told.index("Imported history") < told.index("import:2019.mbox")


def _with_source(config: Config, **source: str) -> MailboxConfig:
    return config.mailboxes["care"].model_copy(update={"imap": None, **source})


def test_folders_made_of_files_have_the_names_their_sources_give(desk_config: Config) -> None:
    assert folder_names("care", _with_source(desk_config, maildir="mail/Maildir")) == ("maildir:Maildir",)
    assert folder_names("care", _with_source(desk_config, eml_folder="drop")) == ("eml:drop",)


# --- the banner -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "trouble"),
    [
        ({"polled_at": 10.0}, ""),
        ({"polled_at": 149.0}, ""),
        ({"polled_at": 160.0}, "nobody reads it: is the worker running?"),
        ({"polled_at": 10.0, "error": REFUSED}, REFUSED),
    ],
)
def test_a_folder_is_in_trouble_after_an_error_or_five_missed_polls(
    desk_config: Config, row: dict[str, Any], trouble: str
) -> None:
    assert desk_config.calmdesk.worker.poll_seconds == 30
    folder(**row | {"polled_at": ago(seconds=row["polled_at"])})
    assert [state.trouble for state in troubles(desk_config, timezone.now())] == ([trouble] if trouble else [])


@pytest.mark.parametrize("polled_at", [None, 600.0])
def test_a_long_first_read_that_goes_on_is_no_trouble(desk_config: Config, polled_at: float | None) -> None:
    stored(mail_bytes())
    folder(polled_at=polled_at and ago(seconds=polled_at))
    assert troubles(desk_config, timezone.now()) == []
    Message.objects.update(stored_at=ago(hours=1))
    assert len(troubles(desk_config, timezone.now())) == 1


@pytest.mark.parametrize("path", ["/", "/queue", "/mailboxes"])
def test_every_page_says_that_mail_is_not_being_read_since_when_and_why(desk_config: Config, path: str) -> None:
    read = ago(hours=3)
    folder(polled_at=read, error=REFUSED)
    told = f"Mail of care / INBOX is not being read</strong> since {read.day} {read:%b, %H:%M} UTC: {REFUSED}"
    assert told in page(path)
    assert told in page(path, "auditor")
    folder(polled_at=timezone.now(), error="")
    assert "is not being read" not in page(path)


def test_the_banner_follows_without_a_reload(desk_config: Config) -> None:
    for error in (REFUSED, ""):
        folder(polled_at=timezone.now(), error=error)
        refreshed = page("/queue")
        assert '<div id="trouble" class="trouble" role="status" hx-swap-oob="true">' in refreshed
        assert (REFUSED in refreshed) is bool(error)


def test_who_may_not_read_sees_no_banner(desk_config: Config) -> None:
    folder(error=REFUSED)
    assert REFUSED not in signed_in("").get("/").content.decode()
    assert REFUSED not in signed_in("").get("/login").content.decode()


# --- page and API ---------------------------------------------------------------------------------------------------


def test_the_page_tells_states_in_words(desk_config: Config) -> None:
    folder(polled_at=timezone.now(), error=REFUSED, notice="the server renumbered the folder")
    folder("Old")
    told = page("/mailboxes")
    assert f"Error</span> {REFUSED}" in told
    assert "the server renumbered the folder" in told
    assert "not configured any more" in told
    folder(error="")
    assert "Read</span>" in page("/mailboxes")
    folder(polled_at=ago(hours=1))
    assert "Not read</span>" in page("/mailboxes")


def test_what_is_amiss_although_mail_flows_is_a_warning_and_what_happened_a_notice(desk_config: Config) -> None:
    amiss, happened = "the mail with UID 7 cannot be fetched", "the server renumbered the folder"
    folder(polled_at=timezone.now(), warning=amiss, notice=happened)
    told = page("/mailboxes")
    assert "Read</span>" in told
    assert re.search(rf'<p class="notice warning small">[^/]*</span> <strong>Warning</strong> {amiss}</p>', told)
    assert f'<p class="muted small">{happened}</p>' in told
    (item,) = status(Api("ops").get("mailboxes"), 200)["items"]
    assert (item["warning"], item["notice"], item["trouble"]) == (amiss, happened, "")
    assert "is not being read" not in page()


def test_what_was_amiss_with_a_folder_that_is_no_longer_configured_is_no_warning(desk_config: Config) -> None:
    folder(polled_at=timezone.now())
    folder("Old", warning="the mail with UID 7 cannot be fetched")
    assert "Warning" not in page("/mailboxes")


def test_hostile_folder_names_are_shown_and_never_run(desk_config: Config) -> None:
    folder("<script>alert(1)</script>", error="<img src=x onerror=alert(1)>", warning="<i>", notice="<b>")
    told = page("/mailboxes")
    assert "&lt;script&gt;alert(1)" in told
    assert "<script>alert" not in told
    assert "<img src=x" not in told
    assert "<i>" not in told
    assert "<b>" not in told


def test_scripts_get_the_same_facts(desk_config: Config) -> None:
    folder(polled_at=ago(hours=1), error=REFUSED)
    stored(mail_bytes())
    (item,) = status(Api("ops").get("mailboxes"), 200)["items"]
    assert {name: item[name] for name in ("mailbox", "folder", "configured", "error", "trouble", "waiting")} == {
        "mailbox": "care",
        "folder": "INBOX",
        "configured": True,
        "error": REFUSED,
        "trouble": REFUSED,
        "waiting": 1,
    }
    status(Api("").get("mailboxes"), 403)
