"""Fetching in lots from a real Dovecot: few commands, little memory, nothing passed over."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.faultproxy import Fault, FaultProxy, Recorded, Replaced
from tests.integration.imap_account import Account, commands, dovecot_account, raw_mail, subject_of, subjects
from tests.integration.mailstack import MailStack

HUGE = 30_000_000


@pytest.fixture
def dovecot(mail_stack: MailStack) -> Account:
    return dovecot_account(mail_stack)


def sized(subject: str, octets: int) -> bytes:
    """A mail of about ``octets``, in lines as mail has them."""
    return raw_mail(subject) + (b"x" * 70 + b"\r\n") * (octets // 72)


def test_300_mails_come_whole_and_in_order_with_few_commands(mail_stack: MailStack, dovecot: Account) -> None:
    raws = [sized(f"mail {number}", number * 10) for number in range(300)]
    mail_stack.append(dovecot.user, raws)
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        source.uids()
        said.clear()
        mails = list(source.fetch(source.uids()))
        spoken = commands(said)
    assert [mail.raw for mail in mails] == raws
    assert [mail.uid for mail in mails] == sorted(mail.uid for mail in mails)
    assert [command.split()[1] for command in spoken] == [b"SEARCH", *[b"FETCH"] * 8]
    assert max(map(len, spoken)) < 1000


def test_a_lot_stays_small_where_mails_are_large(mail_stack: MailStack, dovecot: Account) -> None:
    raws = [sized(f"mail {number}", 1_500_000) for number in range(6)]
    mail_stack.append(dovecot.user, raws)
    said: list[bytes] = []
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Recorded(said)) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert [mail.raw for mail in source.fetch(source.uids())] == raws
    assert len([command for command in commands(said) if b"BODY.PEEK[]" in command]) == 3


def test_a_folder_of_200000_mails_is_searched_in_one_answer(dovecot: Account) -> None:
    dovecot.add("one")
    crowd = b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 200_001)) + b"\r\n"
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(b"* SEARCH 1\r\n", crowd)) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert len(crowd) > 1_000_000
        assert source.uids() == list(range(1, 200_001))


def measured(account: Account, megabytes: float) -> dict[str, Any]:
    """What `fetch_memory` prints."""
    arguments = [str(account.port), account.user, account.password, str(megabytes)]
    command = [sys.executable, "-m", "tests.integration.fetch_memory", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_huge_mail_is_never_held_its_header_is_and_the_others_come(mail_stack: MailStack, dovecot: Account) -> None:
    huge = sized("huge", HUGE)
    mail_stack.append(dovecot.user, [raw_mail("before"), huge, raw_mail("after")])
    held = measured(dovecot, 25)
    before, middle, after = held["mails"]
    assert (before, after) == ([True, *[len(raw_mail("before"))] * 2], [True, *[len(raw_mail("after"))] * 2])
    assert middle == [False, len(huge), len(raw_mail("huge").partition(b"\r\n\r\n")[0]) + 4]
    assert held["growth"] < HUGE / 5
    allowed = measured(dovecot, 100)
    assert allowed["mails"][1] == [True, len(huge), len(huge)]
    assert allowed["growth"] > HUGE * 0.9, "the measurement cannot see a mail that is held"


def test_of_an_endless_header_only_the_start_is_read(mail_stack: MailStack, dovecot: Account) -> None:
    header = b"Subject: endless\r\n" + b"".join(b"X-Line-%d: %s\r\n" % (number, b"y" * 60) for number in range(20_000))
    mail_stack.append(dovecot.user, [header + b"\r\nHello\r\n"])
    with dovecot.source(max_megabytes=1) as source:
        source.select()
        (mail,) = source.fetch(source.uids())
    assert (mail.complete, mail.size) == (False, len(header) + 9)
    assert mail.raw == header[:262_144]


def test_a_mail_at_the_limit_comes_and_one_octet_more_does_not(mail_stack: MailStack, dovecot: Account) -> None:
    at_limit = raw_mail("limit").ljust(1_000_000, b"z")
    mail_stack.append(dovecot.user, [at_limit, at_limit + b"z"])
    with dovecot.source(max_megabytes=1) as source:
        source.select()
        assert [mail.complete for mail in source.fetch(source.uids())] == [True, False]


@pytest.mark.parametrize("gone", [[1], [2, 3], [1, 2, 3, 4]])
def test_mails_that_others_remove_meanwhile_are_left_out(dovecot: Account, gone: list[int]) -> None:
    dovecot.add("one", "two", "three", "four")
    with dovecot.source() as source:
        source.select()
        uids = source.uids()
        dovecot.remove(gone)
        left = [uid for uid in uids if uid not in gone]
        assert [mail.uid for mail in source.fetch(uids)] == left
        assert source.uids() == left


def test_mails_removed_between_their_sizes_and_their_bodies_are_left_out(
    mail_stack: MailStack, dovecot: Account
) -> None:
    mail_stack.append(dovecot.user, [sized(f"mail {number}", 2_500_000) for number in range(4)])
    with dovecot.source() as source:
        source.select()
        mails = source.fetch(source.uids())
        assert subject_of(next(mails).raw) == "mail 0"
        dovecot.remove([2, 4])
        assert [mail.uid for mail in mails] == [3]


class ExpungeIssued(Fault):
    """The server answers the first command for bodies with what it has and a no, as some do for removed mails."""

    def __init__(self) -> None:
        self._tag = b""

    def up(self, data: bytes) -> bytes:
        if b"BODY.PEEK[]" in data and not self._tag:
            self._tag = data.split()[0]
        return data

    def down(self, data: bytes) -> bytes:
        return data.replace(self._tag + b" OK", self._tag + b" NO [EXPUNGEISSUED]") if self._tag else data


def test_a_no_because_of_removed_mails_does_not_keep_the_others_back(dovecot: Account) -> None:
    dovecot.add("one", "two", "three")
    with FaultProxy((dovecot.host, dovecot.port), ExpungeIssued) as proxy, dovecot.source(port=proxy.port) as source:
        source.select()
        uids = source.uids()
        dovecot.remove([2])
        assert [subject_of(mail.raw) for mail in source.fetch(uids)] == ["one", "three"]


def test_a_server_that_counts_another_size_is_believed_if_the_body_stays_the_same(dovecot: Account) -> None:
    dovecot.add("sized")
    size = f"RFC822.SIZE {len(raw_mail('sized'))}".encode()
    with (
        FaultProxy((dovecot.host, dovecot.port), lambda: Replaced(size, b"RFC822.SIZE 99999")) as proxy,
        dovecot.source(port=proxy.port) as source,
    ):
        source.select()
        assert subjects(source) == ["sized"]


class Shrinking(Replaced):
    """Every body arrives one octet shorter than the one before, and says so."""

    def __init__(self) -> None:
        super().__init__(b"", b"")
        self._times = 0

    def down(self, data: bytes) -> bytes:
        whole = raw_mail("sized")
        if whole not in data:
            return data
        self._times += 1
        cut = whole[: -self._times]
        literal = b"{%d}\r\n"
        return data.replace(literal % len(whole) + whole, literal % len(cut) + cut)
