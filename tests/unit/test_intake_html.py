from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.html import (
    CAMOUFLAGE_WARNING,
    DIRECTION_WARNING,
    HIDDEN_WARNING,
    SHEET_WARNING,
    html_to_text,
)

HIDDEN = [
    '<p style="display:none">secret</p>',
    '<div style="DISPLAY : none !important"><b>secret</b></div>',
    '<div style="d\\69splay:/* x */none"><p style="display:block">secret</p></div>',
    '<span style="visibility:hidden">secret</span>',
    '<table style="visibility:collapse"><tr><td>secret</td></tr></table>',
    '<span style="font-size:0">secret</span>',
    '<span style="font-size:1px">secret</span>',
    '<div style="font-size:0.05em"><b style="font-size:2em">secret</b></div>',
    '<p style="font:0/0 a">secret</p>',
    '<p style="opacity:0.0">secret</p>',
    '<div style="opacity:.2"><div style="opacity:20%">secret</div></div>',
    '<p style="filter: opacity(0)">secret</p>',
    '<p style="color:#fff">secret</p>',
    '<p style="color:white;background:#FFFFFF">secret</p>',
    '<p style="color:#f1f1f1">secret</p>',
    '<p style="color:transparent">secret</p>',
    '<p style="color:rgba(0, 0, 0, 0.01)">secret</p>',
    '<p style="color:rgb(0 0 0 / 2%)">secret</p>',
    '<p style="color:#00000000">secret</p>',
    '<p style="color:hsl(0, 0%, 99%)">secret</p>',
    '<p style="-webkit-text-fill-color:transparent">secret</p>',
    '<font color="#fefefe">secret</font>',
    '<font color="WHITE">secret</font>',
    '<div style="color:snow"><p><i>secret</i></p></div>',
    '<table bgcolor="#000"><tr><td style="color:rgb(0, 0, 0)">secret</td></tr></table>',
    '<div style="background:navy"><div style="background:transparent"><p style="color:#000080">secret</p></div></div>',
    '<div style="background-color:rgba(255,255,255,.5)"><font color=white>secret</font></div>',
    '<a href="https://x.example" style="color:#fff">secret</a>',
    "<p hidden>secret</p>",
    '<div style="max-height:0;overflow:hidden">secret</div>',
    '<div style="height:1px;overflow-y:hidden">secret</div>',
    '<div style="width:0;overflow:hidden">secret</div>',
    '<span style="display:inline-block;max-width:0px;overflow:hidden">secret</span>',
    '<p style="mso-hide:all">secret</p>',
    '<p style="text-indent:-9999px">secret</p>',
    '<p style="position:absolute;left:-9999px">secret</p>',
    '<p style="position:fixed;top:-200em">secret</p>',
    '<p style="margin-left:-5000px">secret</p>',
    '<p style="margin:0 0 0 -100cm">secret</p>',
    '<p style="position:absolute;clip:rect(0 0 0 0)">secret</p>',
    '<p style="position:absolute;clip:rect(1px, 1px, 1px, 1px)">secret</p>',
    '<p style="clip-path:inset(50%)">secret</p>',
    '<p style="clip-path:circle(0)">secret</p>',
    '<p style="transform:scale(0)">secret</p>',
    '<p style="transform:translateX(-9999px) rotate(3deg)">secret</p>',
    "<template>secret</template>",
    "<noscript>secret</noscript>",
    "<object>secret</object>",
    "<style>.x, #y { display: none }</style><p class='a x'>secret</p>",
    "<style>/* c */ p#y{color:#ffffff}</style><p id=y>secret</p>",
    "<style>p.a.b{display:none}</style><p class='b c a'>secret</p>",
    "<style>div.a p b { font-size:0 }</style><div class=a><p><i><b>secret</b></i></p></div>",
    "<style>div > i {display:none}</style><div><i>secret</i></div>",
    "<style>[data-x=y]{display:none}</style><p data-x=y>secret</p>",
    "<style>p i{display:none!important}</style><p><i style='display:inline'>secret</i></p>",
    "<style>i{display:block} p i{display:none}</style><p><i>secret</i></p>",
    "<style>p i{display:none} i{display:block}</style><p><i>secret</i></p>",
    "<style>@import url(a.css); i {display:none}</style><p><i>secret</i></p>",
    "<style><!-- @media screen { i {display:none} } --></style><p><i>secret</i></p>",
    "<style>@media only screen and (min-width:1px) { i {display:none} }</style><p><i>secret</i></p>",
    "<style>.dark{background:#222} .dark *{color:#222}</style><div class=dark><p>secret</p></div>",
]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_a_person_cannot_see_is_left_out_and_counted(hidden: str) -> None:
    text, warnings = html_to_text(f"<p>before</p>{hidden}<p>after</p>")
    assert text.split() == ["before", "after"]
    assert warnings == (f"6 {HIDDEN_WARNING}",)


SHOWN = [
    '<p style="color:white;background-color:#000">shown</p>',
    '<td bgcolor="#333333"><p style="color:#fff">shown</p></td>',
    '<body bgcolor="#1e1e1e" text="#eeeeee"><p>shown</p></body>',
    '<body style="background:#121212;color:#e8e8e8"><div><font color="white">shown</font></div></body>',
    '<div style="background:#000 none repeat scroll 0 0"><p style="color:#fff">shown</p></div>',
    '<div style="background-image:linear-gradient(red,blue);color:white">shown</div>',
    '<div style="background:rgba(0,0,0,.8);color:white">shown</div>',
    '<div style="color:white"><a href="#x">shown</a></div>',
    '<div style="font-size:0"><span style="font-size:12pt">shown</span></div>',
    '<div style="visibility:hidden"><p style="visibility:visible">shown</p></div>',
    '<div style="color:#fff"><p style="color:initial">shown</p></div>',
    '<p style="opacity:0.9">shown</p>',
    '<p style="color:#999">shown</p>',
    '<div style="background:url(x.png)"><p style="color:#fff">shown</p></div>',
    '<td background="x.png"><font color="white">shown</font></td>',
    "<style>@media print { .x { display: none } }</style><p class=x>shown</p>",
    "<style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style><p>shown</p>",
    "<style>@media only screen and (max-width:600px) { .x { display:none!important } }</style><p class=x>shown</p>",
    "<style>@font-face { font-family: x; src: url(y) } [data-ogsc] p { color: white }</style><p>shown</p>",
    "<style>.x{display:none}</style><p class=x style='display:block!important'>shown</p>",
    "<style>.x{display:block!important}</style><p class=x style='display:none'>shown</p>",
    "<style>p i{display:none}</style><i>shown</i>",
    "<style>div > i{display:none}</style><div><p><i>shown</i></p></div>",
    "<style>.external{} .x:hover{display:none}</style><p class=x>shown</p>",
    '<p style="height:0">shown</p>',
    '<div style="width:1px">shown</div>',
    '<span style="height:0;overflow:hidden">shown</span>',
    '<div style="overflow:hidden;max-width:600px;height:auto">shown</div>',
    '<p style="margin-left:-20px;text-indent:-18pt;position:relative;left:-3px">shown</p>',
    '<p style="mso-margin-top-alt:auto;mso-line-height-rule:exactly;font:700 0.9em/1.2 Arial">shown</p>',
    '<p style="transform:scale(1.2);clip-path:inset(0)">shown</p>',
    "<!--[if mso]><p>not for this program</p><![endif]--><![if !mso]><p>shown</p><![endif]>",
]


@pytest.mark.parametrize("shown", SHOWN)
def test_what_a_person_can_see_stays(shown: str) -> None:
    assert html_to_text(shown) == ("shown", ())


OUTLOOK = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--
/* Font Definitions */ @font-face {font-family:Calibri; panose-1:2 15 5 2;}
p.MsoNormal, li.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.E-MailFormatvorlage17 {mso-style-type:personal-compose; color:windowtext;}
.MsoChpDefault {mso-style-type:export-only; font-size:10.0pt;}
@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt;}
div.WordSection1 {page:WordSection1;} --></style>
<!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang=DE link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class=WordSection1>
<p class=MsoNormal><span lang=EN-GB style="color:black;mso-fareast-language:DE">The lamp is broken.<o:p></o:p></span></p>
<p class=MsoListParagraph style="text-indent:-18.0pt;mso-list:l0 level1 lfo1"><![if !supportLists]><span
style="mso-list:Ignore">1.<span style="font:7.0pt 'Times New Roman'">&nbsp; </span></span><![endif]>It flickers.</p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p></div></body></html>"""
GMAIL = """<div dir="ltr">The lamp is broken.<div><br></div><div>It flickers.</div><br clear="all">
<span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">
<div style="color:rgb(136,136,136);font-size:12.8px">Ana Field</div></div></div>"""
APPLE = """<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body
style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">The lamp is broken.<br><div>
<div dir="auto" style="caret-color: rgb(0, 0, 0); color: rgb(0, 0, 0); letter-spacing: normal; text-indent: 0px;
-webkit-text-stroke-width: 0px; text-decoration: none;">It flickers.</div></div></body></html>"""
DARK = """<html><head><meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) { .card { background: #111 !important; color: #111 !important } }
[data-ogsc] .card { color: #fff !important }</style></head>
<body style="margin:0; background-color: rgb(31, 31, 31);"><div class="card" style="color: rgb(255, 255, 255);
background-color: rgb(31, 31, 31); font-size: 11pt;">The lamp is broken.<div dir="ltr" style="color:#f5f5f5">It flickers.
</div></div></body></html>"""


@pytest.mark.parametrize("html", [OUTLOOK, GMAIL, APPLE, DARK])
def test_what_mail_programs_write_is_read_whole_and_without_alarm(html: str) -> None:
    text, warnings = html_to_text(html)
    assert "The lamp is broken." in text and "It flickers." in text
    assert warnings == ()


def test_a_mail_written_in_dark_colours_without_a_ground_keeps_its_words_and_says_so() -> None:
    html = '<div style="caret-color:#fff;color:#fff">The lamp is dark.</div>'
    assert html_to_text(html) == ("The lamp is dark.", (CAMOUFLAGE_WARNING,))


def test_a_hidden_preheader_of_blanks_is_no_news() -> None:
    blanks = "&#847;&zwnj;&nbsp;&#8199;&shy;" * 40
    assert html_to_text(f"<div style='display:none;max-height:0'>{blanks}</div><p>Hello</p>") == ("Hello", ())


def test_text_that_runs_against_its_direction_is_reported() -> None:
    text, warnings = html_to_text("<p>pay <bdo dir=rtl>001</bdo></p>")
    assert (text, warnings) == ("pay 001", (DIRECTION_WARNING,))


def test_style_sheets_beyond_the_limits_are_reported_and_cost_no_time() -> None:
    rules = "".join(f"div .a{number} .x{{display:none}}" for number in range(2_900))
    body = "<div class='x y'>" * 100 + "word" + "</div>" * 100
    text, warnings = html_to_text(f"<style>{rules}</style>{body * 30}")
    assert "word" in text and SHEET_WARNING in warnings


WRAPPERS = st.sampled_from(
    [
        "<div>%s</div>",
        "<p class=a>%s</p>",
        "<span style='color:#333'>%s</span>",
        "<table bgcolor=#eee><tr><td>%s</td></tr></table>",
        "<blockquote>%s</blockquote>",
        "<b style='font-size:small'>%s</b>",
    ]
)
HIDERS = st.sampled_from(
    [
        "<div style='display:none'>%s</div>",
        "<div hidden>%s</div>",
        "<div style='opacity:0'>%s</div>",
        "<i class=h>%s</i>",
    ]
)


@given(
    st.lists(st.tuples(st.lists(WRAPPERS, max_size=4), st.none() | HIDERS, st.lists(WRAPPERS, max_size=2)), max_size=8)
)
def test_hidden_words_go_and_all_others_stay_whatever_is_around_them(
    pieces: list[tuple[list[str], str | None, list[str]]],
) -> None:
    html, expected = "<style>.h{display:none}</style>", []
    for number, (outer, hider, inner) in enumerate(pieces):
        markup = f"word{number}"
        for wrapper in (*inner, *([hider] if hider else []), *outer):
            markup = wrapper % markup
        html += f"<div>{markup}</div>"
        expected += [] if hider else [f"word{number}"]
    assert html_to_text(html)[0].split() == expected


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


@pytest.mark.parametrize(("open_tags", "count"), [("<div>", 1_000), ("<p>a<table><tr><td>", 200), ("<br>", 30_000)])
def test_in_deep_and_large_trees_hidden_words_are_told_from_visible_ones(open_tags: str, count: int) -> None:
    html = f"<p>start {open_tags * count}<i>middle</i><b hidden>secret</b> last"
    text, warnings = html_to_text(html)
    assert [word for word in text.split() if word != "a"] == ["start", "middle", "last"]
    assert warnings == (f"6 {HIDDEN_WARNING}",)


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
