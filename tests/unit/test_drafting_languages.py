"""Acknowledgments in German, French and Spanish: form of address, times, promises, checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config import Thresholds
from pipeline.drafting.addressing import full_name
from pipeline.drafting.compose import Composer
from pipeline.drafting.knowledge import KnowledgeBase
from pipeline.drafting.promises import due_time, find_promises
from pipeline.drafting.register import contains_insult
from pipeline.drafting.spoken_time import spelled
from pipeline.records import CheckStatus, Draft, DraftKind
from pipeline.resources import default_folder
from tests.unit.drafting_cases import FIRM, MONDAY_NINE, POLICY, make_case

KNOWLEDGE = KnowledgeBase.load(default_folder("config") / "knowledge")
COMPOSER = Composer()
MAILS = {
    "de": ("Ich warte seit drei Wochen auf die Rechnung.", "Wo bleibt sie?"),
    "fr": ("J'attends ma facture depuis trois semaines.", "Où est-elle ?"),
    "es": ("Espero la factura desde hace tres semanas.", "¿Dónde está?"),
}
FORMS = {
    "de": (("Ihnen", "Guten Tag Orla Tennick"), ("dir", "Hallo Orla")),
    "fr": (("vous répondra", "Bonjour Orla Tennick"), ("te répondra", "Bonjour Orla")),
    "es": (("le responderá", "Buenos días, Orla Tennick:"), ("te responderá", "Hola, Orla:")),
}
LANGUAGES = sorted(MAILS)
BY = {"en": "by", "de": "bis", "fr": "avant", "es": "hasta"}


def acknowledgment(
    language: str, form: Literal["formal", "informal"] = "formal", concerns: int = 2, urgency: str = "high"
) -> Draft:
    said = MAILS[language][:concerns]
    case = make_case(" ".join(said), said, language=language, urgency=urgency)
    firm = FIRM.model_copy(update={"languages": ("en", *LANGUAGES), "address_form": form})
    found = COMPOSER.draft(case, firm=firm, policy=POLICY, thresholds=Thresholds(), knowledge=KNOWLEDGE)
    return next(draft for draft in found.drafts if draft.kind is DraftKind.ACKNOWLEDGMENT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("concerns", [0, 1, 2])
@pytest.mark.parametrize("urgency", ["critical", "high", "normal", "low"])
def test_an_acknowledgment_passes_every_check_and_its_promise_is_dated(
    language: str, concerns: int, urgency: str
) -> None:
    for form in ("formal", "informal"):
        draft = acknowledgment(language, form, concerns, urgency)
        assert not [check for check in draft.checks if check.status is not CheckStatus.PASS]
        assert len(draft.promises) == 1
        assert draft.promises[0].due_at is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_promise_in_the_text_falls_due_when_policy_says(language: str) -> None:
    assert acknowledgment(language).promises[0].due_at == datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_of_address_is_the_firms(language: str) -> None:
    for form, words in zip(("formal", "informal"), FORMS[language], strict=True):
        body = acknowledgment(language, form).body
        assert all(word in body for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_restated_stands_in_the_draft(language: str) -> None:
    draft = acknowledgment(language)
    assert len(draft.restated) == 2
    assert all(line in draft.body for line in draft.restated)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "14:00 on Tuesday 1 December (Dublin time)"),
        ("de", "Dienstag, 1. Dezember, 14:00 Uhr (Zeitzone Dublin)"),
        ("fr", "le mardi 1er décembre à 14:00 (fuseau horaire Dublin)"),
        ("es", "el martes 1 de diciembre a las 14:00 (zona horaria Dublin)"),
        ("xx", "14:00 on Tuesday 1 December (Dublin time)"),
    ],
)
def test_times_are_spelled_as_in_the_language(language: str, expected: str) -> None:
    assert spelled(datetime(2026, 12, 1, 14, 0, tzinfo=UTC), POLICY, language) == expected


@given(st.sampled_from(["en", *LANGUAGES]), st.integers(0, 360 * 24 * 4))
def test_every_spelled_time_is_read_back_as_itself(language: str, quarters: int) -> None:
    due = MONDAY_NINE + timedelta(minutes=15 * quarters)
    now = due - timedelta(days=3)
    assert due_time(f"{BY[language]} {spelled(due, POLICY, language)}", now, POLICY.calendar) == due


@pytest.mark.parametrize(
    ("sentence", "due"),
    [
        ("Wir antworten Ihnen bis Dienstag.", datetime(2026, 11, 24, 17, 30, tzinfo=UTC)),
        ("Wir melden uns morgen um 10:00 Uhr.", datetime(2026, 11, 24, 10, 0, tzinfo=UTC)),
        ("Wir antworten Ihnen innerhalb von 24 Stunden.", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("Wir antworten Ihnen innerhalb von 2 Werktagen.", datetime(2026, 11, 25, 17, 30, tzinfo=UTC)),
        ("Nous vous répondrons avant le mercredi 25 novembre à 11:00.", datetime(2026, 11, 25, 11, 0, tzinfo=UTC)),
        ("Nous vous écrirons demain.", datetime(2026, 11, 24, 17, 30, tzinfo=UTC)),
        ("Nous vous répondrons sous 24 heures.", datetime(2026, 11, 24, 9, 0, tzinfo=UTC)),
        ("Nous vous répondrons dans les 2 jours ouvrés.", datetime(2026, 11, 25, 17, 30, tzinfo=UTC)),
        ("Le responderemos el jueves.", datetime(2026, 11, 26, 17, 30, tzinfo=UTC)),
        ("Le escribiremos mañana a las 12:30.", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
        ("Le responderemos en un plazo de 2 días hábiles.", datetime(2026, 11, 25, 17, 30, tzinfo=UTC)),
    ],
)
def test_promises_are_found_and_dated(sentence: str, due: datetime) -> None:
    assert [promise.due_at for promise in find_promises(sentence, MONDAY_NINE, POLICY.calendar)] == [due]


@pytest.mark.parametrize(
    "said",
    ["Ihr Idioten, wo ist mein Paket?", "Bande de voleurs, où est mon colis ?", "¿Dónde está mi paquete, gilipollas?"],
)
def test_insults_are_not_quoted_back(said: str) -> None:
    case = make_case(said, (said,), language={"I": "de", "B": "fr", "¿": "es"}[said[0]])
    firm = FIRM.model_copy(update={"languages": ("en", *LANGUAGES)})
    for draft in COMPOSER.draft(case, firm=firm, policy=POLICY, thresholds=Thresholds(), knowledge=KNOWLEDGE).drafts:
        assert not contains_insult(" ".join(draft.restated))


@pytest.mark.parametrize(
    ("display", "name"),
    [
        ("Ingo Brettschneider", "Ingo Brettschneider"),
        ("BRETT, INGO", "Ingo Brett"),
        ("Ingo", ""),
        ("P. Hall", ""),
        ("", ""),
    ],
)
def test_a_formal_greeting_takes_the_whole_name_or_none(display: str, name: str) -> None:
    assert full_name(make_case("Hi.", name=display)) == name
