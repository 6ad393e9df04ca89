"""The rules on replies in German, French and Spanish: what each finds, and the near misses that pass."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.drafts.measures import COMPOSURE, LANGUAGES, RULES_OF, fires, flags, owned, rows
from benchmarks.drafts.measures import context as of_row
from pipeline.config import load_config
from pipeline.drafting import elsewhere
from pipeline.drafting.checks import claimed_action, run_checks
from pipeline.records import Action
from tests.unit.drafting_cases import TUESDAY, context, make_case

CONFIG = load_config(Path("config"), {})
DEVELOP_FACTS = [row for one in LANGUAGES for row in rows(f"facts_{one}.jsonl") if row["part"] == "develop"]
DEVELOP_LINES = [row for one in LANGUAGES for row in rows(f"composure_{one}.jsonl") if row["part"] == "develop"]


@pytest.mark.parametrize("row", DEVELOP_FACTS, ids=lambda row: str(row["id"]))
def test_a_draft_is_flagged_by_the_rule_of_its_kind_or_passes_it(row: dict[str, object]) -> None:
    assert flags(of_row(CONFIG, row), row) is row["must_flag"]


@pytest.mark.parametrize("row", DEVELOP_LINES, ids=lambda row: str(row["id"]))
def test_a_bad_line_is_found_and_a_good_one_passes(row: dict[str, object]) -> None:
    assert fires(COMPOSURE, of_row(CONFIG, owned(row))) is row["bad"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_as_many_rows_to_develop_with_as_to_judge_by(language: str) -> None:
    facts, lines = rows(f"facts_{language}.jsonl"), rows(f"composure_{language}.jsonl")
    counts = Counter((row["kind"], row["must_flag"], row["part"]) for row in facts)
    assert set(counts.values()) == {2, 3} and {kind for kind, _, _ in counts} <= set(RULES_OF)
    assert set(Counter((row["kind"], row["bad"], row["part"]) for row in lines).values()) == {2}
    assert len({row["id"] for row in (*facts, *lines)}) == len(facts) + len(lines)
    assert all(row["span"] in row["draft"] and bool(row["span"]) is row["must_flag"] for row in facts)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("refund", "Wir haben Ihnen den Betrag erstattet."),
        ("refund", "Nous avons remboursé la somme."),
        ("refund", "Hemos reembolsado el importe."),
        ("unlock", "Votre compte a été débloqué."),
        ("cancellation", "Hemos cancelado su suscripción."),
    ],
)
def test_a_claim_passes_only_with_an_action_of_its_kind_recorded(kind: str, sentence: str) -> None:
    for recorded, flagged in ((kind, False), ("booking", True)):
        case = replace(make_case("Hola."), actions=(Action(recorded, TUESDAY, "mara"),))
        assert bool(claimed_action.check(context(sentence, case))) is flagged


def test_a_rule_without_words_in_any_language_is_an_error() -> None:
    with pytest.raises(KeyError):
        elsewhere.words("no such rule")


@given(st.text(alphabet="nous wir hemos a été no le la si 12 000,50 €.,?'’ \nerstattet rembours", max_size=200))
def test_any_text_can_be_checked(body: str) -> None:
    for result in run_checks(context(body)):
        assert (result.start or 0) <= (result.end or 0) <= len(body)
