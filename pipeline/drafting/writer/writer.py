"""Asks the model for one draft, and takes it only where no rule is broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from pipeline.drafting.writer.backend import Backend, Turn
from pipeline.drafting.writer.brief import Brief, fenced_json
from pipeline.drafting.writer.prompts import AGAIN, SYSTEM, Prompts
from pipeline.drafting.writer.prose import Prose, read_prose
from pipeline.errors import AnswerRefused, WriterSilent
from pipeline.records import CheckResult, CheckStatus, Draft, WrittenBy

log = structlog.get_logger(__name__)

TRIES = 2
REST_SECONDS = 60.0
"""How long a model that gave no answer is not asked again: otherwise every mail of the queue would wait for it."""
SILENT = "writer_silent"
"""What `Draft.dropped` holds where there was no answer."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why an answer was not taken, as the model is told; ``words`` are its own."""

    rule: str
    message: str
    words: str


class Writer:
    """A backend with its prompts. Safe to share between threads if the backend is."""

    def __init__(
        self, backend: Backend, prompts: Prompts | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._backend = backend
        self._prompts = prompts or Prompts()
        self._clock = clock
        self._rests_until = float("-inf")

    def write(self, message_id: str, composed: Draft, brief: Brief, build: Callable[[Prose], Draft]) -> Draft:
        """The written draft, or ``composed`` with the broken rules in ``dropped``; never raises for the model's sake.

        ``build`` makes a checked draft of the prose. A warning that ``composed`` carries as well is nothing against it.
        """
        faults: list[_Fault] = []
        for _ in range(TRIES):
            try:
                draft = build(self._ask(brief, faults))
            except AnswerRefused as error:
                faults = [_Fault(error.rule, error.message, error.words)]
                continue
            except WriterSilent as error:
                log.warning("writer gave no answer", message=message_id, kind=brief.kind.value, reason=error.message)
                return replace(composed, dropped=(SILENT,))
            faults = _new_faults(draft, composed)
            if not faults:
                return replace(draft, writer=WrittenBy.WRITTEN)
        dropped = tuple(dict.fromkeys(fault.rule for fault in faults))
        log.info("written draft dropped", message=message_id, kind=brief.kind.value, rules=dropped)
        return replace(composed, dropped=dropped)

    def _ask(self, brief: Brief, faults: list[_Fault]) -> Prose:
        if self._clock() < self._rests_until:
            raise WriterSilent("it gave no answer a moment ago and is left to rest")
        system = self._prompts.render(SYSTEM, firm=brief.firm)
        task = self._prompts.render(brief.kind, data=brief.as_data(), concerns=len(brief.restated))
        if faults:
            refused = [{"rule": fault.rule, "why": fault.message, "your_words": fault.words} for fault in faults]
            task = f"{task}\n\n{self._prompts.render(AGAIN, data=fenced_json(refused))}"
        try:
            answer = self._backend.complete((Turn("system", system), Turn("user", task)))
        except WriterSilent:
            self._rests_until = self._clock() + REST_SECONDS
            raise
        return read_prose(answer, brief, system)


def _new_faults(draft: Draft, composed: Draft) -> list[_Fault]:
    known = {(check.name, check.message) for check in composed.checks if check.status is CheckStatus.WARN}
    return [
        _Fault(check.name, check.message, _words(draft, check))
        for check in draft.checks
        if check.status is CheckStatus.BLOCK
        or (check.status is CheckStatus.WARN and (check.name, check.message) not in known)
    ]


def _words(draft: Draft, check: CheckResult) -> str:
    return draft.body[check.start : check.end] if check.start is not None else ""
