"""Keywords and moves on a real Dovecot: only where configured and permitted, only by UID, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.errors import MailboxError
from tests.integration.faultproxy import Fault, FaultProxy, Recorded, Replaced
from tests.integration.imap_account import Account, commands, dovecot_account, raw_mail, subjects
from tests.integration.mailstack import MailStack

DONE = "Done & über/erledigt"


@pytest.fixture
def account(mail_stack: MailStack) -> Account:
    """Three mails, of which somebody has marked the third as deleted; and a folder for what is done."""
    account = dovecot_account(mail_stack)
    account.add("one", "two", "three")
    with account.client() as client:
        client.create_folder(DONE)
        client.select_folder("INBOX")
        client.add_flags([3], ["\\Deleted", "\\Seen"])
    return account


UNTOUCHED = {1: set[str](), 2: set[str](), 3: {"\\Deleted", "\\Seen"}}


def stripped(*words: bytes) -> Callable[[], Fault]:
    """Offers of the server taken away."""

    class Stripped(Fault):
        def down(self, data: bytes) -> bytes:
            for word in words:
                data = data.replace(word, b"")
            return data

    return Stripped


def test_without_marks_the_folder_is_only_examined_and_nothing_is_done(account: Account) -> None:
    said: list[bytes] = []
    with (
        FaultProxy((account.host, account.port), lambda: Recorded(said)) as proxy,
        account.source(port=proxy.port) as source,
    ):
        source.select()
        assert not source.marks
        assert subjects(source) == ["one", "two", "three"]
        assert source.mark_done([1, 2]) == ""
    verbs = {word for command in commands(said) for word in command.split()[:2]}
    assert b"EXAMINE" in verbs
    assert not verbs & {b"SELECT", b"STORE", b"MOVE", b"COPY", b"EXPUNGE", b"CLOSE"}
    assert account.flags() == UNTOUCHED


def test_a_keyword_is_set_on_these_mails_alone(account: Account) -> None:
    with account.source(keyword="$Triaged") as source:
        source.select()
        assert source.marks
        assert subjects(source) == ["one", "two", "three"]
        assert account.flags() == UNTOUCHED
        assert source.mark_done([1, 3]) == ""
        assert source.mark_done([]) == ""
    assert account.flags() == UNTOUCHED | {1: {"$Triaged"}, 3: {"\\Deleted", "\\Seen", "$Triaged"}}


@pytest.mark.parametrize(
    ("fault", "verb"), [(Fault, b"MOVE"), (stripped(b" MOVE"), b"COPY")], ids=["MOVE", "COPY and UID EXPUNGE"]
)
def test_a_move_takes_these_mails_alone_and_no_other_that_is_marked_deleted(
    account: Account, fault: Callable[[], Fault], verb: bytes
) -> None:
    said: list[bytes] = []

    class Both(Fault):
        def __init__(self) -> None:
            self._inner = fault()

        def up(self, data: bytes) -> bytes:
            said.append(data)
            return data

        def down(self, data: bytes) -> bytes:
            return self._inner.down(data)

    with (
        FaultProxy((account.host, account.port), Both) as proxy,
        account.source(port=proxy.port, keyword="$Triaged", move_to=DONE) as source,
    ):
        source.select()
        assert source.mark_done([1, 2]) == ""
        assert source.uids() == [3]
        assert source.mark_done([1, 2]) == "", "mails that are gone are no refusal"
    assert verb in {command.split()[1] for command in commands(said) if command.startswith(b"UID")}
    assert account.flags() == {3: UNTOUCHED[3]}
    assert account.contents(DONE) == [raw_mail("one"), raw_mail("two")]
    assert [flags - {"\\Deleted"} for flags in account.flags(DONE).values()] == [{"$Triaged"}] * 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (stripped(b" MOVE", b" UIDPLUS"), "neither MOVE nor UIDPLUS"),
        (stripped(rb" \*"), r"keeps no keyword \$Triaged"),
        (stripped(b" MOVE", rb"\Deleted "), "lets no mail of this folder be deleted"),
        (lambda: Replaced(b"[READ-WRITE]", b"[READ-ONLY]"), "read-only"),
    ],
)
def test_where_the_server_does_not_permit_it_nothing_changes_and_the_reason_is_told(
    account: Account, fault: Callable[[], Fault], why: str
) -> None:
    with (
        FaultProxy((account.host, account.port), fault) as proxy,
        account.source(port=proxy.port, keyword="$Triaged", move_to=DONE) as source,
    ):
        source.select()
        said = source.mark_done([1, 2])
        assert subjects(source) == ["one", "two", "three"], "reading goes on"
    assert why.replace("\\", "") in said
    assert account.flags() == UNTOUCHED
    assert account.contents(DONE) == []


def test_a_keyword_that_the_folder_knows_already_may_be_set_where_no_new_one_may(account: Account) -> None:
    with account.client() as client:
        client.select_folder("INBOX")
        client.add_flags([2], ["$triaged"])
    with (
        FaultProxy((account.host, account.port), stripped(rb" \*")) as proxy,
        account.source(port=proxy.port, keyword="$Triaged") as source,
    ):
        source.select()
        assert source.mark_done([1]) == ""
    assert {flag.lower() for flag in account.flags()[1]} == {"$triaged"}


@pytest.mark.parametrize("fault", [Fault, stripped(b" MOVE")])
def test_a_missing_folder_to_move_to_is_told_with_those_that_exist_and_not_made(
    account: Account, fault: Callable[[], Fault]
) -> None:
    with (
        FaultProxy((account.host, account.port), fault) as proxy,
        account.source(port=proxy.port, move_to="Nowhere") as source,
    ):
        source.select()
        why = source.mark_done([1, 2])
        assert why.startswith("there is no folder 'Nowhere' to move mails to; folders here: ")
        assert DONE in why
        assert "Nowhere" not in source.folders()
        assert source.uids() == [1, 2, 3]
    assert account.flags() == UNTOUCHED


@pytest.mark.parametrize("command", [b" STORE ", b" MOVE "])
def test_a_refusal_of_the_server_is_told_in_its_words(account: Account, command: bytes) -> None:
    class Refusing(Fault):
        """The server gets the command on no mail at all, and its yes arrives as a no."""

        tag = b""

        def up(self, data: bytes) -> bytes:
            if command in data:
                self.tag = data.split()[0]
                return self.tag + b" NOOP\r\n"
            return data

        def down(self, data: bytes) -> bytes:
            return self.tag + b" NO [NOPERM] not today\r\n" if self.tag and self.tag in data else data

    with (
        FaultProxy((account.host, account.port), Refusing) as proxy,
        account.source(port=proxy.port, keyword="$Triaged", move_to=DONE) as source,
    ):
        source.select()
        assert source.mark_done([1, 2]).endswith("[NOPERM] not today")
    assert set(account.flags()) == {1, 2, 3}


def test_many_mails_are_marked_in_lots(mail_stack: MailStack) -> None:
    account = dovecot_account(mail_stack)
    mail_stack.append(account.user, [raw_mail(f"mail {number}") for number in range(210)])
    said: list[bytes] = []
    with (
        FaultProxy((account.host, account.port), lambda: Recorded(said)) as proxy,
        account.source(port=proxy.port, keyword="$Triaged") as source,
    ):
        source.select()
        assert source.mark_done(source.uids()) == ""
    assert list(account.flags().values()) == [{"$Triaged"}] * 210
    assert sum(b" STORE " in command for command in commands(said)) == 2


def test_a_connection_lost_while_marking_is_an_error(account: Account) -> None:
    with (
        FaultProxy((account.host, account.port)) as proxy,
        account.source(port=proxy.port, keyword="$Triaged") as source,
    ):
        source.select()
        proxy.cut_all()
        with pytest.raises(MailboxError, match="cannot mark mails"):
            source.mark_done([1])
