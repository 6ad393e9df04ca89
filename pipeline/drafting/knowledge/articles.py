"""Articles: Markdown files with optional front matter, cut into passages by heading.

A plain file is enough. Front matter, between two lines ``---`` at the top, may hold

    id           what drafts name as their source; default: the file's name without .md
    title        default: the first heading, else the file's name
    tags         customers' words for what the article calls otherwise; default: none
    valid_from   2026-01-31: not used before this day; default: always was
    valid_until  2026-12-31: not used after this day; default: always will be
    audience     "customers" (default), or "internal": never searched and never in a draft
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.errors import ConfigError


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = Field(default=None, min_length=1)
    title: str | None = Field(default=None, min_length=1)
    tags: tuple[str, ...] = ()
    valid_from: date = date.min
    valid_until: date = date.max
    audience: Literal["customers", "internal"] = "customers"

    @model_validator(mode="after")
    def _in_order(self) -> _FrontMatter:
        if self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from")
        return self


@dataclass(frozen=True, slots=True)
class Passage:
    """One section of an article; ``text`` is verbatim Markdown without the heading."""

    article: str
    title: str
    heading: str
    text: str
    tags: tuple[str, ...] = ()
    valid_from: date = date.min
    valid_until: date = date.max
    internal: bool = False

    @property
    def searchable(self) -> str:
        return " ".join((self.title, self.heading, *self.tags, self.text))

    @property
    def label(self) -> str:
        return self.heading or self.title

    def usable_on(self, day: date) -> bool:
        """Whether a draft of ``day`` may rest on it."""
        return not self.internal and self.valid_from <= day <= self.valid_until


_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*\S)[ \t#]*$", re.MULTILINE)
_FENCE = re.compile(r"---[ \t]*")


def _split_front_matter(text: str, file: Path) -> tuple[_FrontMatter, str]:
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return _FrontMatter(), text
    end = next((i for i, line in enumerate(lines[1:], 1) if _FENCE.fullmatch(line)), None)
    if end is None:
        raise ConfigError(f"{file}: front matter opened with --- is never closed")
    return _front_matter("\n".join(lines[1:end]), file), "\n".join(lines[end + 1 :])


def _front_matter(head: str, file: Path) -> _FrontMatter:
    try:
        return _FrontMatter.model_validate(yaml.safe_load(head) or {})
    except (yaml.YAMLError, ValueError) as error:  # ValueError also where YAML meets a day like 2026-02-30
        if not isinstance(error, ValidationError):
            raise ConfigError(f"{file}: front matter is not valid YAML") from None
        fault = error.errors()[0]
        key = ".".join(str(part) for part in fault["loc"]) or "valid_until"
        raise ConfigError(f"{file}: front matter: {key}: {fault['msg']}") from None


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """(heading, text) in order; the text before the first heading comes with an empty heading."""
    headings = list(_HEADING.finditer(body))
    yield "", body[: headings[0].start()] if headings else body
    for heading, following in zip_longest(headings, headings[1:]):
        yield heading[2], body[heading.end() : following.start() if following else len(body)]


def read_article(file: Path) -> tuple[Passage, ...]:
    """The passages of one Markdown file; ConfigError naming the file where it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    front, body = _split_front_matter(text, file)
    first = _HEADING.search(body)
    title = front.title or (first[2] if first else file.stem)
    return tuple(
        Passage(
            article=front.id or file.stem,
            title=title,
            heading="" if heading == title else heading,
            text=content.strip(),
            tags=front.tags,
            valid_from=front.valid_from,
            valid_until=front.valid_until,
            internal=front.audience == "internal",
        )
        for heading, content in _sections(body)
        if content.strip()
    )


Articles = Mapping[Path, tuple[Passage, ...]]
"""The passages of each file."""


def read_articles(files: Iterable[Path], before: Articles) -> tuple[dict[Path, tuple[Passage, ...]], list[ConfigError]]:
    """Every file's passages, and the faults.

    A file that cannot be used keeps what ``before`` has of it; of two files with one id the first by name is kept.
    """
    read: dict[Path, tuple[Passage, ...]] = {}
    faults: list[ConfigError] = []
    owner: dict[str, Path] = {}
    for file in files:
        try:
            passages = read_article(file)
        except ConfigError as error:
            faults.append(error)
            passages = before.get(file, ())
        article = passages[0].article if passages else file.stem
        first = owner.setdefault(article, file)
        if first == file:
            read[file] = passages
        else:
            faults.append(ConfigError(f"{file}: id {article!r} is that of {first} already"))
    return read, faults
