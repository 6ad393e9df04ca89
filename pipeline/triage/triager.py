"""Triage of messages: model, rules and thresholds together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from pipeline.config import ModelConfig, Thresholds
from pipeline.records import Concern, Evidence, Message, Triage
from pipeline.triage.all_signals import all_signals
from pipeline.triage.boundary import escalation
from pipeline.triage.concern_head import ConcernHead, load_head
from pipeline.triage.concerns import Mail, find_concerns
from pipeline.triage.decide import Decision, decide
from pipeline.triage.evidence import Question, find_evidence
from pipeline.triage.language import ENGLISH, detect
from pipeline.triage.reader import Reader, Reading
from pipeline.triage.reply_reader import ReplyReader, shared_reply_reader
from pipeline.triage.search_encoder import SearchEncoder, load_search
from pipeline.triage.signal_rules import Signal, SignalRules, shipped_rules
from pipeline.triage.stake import find_stake
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_reader
from pipeline.triage.weights_folder import SHIPPED, weights_folder

_UNHURT = ("positive", "neutral")


@dataclass(frozen=True, slots=True)
class _Decided:
    """A message on its way: read and decided, evidence still missing."""

    message: Message
    language: str
    reading: Reading
    signals: tuple[Signal, ...]
    decision: Decision
    readable: bool
    """Whether the model reads the language."""


class Triager:
    """Reads messages. Thread-safe after loading: nothing is kept from one call to the next."""

    def __init__(
        self,
        reader: Reader,
        rules: SignalRules | None = None,
        languages: Sequence[str] = (ENGLISH,),
        concern_head: ConcernHead | None = None,
    ) -> None:
        self._reader = reader
        self._concern_head = concern_head
        self._languages = tuple(languages)
        self.rules = rules or shipped_rules()

    @classmethod
    def load(cls, model: ModelConfig, rules: SignalRules | None = None) -> Triager:
        """Load encoder and weights as configured; ModelError, with a remedy, where they do not fit or are missing.

        ``rules`` are those of the installation (`signal_rules.load_rules`), by default the shipped ones.
        """
        if model.threads:
            torch.set_num_threads(model.threads)
        detect("warm the language model up, so that its absence is found now")
        reader = load_reader(model.encoder, model.weights)
        head = load_head(weights_folder(model.weights), reader.encoder)
        return cls(reader, rules, model.languages, head)

    def triage(self, messages: Sequence[Message], thresholds: Callable[[str | None], Thresholds]) -> list[Triage]:
        """Triage a batch; the order is kept. ``thresholds`` gives those of a mailbox. Any text is accepted."""
        messages = [_readable(message) for message in messages]
        readings = self._reader.read([joined(message.subject, message.text) for message in messages], shares=True)
        decided = [
            _decided(message, reading, thresholds(message.mailbox), self.rules, self._languages)
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
        concerns = [_concerns(*both) for both in zip(decided, self._margins(decided), strict=True)]
        return [_finished(*parts, self.rules) for parts in zip(decided, evidence, concerns, strict=True)]

    def _margins(self, decided: Sequence[_Decided]) -> list[NDArray[np.float32] | None]:
        """How far each sentence of each message stands above the threshold of a concern; None where rules decide."""
        if self._concern_head is None:
            return [None] * len(decided)
        mails = [Mail.of(one.message.subject, one.message.text) for one in decided]
        return list(self._concern_head.margins(self._reader.encoder, mails))

    def reply_reader(self, model: ModelConfig) -> ReplyReader | None:
        """What reads sentences of replies with the same encoder; None where nothing was trained for it."""
        return shared_reply_reader(model, self._reader.encoder)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, (n, width), from the published encoder."""
        return self._reader.encoder.embed(texts)

    def search_encoder(self, model: ModelConfig) -> SearchEncoder | None:
        """What embeds for the knowledge base on the same encoder; None where nothing was trained for it."""
        encoder = self._reader.encoder
        return load_search(encoder, weights_folder(model.weights)) or load_search(encoder, SHIPPED)


def _without_surrogates(text: str) -> str:
    """Lone surrogates, which no UTF-8 can hold, as question marks; the length stays."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def _readable(message: Message) -> Message:
    return replace(message, subject=_without_surrogates(message.subject), text=_without_surrogates(message.text))


def _decided(
    message: Message, reading: Reading, thresholds: Thresholds, rules: SignalRules, languages: Sequence[str]
) -> _Decided:
    whole = joined(message.subject, message.text)
    signals = all_signals(rules, whole)
    language = detect(whole)
    return _Decided(
        message,
        language,
        reading,
        signals,
        decide(
            reading.scores,
            thresholds,
            text=whole,
            signals=signals,
            language=language,
            unanswered=message.unanswered,
            languages=languages,
        ),
        language in languages,
    )


def _concerns(one: _Decided, margins: NDArray[np.float32] | None) -> tuple[Concern, ...]:
    """The concerns of a message; in another language than the head was trained on the rules alone decide. What is
    urgent is looked through whatever the flag says."""
    asks = "no_ask" not in one.decision.flags or one.decision.urgency.label in ("critical", "high")
    return find_concerns(one.message.text, asks=asks, margins=margins if one.readable else None)


def _finished(
    one: _Decided, evidence: tuple[Evidence, ...], concerns: tuple[Concern, ...], rules: SignalRules
) -> Triage:
    decision, text = one.decision, one.message.text
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
        stake="" if unhurt or not one.readable else find_stake(text, one.signals, rules),
        escalate=escalation(decision.crossed, decision.tone, decision.intensity),
    )
