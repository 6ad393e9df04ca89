"""A mail's HTML made safe to look at: own allow-list for nh3, whose defaults keep remote images."""

from __future__ import annotations

import nh3

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "dd", "del", "div", "dl", "dt", "em", "font"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strong"),
    *("sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul"),
}
ATTRIBUTES = {"*": {"dir", "lang"}, "a": {"title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}


def sanitise(html: str) -> str:
    """``html`` without scripts, styles, images, forms or live links: nothing in it can act or call home."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, link_rel=None, strip_comments=True)


def document(html: str) -> str:
    """A whole page for the sandboxed frame."""
    style = "body{font:15px/1.5 system-ui,sans-serif;margin:12px;color:#1c2330;background:#fff;overflow-wrap:anywhere}"
    return f'<!doctype html><meta charset="utf-8"><title>Mail</title><style>{style}</style>{sanitise(html)}'
