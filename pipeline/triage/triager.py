"""Triage of messages: model, rules and thresholds together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.config import ModelConfig, Thresholds
from pipeline.records import Concern, Evidence, Message, Triage
from pipeline.triage.boundary import escalation
from pipeline.triage.calm import joined
from pipeline.triage.concern_head import ConcernHead, load_head
from pipeline.triage.concerns import Mail, find_concerns
from pipeline.triage.decide import Decision, decide
from pipeline.triage.evidence import Question, find_evidence
from pipeline.triage.heads import Reader, Reading
from pipeline.triage.language import READ, detect
from pipeline.triage.signals import Signal, find_signals
from pipeline.triage.stake import find_stake
from pipeline.triage.weights_file import load_reader, weights_folder

_UNHURT = ("positive", "neutral")


@dataclass(frozen=True, slots=True)
class _Decided:
    """A message on its way: read and decided, evidence still missing."""

    message: Message
    language: str
    reading: Reading
    signals: tuple[Signal, ...]
    decision: Decision


class Triager:
    """Reads messages. Thread-safe after loading: nothing is kept from one call to the next."""

    def __init__(self, reader: Reader, concern_head: ConcernHead | None = None) -> None:
        self._reader = reader
        self._concern_head = concern_head

    @classmethod
    def load(cls, model: ModelConfig) -> Triager:
        """Load encoder and weights as configured; ModelError, with a remedy, where they do not fit or are missing."""
        if model.threads:
            torch.set_num_threads(model.threads)
        detect("warm the language model up, so that its absence is found now")
        reader = load_reader(model.encoder, model.weights)
        return cls(reader, load_head(weights_folder(model.weights), reader.encoder))

    def triage(self, messages: Sequence[Message], thresholds: Callable[[str | None], Thresholds]) -> list[Triage]:
        """Triage a batch; the order is kept. ``thresholds`` gives those of a mailbox. Any text is accepted."""
        messages = [_readable(message) for message in messages]
        readings = self._reader.read([joined(message.subject, message.text) for message in messages])
        decided = [
            _decided(message, reading, thresholds(message.mailbox))
            for message, reading in zip(messages, readings, strict=True)
        ]
        questions = [
            Question(
                one.message.subject,
                one.message.text,
                one.reading,
                (("urgency", one.decision.urgency.label), ("tone", one.decision.tone.label)),
            )
            for one in decided
        ]
        evidence = find_evidence(questions, self._reader.read)
        concerns = self._concerns(decided)
        return [_finished(*parts) for parts in zip(decided, evidence, concerns, strict=True)]

    def _concerns(self, decided: Sequence[_Decided]) -> list[tuple[Concern, ...]]:
        """The concerns of each message; the head, which was trained on English, is asked about nothing else."""
        read = [number for number, one in enumerate(decided) if self._concern_head and one.language == READ]
        mails = [Mail.of(decided[number].message.subject, decided[number].message.text) for number in read]
        margins = self._concern_head.margins(self._reader.encoder, mails) if self._concern_head else []
        by_number = dict(zip(read, margins, strict=True))
        return [
            find_concerns(one.message.text, asks="no_ask" not in one.decision.flags, margins=by_number.get(number))
            for number, one in enumerate(decided)
        ]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, (n, width), for retrieval."""
        return self._reader.encoder.embed([_without_surrogates(text) for text in texts])


def _without_surrogates(text: str) -> str:
    """Lone surrogates, which no UTF-8 can hold, as question marks; the length stays."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def _readable(message: Message) -> Message:
    return Message(message.id, _without_surrogates(message.subject), _without_surrogates(message.text), message.mailbox)


def _decided(message: Message, reading: Reading, thresholds: Thresholds) -> _Decided:
    whole = joined(message.subject, message.text)
    signals = find_signals(whole)
    language = detect(whole)
    return _Decided(
        message,
        language,
        reading,
        signals,
        decide(reading.scores, thresholds, text=whole, signals=signals, language=language),
    )


def _finished(one: _Decided, evidence: tuple[Evidence, ...], concerns: tuple[Concern, ...]) -> Triage:
    decision, text = one.decision, one.message.text
    readable = one.language == READ
    vent = "no_ask" in decision.flags
    unhurt = decision.urgency.label == "low" and (vent or decision.tone.label in _UNHURT)
    return Triage(
        id=one.message.id,
        language=one.language,
        urgency=decision.urgency,
        tone=decision.tone,
        intensity=decision.intensity,
        flags=decision.flags,
        abstain=decision.abstain,
        reasons=decision.reasons,
        evidence=evidence,
        concerns=concerns,
        stake="" if unhurt or not readable else find_stake(text, one.signals),
        escalate=escalation(one.signals, decision.tone, decision.intensity),
    )
