"""What a sentence of a reply does: the learnt part of the rules on drafts.

Two questions, each with a linear head on the same layers: which fault it has, if any (P1, P2, P7, P8, P10), and which
speech acts it performs (P9, P12, P13).

The upper layers of the encoder are tuned for them, the lower ones stay as they were published, so the file is small.
Verdicts are remembered by sentence for as long as the process lives, since most sentences of drafts come again.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.config import ModelConfig
from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.language import ENGLISH, detect
from pipeline.triage.tuned_upper import TunedUpper, broken, load_tuned, save_tuned
from pipeline.triage.weights_folder import SHIPPED, weights_folder

FAULTS = (
    "minimise", "doubt", "blame", "command", "sarcasm", "excuse", "policy_first", "hollow_apology", "dismissal",
    "overpromise", "liability", "shouting",
)  # fmt: skip
FINE = "fine"
LABELS = (FINE, *FAULTS)
ACTS = ("done", "promise", "ask", "fault")
"""It claims that something was done, commits to something, asks for something, takes responsibility."""
HEADS: Mapping[str, int] = {"faults": len(LABELS), "acts": len(ACTS)}
WEIGHTS, CARD = "replies.safetensors", "replies.json"
READ_CHARACTERS = 1000
"""Of a longer sentence the rest is not read."""
REMEMBERED = 4096


class ReplyHead(TunedUpper):
    """The tuned layers with a linear head a question."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.drop = nn.Dropout(0.2)
        self.width = 2 * encoder.width
        self.out = nn.ModuleDict({name: nn.Linear(self.width, size) for name, size in HEADS.items()})
        self.to(encoder.device)

    def vectors(self, states: Tensor, mask: Tensor) -> Tensor:
        """Of token states (n, tokens, width) their mean beside their maximum (n, 2 * width)."""
        real = mask.unsqueeze(2)
        mean = (states * real).sum(1) / mask.sum(1, keepdim=True)
        return torch.cat([mean, states.masked_fill(~real, float("-inf")).amax(1)], dim=1)

    def forward(self, name: str, vectors: Tensor) -> Tensor:
        """Logits (n, labels) of the head ``name``."""
        logits: Tensor = self.out[name](self.drop(vectors))
        return logits


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one sentence the probability of each of `FAULTS` (what is missing to 1: it is fine) and of each of `ACTS`."""

    faults: Mapping[str, float]
    acts: Mapping[str, float]


_NOTHING = Heard(dict.fromkeys(FAULTS, 0.0), dict.fromkeys(ACTS, 0.0))


class ReplyReader:
    """A trained `ReplyHead` as it is served; safe to share between threads."""

    def __init__(self, encoder: Encoder, head: ReplyHead) -> None:
        self._encoder = encoder
        self._head = head
        self._states = head.served()
        self._heard: OrderedDict[str, Heard] = OrderedDict()
        self._lock = Lock()

    def hear(self, sentences: Sequence[str]) -> list[Heard]:
        """What each sentence of one text does; nothing where the text is not in English, which alone was learnt."""
        if detect(" ".join(sentences)) != ENGLISH:
            return [_NOTHING] * len(sentences)
        with self._lock:
            found = {sentence: self._heard[sentence] for sentence in sentences if sentence in self._heard}
        unread = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
        found.update(zip(unread, self._hear(unread), strict=True))
        with self._lock:
            self._heard.update(found)
            while len(self._heard) > REMEMBERED:
                self._heard.popitem(last=False)
        return [found[sentence] for sentence in sentences]

    def _hear(self, sentences: Sequence[str]) -> list[Heard]:
        if not sentences:
            return []
        vectors = self._vectors([_readable(sentence) for sentence in sentences])
        with torch.inference_mode():
            faults = self._head("faults", vectors).softmax(1)[:, 1:].tolist()
            acts = self._head("acts", vectors).sigmoid().tolist()
        return [
            Heard(dict(zip(FAULTS, of_faults, strict=True)), dict(zip(ACTS, of_acts, strict=True)))
            for of_faults, of_acts in zip(faults, acts, strict=True)
        ]

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        """One vector (n, 2 * width) a text; of what is longer than a window, the first one decides."""
        firsts: dict[int, Window] = {}
        for window in self._encoder.windows(texts):
            firsts.setdefault(window.owner, window)
        found = torch.zeros((len(texts), self._head.width), device=self._encoder.device)
        with torch.inference_mode():
            for batch in self._encoder.batches(firsts.values()):
                ids, mask = self._encoder.collate(batch)
                found[[window.owner for window in batch]] = self._head.vectors(self._states(ids, mask), mask)
        return found


def _readable(sentence: str) -> str:
    """Cut, and without the halves of characters that no UTF-8 can hold."""
    return sentence[:READ_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def save_reply_head(folder: Path, head: ReplyHead, card: Mapping[str, Any]) -> None:
    """Write weights and card so that a reader never sees half of one."""
    save_tuned(folder / WEIGHTS, folder / CARD, head, card)


def load_reply_reader(encoder: Encoder, folder: Path) -> ReplyReader | None:
    """The reader in a weights folder; None where there is none for this encoder, ModelError where it is broken."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        labels, sha256 = tuple(card["labels"]), card["encoder"]["sha256"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise broken(folder / CARD, error) from error
    if sha256 != encoder.sha256:
        return None
    if labels != LABELS:
        raise broken(folder / CARD, "made for other labels")
    head = ReplyHead(encoder)
    load_tuned(head, folder / WEIGHTS)
    return ReplyReader(encoder, head)


_shared: dict[tuple[str, str], ReplyReader | None] = {}
_loading = Lock()


def shared_reply_reader(model: ModelConfig, encoder: Encoder | None = None) -> ReplyReader | None:
    """The one reader of this process for ``model``, loaded at the first call, on ``encoder`` where that is at hand."""
    key = (model.encoder, model.weights)
    with _loading:
        if key not in _shared:
            encoder = encoder or Encoder.load(model.encoder)
            own = load_reply_reader(encoder, weights_folder(model.weights))
            _shared[key] = own or load_reply_reader(encoder, SHIPPED)
        return _shared[key]
