"""What of an HTML mail a person cannot see, from its attributes, inline styles and style sheets.

Only what is certain counts; what hides text by a script, a picture or a rule `css` does not read stays visible. A mail
is judged as a desktop mail program in light colours shows it: a white page, black text, blue links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.intake.colours import BLACK, WHITE, Colour, colour, over
from pipeline.intake.css import Style, length

_PROPERTIES = """
    display visibility content-visibility opacity filter font font-size color -webkit-text-fill-color background
    background-color background-image overflow overflow-x overflow-y height max-height width max-width mso-hide
    text-indent position left top right bottom margin margin-left margin-top margin-right margin-bottom clip clip-path
    transform scale float unicode-bidi
"""
RELEVANT = frozenset(_PROPERTIES.split())
"""Properties that decide what is seen."""

_FAR = 999.0
"""Pixels beyond the edge of the page."""
_SMALLEST_FONT = 2.0
_NEARLY = 16.0
"""Steps of 255 by which the colours of text and ground must differ in one channel."""
_FAINT = 0.05
_INLINE_TAGS = """
    a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub
    sup tt u var
"""
_INLINE = frozenset(_INLINE_TAGS.split())
_FONT_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_LINK: Colour = (0, 0, 238, 1)
_PASSES_ON = ("inherit", "initial", "unset", "revert", "")


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element is painted. None: not known, as on a picture; such text counts as seen.

    ``font`` in pixels; ``opacity`` and ``ground`` are those of everything around it taken together.
    """

    font: float = 16.0
    invisible: bool = False
    shifted: bool = False
    opacity: float = 1.0
    colour: Colour | None = BLACK
    ground: Colour | None = WHITE

    @property
    def unreadable(self) -> bool:
        """Whether text is not painted, or too small or faint to be seen, whatever its colour."""
        return self.invisible or self.shifted or self.font < _SMALLEST_FONT or self.opacity <= _FAINT

    @property
    def camouflaged(self) -> bool:
        """Whether the text has the colour of what is behind it."""
        if self.colour is None:
            return False
        if self.colour[3] <= _FAINT:
            return True
        if self.ground is None:
            return False
        shown = over(self.colour, self.ground)
        return all(abs(one - other) <= _NEARLY for one, other in zip(shown[:3], self.ground[:3], strict=True))


PLAIN = Look()
"""Black on white, as where nothing is said."""


# --- elements that are not shown at all, with all below them ---------------------------------------------------------

_OFF_BY_DEFAULT = frozenset({"template", "noscript", "datalist", "dialog", "audio", "video", "canvas"})


def removed(tag: str, attributes: Mapping[str, str], style: Style, font: float) -> bool:
    """Whether the element and all below it take no part in what is seen."""
    if not style:
        return _off_by_default(tag, attributes)
    display = style.get("display", "")
    if display == "none" or (not display and _off_by_default(tag, attributes)):
        return True
    if style.get("mso-hide") == "all" or style.get("content-visibility") == "hidden":
        return True
    return _no_room(tag, attributes, style, font) or _clipped(style) or _shrunk(style) or _far_away(style, font)


def _off_by_default(tag: str, attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or (tag in _OFF_BY_DEFAULT and "open" not in attributes)


def _no_room(tag: str, attributes: Mapping[str, str], style: Style, font: float) -> bool:
    """A box of at most one pixel that cuts off what does not fit; boxes of inline elements have no size."""
    floating = style.get("float", "none") != "none" or style.get("position") in ("absolute", "fixed")
    if tag in _INLINE and style.get("display", "inline") == "inline" and not floating:
        return False
    cuts = [style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y")]
    if not any(cut.startswith(("hidden", "clip")) for cut in cuts):
        return False
    sizes = [style.get(name, "") for name in ("height", "max-height", "width", "max-width")]
    sizes += [] if style.get("height") else [attributes.get("height", "")]
    measured = [length(size, font) for size in sizes if size]
    return any(pixels is not None and pixels <= 1 for pixels in measured)


_POLYGON_POINT = re.compile(r"[1-9]")


def _clipped(style: Style) -> bool:
    rect = style.get("clip", "")
    if rect.startswith("rect(") and style.get("position") in ("absolute", "fixed"):
        edges = [length(edge) for edge in re.split(r"[,\s]+", rect[5:].rstrip(")").strip())]
        if len(edges) == 4 and all(edge is not None and edge <= 1 for edge in edges):
            return True
    shape, _, inside = style.get("clip-path", "").partition("(")
    first = length(inside.rstrip(")").split()[0], whole=100.0) if inside.rstrip(")").split() else None
    if shape == "inset":
        return first is not None and first >= 50 and "%" in inside
    if shape in ("circle", "ellipse"):
        return first == 0
    return shape == "polygon" and not _POLYGON_POINT.search(inside)


_SCALE = re.compile(r"scale(?:3d|x|y)?\(\s*([^)]{1,60})\)")
_SHIFT = re.compile(r"translate(?:3d|x|y)?\(\s*([^)]{1,60})\)")


def _shrunk(style: Style) -> bool:
    factors = [number for found in _SCALE.findall(style.get("transform", "")) for number in found.split(",")]
    factors += style.get("scale", "").split()
    return any((factor := length(number)) is not None and abs(factor) < 0.05 for number in factors)


def _far_away(style: Style, font: float) -> bool:
    """Beyond the left or upper edge, where no scrolling leads, or very far beyond the others."""
    moved = [number for found in _SHIFT.findall(style.get("transform", "")) for number in found.split(",")]
    moved += [style.get(f"margin-{side}", "") for side in ("left", "top")] + style.get("margin", "").split()
    if style.get("position") in ("absolute", "fixed", "relative"):
        moved += [style.get(side, "") for side in ("left", "top", "right", "bottom")]
    pixels = [length(value, font) for value in moved if value]
    return any(value is not None and (value <= -_FAR or value >= 5 * _FAR) for value in pixels)


# --- the look of text -----------------------------------------------------------------------------------------------


def look_of(tag: str, attributes: Mapping[str, str], style: Style, inherited: Look) -> Look:
    """The look of the element's own text."""
    if not style and tag not in ("a", "body", "table", "td", "th", "tr", "font", "mark"):
        return inherited
    return Look(
        font=_font(style, inherited.font),
        invisible=_invisible(style, inherited.invisible),
        shifted=_shifted(style, inherited.shifted),
        opacity=inherited.opacity * _opacity(style),
        colour=_text_colour(tag, attributes, style, inherited.colour),
        ground=_ground(tag, attributes, style, inherited.ground),
    )


def _font(style: Style, around: float) -> float:
    value = style.get("font-size", "")
    if not value and "font" in style:
        sizes = [word.partition("/")[0] for word in style["font"].split()]
        value = next((size for size in sizes if size in _FONT_SIZES or _is_size(size)), "")
    if value in _FONT_SIZES:
        return _FONT_SIZES[value]
    pixels = length(value, around, whole=around)
    return around if pixels is None else abs(pixels)


def _is_size(word: str) -> bool:
    """A length with a unit, or 0: other bare numbers in the font shorthand are weights."""
    return length(word) is not None and (word[-1:].isalpha() or word.endswith("%") or word == "0")


def _invisible(style: Style, around: bool) -> bool:
    value = style.get("visibility", "")
    return around if value in _PASSES_ON else value in ("hidden", "collapse")


def _shifted(style: Style, around: bool) -> bool:
    pixels = length(style.get("text-indent", ""))
    return around if pixels is None else pixels <= -_FAR or pixels >= 5 * _FAR


_FILTER_OPACITY = re.compile(r"opacity\(\s*([\d.]{1,9}%?)\s*\)")


def _opacity(style: Style) -> float:
    opacity = length(style.get("opacity", ""), whole=1.0)
    drawn = _FILTER_OPACITY.search(style.get("filter", ""))
    filtered = length(drawn[1], whole=1.0) if drawn else None
    return min(1.0, 1.0 if opacity is None else max(0.0, opacity)) * (1.0 if filtered is None else filtered)


def _text_colour(tag: str, attributes: Mapping[str, str], style: Style, around: Colour | None) -> Colour | None:
    given = style.get("-webkit-text-fill-color") or style.get("color") or ""
    if given in _PASSES_ON or given == "currentcolor":
        if tag == "a" and "href" in attributes and given == "":
            return _LINK
        if given == "initial":
            return BLACK
        given = attributes.get("text" if tag == "body" else "color", "") if tag in ("body", "font") else ""
    return colour(given) if given else around


def _ground(tag: str, attributes: Mapping[str, str], style: Style, around: Colour | None) -> Colour | None:
    shorthand = style.get("background", "")
    if "url(" in shorthand or "gradient" in shorthand or attributes.get("background"):
        return None
    if style.get("background-image", "none") not in ("none", *_PASSES_ON):
        return None
    given = style.get("background-color") or _colour_word(shorthand) or attributes.get("bgcolor", "")
    if tag == "mark" and not given:
        given = "yellow"
    if given in (*_PASSES_ON, "none", "transparent"):
        return around
    front = colour(given)
    if front is None or (around is None and front[3] < 1):
        return None
    return over(front, around or WHITE)


def _colour_word(shorthand: str) -> str:
    """The colour in a ``background`` shorthand."""
    if not shorthand or shorthand in _PASSES_ON:
        return ""
    spread = re.sub(r"\s*([,/(])\s*|\s+(?=\))", lambda match: match[1] or "", shorthand)
    words = [word for word in spread.split() if colour(word) is not None and length(word) is None]
    return words[0] if words else (shorthand if "(" in shorthand else "")
