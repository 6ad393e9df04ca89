"""HTML mail to the text a person sees: hidden text out, link targets and quotation marks of cited blocks kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser as StreamParser

from inscriptis import Inscriptis  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]
from lxml.html import HtmlElement, HTMLParser, document_fromstring  # type: ignore[import-untyped]

from pipeline.intake.charset import clean_line
from pipeline.intake.css import Node, Sheet
from pipeline.intake.hidden import PLAIN, RELEVANT, Look, look_of, removed

MAX_HTML = 2_000_000
"""Characters of HTML that are read."""
MAX_DEPTH = 1_500
"""Deeper trees are read as a stream of text: libxml2 drops what lies too deep."""
MAX_LAID_OUT_DEPTH = 150
MAX_LAID_OUT_ELEMENTS = 20_000
"""Deeper or larger trees are not laid out as tables and lists but line by line: inscriptis recurses."""

HIDDEN_WARNING = "characters of the HTML that a person cannot see were left out"
CAMOUFLAGE_WARNING = "the text of the HTML has the colour of its background"
DIRECTION_WARNING = "the HTML changes the direction of its text"
SHEET_WARNING = "the style sheets are too large; hidden text could not be told from visible text"
_NO_TEXT = frozenset({"script", "style", "title", "meta", "link"})
_REPLACED = frozenset({"object", "iframe", "svg", "math", "noframes"})
"""Shown as something else; the words in them are for programs that cannot."""
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
_MARKS = str.maketrans("", "", f"{_OPEN}{_CLOSE}\0")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # lxml reads these but takes none back
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


_SHIELD = "x-shield-"
_SHIELDED_TAGS = frozenset(["a", "b", "i", "s", "u", "big", "small", "tt", "h1", "h2", "h3", "h4", "h5", "h6"])
_SHIELDED = re.compile(r"(</?)(?=(?:[abisu]|big|small|tt|h[1-6])[ \t\r\n\f/>])", re.IGNORECASE)


def _tree(html: str) -> HtmlElement | None:
    """The tree as browsers build it: libxml2 would end these elements at the first block, styles and all."""
    parser = HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(_SHIELDED.sub(rf"\1{_SHIELD}", html).encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):  # an empty document
        return None
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.startswith(_SHIELD):
            name = element.tag.removeprefix(_SHIELD)
            element.tag = name if name in _SHIELDED_TAGS else "span"
        elif element.tag == "head":
            element.tag = "div"  # words in it are shown, as browsers end the head there
        for place in ("text", "tail"):
            if (words := getattr(element, place)) and _NOT_XML.search(words):
                setattr(element, place, _NOT_XML.sub("", words))
    return root


def _walk(root: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        yield element, depth
        stack.extend((child, depth + 1) for child in reversed(element) if isinstance(child.tag, str))


def _length(text: str | None) -> int:
    """Characters of a text without spaces at its ends and between lines, and without invisible ones."""
    return len(clean_line(text)[0]) if text and not text.isspace() else 0


def _drop(element: HtmlElement) -> int:
    """Empty the element, keeping what follows it; how many characters it held."""
    tail, held = element.tail, sum(map(_length, _texts(element)))
    element.clear()
    element.tag = "span"
    element.tail = f" {tail or ''}"  # words before and after must not grow together
    return held


def _texts(element: HtmlElement) -> Iterator[str]:
    stack = [element]
    while stack:
        inner = stack.pop()
        if inner.tag not in _NO_TEXT:
            yield inner.text or ""
            stack.extend(inner)
        if inner is not element:
            yield inner.tail or ""


@dataclass(slots=True)
class _Sieve:
    """Takes out of a tree what a person cannot see, and counts it.

    With ``colours`` off, text in the colour of its background stays.
    """

    sheet: Sheet
    colours: bool = True
    hidden: int = 0
    camouflaged: int = 0
    turned: bool = False
    links: list[HtmlElement] = field(default_factory=list)

    def run(self, root: HtmlElement) -> None:
        stack: list[tuple[HtmlElement, Look, Node | None, bool]] = [(root, PLAIN, None, False)]
        while stack:
            element, inherited, above, in_link = stack.pop()
            if element.tag in _NO_TEXT:
                _drop(element)
                continue
            node = _node(element, above)
            style = self.sheet.style(node, element.get("style") or "")
            look = look_of(node.tag, node.attributes, style, inherited)
            if element.tag in _REPLACED or removed(node.tag, node.attributes, style, look.font):
                self.hidden += _drop(element)
                continue
            if "none" in (element.get("style") or ""):
                del element.attrib["style"]  # shown all the same: a rule of the sheets is stronger
            self.turned |= element.tag == "bdo" or style.get("unicode-bidi", "").endswith("override")
            if look is not PLAIN:
                self._sift(element, look)
            if element.tag == "a" and not in_link:
                self.links.append(element)
                in_link = True
            stack.extend((child, look, node, in_link) for child in reversed(element))

    def _sift(self, element: HtmlElement, look: Look) -> None:
        """Empty the element's own text, and what stands between its children, where it cannot be seen."""
        camouflaged = self.colours and not look.unreadable and look.camouflaged
        if not camouflaged and not look.unreadable:
            return
        count = _length(element.text)
        element.text = " " if count else element.text
        for child in element:
            if size := _length(child.tail):
                child.tail, count = " ", count + size
        self.hidden += count
        self.camouflaged += count if camouflaged else 0


def _node(element: HtmlElement, above: Node | None) -> Node:
    attributes = {name.lower(): value.strip().lower() for name, value in element.attrib.items()}
    names = frozenset(attributes.get("class", "").split()[:20])
    return Node(str(element.tag), attributes.get("id", ""), names, attributes, above)


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


def _show_links(links: Sequence[HtmlElement]) -> None:
    for link in links:
        target = _NOT_XML.sub("", link.get("href") or "").strip()
        if not re.match(r"(?:https?://|mailto:|tel:)", target, re.IGNORECASE):
            continue
        shown = re.sub(r"^(?:https?://(?:www\.)?|mailto:|tel:)|/$", "", target, flags=re.IGNORECASE)[:200]
        words = link.text_content()
        seen = words.strip() or link.find(".//img") is not None
        if seen and shown not in words:
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


def _line_by_line(root: HtmlElement) -> str:
    """The words of a tree with a line end at every block, whatever its size."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        text = element.text if event == "start" else element.tail
        if element.tag in ("td", "th"):
            pieces.append(" ")
        elif element.tag in _BLOCKS and (event, element.tag) != ("end", "br"):
            pieces.append("\n")
        pieces.append(re.sub(r"\s+", " ", text) if text else "")
    return "\n".join(line.strip() for line in "".join(pieces).split("\n"))


def _read_tree(root: HtmlElement, links: Sequence[HtmlElement], simple: bool) -> str:
    _show_links(links)
    _mark_cited(root)
    text = _line_by_line(root) if simple else Inscriptis(root, ParserConfig()).get_text()
    return _BLANK_LINES.sub("\n\n", _quote_marks(text)).strip("\n")


def _seen_text(html: str, colours: bool = True) -> tuple[str, tuple[str, ...]]:
    root = _tree(html)
    if root is None:
        return "", ()
    depths = [depth for _, depth in _walk(root)]
    if max(depths) > MAX_DEPTH:
        return _stream_text(html), ("the HTML is nested too deeply; hidden text could not be told from visible text",)
    sieve = _Sieve(Sheet("\n".join(style.text or "" for style in root.iter("style")), RELEVANT), colours)
    sieve.run(root)
    simple = max(depths) > MAX_LAID_OUT_DEPTH or len(depths) > MAX_LAID_OUT_ELEMENTS
    text = _read_tree(root, sieve.links, simple)
    if sieve.camouflaged and not clean_line(text)[0]:
        # All of it: no trick, but a mail written in dark colours. The reader is to see what was written.
        text, warnings = _seen_text(html, colours=False)
        return text, (CAMOUFLAGE_WARNING, *warnings)
    found = {
        f"{sieve.hidden} {HIDDEN_WARNING}": sieve.hidden > 0,
        SHEET_WARNING: sieve.sheet.exhausted,
        DIRECTION_WARNING: sieve.turned,
    }
    return text, tuple(warning for warning, holds in found.items() if holds)


def html_to_text(html: str) -> tuple[str, tuple[str, ...]]:
    """The visible text of an HTML part and warnings. Never raises; linear in the length of the HTML."""
    cut = ("the HTML was too long and was cut",) if len(html) > MAX_HTML else ()
    text, warnings = _seen_text(html[:MAX_HTML].translate(_MARKS))
    return text, (*cut, *warnings)
