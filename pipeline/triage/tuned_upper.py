"""A copy of the encoder whose upper layers are tuned for a task of their own, and its file.

The embeddings and lower layers are shared with the published encoder and frozen, so what training changed is small.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from pipeline.errors import ModelError
from pipeline.triage.encoder import Encoder
from pipeline.triage.fast_body import fast_body

States = Callable[[Tensor, Tensor], Tensor]
"""Token ids and mask (n, tokens) to states (n, tokens, width) in single precision."""


class TunedUpper(nn.Module):
    """``body`` is the encoder with its upper half to be tuned; subclasses add what stands on its states."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        layers = encoder.model.encoder.layer
        shared = [encoder.model.embeddings, *layers[: encoder.depth // 2]]
        self.body = copy.deepcopy(encoder.model, {id(part): part for part in shared}).requires_grad_(True)
        for part in shared:
            part.requires_grad_(False)
        self.frozen = {name for name, weight in self.named_parameters() if not weight.requires_grad}

    def tuned(self) -> dict[str, Tensor]:
        """What training changed."""
        buffers = {name for name, _ in self.named_buffers()}
        return {name: value for name, value in self.state_dict().items() if name not in self.frozen | buffers}

    def served(self) -> States:
        """Its states as they are served, in the fast way where there is one; later training does not reach them."""
        self.eval().requires_grad_(False)
        fast = fast_body(self.body)
        return fast.states if fast else self._plain_states

    def _plain_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = self.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state.float()
        return states


def save_tuned(weights: Path, card_file: Path, tuned: TunedUpper, card: Mapping[str, Any]) -> None:
    """Write weights (half precision) and card, of one folder, so that a reader never sees half of one."""
    weights.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in tuned.tuned().items()}
    for file, content in (
        (weights, save(tensors, {"encoder": str(card["encoder"]["sha256"])})),
        (card_file, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode()),
    ):
        temporary = file.with_name(f"{file.name}.new")
        temporary.write_bytes(content)
        os.replace(temporary, file)


def load_tuned(tuned: TunedUpper, file: Path) -> None:
    """Give ``tuned`` the weights of ``file``; ModelError where it is missing, broken or of another shape."""
    try:
        stored = {name: tensor.to(torch.float32) for name, tensor in load_file(file).items()}
        if stored.keys() != tuned.tuned().keys():
            raise RuntimeError("other tensors than expected")
        tuned.load_state_dict(stored, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise broken(file, error) from error


def broken(file: Path, error: object) -> ModelError:
    return ModelError(f"{file}: cannot be used: {error}", remedy="install again or train again with `calmdesk train`")
