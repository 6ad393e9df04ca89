from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.html import HIDDEN_WARNING, html_to_text


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">secret</p>',
        '<div style="DISPLAY : none !important"><b>secret</b></div>',
        '<span style="visibility:hidden">secret</span>',
        '<span style="font-size:0">secret</span>',
        '<span style="font-size:1px">secret</span>',
        '<p style="opacity:0.0">secret</p>',
        '<p style="color:#fff">secret</p>',
        '<p style="color:white;background:#FFFFFF">secret</p>',
        '<font color="#fefefe">secret</font>',
        '<table bgcolor="#000"><tr><td style="color:rgb(0, 0, 0)">secret</td></tr></table>',
        "<p hidden>secret</p>",
        '<div style="max-height:0;overflow:hidden">secret</div>',
        '<p style="mso-hide:all">secret</p>',
        "<style>.x, #y { display: none }</style><p class='a x'>secret</p>",
        "<style>/* c */ td#y{color:#ffffff}</style><p id=y>secret</p>",
    ],
)
def test_what_a_person_cannot_see_is_left_out_and_reported(hidden: str) -> None:
    text, warnings = html_to_text(f"<p>before</p>{hidden}<p>after</p>")
    assert "secret" not in text
    assert text.split() == ["before", "after"]
    assert HIDDEN_WARNING in warnings


@pytest.mark.parametrize(
    "shown",
    [
        '<p style="color:white;background-color:#000">shown</p>',
        '<td bgcolor="#333333"><p style="color:#fff">shown</p></td>',
        '<div style="font-size:0"><span style="font-size:12pt">shown</span></div>',
        '<p style="opacity:0.9">shown</p>',
        '<div style="background:url(x.png)"><p style="color:#fff">shown</p></div>',
        "<style>@media print { .x { display: none } }</style><p class=x>shown</p>",
        '<p style="height:0">shown</p>',
    ],
)
def test_what_a_person_can_see_stays(shown: str) -> None:
    text, warnings = html_to_text(shown)
    assert (text, warnings) == ("shown", ())


def test_scripts_styles_and_comments_are_no_text() -> None:
    html = "<title>t</title><style>p{}</style><p>a<!-- no --> b<script>alert(1)</script></p>"
    assert html_to_text(html) == ("a b", ())


def test_link_targets_are_shown_unless_they_are_the_words_themselves() -> None:
    html = '<a href="https://shop.example/track">your parcel</a> at <a href="https://shop.example/">shop.example</a>'
    assert html_to_text(html)[0] == "your parcel <https://shop.example/track> at shop.example"
    assert "javascript" not in html_to_text('<a href="javascript:x()">go</a>')[0]


def test_cited_blocks_are_marked_and_indented_own_words_are_not() -> None:
    html = '<p>mine</p><blockquote type="cite">yours<blockquote type="cite">older</blockquote></blockquote>'
    assert [line for line in html_to_text(html)[0].split("\n") if line.strip("> ")] == ["mine", "> yours", ">> older"]
    assert html_to_text('<blockquote style="margin:0 0 0 40px">mine</blockquote>')[0].strip() == "mine"


def test_deep_nesting_keeps_the_words() -> None:
    text, warnings = html_to_text("<p>start" + "<div>" * 30_000 + "middle" + "</div>" * 30_000 + "end")
    assert text.split() == ["start", "middle", "end"]
    assert any("nested" in warning for warning in warnings)


@given(st.text(alphabet="<>/abp =\"'&;!-divstyle:none#\n", max_size=200))
def test_any_markup_is_read(html: str) -> None:
    html_to_text(html)


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=30))
def test_visible_words_survive_in_order(words: list[str]) -> None:
    assert html_to_text("".join(f"<p>{word}</p>" for word in words))[0].split() == words
