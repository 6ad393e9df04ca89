"""The rules of ``signals.yaml``: read, checked, compiled, applied.

The shipped file says what the form is. A file of the same name in the configuration folder lays over it: what it does
not name stays as shipped. The signals of ``SAFETY`` can be added to there, never taken from: neither by fewer patterns
nor by more manners of speaking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from pipeline.errors import ConfigError
from pipeline.resources import default_folder
from pipeline.triage.patterns import at_borders, expand, expand_blocks
from pipeline.triage.plain import SOFT_HYPHEN, blank, lowered, plain
from pipeline.yaml_file import read_yaml, validate

FILE = "signals.yaml"
SIGNALS = (
    "deadline",
    "money",
    "security",
    "outage",
    "repeat_contact",
    "legal_threat",
    "asks_for_manager",
    "churn_risk",
    "public_threat",
    "data_loss",
    "personal_loss",
    "safety",
    "physical_harm",
    "vulnerable",
    "self_harm",
    "injury",
    "hazard",
    "standstill",
    "danger",
    "threat",
    "insult",
)
"""Every signal there is. The order is that of the model's inputs."""
SAFETY = ("self_harm", "danger", "threat", "injury", "hazard")
"""Signals on which a person's life may hang: a file can add to them and never empty them."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule that fired on the characters ``start`` to ``end``. ``name`` is a flag, a boundary or an override."""

    name: str
    start: int
    end: int


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignalConfig(_Strict):
    """One signal: it fires where a pattern matches; the examples are tried whenever the file is read."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


class SignalsConfig(_Strict):
    """The whole file; a block or a list left out is the shipped one."""

    words: dict[str, tuple[str, ...]] = {}
    figurative: tuple[str, ...] | None = None
    signals: dict[str, SignalConfig] = {}

    @field_validator("words")
    @classmethod
    def _no_empty_block(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for name, alternatives in value.items():
            if not re.fullmatch("[a-z_]+", name):
                raise ValueError(f"{name!r} must be of the letters a to z and _")
            if not alternatives:
                raise ValueError(f"{name!r} has no words")
        return value

    @field_validator("signals")
    @classmethod
    def _known_and_safe(cls, value: dict[str, SignalConfig]) -> dict[str, SignalConfig]:
        for name, signal in value.items():
            if name not in SIGNALS:
                raise ValueError(f"unknown signal {name!r}; the signals are {', '.join(SIGNALS)}")
            if name in SAFETY and not signal.patterns:
                raise ValueError(f"{name!r} guards people and cannot be switched off")
        return value


@dataclass(frozen=True, slots=True)
class SignalRules:
    """Compiled rules. ``words`` are the named blocks as regular expressions.

    ``figurative`` is what an installation reads as a manner of speaking, ``shipped_figurative`` what ``SAFETY`` does.
    """

    words: Mapping[str, str]
    figurative: re.Pattern[str]
    shipped_figurative: re.Pattern[str]
    patterns: Mapping[str, re.Pattern[str]]

    def literal(self, text: str) -> str:
        """`plain` text in small letters, manners of speaking ("this app is killing me") blanked out; offsets hold."""
        return self.figurative.sub(blank, lowered(plain(text)))

    def find(self, text: str) -> tuple[Signal, ...]:
        """Every rule that fires on ``text``, by place. Any text is accepted."""
        places = [place for place, letter in enumerate(text) if letter != SOFT_HYPHEN]
        found = [
            Signal(name, places[match.start()], places[match.end() - 1] + 1)
            for name, match in self._matches(self.patterns, text)
        ]
        return tuple(sorted(found, key=lambda signal: (signal.start, signal.name)))

    def fired(self, names: Iterable[str], text: str) -> frozenset[str]:
        """Those of the signals ``names`` that stand anywhere in ``text``."""
        ordinary, guarded = self._readings(text)
        return frozenset(name for name in names if self.patterns[name].search(guarded if name in SAFETY else ordinary))

    def fires(self, name: str, text: str) -> bool:
        """Whether the signal ``name`` stands anywhere in ``text``."""
        return bool(self.fired((name,), text))

    def count(self, name: str, text: str) -> int:
        """How often the signal ``name`` stands in ``text``."""
        return sum(1 for _ in self._matches((name,), text))

    def _matches(self, names: Iterable[str], text: str) -> Iterator[tuple[str, re.Match[str]]]:
        ordinary, guarded = self._readings(text)
        for name in names:
            for match in self.patterns[name].finditer(guarded if name in SAFETY else ordinary):
                yield name, match

    def _readings(self, text: str) -> tuple[str, str]:
        """``text`` without soft hyphens as the ordinary signals read it, and as those of ``SAFETY`` do."""
        seen = text.replace(SOFT_HYPHEN, "")
        ordinary = self.literal(seen)
        if self.figurative == self.shipped_figurative:
            return ordinary, ordinary
        return ordinary, self.shipped_figurative.sub(blank, lowered(plain(seen)))


@cache
def shipped_config() -> SignalsConfig:
    return validate(SignalsConfig, read_yaml(_shipped_file()), _shipped_file())


@cache
def shipped_rules() -> SignalRules:
    """The rules the product comes with, by which the model's inputs were made."""
    return _compiled(shipped_config(), _shipped_file())


def load_rules(folder: Path) -> SignalRules:
    """The rules of a configuration folder, the shipped ones where it has none; ConfigError names file and fault."""
    file = folder / FILE
    if not file.exists() or file.samefile(_shipped_file()):
        return shipped_rules()
    return _compiled(validate(SignalsConfig, read_yaml(file), file), file)


def _shipped_file() -> Path:
    return default_folder("config") / FILE


def _compiled(own: SignalsConfig, file: Path) -> SignalRules:
    """``own`` laid over what is shipped. The patterns of ``SAFETY`` that are shipped stay, with the shipped words."""
    shipped = shipped_config()
    try:
        words = expand_blocks({**shipped.words, **own.words})
        kept = expand_blocks(shipped.words)
        figurative = shipped.figurative if own.figurative is None else own.figurative
        expressions = {
            name: _expressions(name, own.signals.get(name) or shipped.signals[name], words) for name in SIGNALS
        }
        if own is not shipped:
            for name in SAFETY:
                added = expressions[name]
                expressions[name] = list(dict.fromkeys([*_expressions(name, shipped.signals[name], kept), *added]))
        rules = SignalRules(
            words,
            _figurative(figurative, words),
            _figurative(shipped.figurative, kept),
            {name: at_borders(alternatives) for name, alternatives in expressions.items()},
        )
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from None
    for fault in _failing(own, rules):
        raise ConfigError(f"{file}: {fault}", remedy="mend the pattern, the example or the list `figurative`")
    return rules


def _figurative(patterns: Iterable[str] | None, words: Mapping[str, str]) -> re.Pattern[str]:
    return at_borders(expand(pattern, words, "figurative") for pattern in patterns or ())


def _expressions(name: str, signal: SignalConfig, words: Mapping[str, str]) -> list[str]:
    return [expand(pattern, words, f"signals.{name}") for pattern in signal.patterns]


def _failing(own: SignalsConfig, rules: SignalRules) -> Iterator[str]:
    """What the examples of the file, and the shipped ones of ``SAFETY``, find amiss; an empty signal has none."""
    shipped = shipped_config().signals
    for name, signal in {**{name: shipped[name] for name in SAFETY}, **own.signals}.items():
        must = (*signal.examples, *(shipped[name].examples if name in SAFETY else ())) if signal.patterns else ()
        for text in must:
            if not rules.fires(name, text):
                yield f"signals.{name}: does not fire on its example {text!r}"
        for text in signal.counterexamples:
            if rules.fires(name, text):
                yield f"signals.{name}: fires on its counterexample {text!r}"
