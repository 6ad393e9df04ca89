"""The learnt part of finding concerns: a logistic score for each sentence of a mail.

It hears the mean state of the sentence's tokens half way up the encoder as it was published, where the whole mail has
been seen but the meaning is not yet pressed into one vector, and the clues of the rules. The tuned layers serve worse:
they have learnt to see each message as a whole. It lives in ``concerns.safetensors`` beside the weights; where it is
missing, because they were trained without concerns, the rules decide alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pipeline.errors import ModelError
from pipeline.triage.concerns import CLUES, Mail, clues
from pipeline.triage.encoder import Encoder, Window

FILE = "concerns.safetensors"
READ_CHARACTERS = 12_000
"""Of a longer mail the rest is judged by the clues alone."""


@dataclass(frozen=True, slots=True)
class ConcernHead:
    """Weights over states (width,) and clues; ``mean`` is the mean training state, ``threshold`` a logit."""

    mean: NDArray[np.float32]
    states: NDArray[np.float32]
    clues: NDArray[np.float32]
    bias: float
    threshold: float

    def margins(self, encoder: Encoder, mails: Sequence[Mail]) -> list[NDArray[np.float32]]:
        """For each mail how far each sentence stands above (or, negative, below) the threshold."""
        found = sentence_states(encoder, mails, self.mean)
        return [self.of(vectors, clues(mail)) for vectors, mail in zip(found, mails, strict=True)]

    def of(self, states: NDArray[np.float32], heard: NDArray[np.float32]) -> NDArray[np.float32]:
        """The margins (sentences,) of states (sentences, width) and clues (sentences, CLUES)."""
        found: NDArray[np.float32] = (states - self.mean) @ self.states + heard @ self.clues
        return found + np.float32(self.bias - self.threshold)


def sentence_states(
    encoder: Encoder, mails: Sequence[Mail], unread: NDArray[np.float32] | None = None
) -> list[NDArray[np.float32]]:
    """The mean state (sentences, width) of each sentence's tokens half way up, read in the whole mail.

    A sentence without tokens that were read has the state ``unread``, else zeros.
    """
    totals = [np.zeros((len(mail.sentences), encoder.width), np.float32) for mail in mails]
    counts = [np.zeros((len(mail.sentences), 1), np.float32) for mail in mails]
    windows = encoder.windows([mail.text[:READ_CHARACTERS] for mail in mails])
    with torch.inference_mode():
        for batch in encoder.batches(windows):
            states, _ = encoder.states(batch, encoder.depth // 2)
            array = states.cpu().numpy()
            for row, window in enumerate(batch):
                tokens, owners = sentence_of_tokens(window, mails[window.owner])
                np.add.at(totals[window.owner], owners, array[row, tokens])
                np.add.at(counts[window.owner], owners, 1)
    missing = np.zeros(encoder.width, np.float32) if unread is None else unread
    return [
        np.where(count > 0, total / np.maximum(count, 1), missing) for total, count in zip(totals, counts, strict=True)
    ]


def sentence_of_tokens(window: Window, mail: Mail) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The tokens of a window that stand in a sentence, and the number of that sentence."""
    spans = np.array(window.spans)
    starts = np.array([sentence.start for sentence in mail.sentences] or [0])
    ends = np.array([sentence.end for sentence in mail.sentences] or [0])
    owners = np.maximum(np.searchsorted(starts, spans[:, 0], side="right") - 1, 0)
    inside = (spans[:, 1] > spans[:, 0]) & (spans[:, 0] >= starts[owners]) & (spans[:, 0] < ends[owners])
    tokens = np.flatnonzero(inside)
    return tokens, owners[tokens]


def save_head(folder: Path, head: ConcernHead | None, encoder: Encoder) -> None:
    """Write ``head`` to a weights folder, or take away one that stands there, so that a reader never sees half."""
    if head is None:
        (folder / FILE).unlink(missing_ok=True)
        return
    arrays = {
        "mean": head.mean,
        "states": head.states,
        "clues": head.clues,
        "bias": np.array([head.bias, head.threshold], np.float32),
    }
    temporary = folder / f"{FILE}.new"
    temporary.write_bytes(save(arrays, {"encoder": encoder.sha256}))
    os.replace(temporary, folder / FILE)


def load_head(folder: Path, encoder: Encoder) -> ConcernHead | None:
    """The head in a weights folder; None where there is none for this encoder, ModelError where it is broken."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        with safe_open(file, framework="np") as stored:
            if (stored.metadata() or {}).get("encoder") != encoder.sha256:
                return None
            arrays = {name: stored.get_tensor(name) for name in ("mean", "states", "clues", "bias")}
    except (OSError, SafetensorError, ValueError) as error:
        raise ModelError(f"{file}: cannot be loaded: {error}", remedy="install again or train again") from error
    shapes = {name: array.shape for name, array in arrays.items()}
    if shapes != {"mean": (encoder.width,), "states": (encoder.width,), "clues": (len(CLUES),), "bias": (2,)}:
        raise ModelError(f"{file}: made for another version: {shapes}", remedy="train again")
    bias, threshold = arrays.pop("bias").tolist()
    return ConcernHead(bias=bias, threshold=threshold, **arrays)
