"""How mails are put into lots for one command each, and when marks are permitted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import ImapConfig
from pipeline.intake.imap_fetch import MAILS_AT_ONCE, OCTETS_AT_ONCE, UIDS_AT_ONCE, Listed, by_size, in_lots
from pipeline.intake.imap_marks import Permissions, why_not

LIMIT = 25_000_000
AT = datetime(2026, 3, 2, tzinfo=UTC)
SIZES = st.one_of(st.integers(0, 5000), st.integers(0, OCTETS_AT_ONCE * 2), st.integers(LIMIT - 2, LIMIT * 3))


def listed(sizes: list[int]) -> list[Listed]:
    return [Listed(uid, size, AT) for uid, size in enumerate(sizes, 1)]


@given(st.lists(SIZES, max_size=300))
def test_lots_keep_every_mail_in_order_and_stay_small(sizes: list[int]) -> None:
    mails = listed(sizes)
    lots = list(by_size(mails, LIMIT))
    assert [mail for lot in lots for mail in lot] == mails
    for lot in lots:
        assert 1 <= len(lot) <= MAILS_AT_ONCE
        assert len(lot) == 1 or sum(mail.size for mail in lot) <= OCTETS_AT_ONCE
        assert len(lot) == 1 or all(mail.size <= LIMIT for mail in lot)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=300))
def test_small_mails_take_as_few_commands_as_there_can_be(sizes: list[int]) -> None:
    assert len(list(by_size(listed(sizes), LIMIT))) == -(-len(sizes) // MAILS_AT_ONCE)


def test_a_limit_below_the_size_of_a_lot_holds_for_every_mail() -> None:
    lots = list(by_size(listed([10, 999, 10, 10]), limit=100))
    assert [[mail.size for mail in lot] for lot in lots] == [[10], [999], [10, 10]]


@given(st.lists(SIZES, max_size=120), st.sets(st.integers(1, 120), max_size=5))
def test_a_mail_at_which_a_server_hung_up_stands_alone(sizes: list[int], suspects: set[int]) -> None:
    lots = list(by_size(listed(sizes), LIMIT, suspects))
    assert [mail for lot in lots for mail in lot] == listed(sizes)
    assert all(len(lot) == 1 for lot in lots if any(mail.uid in suspects for mail in lot))


@given(st.lists(st.integers(1, 2**32 - 1), max_size=1000))
def test_uids_are_named_in_lines_of_a_sensible_length(uids: list[int]) -> None:
    lots = list(in_lots(uids))
    assert [uid for lot in lots for uid in lot] == uids
    assert all(len(",".join(map(str, lot))) <= UIDS_AT_ONCE * 11 for lot in lots)


def config(**marks: str) -> ImapConfig:
    return ImapConfig.model_validate({"host": "mail.example.com", "user": "support@example.com", **marks})


ALL = frozenset({"\\deleted", "\\seen", "\\*"})


@pytest.mark.parametrize(
    ("marks", "flags", "capabilities", "why"),
    [
        ({"keyword": "$Triaged"}, ALL, set(), ""),
        ({"keyword": "$Triaged"}, {"$triaged"}, set(), ""),
        ({"keyword": "$Triaged"}, {"$other", "\\seen"}, set(), "the server keeps no keyword $Triaged in this folder"),
        ({"move_to": "Done"}, set(), {b"MOVE"}, ""),
        ({"move_to": "Done"}, ALL, {b"UIDPLUS"}, ""),
        ({"move_to": "Done"}, {"\\seen"}, {b"UIDPLUS"}, "none can move"),
        ({"move_to": "Done"}, ALL, set(), "neither MOVE nor UIDPLUS"),
        ({"move_to": "Done", "keyword": "$Triaged"}, set(), {b"MOVE"}, "keeps no keyword"),
    ],
)
def test_marks_need_a_servers_permission(
    marks: dict[str, str], flags: set[str], capabilities: set[bytes], why: str
) -> None:
    said = why_not(config(**marks), Permissions(True, frozenset(flags)), capabilities)
    assert why in said
    assert bool(why) == bool(said)
    assert "read-only" in why_not(config(**marks), Permissions(False, frozenset(flags)), capabilities)
