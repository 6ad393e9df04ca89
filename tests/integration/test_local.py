from __future__ import annotations

import pytest
from django.utils import timezone

from pipeline.config import Config, load_config
from pipeline.engine.local import LocalWorker
from pipeline.errors import ConfigError
from pipeline.store.models import Folder
from tests.acceptance.installation import change
from tests.integration.mailstack import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def unreachable(desk_config: Config, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The sample firm with servers that nobody listens for."""
    monkeypatch.setenv("CALMDESK_CARE_PASSWORD", "secret")
    server = {"host": "127.0.0.1", "port": free_port(), "tls": "none"}

    def edit(data: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        for name in ("imap", "smtp"):
            data["mailboxes"]["care"][name].update(server)

    change(desk_config.folder, "mailboxes.yaml", edit)
    return load_config(desk_config.folder)


def test_a_new_installation_whose_server_cannot_be_reached_does_not_start(unreachable: Config) -> None:
    with pytest.raises(ConfigError, match=r"mailboxes\.care\.imap: .*refused"):
        LocalWorker(unreachable).check()


def test_one_that_has_read_its_mailbox_before_starts_and_tries_again(unreachable: Config) -> None:
    Folder.objects.create(mailbox="care", name="INBOX", uid_validity=1, polled_at=timezone.now())
    LocalWorker(unreachable).check()


def test_another_mailbox_that_was_read_excuses_none(unreachable: Config) -> None:
    Folder.objects.create(mailbox="sales", name="INBOX", uid_validity=1, polled_at=timezone.now())
    with pytest.raises(ConfigError):
        LocalWorker(unreachable).check()
