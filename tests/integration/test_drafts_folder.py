"""Working from a mail program, on a real Dovecot: what is put into Drafts, and what is noticed of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from pipeline.accounts.credentials import Password
from pipeline.config import Config, MailboxConfig
from pipeline.errors import ConfigError, MailboxError
from pipeline.intake.imap_drafts import AUTO, MARK, DraftsFolder
from pipeline.intake.parse import parse_mail
from pipeline.review import decisions
from pipeline.review.mail_client import worker as worker_module
from pipeline.review.mail_client.sync import GRACE, sync
from pipeline.review.mail_client.worker import DraftsWorker, drafts_workers
from pipeline.store.audit import Whole, verify
from pipeline.store.claims import holds
from pipeline.store.models import Draft, MailboxDraft, Outgoing, Ticket
from tests.integration.faultproxy import CutAtWord, Fault, FaultProxy, ReplyLost
from tests.integration.imap_account import Account, dovecot_account
from tests.integration.mailstack import MailStack
from tests.rows import drafted_ticket, mail_bytes, make_desk, open_draft, person, stored, work_off

pytestmark = pytest.mark.django_db


@dataclass
class Mailbox:
    """A mailbox that a person works in with a mail program."""

    config: Config
    account: Account
    stack: MailStack
    drafts: str = AUTO

    def sync(self, port: int = 0, times: int = 1) -> None:
        config = self.account.config(port=port or self.account.port)
        with DraftsFolder("care", config, Password(self.account.password), self.drafts, AUTO) as folder:
            for _ in range(times):
                sync(self.config, folder, parse_mail)

    def lying(self, folder: str = "Drafts") -> list[bytes]:
        return self.account.contents(folder)

    def take(self) -> bytes:
        """Remove the one draft, as a mail program does that sends it or saves it anew."""
        [raw] = self.lying()
        with self.account.client() as client:
            client.select_folder("Drafts")
            client.delete_messages(client.search())
            client.expunge()
        return raw

    def add(self, raw: bytes, folder: str) -> None:
        with self.account.client() as client:
            client.append(folder, raw, flags=[b"\\Seen"])


@pytest.fixture
def mailbox(mail_stack: MailStack, desk_config: Config) -> Mailbox:
    account = dovecot_account(mail_stack)
    with account.client() as client:
        client.create_folder("Drafts")
    return Mailbox(desk_config, account, mail_stack)


@pytest.fixture
def ticket(desk_config: Config) -> Ticket:
    return drafted_ticket(desk_config, mail_bytes(message_id="<asked@example.com>"))


def copy_of(ticket: Ticket) -> MailboxDraft:
    return MailboxDraft.objects.filter(draft__ticket=ticket).latest("id")


def changed(raw: bytes, text: bytes, *without: str) -> bytes:
    """The draft as a mail program writes it anew: other text, another Message-ID, headers lost."""
    lines = raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    head = [line for line in lines if not line.startswith(tuple(name.encode() + b":" for name in without))]
    return b"\r\n".join([*head, b"", text])


def test_the_proposed_draft_is_put_there_once_ready_to_be_sent(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync(times=2)
    mailbox.sync()
    [raw] = mailbox.lying()
    mail = message_from_bytes(raw, policy=policy.default)
    copy, draft = copy_of(ticket), open_draft(ticket)
    assert (copy.state, copy.draft, copy.folder) == ("placed", draft, "Drafts")
    assert (mail["To"], mail["In-Reply-To"]) == ("Orla Tennick <orla@example.com>", "<asked@example.com>")
    assert (mail["Message-ID"], mail[MARK]) == (copy.message_id, copy.mark)
    assert "<asked@example.com>" in mail["References"]
    assert mail.get_content().split() == draft.body.split()
    assert mailbox.account.flags("Drafts") == {copy.uid: {"\\Draft"}}
    assert not Outgoing.objects.exists()


def block(draft: Draft) -> None:
    draft.checks = [{"rule": "blame", "status": "block", "message": "x", "spans": []}]
    draft.save()


def two_people(draft: Draft) -> None:
    draft.summary = {"why": "x"}
    draft.save()


def other_recipient(draft: Draft) -> None:
    Ticket.objects.filter(pk=draft.ticket_id).update(customer_email="other@example.org")


@pytest.mark.parametrize("spoil", [block, two_people, other_recipient])
def test_what_one_person_may_not_just_send_is_not_put_there(
    mailbox: Mailbox, ticket: Ticket, spoil: Callable[[Draft], None]
) -> None:
    spoil(open_draft(ticket))
    mailbox.sync(times=2)
    assert (mailbox.lying(), MailboxDraft.objects.count()) == ([], 0)


def rewrite(mailbox: Mailbox, draft: Draft) -> int:
    decisions.edit(mailbox.config, person("agent"), draft.pk, draft.version, draft.body + "One more line.\n")
    return 1


def reject(mailbox: Mailbox, draft: Draft) -> int:
    decisions.reject(person("agent"), draft.pk, draft.version, "no")
    return 0


def approve(mailbox: Mailbox, draft: Draft) -> int:
    decisions.approve(mailbox.config, person("agent"), draft.pk, draft.version)
    return 0


def newer_mail(mailbox: Mailbox, draft: Draft) -> int:
    stored(mail_bytes("Still nothing!", headers=["References: <asked@example.com>"]))
    work_off(make_desk(mailbox.config))
    return 1


def now_blocked(mailbox: Mailbox, draft: Draft) -> int:
    block(draft)
    return 0


@pytest.mark.parametrize("change", [rewrite, reject, approve, newer_mail, now_blocked])
def test_a_copy_follows_its_draft_and_nothing_else_is_touched(
    mailbox: Mailbox, ticket: Ticket, change: Callable[[Mailbox, Draft], int]
) -> None:
    mailbox.add(b"From: me@test.example\r\nSubject: my own\r\n\r\nUnfinished\r\n", "Drafts")
    mailbox.sync()
    before = copy_of(ticket)
    expected = change(mailbox, before.draft)
    mailbox.sync()
    before.refresh_from_db()
    assert before.state == "withdrawn"
    raws = mailbox.lying()
    assert b"Unfinished" in raws[0]
    assert len(raws) == 1 + expected
    if expected:
        after = copy_of(ticket)
        assert after.message_id.encode() in raws[1]
        assert after.state == "placed"


def unchanged(raw: bytes) -> bytes:
    return raw


def with_new_id(raw: bytes) -> bytes:
    return b"Message-ID: <own@client.example>\r\n" + changed(raw, raw.split(b"\r\n\r\n", 1)[1], "Message-ID")


def stripped(raw: bytes) -> bytes:
    """A program and a server that keep neither our Message-ID nor our header."""
    return b"Message-ID: <own@client.example>\r\n" + changed(raw, b"Dear Orla, we found it.\r\n", "Message-ID", MARK)


@pytest.mark.parametrize("send", [unchanged, with_new_id, stripped])
def test_what_is_sent_from_there_is_on_record_as_sent(
    mailbox: Mailbox, ticket: Ticket, send: Callable[[bytes], bytes]
) -> None:
    mailbox.sync()
    draft, proposed = copy_of(ticket).draft, copy_of(ticket).draft.body
    left = send(mailbox.take())
    mailbox.add(left, "Sent")
    mailbox.sync(times=2)
    ticket.refresh_from_db()
    draft.refresh_from_db()
    row = Outgoing.objects.get()
    assert (ticket.state, draft.state, row.state, copy_of(ticket).state) == ("sent", "sent", "sent", "sent")
    assert (bytes(row.raw), row.recipients) == (left, ["orla@example.com"])
    assert draft.composed_body == proposed
    assert draft.body == ("Dear Orla, we found it.\n" if send is stripped else proposed)
    event = ticket.audit.get(action="sent from the mail client")
    assert (event.actor, event.detail["changed"]) == ("mail-client.care", send is stripped)
    assert set(ticket.drafts.exclude(pk=draft.pk).values_list("state", flat=True)) == {"superseded"}
    assert mailbox.lying() == []
    assert isinstance(verify(), Whole)
    # The customer's answer to it is the same conversation.
    answer = stored(mail_bytes("Thank you", headers=[f"In-Reply-To: {row.message_id}"], sender="x@example.net"))
    work_off(make_desk(mailbox.config))
    answer.refresh_from_db()
    assert answer.ticket == ticket


def test_what_a_person_changes_there_is_theirs(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync()
    draft = copy_of(ticket).draft
    theirs = changed(mailbox.take(), b"My own words.\r\n", "Message-ID")
    mailbox.add(theirs, "Drafts")
    mailbox.sync(times=2)
    copy = copy_of(ticket)
    assert (copy.state, copy.edited.strip()) == ("edited", "My own words.")
    assert ticket.audit.filter(action="draft edited in the mail client").count() == 1
    decisions.edit(mailbox.config, person("agent"), draft.pk, draft.version, draft.body + "More.\n")
    newer_mail(mailbox, draft)
    mailbox.sync(times=2)
    assert theirs in mailbox.lying()
    copy.refresh_from_db()
    assert copy.state == "edited"
    mailbox.add(theirs, "Sent")  # sent although the customer wrote meanwhile: it is on record all the same
    mailbox.sync()
    draft.refresh_from_db()
    assert (Outgoing.objects.get().state, draft.state, draft.body) == ("sent", "stale", "My own words.\n")


def test_what_a_person_saves_again_after_we_removed_it_stays(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync()
    [raw] = mailbox.lying()
    reject(mailbox, copy_of(ticket).draft)
    mailbox.sync()
    theirs = changed(raw, b"Written in a window that was open.\r\n")
    mailbox.add(theirs, "Drafts")
    mailbox.sync(times=2)
    assert mailbox.lying() == [theirs]
    mailbox.add(mailbox.take(), "Sent")
    mailbox.sync()
    assert (Outgoing.objects.get().state, copy_of(ticket).draft.state) == ("sent", "rejected")


def test_what_is_deleted_there_is_rejected_after_a_while(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync()
    mailbox.take()
    mailbox.sync(times=2)
    copy = copy_of(ticket)
    assert (copy.state, copy.draft.state) == ("missing", "proposed")
    MailboxDraft.objects.update(missing_since=timezone.now() - GRACE - timedelta(seconds=1))
    mailbox.sync()
    copy = copy_of(ticket)
    assert (copy.state, copy.draft.state, copy.draft.rejection) == ("deleted", "rejected", "deleted in the mail client")
    mailbox.sync()
    assert mailbox.lying() == []


def test_a_copy_is_known_again_where_the_server_renumbers_and_drops_our_header(
    mailbox: Mailbox, ticket: Ticket
) -> None:
    mailbox.sync()
    raw = mailbox.take()
    mailbox.add(changed(raw, raw.split(b"\r\n\r\n", 1)[1], MARK), "Drafts")
    mailbox.stack.renumber(mailbox.account.user, "Drafts", 4711)
    mailbox.sync(times=2)
    copy = copy_of(ticket)
    assert (copy.state, copy.uid_validity, MailboxDraft.objects.count()) == ("placed", 4711, 1)
    assert len(mailbox.lying()) == 1


@pytest.mark.parametrize(
    "fault", [lambda: ReplyLost(b"APPEND"), lambda: ReplyLost(b"X-Calmdesk-Draft: "), lambda: CutAtWord(b"APPEND")]
)
def test_after_a_broken_connection_it_is_there_once(
    mailbox: Mailbox, ticket: Ticket, fault: Callable[[], Fault]
) -> None:
    with FaultProxy((mailbox.account.host, mailbox.account.port), fault) as proxy, pytest.raises(MailboxError):
        mailbox.sync(proxy.port)
    assert copy_of(ticket).state == "placing"
    mailbox.sync(times=2)
    assert (copy_of(ticket).state, MailboxDraft.objects.count()) == ("placed", 1)
    assert len(mailbox.lying()) == 1


class Unmarked(Fault):
    """A server that keeps neither the Message-ID nor the header that it is given."""

    def up(self, data: bytes) -> bytes:
        return data.replace(b"Message-ID: ", b"X-Original: ").replace(b"X-Calmdesk-Draft: ", b"X-Whatever-Else1: ")


def test_a_server_that_keeps_none_of_our_marks_gets_it_once_and_gives_it_back(mailbox: Mailbox, ticket: Ticket) -> None:
    with FaultProxy((mailbox.account.host, mailbox.account.port), Unmarked) as proxy:
        mailbox.sync(proxy.port, times=2)
        mailbox.sync(proxy.port)
    assert len(mailbox.lying()) == 1
    assert b"X-Original: " in mailbox.lying()[0]
    assert copy_of(ticket).state == "placed"
    reject(mailbox, copy_of(ticket).draft)
    mailbox.sync()
    assert (mailbox.lying(), copy_of(ticket).state) == ([], "withdrawn")


def test_a_folder_that_is_not_there_is_named(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.drafts = "Entwürfe"
    with pytest.raises(MailboxError, match="no folder 'Entwürfe'"):
        mailbox.sync()
    with mailbox.account.client() as client:
        client.create_folder("Entwürfe")
    mailbox.sync()
    assert len(mailbox.lying("Entwürfe")) == 1


def test_what_was_sent_there_is_not_sent_again_by_us(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync()
    draft = copy_of(ticket).draft
    decisions.approve(mailbox.config, person("agent"), draft.pk, draft.version)
    mailbox.add(mailbox.take(), "Sent")
    mailbox.sync()
    ours = Outgoing.objects.exclude(state="sent").get()
    assert ours.state == "withdrawn"
    assert decisions.approval_void(ours)
    ticket.refresh_from_db()
    assert ticket.state == "sent"


@pytest.mark.parametrize("state", ["claimed", "failed"])
def test_nor_when_a_worker_has_it_in_hand_or_could_not_send_it(mailbox: Mailbox, ticket: Ticket, state: str) -> None:
    mailbox.sync()
    draft = copy_of(ticket).draft
    decisions.approve(mailbox.config, person("agent"), draft.pk, draft.version)
    Outgoing.objects.update(state=state, owner="worker", lease_until=timezone.now() + timedelta(minutes=5))
    seen = Outgoing.objects.get()
    mailbox.add(mailbox.take(), "Sent")
    mailbox.sync()
    row = Outgoing.objects.get(pk=seen.pk)
    assert (row.state, row.owner) == ("withdrawn", "")
    assert not holds(seen)
    ticket.refresh_from_db()
    assert ticket.state == "sent"


def test_another_reply_of_ours_is_not_sent_beside_it_but_a_persons_own_is(mailbox: Mailbox, ticket: Ticket) -> None:
    mailbox.sync()
    own = decisions.new_reply(mailbox.config, person("agent"), ticket.pk, "Thank you for writing.\n")
    other = ticket.drafts.filter(proposed_first=False, writer="composed").first()
    assert other is not None
    window = mailbox.take()  # open in the mail program while a colleague approves another reply
    decisions.approve(mailbox.config, person("lead"), other.pk, other.version)
    mailbox.add(window, "Sent")
    mailbox.sync()
    assert list(Outgoing.objects.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "sent"]
    states = dict(ticket.drafts.values_list("pk", "state"))
    assert (states[own.pk], states[other.pk]) == ("proposed", "superseded")
    ticket.refresh_from_db()
    assert ticket.state == "drafted", "the colleague's own reply waits"


def test_the_worker_names_the_key_of_a_folder_that_is_missing_and_else_keeps_it(
    mailbox: Mailbox, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def worker(drafts: str) -> DraftsWorker:
        password = Password(mailbox.account.password)
        return DraftsWorker(mailbox.config, DraftsFolder("care", mailbox.account.config(), password, drafts, AUTO))

    with pytest.raises(ConfigError, match=r"mailboxes\.care\.drafts_folder: .*'Elsewhere'"):
        worker("Elsewhere").check()
    worker(AUTO).check()
    stop = threading.Event()
    looked: list[int] = []

    def once(*arguments: Any) -> int:
        looked.append(sync(*arguments))
        stop.set()
        return looked[-1]

    monkeypatch.setattr(worker_module, "sync", once)
    monkeypatch.setattr(worker_module, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(worker_module, "close_old_connections", lambda: None)
    worker(AUTO).run(stop)
    assert looked == [1]
    assert len(mailbox.lying()) == 1


def test_the_configuration_says_where_drafts_go(mailbox: Mailbox) -> None:
    care = mailbox.config.mailboxes["care"]
    assert (care.drafts_folder, care.sent_folder) == ("off", "auto")  # a bare off is false in YAML
    assert list(drafts_workers(mailbox.config)) == []
    with pytest.raises(ValueError, match="drafts_folder needs imap"):
        MailboxConfig.model_validate(care.model_dump() | {"imap": None, "maildir": "x", "drafts_folder": "auto"})
