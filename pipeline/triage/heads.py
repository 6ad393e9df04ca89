"""The tuned part of the model: the upper encoder layers and four linear heads, and what they say of a text.

A message is one vector: the mean of its token states, and their maximum in each dimension so that one strong sentence
still counts. For urgency and flags the mean is that of a single window of a long mail, the one that makes the message
most urgent: over all of it, an emergency told in the last of ten paragraphs is thinned out to nothing. Mean and maximum
are sums over tokens, so each logit splits exactly into a share for each token.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.records import FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.triage.calm import SURFACE_NAMES, calm, extras
from pipeline.triage.encoder import Encoder, Window, batches, run_layers
from pipeline.triage.signals import FACTS

INTENSITY_LABELS = ("0", "1", "2", "3")
LABELS: Mapping[str, tuple[str, ...]] = {
    "urgency": URGENCY_LABELS,
    "tone": TONE_LABELS,
    "intensity": INTENSITY_LABELS,
    "flags": FLAG_LABELS,
}

FOCUSED = ("urgency", "flags")
"""What is asked of the most urgent window of a long mail; tone and intensity are asked of the whole."""


class Heads(nn.Module):
    """Copies of the upper ``tuned`` layers of an encoder and a linear head for each question."""

    def __init__(self, encoder: Encoder, tuned: int) -> None:
        super().__init__()
        self.split = len(encoder.layers) - tuned
        self.layers = nn.ModuleList(copy.deepcopy(layer) for layer in encoder.layers[self.split :])
        self.layers.requires_grad_(True)
        width = 2 * encoder.width
        self.drop = nn.Dropout(0.3)
        self.urgency = nn.Linear(width + len(FACTS), len(URGENCY_LABELS))
        self.flags = nn.Linear(width + len(FACTS), len(FLAG_LABELS))
        self.tone = nn.Linear(width + len(SURFACE_NAMES), len(TONE_LABELS))
        self.intensity = nn.Linear(width + len(SURFACE_NAMES), len(INTENSITY_LABELS))

    def pool(self, states: Tensor, mask: Tensor, owners: Tensor, count: int) -> Tensor:
        """Message vectors (count, 2 * width) from token states of windows (n, tokens, width)."""
        flat = states[mask]
        owner = owners.repeat_interleave(mask.sum(1))
        tokens = torch.zeros((count, 1)).index_add_(0, owner, torch.ones((len(flat), 1)))
        mean = torch.zeros((count, flat.shape[1])).index_add_(0, owner, flat) / tokens.clamp(min=1)
        index = owner.unsqueeze(1).expand_as(flat)
        top = torch.zeros_like(mean).scatter_reduce(0, index, flat, "amax", include_self=False)
        return torch.cat([mean, top], dim=1)

    def logits(self, vectors: Tensor, extra: Tensor) -> dict[str, Tensor]:
        """Urgency and flags hear the signals but not the volume, tone and intensity the volume but not the signals."""
        vectors = self.drop(vectors)
        volume, signals = extra[:, : len(SURFACE_NAMES)], extra[:, len(SURFACE_NAMES) :]
        loud, factual = torch.cat([vectors, volume], dim=1), torch.cat([vectors, signals], dim=1)
        return {
            "urgency": self.urgency(factual),
            "tone": self.tone(loud),
            "intensity": self.intensity(loud),
            "flags": self.flags(factual),
        }

    def by_window(self, states: Tensor, mask: Tensor, owners: Tensor, vectors: Tensor) -> Tensor:
        """Vectors (n, 2 * width): the mean of each window beside the maximum over its whole message."""
        means = self.pool(states, mask, torch.arange(len(owners)), len(owners))[:, : states.shape[2]]
        return torch.cat([means, vectors[owners, states.shape[2] :]], dim=1)

    def forward(self, lower: Tensor, mask: Tensor, owners: Tensor, extra: Tensor) -> dict[str, Tensor]:
        """Logits (messages, labels) of each head from the states of the frozen layers below."""
        states = run_layers(self.layers, lower, mask)
        return self.logits(self.pool(states, mask, owners, len(extra)), extra)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one text: a calibrated probability for each label of each head.

    ``shares[i]`` holds, for token i with the character span ``spans[i]``, how much it gives to the logit of each
    urgency label and then each tone label.
    """

    scores: Mapping[str, Mapping[str, float]]
    spans: tuple[tuple[int, int], ...]
    shares: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A temperature for each head, by which its logits are divided (Guo et al. 2017)."""

    temperature: Mapping[str, float]

    def probabilities(self, logits: Mapping[str, Tensor]) -> dict[str, Tensor]:
        scaled = {name: logits[name] / self.temperature[name] for name in LABELS}
        return {
            name: torch.sigmoid(values) if name == "flags" else torch.softmax(values, dim=-1)
            for name, values in scaled.items()
        }


UNCALIBRATED = Calibration(dict.fromkeys(LABELS, 1.0))


class Reader:
    """An encoder with its heads: the whole model as it is served."""

    def __init__(self, encoder: Encoder, heads: Heads, calibration: Calibration = UNCALIBRATED) -> None:
        self.encoder = encoder
        self.heads = heads.eval()
        self.calibration = calibration

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts in batches sorted by length; the order of ``texts`` is kept."""
        readings: dict[int, Reading] = {}
        with torch.inference_mode():
            for batch in batches(self.encoder.windows([calm(text) for text in texts])):
                owners = list(dict.fromkeys(window.owner for window in batch))
                readings.update(zip(owners, self._read(batch, [texts[owner] for owner in owners]), strict=True))
        return [readings[owner] for owner in range(len(texts))]

    def _read(self, windows: list[Window], texts: list[str]) -> list[Reading]:
        heads = self.heads
        place = {owner: row for row, owner in enumerate(dict.fromkeys(window.owner for window in windows))}
        owners = torch.tensor([place[window.owner] for window in windows])
        lower, mask = self.encoder.lower(windows, heads.split)
        states = run_layers(heads.layers, lower, mask)
        vectors = heads.pool(states, mask, owners, len(texts))
        extra = torch.tensor([extras(text) for text in texts])
        by_window = heads.by_window(states, mask, owners, vectors)
        chosen = self._most_urgent(heads.logits(by_window, extra[owners])["urgency"], owners)
        focused, whole = heads.logits(by_window[chosen], extra), heads.logits(vectors, extra)
        scores = self.calibration.probabilities(whole | {name: focused[name] for name in FOCUSED})
        readings = []
        for row in range(len(texts)):
            mine = owners == row
            tokens = states[mine][mask[mine]]
            focus = (torch.arange(len(windows)) == chosen[row])[mine].repeat_interleave(mask[mine].sum(1))
            spans = tuple(span for window in windows if place[window.owner] == row for span in window.spans)
            named = {
                name: dict(zip(labels, scores[name][row].tolist(), strict=True)) for name, labels in LABELS.items()
            }
            readings.append(Reading(named, spans, self._shares(tokens, focus, vectors[row])))
        return readings

    def _most_urgent(self, logits: Tensor, owners: Tensor) -> list[int]:
        """For each message the window with the gravest expectation, from the urgency ``logits`` of every window."""
        gravity = torch.arange(len(URGENCY_LABELS) - 1, -1, -1, dtype=torch.float32)
        expected = torch.softmax(logits / self.calibration.temperature["urgency"], dim=1) @ gravity
        return [int(expected.where(owners == row, -1.0).argmax()) for row in range(int(owners.max()) + 1)]

    def _shares(self, tokens: Tensor, focus: Tensor, vector: Tensor) -> NDArray[np.float32]:
        """Split the urgency and tone logits over ``tokens`` (t, width): (t, 12), exact but for bias and extras.

        ``focus`` (t,) says which tokens the mean of urgency is taken over; that of tone is over all.
        """
        width = tokens.shape[1]
        urgency, tone = (head.weight[:, : 2 * width] for head in (self.heads.urgency, self.heads.tone))
        winners = (tokens == vector[width:]).float()
        winners = winners / winners.sum(0, keepdim=True).clamp(min=1)
        focused = tokens * (focus / focus.sum()).unsqueeze(1)
        mean = torch.cat([focused @ urgency[:, :width].T, tokens @ tone[:, :width].T / len(tokens)], dim=1)
        shares = mean + (tokens * winners) @ torch.cat([urgency, tone])[:, width:].T
        array: NDArray[np.float32] = shares.numpy()
        return array
