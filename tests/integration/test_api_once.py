from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import OperationalError

from pipeline.config import Config
from pipeline.review import decisions
from pipeline.store.models import Action, KeptAnswer, Outgoing, Ticket
from tests.integration import api_race
from tests.integration.api import Api, status
from tests.integration.test_store import postgresql  # noqa: F401
from tests.rows import drafted_ticket, open_draft

ROOT = Path(__file__).resolve().parents[2]
KEY = {"Idempotency-Key": "one"}
REPAIR = {"kind": "repair"}


@pytest.fixture
def path(db: None, desk_config: Config) -> str:
    return f"tickets/{Ticket.objects.create(mailbox='care').pk}/actions"


def test_the_same_request_acts_once_and_is_answered_alike(path: str) -> None:
    api = Api()
    first, second = (api.post(path, REPAIR, headers=KEY) for _ in range(2))
    assert status(first, 200) == status(second, 200)
    assert (first.content, first["Content-Type"]) == (second.content, second["Content-Type"])
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Action.objects.count() == 1


def test_an_approval_that_is_asked_for_again_is_answered_as_before(db: None, desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    asked = (f"drafts/{draft.pk}/approve", {})
    first, second = (api.post(*asked, seen=1, headers=KEY) for _ in range(2))
    assert status(first, 200)["state"] == status(second, 200)["state"] == "approved"
    assert first["ETag"] == second["ETag"]
    assert Outgoing.objects.count() == 1
    assert status(api.post(*asked, seen=2, headers=KEY), 422)["kind"] == "key_used"


@pytest.mark.parametrize("other", [{"kind": "repair", "note": "again"}, {}])
def test_a_key_is_good_for_one_request(path: str, other: dict[str, str]) -> None:
    api = Api()
    status(api.post(path, REPAIR, headers=KEY), 200)
    assert status(api.post(path, other, headers=KEY), 422)["kind"] == "key_used"
    assert status(api.post(path + "?x", REPAIR, headers=KEY), 422)["kind"] == "key_used"
    assert Action.objects.count() == 1


def test_the_key_of_another_is_another_key(path: str) -> None:
    for _ in range(2):
        status(Api().post(path, REPAIR, headers=KEY), 200)
    assert Action.objects.count() == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_what_is_no_key_is_refused(path: str, key: str) -> None:
    status(Api().post(path, REPAIR, headers={"Idempotency-Key": key}), 400)
    assert not Action.objects.exists()


def test_a_refusal_is_kept_too(path: str) -> None:
    api = Api()
    tags = path.replace("actions", "tags")
    Ticket.objects.update(merged_into=Ticket.objects.create(mailbox="care"))
    status(api.put(tags, {"tags": ["a"]}, headers=KEY), 409)
    Ticket.objects.update(merged_into=None)
    assert api.put(tags, {"tags": ["a"]}, headers=KEY)["Idempotency-Replayed"] == "true"
    status(api.put(tags, {"tags": ["a"]}), 200)


def test_what_failed_in_the_server_may_be_asked_again(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OperationalError("deadlock detected")

    api = Api()
    with monkeypatch.context() as patch:
        patch.setattr(decisions, "record_action", broken)
        status(api.post(path, REPAIR, headers=KEY), 503)
    assert not KeptAnswer.objects.exists()
    status(api.post(path, REPAIR, headers=KEY), 200)
    assert Action.objects.count() == 1


def test_a_crash_before_the_answer_is_kept_leaves_nothing_done(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api, save = Api(), KeptAnswer.save

    def crash(self: KeptAnswer, **more: Any) -> None:
        if self.status:
            raise RuntimeError("the power went off")
        save(self, **more)

    with monkeypatch.context() as patch:
        patch.setattr(KeptAnswer, "save", crash)
        status(api.post(path, REPAIR, headers=KEY), 500)
    assert not Action.objects.exists()
    assert not KeptAnswer.objects.exists()
    assert "Idempotency-Replayed" not in api.post(path, REPAIR, headers=KEY)
    assert Action.objects.count() == 1


def test_after_a_day_a_key_is_forgotten(path: str) -> None:
    api = Api()
    status(api.post(path, REPAIR, headers=KEY), 200)
    status(api.post(path, REPAIR, headers={"Idempotency-Key": "another"}), 200)
    KeptAnswer.objects.update(at=KeptAnswer.objects.first().at - timedelta(hours=24, minutes=1))
    assert "Idempotency-Replayed" not in api.post(path, REPAIR, headers=KEY)
    assert (Action.objects.count(), KeptAnswer.objects.count()) == (3, 1)


def test_who_may_no_longer_act_is_not_told_what_was_answered(path: str) -> None:
    api = Api()
    status(api.post(path, REPAIR, headers=KEY), 200)
    api.user.groups.set([Group.objects.get_or_create(name="auditor")[0]])
    status(api.post(path, REPAIR, headers=KEY), 403)


def test_an_answer_without_content_is_kept_as_well(path: str) -> None:
    api, lease = Api(), path.replace("actions", "lease")
    status(api.put(lease, {}, headers=KEY), 200)
    first, second = (api.delete(lease, headers={"Idempotency-Key": "two"}) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (204, 204, b"")


def test_many_decisions_with_a_key_are_made_once(db: None, desk_config: Config) -> None:
    draft, api = open_draft(drafted_ticket(desk_config)), Api()
    asked = ("drafts/approve", {"drafts": [{"draft": draft.pk, "version": 9}]})
    first, second = (api.post(*asked, headers=KEY) for _ in range(2))
    assert status(first, 200) == status(second, 200)
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")


def test_many_decisions_that_are_in_hand_are_not_begun_again(
    db: None, desk_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, calls = Api(), []
    asked = ("drafts/approve", {"drafts": [{"draft": 1, "version": 1}]})

    def crash(*_: Any) -> Any:
        calls.append(1)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(decisions, "approve_many", crash)
        with pytest.raises(KeyboardInterrupt):
            api.post(*asked, headers=KEY)
        response = api.post(*asked, headers=KEY)
    assert (status(response, 409)["kind"], response["Retry-After"], len(calls)) == ("in_hand", "5", 1)
    KeptAnswer.objects.update(at=KeptAnswer.objects.get().at - timedelta(minutes=6))
    assert status(api.post(*asked, headers=KEY), 200)["items"][0]["why_not"] == "no such draft"


def _race(url: str, home: Path) -> None:
    command = [sys.executable, "-m", api_race.__name__, url, str(home)]
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, env=environ)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    acted = api_race.ROUNDS * (1 + api_race.ASKERS)
    assert result == {
        "vendor": result["vendor"],
        "statuses": [200],
        "answers": api_race.ROUNDS,
        "replayed": api_race.ROUNDS * (api_race.ASKERS - 1),
        "actions": acted,
        "recorded": acted,
        "kept": acted,
    }
    assert url.startswith(result["vendor"][:6])


def test_of_many_at_once_one_acts_on_sqlite(tmp_path: Path) -> None:
    _race("sqlite:///race.sqlite3", tmp_path)


def test_of_many_at_once_one_acts_on_postgresql(postgresql: str, tmp_path: Path) -> None:  # noqa: F811
    _race(f"{postgresql}/postgres", tmp_path)
