"""Patterns that people write in configuration: expanded, checked for what a hostile mail could do to them, compiled.

A pattern is a regular expression in which brackets group and capture nothing and ``{name}`` stands for a block of
words. It is matched at word borders, in text that `plain` has cut into words of bounded length, and in small letters on
both sides, which is four times as fast as matching without regard to case.
In such text a search takes linear time if from one start no more than a bounded number of ways leads on; `_ways`
counts them on the parsed expression, and what has too many is refused.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from pipeline.triage.plain import MAX_WORD

MAX_WAYS = 10_000
"""The largest number of ways a pattern may be tried in from one start, of `_ways`."""
MAX_TIMES = 100
"""The largest bound of a repetition."""

_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?!\?)|\{([a-z_]+)\}", re.DOTALL)
_PLAIN = re.compile(r"(\\.)|[^\\]+", re.DOTALL)
"""An escape, which keeps its case, or what stands between two."""
_BLANK = ord(" ")
_WITH_BLANK = frozenset({"CATEGORY_SPACE", "CATEGORY_NOT_WORD", "CATEGORY_NOT_DIGIT"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_CHARACTERS = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN"})

Node = tuple[Any, Any]
"""An operation of the parsed expression and its operands."""


def either(alternatives: Iterable[str]) -> str:
    return "(?:" + "|".join(alternatives) + ")"


def at_borders(alternatives: Iterable[str]) -> re.Pattern[str]:
    """Any of the regular expressions as whole words of `lowered` text; none of them matches nothing."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives) or '(?!)'})(?!\w)")


def expand_blocks(blocks: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Every block of words as one expression; a block may use others. ValueError names what is wrong and where."""
    done: dict[str, str] = {}

    def resolve(name: str, above: tuple[str, ...]) -> str:
        if name in above:
            raise ValueError(f"words.{name} uses itself")
        if name not in done:
            used = {other for pattern in blocks[name] for other in _TOKEN.findall(pattern) if other in blocks}
            inner = {other: resolve(other, (*above, name)) for other in used}
            done[name] = either(expand(pattern, inner, f"words.{name}", may_be_empty=True) for pattern in blocks[name])
        return done[name]

    for name in blocks:
        resolve(name, ())
    return done


def expand(pattern: str, blocks: Mapping[str, str], place: str, *, may_be_empty: bool = False) -> str:
    """``pattern`` as a regular expression of bounded cost; ValueError names ``place``, pattern and fault."""

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return "(?:" if match[0] == "(" else match[0]
        if match[1] not in blocks:
            raise ValueError(f"no block of words is called {{{match[1]}}}")
        return blocks[match[1]]

    try:
        regex = _PLAIN.sub(lambda match: match[1] or match[0].lower(), _TOKEN.sub(replace, pattern))
        _check(regex, may_be_empty)
    except (ValueError, re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{place}: pattern {pattern[:200]!r}: {error}") from None
    return regex


def _check(regex: str, may_be_empty: bool) -> None:
    tree = _parser.parse(regex)
    if not may_be_empty and tree.getwidth()[0] == 0:
        raise ValueError("it matches the empty text, so it would fire on every mail")
    if _ways(tree) > MAX_WAYS:
        raise ValueError("it can be tried in too many ways, so a hostile mail could stall it; repeat or branch less")
    at_borders((regex,))  # what parses may still not compile: a look-behind of no fixed width, flags such as (?i)


def _ways(items: Iterable[Node]) -> int:
    """How many ways the parts of a sequence leave to try: those of its parts multiplied.

    Where a second repeated character follows in the same word, as in ``\\w+\\w+``, the border between the two may fall
    after any of its letters.
    """
    ways, inside_run = 1, False
    for node in items:
        ways *= _ways_of(str(node[0]), node[1])
        length = _run(node)
        if inside_run and length > 1 and not _has_blank(node, 0):
            ways *= length
        if length > 1:
            inside_run = not _has_blank(node, -1) or (inside_run and _is_optional(node))
        elif (_has_blank(node, 0) or _has_blank(node, -1)) and not _is_optional(node):
            inside_run = False
    return ways


def _run(node: Node) -> int:
    """How long the longest repeated character in ``node`` may become inside one word; 1 where there is none."""
    operation, operands = str(node[0]), node[1]
    if operation in _REPEATS:
        _, high, body = operands
        if len(body) == 1 and str(body[0][0]) in _CHARACTERS:
            return 1 if _may_be_blank(*body[0]) else min(int(high), MAX_WORD)
        return max(map(_run, body), default=1)
    if operation == "BRANCH":
        return max((_run(inner) for branch in operands[1] for inner in branch), default=1)
    if operation in ("SUBPATTERN", "ATOMIC_GROUP"):
        return max(map(_run, operands if operation == "ATOMIC_GROUP" else operands[-1]), default=1)
    return 1


def _is_optional(node: Node) -> bool:
    return str(node[0]) in _REPEATS and node[1][0] == 0


def _has_blank(node: Node, edge: int) -> bool:
    """Whether what ``node`` matches, if anything, has a blank at its first (0) or last (-1) place."""
    operation, operands = str(node[0]), node[1]
    if operation in _REPEATS:
        body = operands[-1]
        return bool(len(body)) and _has_blank(body[edge], edge)
    if operation == "BRANCH":
        return all(bool(len(branch)) and _has_blank(branch[edge], edge) for branch in operands[1])
    return operation == "LITERAL" and bool(operands == _BLANK)


def _ways_of_branches(branches: Sequence[Sequence[Node]]) -> int:
    """Of branches, those count together that can match at one place: whose first letters begin one another."""
    starts = [(_first_letters(branch), _ways(branch)) for branch in branches]
    return max(sum(ways for other, ways in starts if letters.startswith(other)) for letters, _ in starts)


def _first_letters(items: Iterable[Node]) -> str:
    letters = itertools.takewhile(lambda node: str(node[0]) == "LITERAL", items)
    return "".join(chr(code) for _, code in letters)


def _ways_of(operation: str, operands: Any) -> int:
    if operation in _REPEATS:
        return _ways_of_repeat(*operands)
    if operation == "BRANCH":
        return _ways_of_branches(operands[1])
    if operation in ("SUBPATTERN", "ASSERT", "ASSERT_NOT"):
        return _ways(operands[-1])
    if operation == "ATOMIC_GROUP":
        return _ways(operands)
    if operation.startswith("GROUPREF"):
        raise ValueError("brackets capture nothing that could be referred to")
    return 1


def _ways_of_repeat(low: int, high: int, body: Sequence[Node]) -> int:
    """A repeated character stays inside its word and is one way; repeated words are as many as they may be."""
    endless = high == _parser.MAXREPEAT
    if len(body) == 1 and str(body[0][0]) in _CHARACTERS:
        if not _may_be_blank(*body[0]):
            return 1
        if endless:
            raise ValueError("* and + may not run over blanks; say how many words at most, like ( \\w+){0,5}")
    elif endless:
        raise ValueError("* and + may stand after one character or [class] only; give a bound, like {0,5}")
    if high > MAX_TIMES:
        raise ValueError(f"{{{low},{high}}} repeats more than {MAX_TIMES} times")
    once = _ways(body) * (1 if high == 1 or _is_delimited(body) else _ways_into_one_word(body))
    return sum(once**times for times in range(low, high + 1))


def _is_delimited(body: Sequence[Node]) -> bool:
    """Whether a blank parts one round of ``body`` from the next, so that no word can be split between them."""
    return any(str(operation) == "LITERAL" and operands == _BLANK for operation, operands in (body[0], body[-1]))


def _ways_into_one_word(items: Iterable[Node]) -> int:
    """``MAX_WORD`` where ``items`` hold a repeated character, which then may end anywhere in the word; else 1."""
    text = repr(list(items))
    return MAX_WORD if any(repeat in text for repeat in _REPEATS) else 1


def _may_be_blank(operation: Any, operands: Any) -> bool:
    match str(operation):
        case "LITERAL":
            return bool(operands == _BLANK)
        case "NOT_LITERAL":
            return bool(operands != _BLANK)
        case "RANGE":
            return bool(operands[0] <= _BLANK <= operands[1])
        case "CATEGORY":
            return str(operands) in _WITH_BLANK
        case "IN":
            negated = str(operands[0][0]) == "NEGATE"
            return any(_may_be_blank(*item) for item in operands if str(item[0]) != "NEGATE") != negated
    return True
