"""As much of CSS as decides whether a person can see a text: declarations, style sheets and lengths.

Media queries are answered as a desktop window of `VIEWPORT` pixels in light colours would. Selectors of elements,
classes, ids and attributes are read, with descendant and child combinators; a rule with any other selector is left
out. Everything runs in linear time: matching has a budget, and a sheet that uses it up says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Style = Mapping[str, str]

VIEWPORT = 1000.0
"""Pixels; also what 100 % of an unknown box is taken for."""
MAX_SHEET = 300_000
MAX_RULES = 3_000
MAX_STYLE = 10_000
MAX_STEPS = 300_000
"""Comparisons of an element with a selector in one mail."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.DOTALL | re.IGNORECASE)


def _unescaped(css: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else 0
        return match[2] or (chr(code) if 0 < code < 0xD800 else "")

    return _ESCAPE.sub(character, css) if "\\" in css else css


def declarations(style: str) -> tuple[dict[str, str], dict[str, str]]:
    """``name: value`` pairs of a style attribute or rule in lower case: the ordinary and the ``!important`` ones."""
    ordinary: dict[str, str] = {}
    important: dict[str, str] = {}
    for pair in _COMMENT.sub(" ", _unescaped(style[:MAX_STYLE])).lower().split(";"):
        name, colon, value = pair.partition(":")
        if not colon:
            continue
        bare, mark, _ = value.partition("!")
        (important if mark else ordinary)[name.strip()] = " ".join(bare.split())
    return ordinary, important


# --- lengths --------------------------------------------------------------------------------------------------------

_LENGTH = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))([a-z%]{0,4})")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "rem": 16.0,
    "vw": VIEWPORT / 100,
    "vh": VIEWPORT / 100,
}


def length(value: str, em: float = 16.0, whole: float = VIEWPORT) -> float | None:
    """A CSS length in pixels; ``em`` is the font size, ``whole`` what 100 % are. None where it is none."""
    match = _LENGTH.fullmatch(value.strip())
    if not match:
        return None
    scale = {"em": em, "ex": em / 2, "ch": em / 2, "%": whole / 100}.get(match[2]) or _PIXELS.get(match[2])
    return None if scale is None else float(match[1]) * scale


# --- style sheets ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """What selectors ask of an element, in lower case."""

    tag: str
    id: str
    classes: frozenset[str]
    attributes: Mapping[str, str]
    parent: Node | None = None


@dataclass(frozen=True, slots=True)
class _Compound:
    tag: str
    ids: frozenset[str]
    classes: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]

    def matches(self, node: Node) -> bool:
        return (
            self.tag in ("", node.tag)
            and (not self.ids or self.ids == {node.id})
            and self.classes <= node.classes
            and all(name in node.attributes for name, _ in self.attributes)
            and all(value in (None, node.attributes[name]) for name, value in self.attributes)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """``steps`` from the element itself upwards: (whether the next one is its parent, compound)."""

    steps: tuple[tuple[bool, _Compound], ...]
    weight: tuple[int, int, int, int]
    ordinary: Style
    important: Style


_COMPOUND = re.compile(r"([a-z][a-z0-9-]{0,20}|\*)?((?:[.#][\w-]{1,80}|\[[^\]]{1,100}\]){0,8})")
_FEATURE = re.compile(r"([.#])([\w-]{1,80})|\[\s*([\w-]{1,40})\s*(?:=\s*['\"]?([^'\"\]]{0,60})['\"]?\s*)?\]")
_MAX_STEPS = 6


def _compound(text: str) -> _Compound | None:
    match = _COMPOUND.fullmatch(text)
    if not match or not text:
        return None
    ids, classes, attributes = set(), set(), []
    features = list(_FEATURE.finditer(match[2]))
    if "".join(feature[0] for feature in features) != match[2]:
        return None
    for feature in features:
        if feature[1] == "#":
            ids.add(feature[2])
        elif feature[1] == ".":
            classes.add(feature[2])
        else:
            attributes.append((feature[3], feature[4]))
    tag = "" if match[1] in (None, "*") else match[1]
    return _Compound(tag, frozenset(ids), frozenset(classes), tuple(attributes))


def _steps(selector: str) -> tuple[tuple[bool, _Compound], ...] | None:
    parts = re.sub(r"\s*>\s*", " > ", selector).split()
    if not parts or len(parts) > 2 * _MAX_STEPS:
        return None
    steps: list[tuple[bool, _Compound]] = []
    for index, part in enumerate(parts):
        compound = None if part == ">" else _compound(part)
        if part != ">" and compound is None:
            return None
        if compound:
            steps.append((index > 0 and parts[index - 1] == ">", compound))
    return tuple(reversed(steps)) or None


_CONDITION = re.compile(r"\(\s*(min|max)-(?:device-)?width\s*:\s*([\d.]{1,9}[a-z]{1,3}|0)\s*\)")


def _applies(prelude: str) -> bool:
    """Whether an at-rule with this prelude holds for the desktop window that mails are judged by."""
    name, _, query = prelude.partition(" ")
    if name in ("@supports", "@layer"):
        return not query.strip().startswith("not")
    return name.startswith("@media") and any(map(_query_holds, prelude[len("@media") :].split(",")))


def _query_holds(query: str) -> bool:
    for term in re.split(r"\band\b", query):
        condition = _CONDITION.fullmatch(term.strip())
        if condition:
            pixels = length(condition[2]) or 0.0
            if not (pixels <= VIEWPORT if condition[1] == "min" else pixels >= VIEWPORT):
                return False
        elif term.strip() not in ("screen", "all", "only screen", "only all", ""):
            return False
    return True


def _sheet_rules(sheets: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of every rule that applies."""
    open_blocks: list[tuple[str, bool]] = []
    before = ""
    for piece in re.split(r"([{}])", sheets):
        if piece == "{":
            prelude = before.rpartition(";")[2].strip()
            rule_above, inside = open_blocks[-1] if open_blocks else ("", True)
            is_group = prelude.startswith("@")
            holds = inside and not rule_above and (not is_group or _applies(prelude))
            open_blocks.append(("" if is_group else prelude, holds))
        elif piece == "}" and open_blocks:
            selectors, applies = open_blocks.pop()
            if selectors and applies:
                yield selectors, before
            before = ""
        if piece not in ("{", "}"):
            before = piece


class Sheet:
    """The style sheets of one mail; `style` gives what they and the style attribute say of an element."""

    def __init__(self, sheets: str, relevant: frozenset[str]) -> None:
        self.exhausted = False
        self._left = MAX_STEPS
        self._relevant = relevant
        self._by_key: dict[str, list[_Rule]] = {}
        self._inline: dict[str, tuple[Style, Style]] = {}
        text = _COMMENT.sub(" ", _unescaped(sheets[:MAX_SHEET])).lower()
        rules = (rule for pair in enumerate(_sheet_rules(text)) for rule in self._read(*pair))
        for count, rule in enumerate(rules):
            if count >= MAX_RULES:
                self.exhausted = True
                break
            self._by_key.setdefault(_key(rule.steps[0][1]), []).append(rule)

    def _relevant_of(self, text: str) -> tuple[Style, Style]:
        ordinary, important = (
            {name: value for name, value in pairs.items() if name in self._relevant} for pairs in declarations(text)
        )
        return ordinary, important

    def _read(self, order: int, rule: tuple[str, str]) -> Iterator[_Rule]:
        ordinary, important = self._relevant_of(rule[1])
        if not ordinary and not important:
            return
        for selector in rule[0][:MAX_STYLE].split(","):
            steps = _steps(selector)
            if steps:
                ids, classes, tags = 0, 0, 0
                for _, compound in steps:
                    ids += len(compound.ids)
                    classes += len(compound.classes) + len(compound.attributes)
                    tags += bool(compound.tag)
                yield _Rule(steps, (ids, classes, tags, order), ordinary, important)

    def _matching(self, node: Node) -> list[_Rule]:
        keys = ["", node.tag, f"#{node.id}", *(f".{name}" for name in node.classes)]
        found = [rule for key in keys for rule in self._by_key.get(key, ()) if self._holds(rule.steps, node)]
        return sorted(found, key=lambda rule: rule.weight)

    def _holds(self, steps: Sequence[tuple[bool, _Compound]], node: Node) -> bool:
        self._left -= 1
        if self._left < 0:
            self.exhausted = True
            return False
        is_child, compound = steps[0]
        if not compound.matches(node):
            return False
        if len(steps) == 1:
            return True
        above = node.parent
        while above is not None:
            if self._holds(steps[1:], above):
                return True
            if is_child or self.exhausted:
                return False
            above = above.parent
        return False

    def style(self, node: Node, inline: str) -> dict[str, str]:
        """The declarations that win for the element, the relevant ones only."""
        if inline not in self._inline:
            self._inline[inline] = self._relevant_of(inline) if inline else ({}, {})
        ordinary, important = self._inline[inline]
        if not self._by_key:
            return {**ordinary, **important}
        rules = self._matching(node)
        style: dict[str, str] = {}
        for pairs in (*(rule.ordinary for rule in rules), ordinary, *(rule.important for rule in rules), important):
            style.update(pairs)
        return style


def _key(compound: _Compound) -> str:
    """What an element must at least have, to find the rules that may hold for it."""
    for mark, names in (("#", compound.ids), (".", compound.classes)):
        if names:
            return mark + min(names)
    return compound.tag
