from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.quoted import split_reply

ANNOUNCED = [
    "On Tue, 3 Mar 2026 at 10:12, Support <help@shop.example> wrote:\n\n> We are sorry.\n> Best",
    "On Tue, 3 Mar 2026 at 10:12, Support\n<help@shop.example> wrote:\n> We are sorry.",
    "Am 03.03.2026 um 10:12 schrieb Support <help@shop.example>:\n> Es tut uns leid.",
    "Le mar. 3 mars 2026 à 10:12, Support <help@shop.example> a écrit :\n> Désolé",
    "El mar, 3 mar 2026 a las 10:12, Support (<help@shop.example>) escribió:\n> Lo siento",
    "Op di 3 mrt 2026 om 10:12 schreef Support <help@shop.example>:\n> Sorry",
    "Il giorno mar 3 mar 2026 alle 10:12 Support <help@shop.example> ha scritto:\n> Scusate",
    "-----Original Message-----\nFrom: Support\nSent: Tuesday, March 3, 2026\nTo: Ana\nSubject: Order\n\nWe are sorry.",
    "-----Ursprüngliche Nachricht-----\nVon: Support\n\nEs tut uns leid.",
    "________________________________\nFrom: Support <help@shop.example>\nSent: 3 March\nTo: Ana\nSubject: Order\n\nSorry.",
    "Von: Support\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Ana\nBetreff: Bestellung\n\nEs tut uns leid.",
    "De : Support\nEnvoyé : mardi 3 mars 2026\nÀ : Ana\nObjet : Commande\n\nDésolé.",
    "Van: Support\nVerzonden: dinsdag 3 maart 2026\nAan: Ana\nOnderwerp: Bestelling\n\nSorry.",
    "---------- Forwarded message ---------\nFrom: Support <help@shop.example>\nDate: Tue\nSubject: Order\n\nSorry.",
    "> From: Support\n> To: Ana\n> Subject: Order\n>\n> Sorry.",
]


def words(*texts: str) -> list[str]:
    return sorted(line for text in texts for line in text.split("\n") if line.strip())


@pytest.mark.parametrize("history", ANNOUNCED)
def test_history_below_the_answer_is_quoted(history: str) -> None:
    text, quoted, signature = split_reply(f"It is still broken.\nPlease call me.\n\n{history}")
    assert (text, quoted, signature) == ("It is still broken.\nPlease call me.", history, "")


def test_an_answer_below_the_history_is_the_text() -> None:
    history = "On Tue, 3 Mar 2026, Support wrote:\n> We are sorry."
    assert split_reply(f"{history}\n\nThat is not enough.")[:2] == ("That is not enough.", history)


def test_answers_between_quoted_lines_keep_them() -> None:
    body = "On 3 March Support wrote:\n> Which model?\nThe blue one.\n> Since when?\nSince Monday.\n> Best regards"
    text, quoted, _ = split_reply(body)
    assert text == "> Which model?\nThe blue one.\n> Since when?\nSince Monday."
    assert quoted == "On 3 March Support wrote:\n\n> Best regards"


def test_a_passage_quoted_on_purpose_stays() -> None:
    body = "Your terms say:\n> returns within 30 days\nSo take it back."
    assert split_reply(body) == (body, "", "")


def test_a_mail_that_is_only_quoted_lines_is_text() -> None:
    assert split_reply("> help me") == ("> help me", "", "")


@pytest.mark.parametrize(
    "own",
    [
        "On Monday your agent wrote:\nwe will refund you. That has not happened.",
        "I called twice.\nOn 3 March 2026 at 10:30 I wrote to help@shop.example:\nno answer at all.",
        "Here is what I did:\nFrom: the menu I chose Export\nNothing happened.",
        "Begin of the trouble: the\n-- cable was loose --\nand it is still hot?",
        "The parcel\n\nSent from my house at noon it never arrived.",
        "Two things --\n\n--\nWhy was I charged twice?",
        "_____\nI filled the line above.",
        "From: 3 March\nnothing works.",
        "Please rebook:\n\nDate: Friday 8 May\nFrom: North Station, 7.45\nTo: Harbour\nPassengers: two adults",
        "Where is it?\n\nSent from my tablet on the ferry, I can answer only after six in the evening",
    ],
)
def test_the_customers_own_sentences_are_never_cut(own: str) -> None:
    assert split_reply(own) == (own, "", "")


def test_unmarked_text_below_an_introduction_with_nothing_above_stays() -> None:
    text, quoted, _ = split_reply('On 8 May 2026 17:34, "Support" <help@shop.example> wrote:\n\nMy answer is no.')
    assert text == "My answer is no."
    assert quoted.startswith("On 8 May")


@pytest.mark.parametrize(
    "signature",
    [
        "--\nAna Field\nField Ltd\n+49 30 5550100",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Get Outlook for Android",
    ],
)
def test_signatures_are_apart(signature: str) -> None:
    assert split_reply(f"It is broken.\n\n{signature}") == ("It is broken.", "", signature)
    text, quoted, found = split_reply(f"It is broken.\n\n{signature}\n\n{ANNOUNCED[0]}")
    assert (text, quoted, found) == ("It is broken.", ANNOUNCED[0], signature)


def test_long_text_below_dashes_is_no_signature() -> None:
    body = "Summary\n--\n" + "\n".join(f"{number}. this also fails" for number in range(20))
    assert split_reply(body) == (body, "", "")


LINES = st.sampled_from(
    [
        "",
        "own words",
        "> quoted",
        ">> older",
        "> On 3 March Support wrote:",
        "On Tue, 3 Mar 2026 at 10:12, Support <help@shop.example> wrote:",
        "On Monday you wrote:",
        "-----Original Message-----",
        "From: a@x.example",
        "Sent: Monday",
        "To: b",
        "Subject: c",
        "________________",
        "--",
        "Sent from my iPhone",
        "really?",
        "Am 3.3.2026 10:00 schrieb x@y.example",
        ":",
    ]
)


@given(st.lists(LINES, max_size=30))
def test_no_line_is_lost_or_doubled(lines: list[str]) -> None:
    body = "\n".join(lines)
    assert words(*split_reply(body)) == words(body)


@given(st.text(alphabet="> -_:\nOnwrteFm@.1", max_size=300))
def test_any_text_is_split_without_loss(body: str) -> None:
    assert words(*split_reply(body)) == words(body)


# --- replies as mail programs write them -----------------------------------------------------------------------------

OWN = st.lists(
    st.sampled_from(
        [
            "The lamp still flickers.",
            "I paid 20 euros on 3 March and nobody wrote back.",
            "Die Lampe flackert immer noch, was nun?",
            "Am Montag schrieb ich Ihnen: keine Antwort.",
            "La lampe ne marche toujours pas !",
            "On m'a écrit que tout serait réglé.",
            "La lámpara sigue sin funcionar.",
            "De lamp knippert nog steeds.",
            "Lampan blinkar fortfarande.",
            "Лампа всё ещё мигает.",
            "ランプがまだちらつきます。",
            "From what I see, the date is wrong.",
            "To be honest: I am tired of it.",
            "Subject to your terms, I return it.",
            "- first, the switch is loose",
            "1) Please send a new one.",
            "Sent you the photos twice already.",
            "My address: 5 Mill Lane, Fernhollow",
            "*** urgent ***",
            "Thanks",
        ]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)
THEIRS = st.lists(
    st.sampled_from(
        [
            "We are sorry for the trouble.",
            "Could you tell us the model?",
            "Since when does it flicker?",
            "Wir bitten um Entschuldigung.",
            "Nous sommes désolés.",
            "Best wishes",
            "Fernhollow Care",
        ]
    ),
    min_size=1,
    max_size=5,
    unique=True,
)
INTRODUCTIONS = st.sampled_from(
    [history.partition("\n>")[0].rstrip() for history in ANNOUNCED if "\n>" in history and history[0] != ">"]
)
BLOCKS = st.sampled_from(
    [history.rpartition("\n\n")[0] for history in ANNOUNCED if "\n\n" in history and "\n>" not in history]
)
SIGNATURES = st.sampled_from(
    ["", "\n\n-- \nAna Field\n+49 30 5550100", "\n\nSent from my iPhone", "\n\nVon meinem iPhone gesendet"]
)


def below(own: list[str], theirs: list[str], signature: str, announced: str, marked: bool) -> str:
    """A reply above the history: Gmail, Apple Mail and Thunderbird mark it, Outlook does not."""
    history = "\n".join(f"> {line}" if marked else line for line in theirs)
    return "\n".join(own) + signature + f"\n\n{announced}\n\n{history}\n"


@given(OWN, THEIRS, SIGNATURES, INTRODUCTIONS)
def test_every_own_sentence_above_marked_history_is_text_and_the_history_is_not(
    own: list[str], theirs: list[str], signature: str, announced: str
) -> None:
    text, quoted, found = split_reply(below(own, theirs, signature, announced, True))
    assert text.split("\n") == own
    assert words(quoted) == sorted([*announced.split("\n"), *(f"> {line}" for line in theirs)])
    assert found == signature.strip()


@given(OWN, THEIRS, SIGNATURES, BLOCKS)
def test_every_own_sentence_above_a_header_block_is_text_and_the_rest_is_not(
    own: list[str], theirs: list[str], signature: str, block: str
) -> None:
    text, quoted, found = split_reply(below(own, theirs, signature, block, False))
    assert text.split("\n") == own
    assert words(quoted) == words(block, "\n".join(theirs))
    assert found == signature.strip()


@given(OWN, THEIRS, INTRODUCTIONS)
def test_every_own_sentence_below_the_history_is_text(own: list[str], theirs: list[str], announced: str) -> None:
    body = announced + "\n" + "".join(f"> {line}\n" for line in theirs) + "\n" + "\n".join(own)
    text, quoted, signature = split_reply(body)
    assert text.split("\n") == own
    assert words(quoted, signature) == words(body.removesuffix("\n".join(own)))


@given(st.lists(st.tuples(THEIRS, OWN), min_size=1, max_size=4), INTRODUCTIONS, SIGNATURES, st.booleans())
def test_answers_between_quoted_lines_are_all_in_the_text_in_their_order(
    exchange: list[tuple[list[str], list[str]]], announced: str, signature: str, spaced: bool
) -> None:
    gap = "\n\n" if spaced else "\n"
    turns = gap.join(gap.join(("\n".join(f"> {line}" for line in theirs), "\n".join(own))) for theirs, own in exchange)
    text, quoted, found = split_reply(f"{announced}\n{turns}{signature}")
    kept = [line for line in text.split("\n") if line.strip() and not line.startswith(">")]
    assert kept == [line for _, own in exchange for line in own]
    assert words(text, quoted, found) == words(announced, turns, signature)
