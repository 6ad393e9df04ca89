from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as lxml_html  # type: ignore[import-untyped]

from pipeline.review.mail_html import ATTRIBUTES, TAGS, document, sanitise
from pipeline.review.security import MAIL_POLICY

ALLOWED_ATTRIBUTES = {name for names in ATTRIBUTES.values() for name in names}
PIECES = st.lists(
    st.sampled_from(
        [
            "<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<mtext>", "<img src=x onerror=x>",
            "<a href='javascript:x'>", "</a>", "<!--", "-->", "<p onclick=x>", "</p>", "<table>", "<td colspan=2>",
            "<iframe srcdoc='<script>x</script>'>", "<form action=x>", "<input>", "<noscript>", "</noscript>", "<base href=x>",
            "<title>", "</title>", "<textarea>", "<![CDATA[", "]]>", "<div style='background:url(http://x.example)'>", "text",
            "&lt;script&gt;", "\x00", "<", ">", '"', "'", "=", "<meta http-equiv=refresh content=0>",
        ]
    ),
    max_size=15,
).map("".join)  # fmt: skip


@given(PIECES | st.text())
def test_nothing_outside_the_allow_list_survives(html: str) -> None:
    safe = sanitise(html)
    for element in lxml_html.fromstring(f"<div>{safe}</div>").iter():
        assert element.tag in TAGS
        assert set(element.attrib) <= ALLOWED_ATTRIBUTES


@given(PIECES)
@example("<a href='javascript:x'><table><a href='javascript:x'></table>")
@example("<pre></font><pre><tr>\n\n<font></span><nobr><thead><h1></b><style>")
@example("<pre>" + "\n" * 40 + "late")
def test_cleaning_twice_changes_nothing(html: str) -> None:
    assert sanitise(sanitise(html)) == sanitise(html)


def test_what_never_comes_to_rest_is_shown_as_text_alone() -> None:
    """Each pass drops one line end at the start of a <pre>, so this has not settled after any few."""
    shown = sanitise("<pre>" + "\n" * 40 + "<b>late</b> &lt;script&gt;alert(1)&lt;/script&gt;</pre>")
    assert shown.strip() == "late &lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src='https://tracker.example/pixel.gif'>",
        "<a href='https://phish.example/'>sign in</a>",
        "<p style='background:url(https://tracker.example/p)'>x</p>",
        "<link rel=stylesheet href='https://tracker.example/s.css'>",
        "<iframe src='https://phish.example'></iframe>",
        "<form action='https://phish.example'><input name=password></form>",
        "<svg><script>alert(1)</script></svg>",
        "<object data='https://phish.example'></object>",
        "<style>@import 'https://tracker.example/s.css'</style>",
        "<!-- https://tracker.example -->",
    ],
)
def test_nothing_can_act_or_call_home(html: str) -> None:
    safe = sanitise(html)
    assert "alert" not in safe
    assert "example" not in safe


def test_text_and_simple_form_stay() -> None:
    html = "<h1>Order</h1><table><tbody><tr><td colspan=\"2\">late</td></tr></tbody></table><a href='x'>here</a>"
    assert sanitise(html) == '<h1>Order</h1><table><tbody><tr><td colspan="2">late</td></tr></tbody></table>here'


def test_the_document_holds_the_mail_only_in_its_safe_form() -> None:
    page = document("</style><script>alert(1)</script><b>late</b>")
    assert page.endswith("<b>late</b>")
    assert "<script" not in page


REMOTE = "https://tracker.example/p.gif"
REFERENCES = [
    "<img src={}>", "<img srcset='{} 2x'>", "<img src=x lowsrc={} dynsrc={} longdesc={}>", "<input type=image src={}>",
    "<picture><source srcset={}><img></picture>", "<body background={}>", "<table background={}><td background={}>x</table>",
    "<p style='background:url({})'>x</p>", "<p style='b\\61ckground:u\\72l({})'>x</p>", "<style>@import '{}';</style>",
    "<style>@font-face{{src:url({})}} p{{background:url({})}}</style>", "<link rel=stylesheet href={}>",
    "<link rel='prefetch dns-prefetch preconnect icon' href={}>", "<meta http-equiv=refresh content='0;url={}'>",
    "<svg><use href={}></use><image xlink:href={}></image><feImage href={}></svg>",
    "<svg><style>@import url({})</style></svg>", "<math><mtext href={}>x</mtext><maction xlink:href={}>y</maction></math>",
    "<object data={}><embed src={}></object>", "<applet codebase={}></applet>", "<video poster={} src={}></video>",
    "<audio><source src={}><track src={}></audio>", "<iframe src={} srcdoc='<img src={}>'></iframe>", "<frame src={}>",
    "<form action={}><button formaction={}>x</button></form>", "<base href={}>", "<a href={} ping={}>x</a>",
    "<area href={}>", "<script src={}></script>", "<bgsound src={}>", "<q cite={}>x</q>", "<blockquote cite={}>x</blockquote>",
    "<ins cite={}>x</ins>", "<portal src={}>", "<html manifest={}>", "<xml src={}></xml>", "<noscript><img src={}></noscript>",
    "<template><img src={}></template>", "<div itemid={} itemtype={}>x</div>", "<?xml-stylesheet href='{}'?>", "<!--[if mso]><img src={}>-->",
    "<v:fill src={}>", "<ImG/sRc={}>", "<img\x00 src={}>", "<<img src={}>", "<fieldset><image src={}>",
]  # fmt: skip
"""Every way of HTML, CSS, SVG and MathML to name what is elsewhere."""
NAMES = [
    "//tracker.example/p",
    "HTTPS://tracker.example",
    "ftp://tracker.example",
    "data:image/png;base64,eA==",
    "cid:one",
]


_SAFE_TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS, key=len, reverse=True))})(?: (?:colspan|rowspan|dir|lang)=\"[^\"<>]*\")*>"
)


def names_nothing(html: str) -> None:
    """No parser can make of it what loads: each "<" begins an element of the list, with spans and language alone."""
    assert "<" not in _SAFE_TAG.sub("", sanitise(html))


@pytest.mark.parametrize("address", [REMOTE, *NAMES])
@pytest.mark.parametrize("reference", REFERENCES)
def test_no_reference_to_anything_elsewhere_is_left(reference: str, address: str) -> None:
    html = reference.replace("{}", address).replace("{{", "{").replace("}}", "}")
    names_nothing(html)


WRAPPERS = st.sampled_from(
    ["{}", "<svg>{}</svg>", "<math>{}</math>", "<svg><foreignObject>{}</foreignObject></svg>", "<table>{}</table>",
     "<template>{}</template>", "<noscript>{}</noscript>", "<!--{}-->", "<![CDATA[{}]]>", "<title>{}</title>",
     "<style>{}</style>", "<select>{}", "<p title='{}'>x</p>", "&lt;{}", "<math><mtext><table><mglyph><style><!--{}"]
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(REFERENCES), WRAPPERS, WRAPPERS), min_size=1, max_size=6))
def test_nested_in_any_way_no_reference_is_left(pieces: list[tuple[str, str, str]]) -> None:
    names_nothing(
        "".join(outer.replace("{}", inner.replace("{}", what.replace("{}", REMOTE))) for what, inner, outer in pieces)
    )


def test_the_frame_itself_may_load_nothing_from_elsewhere() -> None:
    allowed = dict(part.strip().partition(" ")[::2] for part in MAIL_POLICY.split(";"))
    assert allowed["default-src"] == "'none'"
    assert allowed["img-src"] == "data:"
    assert allowed["sandbox"] == ""
    assert not {name for name, value in allowed.items() if "http" in value or "*" in value}
