"""What of an HTML mail a person cannot see: found from inline styles and the plain rules of its style sheets.

Only what is certain counts: display, visibility, opacity, zero font size, zero-height clipped boxes and text in the
colour of its background. What hides text by a script or by a rule this module does not read stays visible.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml.html import HtmlElement  # type: ignore[import-untyped]

Style = Mapping[str, str]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z0-9]{1,20})?[.#][\w-]{1,80}")
_ZERO = re.compile(r"[01]?(?:\.\d+)?(?:px|pt)?|0(?:\.0+)?(?:em|rem|%|ex|vw)")
_MAX_STYLE = 10_000
_COLOURS = {"white": (255, 255, 255), "black": (0, 0, 0)}


def declarations(style: str) -> dict[str, str]:
    """``name: value`` pairs of a style attribute in lower case, without ``!important``."""
    pairs = (pair.partition(":") for pair in _COMMENT.sub("", style[:_MAX_STYLE]).lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


def sheet_rules(sheets: str) -> dict[str, dict[str, str]]:
    """Declarations by ``.class`` or ``#id`` of rules outside any @media; element names before them are dropped."""
    sheets = _COMMENT.sub("", sheets[:200_000]).lower()
    rules: dict[str, dict[str, str]] = {}
    for selectors, body in _RULE.findall(_outside_media(sheets)):
        for selector in selectors.split(","):
            if _SIMPLE_SELECTOR.fullmatch(selector.strip()):
                key = re.sub(r"^[a-z0-9]+", "", selector.strip())
                rules.setdefault(key, {}).update(declarations(body))
    return rules


def _outside_media(sheets: str) -> str:
    kept: list[str] = []
    depth, inside = 0, False
    for piece in re.split(r"([{}])", sheets):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        elif depth == 0:
            inside = "@" in piece
        if not inside:
            kept.append(piece)
        elif piece == "}" and depth == 0:
            inside = False
    return "".join(kept)


def _colour(value: str) -> tuple[int, int, int] | None:
    value = value.split()[0] if value.split() and not value.startswith("rgb") else value.replace(" ", "")
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        value = "#" + "".join(digit * 2 for digit in value[1:])
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
    numbers = re.fullmatch(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,[\d.]{1,9})?\)", value)
    return (int(numbers[1]), int(numbers[2]), int(numbers[3])) if numbers else _COLOURS.get(value)


@dataclass(frozen=True, slots=True)
class Look:
    """The inherited style of an element's text. ``ground`` is None where the background is a picture or unknown."""

    tiny: bool = False
    invisible: bool = False
    colour: tuple[int, int, int] | None = (0, 0, 0)
    ground: tuple[int, int, int] | None = (255, 255, 255)

    @property
    def hidden(self) -> bool:
        if self.tiny or self.invisible:
            return True
        if self.colour is None or self.ground is None:
            return False
        return all(abs(one - other) <= 3 for one, other in zip(self.colour, self.ground, strict=True))


def style_of(element: HtmlElement, rules: Mapping[str, Style]) -> dict[str, str]:
    style: dict[str, str] = {}
    if rules:
        for name in (element.get("class") or "").lower().split()[:20]:
            style |= rules.get(f".{name}", {})
        style |= rules.get(f"#{(element.get('id') or '').lower()}", {})
    return style | declarations(element.get("style") or "")


def removed(element: HtmlElement, style: Style) -> bool:
    """Whether the element and all below it are not shown at all."""
    if "hidden" in element.attrib or style.get("display") == "none" or style.get("mso-hide") == "all":
        return True
    if re.fullmatch(r"0?\.?0+%?|0?\.0\d*", style.get("opacity", "1")):
        return True
    clipped = style.get("overflow") == "hidden"
    return clipped and any(re.fullmatch(r"0(?:px|pt|em)?", style.get(key, "")) for key in ("max-height", "height"))


def look_of(element: HtmlElement, style: Style, inherited: Look) -> Look:
    """The look of the element's own text."""
    look = inherited
    if "font-size" in style:
        look = replace(look, tiny=bool(_ZERO.fullmatch(style["font-size"])) and style["font-size"] != "")
    if "visibility" in style:
        look = replace(look, invisible=style["visibility"] in ("hidden", "collapse"))
    given = style.get("color") or (element.get("color") or "").lower()
    if given:
        look = replace(look, colour=_colour(given))
    ground = style.get("background-color") or style.get("background") or (element.get("bgcolor") or "").lower()
    if ground and ground not in ("transparent", "none", "inherit", "initial"):
        look = replace(look, ground=None if "url" in ground else _colour(ground))
    return replace(look, ground=None) if element.get("background") or "background-image" in style else look
