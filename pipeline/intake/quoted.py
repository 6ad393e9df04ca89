"""Splits the readable text of a mail into what was written now, the quoted history and the signature.

Nothing is lost: every line with words ends in exactly one of the three, in its order. Where it is not certain that a
line is history it stays in the text. Quoted lines between answers stay with them, because the answers need them.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.intake.quote_marks import (
    header_block,
    introduction,
    is_mobile_signature,
    is_quoted,
    is_signature_delimiter,
    separator,
)

MAX_SIGNATURE_LINES = 12
_LONG_LINE = 120


class _Place(enum.Enum):
    TEXT = 0
    QUOTED = 1
    SIGNATURE = 2


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines ``start`` to ``end`` of history; the first ``intro`` of them announce it. ``marked``: with ``>`` marks."""

    start: int
    intro: int
    end: int
    marked: bool


def _next_line(lines: Sequence[str], start: int) -> int:
    """The next line with words at or after ``start``, or the number of lines."""
    return next((index for index in range(start, len(lines)) if lines[index].strip()), len(lines))


def _marked_end(lines: Sequence[str], start: int) -> int:
    """The line after a run of ``>`` lines, blank lines between them included."""
    end = start
    while end < len(lines) and is_quoted(lines[end]):
        end += 1
        following = _next_line(lines, end) if end < len(lines) and not lines[end].strip() else end
        if following < len(lines) and is_quoted(lines[following]):
            end = following
    return end


def _announced(lines: Sequence[str], index: int) -> tuple[int, bool] | None:
    """The line after an announcement of history at ``index``, and whether it stands for itself without marks."""
    if separator(lines, index):
        return index + 1, True
    block = header_block(lines, index)
    if block > index:
        return block, True
    return introduction(lines, index)


def _blocks(lines: Sequence[str]) -> list[_Block]:
    blocks: list[_Block] = []
    own = False  # whether words of the writer stand above
    index = _next_line(lines, 0)
    while index < len(lines):
        if is_quoted(lines[index]):
            end = _marked_end(lines, index)
            inner = _announced(lines, index)
            blocks.append(_Block(index, inner[0] - index if inner else 0, end, True))
            index = _next_line(lines, end)
            continue
        announced = _announced(lines, index)
        following = _next_line(lines, announced[0]) if announced else index
        if announced and following < len(lines) and is_quoted(lines[following]):
            end = _marked_end(lines, following)
            blocks.append(_Block(index, following - index, end, True))
            index = _next_line(lines, end)
        elif announced and announced[1] and own:
            blocks.append(_Block(index, announced[0] - index, len(lines), False))
            break
        elif announced and announced[1] and not any(block.end == index for block in blocks):
            blocks.append(_Block(index, announced[0] - index, announced[0], False))
            index, own = _next_line(lines, announced[0]), True
        else:
            own = True
            index = _next_line(lines, index + 1)
    return blocks


def _signature_start(lines: Sequence[str], start: int, end: int) -> int:
    """Where the signature that ends the stretch ``start`` to ``end`` begins; ``end`` where it has none.

    Below a delimiter it is few and short lines without a question: the customer's own sentences below a line of
    dashes are none. Without a delimiter only a mail program's own lines count ("Sent from my phone").
    """
    found, words, only_mobile = end, 0, True
    for index in range(end - 1, start - 1, -1):
        line = lines[index].rstrip()
        if is_signature_delimiter(line) or (only_mobile and is_mobile_signature(line)):
            found = index
        elif line:
            only_mobile = False
            words += 1
            if words > MAX_SIGNATURE_LINES or len(line) > _LONG_LINE or line.endswith("?"):
                break
    return found


def _keeps_marks(block: _Block, answered: bool, several: bool) -> bool:
    """Whether the ``>`` lines of a block stay in the text: something below it answers them.

    One announced block with text below it is plain bottom posting. Without an announcement, or with a second
    block after the answer, the writer quotes on purpose.
    """
    return block.marked and answered and (block.intro == 0 or several)


def _places(lines: Sequence[str]) -> list[_Place]:
    blocks = _blocks(lines)
    places = [_Place.TEXT] * len(lines)
    for block in blocks:
        places[block.start : block.end] = [_Place.QUOTED] * (block.end - block.start)
    start = 0
    answered: list[bool] = []
    for end, following in [(block.start, block.end) for block in blocks] + [(len(lines), len(lines))]:
        signature = _signature_start(lines, start, end)
        places[signature:end] = [_Place.SIGNATURE] * (end - signature)
        answered.append(any(line.strip() for line in lines[start:signature]))
        start = following
    several = sum(block.marked for block in blocks) > 1
    for block, below in zip(blocks, answered[1:], strict=True):
        if _keeps_marks(block, below, several):
            places[block.start + block.intro : block.end] = [_Place.TEXT] * (block.end - block.start - block.intro)
    if not any(line.strip() and place is _Place.TEXT for line, place in zip(lines, places, strict=True)):
        _keep_lone_quote(blocks, places)
    return places


def _keep_lone_quote(blocks: Sequence[_Block], places: list[_Place]) -> None:
    """A mail that is one quotation without announcement is what the writer wanted to say."""
    if len(blocks) == 1 and blocks[0].intro == 0:
        places[blocks[0].start : blocks[0].end] = [_Place.TEXT] * (blocks[0].end - blocks[0].start)


def split_reply(text: str) -> tuple[str, str, str]:
    """``(text, quoted, signature)`` of a readable text with ``\\n`` line ends; linear in its length."""
    lines = text.split("\n")
    places = _places(lines)
    return (
        _take(lines, places, _Place.TEXT),
        _take(lines, places, _Place.QUOTED),
        _take(lines, places, _Place.SIGNATURE),
    )


def _take(lines: Sequence[str], places: Sequence[_Place], wanted: _Place) -> str:
    """The wanted lines, with one blank line where others stood between them."""
    taken: list[str] = []
    for line, place in zip(lines, places, strict=True):
        if place is wanted:
            taken.append(line)
        elif taken and taken[-1].strip():
            taken.append("")
    return "\n".join(taken).strip("\n")
