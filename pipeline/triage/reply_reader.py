"""What a sentence of a reply does wrong, if anything: the learnt part of the rules on composure (P1, P2, P7, P8, P12).

The upper layers of the encoder, tuned on good and bad sentences of replies, and one linear head. The lower layers stay
as they were published, so the file is small. Nothing of a sentence is kept but its verdict, for as long as the process
lives, since most sentences of drafts come again.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from pipeline.config import ModelConfig
from pipeline.errors import ModelError
from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.fast_body import fast_body
from pipeline.triage.weights_file import SHIPPED, weights_folder

FAULTS = (
    "minimise", "doubt", "blame", "command", "sarcasm", "excuse", "policy_first", "hollow_apology", "dismissal",
    "overpromise", "liability", "shouting",
)  # fmt: skip
FINE = "fine"
LABELS = (FINE, *FAULTS)
WEIGHTS, CARD = "replies.safetensors", "replies.json"
READ_CHARACTERS = 1000
"""Of a longer sentence the rest is not read."""
REMEMBERED = 4096


class ReplyHead(nn.Module):
    """A copy of the encoder whose lower half and embeddings are shared and frozen, with a linear head."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        layers = encoder.model.encoder.layer
        shared = [encoder.model.embeddings, *layers[: encoder.depth // 2]]
        self.body = copy.deepcopy(encoder.model, {id(part): part for part in shared}).requires_grad_(True)
        for part in shared:
            part.requires_grad_(False)
        self.frozen = {name for name, weight in self.named_parameters() if not weight.requires_grad}
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(2 * encoder.width, len(LABELS))
        self.to(encoder.device)

    def tuned(self) -> dict[str, Tensor]:
        """What training changed."""
        buffers = {name for name, _ in self.named_buffers()}
        return {name: value for name, value in self.state_dict().items() if name not in self.frozen | buffers}

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Logits (n, labels) of token states (n, tokens, width): of their mean and their maximum."""
        real = mask.unsqueeze(2)
        mean = (states * real).sum(1) / mask.sum(1, keepdim=True)
        vectors = torch.cat([mean, states.masked_fill(~real, float("-inf")).amax(1)], dim=1)
        logits: Tensor = self.out(self.drop(vectors))
        return logits


@dataclass(slots=True)
class _Slot:
    """A sentence and, once it was read, what was found."""

    sentence: str
    verdict: Mapping[str, float] | None = None


class ReplyReader:
    """A trained `ReplyHead` as it is served; safe to share between threads."""

    def __init__(self, encoder: Encoder, head: ReplyHead) -> None:
        self._encoder = encoder
        self._head = head.eval().requires_grad_(False)
        fast = fast_body(head.body)
        self._states = fast.states if fast else self._plain_states
        self._slot = lru_cache(maxsize=REMEMBERED)(_Slot)

    def _plain_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = self._head.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state.float()
        return states

    def __call__(self, sentences: Sequence[str]) -> list[Mapping[str, float]]:
        """For each sentence the probability of each of `FAULTS`; what is missing to 1 is that it is fine."""
        slots = {sentence: self._slot(sentence) for sentence in sentences}
        unread = [slot for slot in slots.values() if slot.verdict is None]
        for slot, verdict in zip(unread, self._read([slot.sentence for slot in unread]), strict=True):
            slot.verdict = verdict
        return [slots[sentence].verdict or {} for sentence in sentences]

    def _read(self, sentences: Sequence[str]) -> list[Mapping[str, float]]:
        cut = [sentence[:READ_CHARACTERS].encode("utf-8", "replace").decode("utf-8") for sentence in sentences]
        windows = self._encoder.windows(cut)  # of what is longer than a window, the first one decides
        found: dict[int, Mapping[str, float]] = {}
        with torch.inference_mode():
            for batch in self._encoder.batches(windows):
                for window, scores in zip(batch, self._probabilities(batch), strict=True):
                    found.setdefault(window.owner, dict(zip(FAULTS, scores[1:], strict=True)))
        return [found[number] for number in range(len(sentences))]

    def _probabilities(self, batch: Sequence[Window]) -> list[list[float]]:
        ids, mask = self._encoder.collate(batch)
        found: list[list[float]] = self._head(self._states(ids, mask), mask).softmax(1).tolist()
        return found


def save_reply_head(folder: Path, head: ReplyHead, card: Mapping[str, Any]) -> None:
    """Write weights and card so that a reader never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in head.tuned().items()}
    for name, content in (
        (WEIGHTS, save(tensors, {"encoder": str(card["encoder"]["sha256"])})),
        (CARD, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()),
    ):
        temporary = folder / f"{name}.new"
        temporary.write_bytes(content)
        os.replace(temporary, folder / name)


def load_reply_reader(encoder: Encoder, folder: Path) -> ReplyReader | None:
    """The reader in a weights folder; None where there is none for this encoder, ModelError where it is broken."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        labels, sha256 = tuple(card["labels"]), card["encoder"]["sha256"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(folder / CARD, error) from error
    if sha256 != encoder.sha256:
        return None
    if labels != LABELS:
        raise _broken(folder / CARD, "made for other labels")
    head = ReplyHead(encoder)
    try:
        stored = {name: tensor.to(torch.float32) for name, tensor in load_file(folder / WEIGHTS).items()}
        if stored.keys() != head.tuned().keys():
            raise RuntimeError("other tensors than expected")
        head.load_state_dict(stored, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise _broken(folder / WEIGHTS, error) from error
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


def _broken(file: Path, error: object) -> ModelError:
    return ModelError(f"{file}: cannot be used: {error}", remedy="install again or train again with `calmdesk train`")
