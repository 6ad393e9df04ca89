"""A mail's HTML made safe to look at: own allow-list for nh3, whose defaults keep remote images."""

from __future__ import annotations

import nh3

TAGS = {
    *("abbr", "b", "blockquote", "br", "caption", "center", "code", "dd", "del", "div", "dl", "dt", "em", "font"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strong"),
    *("sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul"),
}
ATTRIBUTES = {"*": {"dir", "lang"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
PASSES = 5


def sanitise(html: str) -> str:
    """``html`` without scripts, styles, images, forms or links: nothing in it can act or call home.

    A parser moves what is nested wrongly, so what it wrote may read otherwise to the next one (the root of many an
    escape): cleaned until nothing changes, and where that has no end, the text alone.
    """
    for _ in range(PASSES):
        cleaned = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None, strip_comments=True)
        if cleaned == html:
            return cleaned
        html = cleaned
    return nh3.clean(html, tags=set(), attributes={}, link_rel=None, strip_comments=True)


def document(html: str) -> str:
    """A whole page for the sandboxed frame."""
    style = "body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1c2330;background:#fff;overflow-wrap:anywhere}"
    return f'<!doctype html><meta charset="utf-8"><title>Mail</title><style>{style}</style>{sanitise(html)}'
