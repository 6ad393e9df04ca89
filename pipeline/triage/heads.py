"""The tuned part of the model: a copy of the encoder's layers and the heads on it.

A message is one vector: the mean of its token states, and their maximum in each dimension so that one strong sentence
still counts. For urgency and flags the mean is that of a single window of a long mail, the one that makes the message
most urgent: over all of it, an emergency told in the last of ten paragraphs is thinned out to nothing. Mean and maximum
are sums over tokens, so each logit splits exactly into a share for each token.

Auxiliary heads (emotions, irony and the like) can be trained before and beside these, so that the layers learn from
more than the messages at hand; nothing that is served asks them.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pipeline.records import BOUNDARY_LABELS, FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.encoder import Encoder
from pipeline.triage.signals import FACTS
from pipeline.triage.volume import SURFACE_NAMES

INTENSITY_LABELS = ("0", "1", "2", "3")
NO_BOUNDARY = "none"
LABELS: Mapping[str, tuple[str, ...]] = {
    "urgency": URGENCY_LABELS,
    "tone": TONE_LABELS,
    "intensity": INTENSITY_LABELS,
    "flags": FLAG_LABELS,
    "boundary": (NO_BOUNDARY, *BOUNDARY_LABELS),
}
MANY = "flags"
"""The one head of which a message can have several labels."""
FOCUSED = ("urgency", "flags", "boundary")
"""What is asked of the most urgent window of a message without its manners; tone and intensity of all of it."""
_GRAVITY = torch.arange(len(URGENCY_LABELS) - 1, -1, -1, dtype=torch.float32)


@dataclass(frozen=True, slots=True)
class Summary:
    """Windows of a batch of messages: mean and maximum of their states (n, width), tokens (n,), message (n,)."""

    mean: Tensor
    top: Tensor
    tokens: Tensor
    owners: Tensor
    messages: int

    def whole(self) -> Tensor:
        """One vector (messages, 2 * width) for each message."""
        weights = self.tokens.unsqueeze(1)
        total = self.mean.new_zeros((self.messages, self.mean.shape[1])).index_add(0, self.owners, self.mean * weights)
        count = weights.new_zeros((self.messages, 1)).index_add(0, self.owners, weights)
        index = self.owners.unsqueeze(1).expand_as(self.top)
        top = torch.zeros_like(total).scatter_reduce(0, index, self.top, "amax", include_self=False)
        return torch.cat([total / count.clamp(min=1), top], dim=1)

    def by_window(self, whole: Tensor) -> Tensor:
        """One vector (n, 2 * width) for each window: its own mean beside the maximum over its message."""
        return torch.cat([self.mean, whole[self.owners, self.mean.shape[1] :]], dim=1)


def auxiliary_key(task: str) -> str:
    """The name of a task's head: a prefix, because a module cannot hold some names (type, half)."""
    return f"of_{task}"


class Heads(nn.Module):
    """A copy of the encoder, its token embeddings shared and frozen, with a linear head for each question."""

    def __init__(self, encoder: Encoder, auxiliary: Mapping[str, int] | None = None) -> None:
        super().__init__()
        frozen = getattr(encoder.model, "embeddings", None) or encoder.model.get_input_embeddings()
        self.body = copy.deepcopy(encoder.model, {id(frozen): frozen}).requires_grad_(True)
        frozen.requires_grad_(False)
        self.frozen = {name for name, weight in self.named_parameters() if not weight.requires_grad}
        width = 2 * encoder.width
        self.drop = nn.Dropout(0.2)
        self.urgency = nn.Linear(width + len(FACTS), len(URGENCY_LABELS))
        self.flags = nn.Linear(width + len(FACTS), len(FLAG_LABELS))
        self.tone = nn.Linear(width + len(SURFACE_NAMES), len(TONE_LABELS))
        self.intensity = nn.Linear(width + len(SURFACE_NAMES), len(INTENSITY_LABELS))
        self.boundary = nn.Linear(width + len(FACTS), len(LABELS["boundary"]))
        self.auxiliary = nn.ModuleDict(
            {auxiliary_key(task): nn.Linear(width, count) for task, count in (auxiliary or {}).items()}
        )
        self.to(encoder.device)

    def tuned(self) -> dict[str, Tensor]:
        """What training changed: all weights but the shared embeddings."""
        buffers = {name for name, _ in self.named_buffers()}
        return {name: value for name, value in self.state_dict().items() if name not in self.frozen | buffers}

    def load_tuned(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over what `tuned` gave; RuntimeError where names or shapes differ."""
        expected = self.tuned().keys()
        if expected != tensors.keys():
            raise RuntimeError(f"other tensors than expected: {sorted(expected ^ tensors.keys())[:3]} ...")
        self.load_state_dict(tensors, strict=False)

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token states (n, tokens, width) in single precision, after the last layer."""
        states: Tensor = self.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state.float()
        return states

    def summary(self, states: Tensor, mask: Tensor, owners: Tensor, messages: int) -> Summary:
        real = mask.unsqueeze(2)
        tokens = mask.sum(1).float()
        mean = (states * real).sum(1) / tokens.unsqueeze(1)
        return Summary(mean, states.masked_fill(~real, float("-inf")).amax(1), tokens, owners, messages)

    def of_feeling(self, vectors: Tensor, surface: Tensor) -> dict[str, Tensor]:
        """Logits of tone and intensity (messages, labels); they hear the volume but not the signals."""
        heard = torch.cat([self.drop(vectors), surface], dim=1)
        return {"tone": self.tone(heard), "intensity": self.intensity(heard)}

    def of_matter(self, vectors: Tensor, facts: Tensor) -> dict[str, Tensor]:
        """Logits of urgency, flags and boundary (messages, labels); they hear the signals but not the volume."""
        heard = torch.cat([self.drop(vectors), facts], dim=1)
        return {"urgency": self.urgency(heard), "flags": self.flags(heard), "boundary": self.boundary(heard)}

    def focus(self, summary: Summary, facts: Tensor) -> tuple[Tensor, Tensor]:
        """For each message its gravest window (messages,) and the vector (messages, 2 * width) of that."""
        vectors = summary.by_window(summary.whole())
        with torch.no_grad():
            logits = self.urgency(torch.cat([vectors, facts[summary.owners]], dim=1))
            grave = torch.softmax(logits, dim=1) @ _GRAVITY.to(logits.device)
            rows = torch.arange(summary.messages, device=logits.device).unsqueeze(1)
            chosen = grave.where(summary.owners == rows, -1.0).argmax(1)
        return chosen, vectors[chosen]
