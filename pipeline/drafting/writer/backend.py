"""What writes: one method, and a fake of it for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation with the model."""

    role: Literal["system", "user"]
    content: str


class Backend(Protocol):
    """A language model. It is given no tools and keeps nothing between two calls."""

    def complete(self, turns: Sequence[Turn]) -> str:
        """The text that follows ``turns``; WriterSilent where there is none."""
        ...


class ScriptedModel:
    """A model that answers as ``script`` says; ``asked`` keeps every conversation."""

    def __init__(self, script: Callable[[Sequence[Turn]], str]) -> None:
        self._script = script
        self.asked: list[tuple[Turn, ...]] = []

    def complete(self, turns: Sequence[Turn]) -> str:
        self.asked.append(tuple(turns))
        return self._script(turns)
