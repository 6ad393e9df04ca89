from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.search.query import Filter, Term, read
from pipeline.store.search.snippet import snippet
from pipeline.store.search.words import vector, words_of


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Parcel", Term(("parcel",))),
        ('"Lost parcel"', Term(("lost", "parcel"))),
        ("-refund", Term(("refund",), excluded=True)),
        ("from:anna@example.com", Term(("anna", "example", "com"), people=True)),
        ('-from:"Anna Berg"', Term(("anna", "berg"), excluded=True, people=True)),
        ("refun*", Term(("refun",), prefix=True)),
        ("FH-104", Term(("fh", "104"))),
        ("Zoë", Term(("zoe",))),
    ],
)
def test_words_and_phrases(text: str, term: Term) -> None:
    query = read(text)
    assert (query.terms, query.filters, query.problems) == ((term,), (), ())


@pytest.mark.parametrize(
    ("text", "filter"),
    [
        ("state:Sent", Filter("state", "sent")),
        ("-tag:VIP", Filter("tag", "vip", excluded=True)),
        ("is:mine", Filter("is", "mine")),
        ("before:2026-11-01", Filter("before", "2026-11-01")),
        ("urgency:high", Filter("urgency", "high")),
    ],
)
def test_fields(text: str, filter: Filter) -> None:
    assert read(text).filters == (filter,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("state:lost", "a state is one of"),
        ("before:yesterday", "2026-11-01"),
        ("is:urgent", "mine, unassigned"),
        ('"lost parcel', "not closed"),
        ("colour:red", "no field"),
        ("a*", "too short"),
        ("!!! parcel", "no letter or digit"),
        ("tag:", "name a tag"),
        ("x " * 400, "only the first"),
    ],
)
def test_what_makes_no_sense_is_explained(text: str, said: str) -> None:
    assert any(said in problem for problem in read(text).problems), read(text).problems


@given(st.text())
def test_every_word_looked_for_is_letters_and_digits(text: str) -> None:
    for term in read(text).terms:
        assert term.words
        assert all(word.isalnum() for word in term.words)


@given(st.text())
def test_a_vector_holds_each_word_once(text: str) -> None:
    assert {part.split("':")[0].lstrip("'") for part in vector((("D", text),)).split()} == set(words_of(text)) - {""}


@given(st.text(max_size=400), st.text(max_size=20))
def test_a_snippet_is_a_piece_of_the_text(text: str, sought: str) -> None:
    runs = snippet(text, read(sought).terms)
    assert "".join(run.text for run in runs).removeprefix("… ").removesuffix(" …") in text


def test_the_words_found_are_marked() -> None:
    runs = snippet("x " * 200 + "Where is the Párcel now?", read("parcel").terms)
    assert [run.text for run in runs if run.marked] == ["Párcel"]
    assert runs[0].text == "… "
