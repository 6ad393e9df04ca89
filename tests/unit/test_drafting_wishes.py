"""How a draft changes when a person asks for it shorter, warmer, plainer or in other words."""

from __future__ import annotations

import pytest

from pipeline.config import Thresholds
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.phrasing import empathy
from pipeline.records import Case, CheckStatus, Draft, DraftKind, Manner, Source, Wish
from pipeline.resources import default_folder
from tests.unit.drafting_cases import FIRM, POLICY, make_case

KNOWLEDGE = KnowledgeBase.load(default_folder("config") / "knowledge")
COMPOSER = Composer()
CONCERNS = ("My parcel FH-20418 has not come.", "Nobody answers my letters.", "Where is my parcel?")
TEXT = f"{CONCERNS[0]} {CONCERNS[1]} My sister's birthday is on Saturday. {CONCERNS[2]}"
PASSAGES = tuple(KNOWLEDGE.passages[:2])
TONES = ("angry", "worried", "frustrated", "disappointed", "confused", "neutral", "positive")


def case_in(tone: str, text: str = TEXT, concerns: tuple[str, ...] = CONCERNS) -> Case:
    return make_case(text, concerns, tone=tone, intensity=1, urgency="high", message_id=f"m-{tone}")


def drafts(case: Case, manners: dict[DraftKind, Manner], sources: tuple[Source, ...] = ()) -> list[Draft]:
    made = COMPOSER.draft(
        case,
        firm=FIRM,
        policy=POLICY,
        thresholds=Thresholds(),
        knowledge=KNOWLEDGE,
        sources=sources,
        manners=manners,
    )
    return list(made.drafts)


def wished(case: Case, wish: Wish | None, variation: int = 0) -> list[Draft]:
    return drafts(case, dict.fromkeys(DraftKind, Manner(wish, variation)))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("wish", Wish)
def test_a_wish_breaks_no_rule_that_the_draft_kept_before(wish: Wish, tone: str) -> None:
    for before, after in zip(wished(case_in(tone), None), wished(case_in(tone), wish, 1), strict=True):
        failed = {check.name for check in before.checks if check.status is not CheckStatus.PASS}
        assert {check.name for check in after.checks if check.status is not CheckStatus.PASS} <= failed


@pytest.mark.parametrize("tone", TONES)
def test_shorter_is_shorter_and_keeps_every_concern(tone: str) -> None:
    for before, after in zip(wished(case_in(tone), None), wished(case_in(tone), Wish.SHORTER), strict=True):
        assert len(after.body.split()) < len(before.body.split())
        assert after.restated == before.restated
        assert all(concern in after.body for concern in after.restated)
        assert FIRM.contact in after.body


def test_shorter_shows_the_best_passage_alone() -> None:
    sources = tuple(Source(f"s{number}", f"Guide {number}", f"Step {number}.", 0.95) for number in (1, 2))
    manners = {DraftKind.SOLUTION: Manner(Wish.SHORTER)}
    solution = drafts(case_in("neutral"), manners, sources)[-1]
    assert "Guide 1" in solution.body
    assert "Guide 2" not in solution.body
    assert solution.sources == sources[:1]


@pytest.mark.parametrize("tone", TONES)
def test_warmer_says_more_of_the_feeling(tone: str) -> None:
    for before, after in zip(wished(case_in(tone), None), wished(case_in(tone), Wish.WARMER), strict=True):
        assert len(after.body.split()) > len(before.body.split())


@pytest.mark.parametrize("tone", TONES)
def test_again_says_it_in_other_words_each_time(tone: str) -> None:
    said = [empathy(case_in(tone), Manner(Wish.AGAIN, number)) for number in range(3)]
    assert len(set(said)) == 3
    assert said[0] == empathy(case_in(tone))


def test_plainer_takes_the_words_that_are_easiest_to_read() -> None:
    [_, _, solution] = wished(case_in("neutral"), Wish.PLAINER)
    assert "I would rather not guess" not in solution.body
    assert "The care team will look for one" in solution.body


def test_a_wish_for_one_kind_changes_no_other() -> None:
    before = wished(case_in("worried"), None)
    after = drafts(case_in("worried"), {DraftKind.APOLOGY: Manner(Wish.WARMER)})
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]
