from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from typing import cast

import pytest
from django.utils import timezone

from pipeline.config import Config
from pipeline.engine.send import recover, send_stage
from pipeline.errors import (
    CalmdeskError,
    ConfigError,
    SubmissionDeferred,
    SubmissionRefused,
    SubmissionUncertain,
)
from pipeline.records import Envelope
from pipeline.review import decisions
from pipeline.sending.smtp import SmtpSubmitter
from pipeline.store.claims import claim
from pipeline.store.models import Approval, Draft, Message, Outgoing, Ticket
from tests.rows import OWNER, drafted_ticket, mail_bytes, person, queued

pytestmark = pytest.mark.django_db
LEASE = timedelta(minutes=5)


@dataclass
class FakeSubmitter:
    """Takes mail as a server would; ``before`` and ``after`` DATA it fails as told."""

    before: CalmdeskError | None = None
    after: CalmdeskError | None = None
    taken: list[tuple[bytes, Envelope]] = field(default_factory=list)
    handed: int = 0

    def send(self, raw: bytes, envelope: Envelope, *, before_data: Callable[[], None]) -> str:
        self.handed += 1
        if self.before:
            raise self.before
        before_data()
        assert Outgoing.objects.get(raw=raw).state == "transmitting"
        if self.after:
            raise self.after
        self.taken.append((raw, envelope))
        return "250 taken"


def run(submitter: FakeSubmitter) -> int:
    return send_stage({"care": cast(SmtpSubmitter, submitter)}, OWNER, LEASE)


def make_due() -> None:
    Outgoing.objects.update(due_at=timezone.now())


def test_an_approved_reply_is_sent_once_to_the_customer(desk_config: Config) -> None:
    row, server = queued(desk_config), FakeSubmitter()
    assert (run(server), run(server)) == (1, 0)
    row.refresh_from_db()
    assert server.taken == [(bytes(row.raw), Envelope("care@fernhollow.example", ("orla@example.com",)))]
    assert (row.state, row.ticket.state, row.approval.draft.state) == ("sent", "sent", "sent")
    assert (row.server_reply, row.owner, row.sent_at is not None) == ("250 taken", "", True)
    assert row.ticket.audit.filter(actor="sender", action="outgoing sent").count() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deferred_mail_goes_later_with_the_same_bytes(desk_config: Config, when: str) -> None:
    row = queued(desk_config)
    raw = bytes(row.raw)
    later = SubmissionDeferred("451 try later")
    deferring = FakeSubmitter(before=later) if when == "before" else FakeSubmitter(after=later)
    assert run(deferring) == 1
    row.refresh_from_db()
    assert (row.state, row.tries, row.ticket.state) == ("queued", 1, "approved")
    assert row.due_at > timezone.now()
    server = FakeSubmitter()
    assert run(server) == 0
    make_due()
    run(server)
    [(sent, _)] = server.taken
    assert sent == raw
    assert message_from_bytes(sent)["Message-ID"] == row.message_id


def test_the_wait_grows_with_every_try_but_has_an_end(desk_config: Config) -> None:
    row, waits = queued(desk_config), []
    for tries in (0, 5, 40):
        Outgoing.objects.update(due_at=timezone.now(), tries=tries)
        run(FakeSubmitter(before=SubmissionDeferred("451")))
        row.refresh_from_db()
        waits.append(row.due_at - timezone.now())
    assert waits == sorted(waits)
    assert waits[-1] <= timedelta(hours=1)


def test_a_refused_mail_waits_for_a_person(desk_config: Config) -> None:
    row, server = queued(desk_config), FakeSubmitter(before=SubmissionRefused("550 no such user"))
    run(server)
    make_due()
    assert run(server) == 0
    row.refresh_from_db()
    assert (row.state, row.error, row.ticket.state) == ("failed", "550 no such user", "failed")
    assert row.approval.draft.state == "approved"


def test_an_uncertain_mail_is_never_sent_again_by_itself(desk_config: Config) -> None:
    row = queued(desk_config)
    run(FakeSubmitter(after=SubmissionUncertain("the answer was lost")))
    make_due()
    server = FakeSubmitter()
    assert (run(server), server.handed, recover(owner_is_gone=True)) == (0, 0, 0)
    row.refresh_from_db()
    assert (row.state, row.ticket.state) == ("uncertain", "uncertain")


def _other_bytes(row: Outgoing) -> None:
    Outgoing.objects.update(raw=bytes(row.raw) + b"PS: and a refund\r\n")


def _other_recipient(row: Outgoing) -> None:
    Outgoing.objects.update(recipients=["eve@elsewhere.example"])


def _second_recipient(row: Outgoing) -> None:
    Outgoing.objects.update(recipients=[*row.recipients, "eve@elsewhere.example"])


def _other_sender(row: Outgoing) -> None:
    Outgoing.objects.update(sender="eve@elsewhere.example")


def _other_hash(row: Outgoing) -> None:
    Approval.objects.update(hash="0" * 64)


def _newer_draft(row: Outgoing) -> None:
    Draft.objects.filter(pk=row.approval.draft_id).update(version=2)


def _withdrawn_draft(row: Outgoing) -> None:
    Draft.objects.filter(pk=row.approval.draft_id).update(state="proposed")


def _newer_thread(row: Outgoing) -> None:
    Ticket.objects.update(version=2)


@pytest.mark.parametrize(
    "tamper",
    [
        _other_bytes,
        _other_recipient,
        _second_recipient,
        _other_sender,
        _other_hash,
        _newer_draft,
        _withdrawn_draft,
        _newer_thread,
    ],
)
def test_whatever_is_not_what_was_approved_is_not_even_offered(
    desk_config: Config, tamper: Callable[[Outgoing], None]
) -> None:
    row, server = queued(desk_config), FakeSubmitter()
    tamper(row)
    run(server)
    row.refresh_from_db()
    assert server.handed == 0
    assert row.state == "failed"
    assert row.error


def test_a_newer_mail_of_the_customer_stops_an_approved_reply(desk_config: Config) -> None:
    ticket = drafted_ticket(desk_config, mail_bytes(message_id="<first@example.com>"))
    row, server = queued(desk_config, ticket), FakeSubmitter()
    drafted_ticket(desk_config, mail_bytes("It has come.", headers=["In-Reply-To: <first@example.com>"]))
    run(server)
    row.refresh_from_db()
    assert (server.handed, row.state, row.ticket.state) == (0, "failed", "drafted")


@pytest.mark.parametrize("submitters", [{}, {"care": FakeSubmitter(before=ConfigError("ca_file: no such file"))}])
def test_a_fault_of_the_configuration_keeps_the_mail_in_the_queue(
    desk_config: Config, submitters: dict[str, SmtpSubmitter]
) -> None:
    row = queued(desk_config)
    assert send_stage(submitters, OWNER, LEASE) == 1
    row.refresh_from_db()
    assert (row.state, row.owner) == ("queued", "")
    assert row.error


def test_a_worker_that_lost_its_lease_hands_nothing_over(desk_config: Config) -> None:
    row = queued(desk_config)

    class Overtaken(FakeSubmitter):
        def send(self, raw: bytes, envelope: Envelope, *, before_data: Callable[[], None]) -> str:
            Outgoing.objects.update(owner="another")
            return super().send(raw, envelope, before_data=before_data)

    server = Overtaken()
    run(server)
    row.refresh_from_db()
    assert server.taken == []
    assert (row.state, row.owner) == ("claimed", "another")


@pytest.mark.parametrize(("state", "after"), [("claimed", "queued"), ("transmitting", "uncertain")])
def test_what_a_dead_worker_left_is_settled_when_its_lease_is_over(desk_config: Config, state: str, after: str) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state=state, owner="dead", lease_until=timezone.now() + LEASE)
    assert recover() == 0
    Outgoing.objects.update(lease_until=timezone.now() - LEASE)
    assert recover() == 1
    row.refresh_from_db()
    assert (row.state, row.owner, row.lease_until) == (after, "", None)


@pytest.mark.parametrize(("state", "after"), [("claimed", "queued"), ("transmitting", "uncertain")])
def test_with_the_installation_locked_every_lease_is_a_dead_workers(
    desk_config: Config, state: str, after: str
) -> None:
    row = queued(desk_config)
    Outgoing.objects.update(state=state, owner="dead", lease_until=timezone.now() + LEASE)
    assert recover(owner_is_gone=True) == 1
    row.refresh_from_db()
    assert row.state == after


def test_a_row_claimed_but_not_begun_is_free_after_a_restart(desk_config: Config) -> None:
    queued(desk_config)
    assert claim(Outgoing, ["queued"], "dead", LEASE, 1)
    recover(owner_is_gone=True)
    assert run(FakeSubmitter()) == 1


def test_the_sender_settles_what_another_worker_left_behind(desk_config: Config) -> None:
    row, server = queued(desk_config), FakeSubmitter()
    Outgoing.objects.update(state="transmitting", owner="dead", lease_until=timezone.now() - LEASE)
    run(server)
    row.refresh_from_db()
    assert (row.state, server.handed) == ("uncertain", 0)


def test_our_own_mail_coming_back_is_not_answered(desk_config: Config) -> None:
    row = queued(desk_config)
    ticket = drafted_ticket(desk_config, bytes(row.raw))
    assert ticket.messages.latest("id").state == "suppressed"
    assert Message.objects.filter(state="drafted").count() == 1


@pytest.mark.parametrize("moment", ["while connecting", "during the data"])
def test_a_mail_that_comes_while_a_reply_is_handed_over_is_not_undone_by_its_outcome(
    desk_config: Config, moment: str
) -> None:
    row = queued(desk_config)
    answer = mail_bytes("Stop, it has come.", headers=[f"In-Reply-To: <{row.ticket.messages.get().message_id[1:-1]}>"])

    class Slow(FakeSubmitter):
        def send(self, raw: bytes, envelope: Envelope, *, before_data: Callable[[], None]) -> str:
            if moment == "during the data":
                before_data()
            drafted_ticket(desk_config, answer)
            raise SubmissionDeferred("421 later")

    run(Slow())
    assert Ticket.objects.get().version == 2
    make_due()
    after = FakeSubmitter()
    run(after)
    assert after.taken == []
    row.refresh_from_db()
    assert (row.state, row.error) == ("failed", "a newer mail of the customer came after the approval")
    newest = Draft.objects.filter(state="proposed", proposed_first=True).get()
    decisions.approve(desk_config, person("agent"), newest.pk, newest.version)
