"""The Authentication-Results field (RFC 8601), as servers write it and as forgers would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.authentication import Field, Result, parse_field, read_findings
from pipeline.intake.headers import Headers

FULL = (
    'mx.example (a server (in (a rack))) 1; dkim=pass (2048-bit key; "quoted\\) still" ) reason="good; signature" '
    "header.d=shop.example header.s=sel header.b=aBc+/=;\t spf=pass (mx.example: domain of a@b designates) "
    "smtp.mailfrom=prvs=12=ann@shop.example smtp.helo=out.shop.example; "
    "dmarc = pass (p=NONE) header . from (comment) = Shop.Example ; iprev/1=fail policy.iprev=192.0.2.1;"
)


def pinned(*values: str, name: str = "Authentication-Results") -> Headers:
    return Headers(tuple((name.lower(), value) for value in values))


def test_a_full_field_is_read() -> None:
    field = parse_field(FULL)
    assert field is not None
    assert field.authserv_id == "mx.example"
    assert [(result.method, result.result) for result in field.results] == [
        ("dkim", "pass"),
        ("spf", "pass"),
        ("dmarc", "pass"),
        ("iprev", "fail"),
    ]
    dkim, spf, dmarc, iprev = field.results
    assert dkim.properties == {
        "reason": "good; signature",
        "header.d": "shop.example",
        "header.s": "sel",
        "header.b": "aBc+/=",
    }
    assert spf.properties["smtp.mailfrom"] == "prvs=12=ann@shop.example"
    assert spf.domain("smtp.mailfrom") == "shop.example"
    assert dmarc.domain("header.from") == "shop.example"
    assert iprev.properties == {"policy.iprev": "192.0.2.1"}


@pytest.mark.parametrize(
    "value", ["mx.example; none", "mx.example;none", " (c) mx.example 1 ; (c) none (c)", "mx.example"]
)
def test_a_server_that_checked_nothing_says_so(value: str) -> None:
    assert parse_field(value) == Field("mx.example", ())


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        "; dkim=pass",
        "spf=pass (no server name) smtp.mailfrom=shop.example; dkim=pass header.d=shop.example",
        "mx.example; dkim",
        "mx.example; dkim=pass header.d",
        "mx.example; dkim=pass (never closed header.d=shop.example",
        'mx.example; dkim=pass reason="never closed header.d=shop.example',
        "mx.example one; dkim=pass header.d=shop.example",
        "mx.example; dkim=pass header.d=evil.example header.d=shop.example",
    ],
)
def test_a_field_that_is_none_is_believed_in_no_part(value: str) -> None:
    assert parse_field(value) is None


def test_what_stands_in_quotes_and_comments_is_no_result() -> None:
    field = parse_field('mx.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=shop.example; "@evil.example')
    assert field == Field(
        "mx.example",
        (Result("spf", "pass", {"smtp.mailfrom": "x; dmarc=pass header.from=shop.example; @evil.example"}),),
    )
    assert field.results[0].domain("smtp.mailfrom") == "evil.example"
    field = parse_field("mx.example; dkim=none (; dkim=pass header.d=shop.example (nested) ;) ")
    assert field == Field("mx.example", (Result("dkim", "none", {}),))


def test_only_the_pinned_server_is_believed() -> None:
    forged = (
        "mx.example.evil.example; dmarc=pass",
        "evil.example; dmarc=pass",
        "mx; dmarc=pass",
        '"mx.example x"; a=b',
    )
    headers = pinned(*forged, "MX.Example; dmarc=none", "x mx.example; dmarc=pass")
    assert [result.result for result in read_findings(headers, "mx.EXAMPLE").results] == ["none"]
    assert read_findings(pinned("; dmarc=pass", "x; dmarc=pass"), "").results == ()


@pytest.mark.parametrize(
    "name",
    ["ARC-Authentication-Results", "X-Authentication-Results", "Authentication-Results-Original", "Received-SPF"],
)
def test_other_fields_are_never_believed(name: str) -> None:
    assert (
        read_findings(pinned("mx.example; dmarc=pass header.from=shop.example", name=name), "mx.example").results == ()
    )


def test_what_stands_below_the_next_received_field_came_with_the_mail() -> None:
    fields = (
        ("received", "from mx.example by store.example"),
        ("authentication-results", "mx.example; spf=fail"),
        ("authentication-results", "mx.example; dkim=none"),
        ("received", "from evil.example by mx.example"),
        ("authentication-results", "mx.example; dmarc=pass header.from=shop.example"),
    )
    found = read_findings(Headers(fields), "mx.example")
    assert [(result.method, result.result) for result in found.results] == [("spf", "fail"), ("dkim", "none")]


@pytest.mark.parametrize(
    ("one", "other", "method"),
    [
        ("dkim=pass header.d=shop.example", "dkim=fail header.d=shop.example", "dkim"),
        ("dkim=none", "dkim=pass header.d=shop.example", "dkim"),
        ("dmarc=fail", "dmarc=pass header.from=shop.example", "dmarc"),
        ("spf=softfail", "spf=pass smtp.mailfrom=shop.example", "spf"),
        ("spf=pass smtp.mailfrom=a@shop.example", "dkim=pass header.d=shop.example", ""),
        ("dmarc=pass header.from=shop.example", "dmarc=pass", ""),
    ],
)
def test_fields_that_disagree_are_noticed(one: str, other: str, method: str) -> None:
    headers = pinned(f"mx.example; {one}", f"mx.example; {other}")
    assert read_findings(headers, "mx.example").contradictory == method


def test_two_signatures_in_one_field_are_no_contradiction() -> None:
    value = "mx.example; dkim=fail header.d=list.example; dkim=pass header.d=shop.example"
    found = read_findings(pinned(value, value), "mx.example")
    assert found.contradictory == "" and len(found.results) == 4


def test_an_unreadable_field_of_the_pinned_server_is_told() -> None:
    assert not read_findings(pinned("mx.example; dkim=pass ("), "mx.example").readable


PIECES = st.lists(
    st.sampled_from(
        ["mx.example", ";", "=", " ", '"', "(", ")", "\\", "dkim", "pass", "header.d", "@", ".", "/", "1", "none"]
    )
    | st.text(max_size=4)
).map("".join)


@given(PIECES)
def test_no_field_makes_the_parser_raise(value: str) -> None:
    field = parse_field(value)
    assert field is None or all(result.method for result in field.results)
    read_findings(pinned(value, f"mx.example; {value}"), "mx.example")


@pytest.mark.parametrize("piece", ["(", "()", '"', '""', "\\", "a=b ", ";", "=", "a;", '"\\', ". ", "("])
def test_a_field_of_any_length_is_read_in_one_pass(piece: str) -> None:
    # 100 fields of the greatest length: anything worse than linear would not come back
    value = "mx.example; " + piece * (60_000 // len(piece))
    for _ in range(10):
        parse_field(value)
    assert parse_field("mx.example; " + piece * 70_000) is None
