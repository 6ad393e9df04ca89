"""HTML mail to the text a person sees: hidden text out, link targets and quotation marks of cited blocks kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser as StreamParser

from inscriptis import Inscriptis  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from pipeline.intake.hidden import Look, Style, look_of, removed, sheet_rules, style_of

MAX_HTML = 2_000_000
"""Characters of HTML that are read."""
MAX_DEPTH = 150
"""Deeper trees are read as a stream of text: inscriptis recurses, and libxml2 drops what lies too deep."""

HIDDEN_WARNING = "text that a person cannot see was left out of the HTML"
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "math"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "div",
        "dd",
        "dl",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"  # private-use marks around cited blocks, removed from the input first
_BLANK_LINES = re.compile(r"\n{3,}")


class _Stream(StreamParser):
    """Text with a line end at every block, whatever the nesting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("script", "style"):
            self.unseen += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.unseen = 0
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.pieces.append(" ".join(data.split()) + " " if data.strip() else " ")


def _stream_text(html: str) -> str:
    stream = _Stream()
    stream.feed(html)
    return "\n".join(line.strip() for line in "".join(stream.pieces).split("\n"))


def _tree(html: str) -> HtmlElement | None:
    parser = HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):  # an empty document
        return None


def _walk(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        yield element, depth
        stack.extend((child, depth + 1) for child in reversed(element) if isinstance(child.tag, str))


def _drop(element: HtmlElement) -> bool:
    """Empty the element, keeping what follows it; whether it held any words."""
    tail, parent = element.tail, element.getparent()
    held = bool(element.text_content().strip())
    element.clear()
    element.tail = f" {tail or ''}"  # words before and after must not grow together
    if parent is not None:
        element.drop_tree()
    return held


def _remove_hidden(root: HtmlElement, rules: Mapping[str, Style]) -> bool:
    found = False
    stack: list[tuple[HtmlElement, Look]] = [(root, Look())]
    while stack:
        element, inherited = stack.pop()
        style = style_of(element, rules)
        if element.tag in _UNSEEN and element.tag != "head":
            _drop(element)
            continue
        if removed(element, style):
            found |= _drop(element)
            continue
        look = look_of(element, style, inherited)
        if look.hidden and (element.text or "").strip():
            element.text, found = "", True
        for child in list(element):
            if look.hidden and (child.tail or "").strip():
                child.tail, found = "", True
            stack.append((child, look))
    return found


def _cited(element: HtmlElement) -> bool:
    """Whether a blockquote cites a mail; mail programs also indent the writer's own words with bare ones."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("type") == "cite" or bool(element.get("cite") or element.get("class")) or "border-left" in style


def _mark_cited(root: HtmlElement) -> None:
    for element in list(root.iter("blockquote")):
        if _cited(element):
            element.text = f"\n{_OPEN} {element.text or ''}"
            element.append(element.makeelement("div"))
            element[-1].text = _CLOSE


def _show_links(root: HtmlElement) -> None:
    for link in list(root.iter("a")):
        target = (link.get("href") or "").strip()
        if not re.match(r"(?:https?://|mailto:|tel:)", target, re.IGNORECASE):
            continue
        shown = re.sub(r"^(?:https?://(?:www\.)?|mailto:|tel:)|/$", "", target, flags=re.IGNORECASE)[:200]
        if shown not in link.text_content():
            link.tail = f" <{re.sub(r'^mailto:', '', target)[:200]}>{link.tail or ''}"


def _quote_marks(text: str) -> str:
    """Cited blocks as lines that start with ``>``, one for every level."""
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        opened, closed = line.count(_OPEN), line.count(_CLOSE)
        depth = min(depth + opened, 30)
        bare = line.replace(_OPEN, "").replace(_CLOSE, "")
        if bare.strip() or not (opened or closed):
            lines.append(f"{'>' * depth} {bare.strip()}".strip())
        depth = max(0, depth - closed)
    return "\n".join(lines)


def html_to_text(html: str) -> tuple[str, tuple[str, ...]]:
    """The visible text of an HTML part and warnings. Never raises; linear in the length of the HTML."""
    warnings: list[str] = []
    if len(html) > MAX_HTML:
        warnings.append("the HTML was too long and was cut")
    html = html[:MAX_HTML].replace(_OPEN, "").replace(_CLOSE, "").replace("\0", "")
    root = _tree(html)
    if root is None:
        return "", tuple(warnings)
    if any(depth > MAX_DEPTH for _, depth in _walk(root)):
        warnings.append("the HTML is nested too deeply; hidden text could not be told from visible text")
        return _stream_text(html), tuple(warnings)
    rules = sheet_rules("\n".join(style.text or "" for style in root.iter("style")))
    if _remove_hidden(root, rules):
        warnings.append(HIDDEN_WARNING)
    _show_links(root)
    _mark_cited(root)
    text = _quote_marks(Inscriptis(root, ParserConfig()).get_text())
    return _BLANK_LINES.sub("\n\n", text).strip("\n"), tuple(warnings)
