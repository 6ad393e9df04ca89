"""The forward of a BERT encoder on a CPU, for serving: the same sums as transformers', with less around them.

The weights are laid out once as oneDNN multiplies them (query, key and value as one matrix, the activation within the
product), which also spares single-precision products the detour over another library. The code that is made for a shape
takes half a megabyte, so products come in few shapes. Keys are padded to a whole number of vector registers, as the
last, broken register of each row would cost softmax more than all the others.

What is not such an encoder is read with its own forward (`fast_body` gives None).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertModel

LENGTHS = 8
FEW_ROWS = 32
MANY_ROWS = 128
"""Texts are padded to a multiple of `LENGTHS` tokens, and what is multiplied to a multiple of so many rows, where there
are few of them and where there are many."""
KEYS = 32
"""The lanes of the widest register: 64 bytes of bfloat16."""
TEXTS, SHORT = 8, 64
"""So many texts of at most `SHORT` tokens attend at once: what passes between the two products stays in the cache."""


@dataclass(frozen=True, slots=True)
class _Linear:
    weight: Tensor
    bias: Tensor
    activation: str

    @classmethod
    def of(cls, *layers: nn.Linear, activation: str = "none") -> _Linear:
        """One product for all of ``layers``, beside each other."""
        weight = torch.cat([layer.weight.detach() for layer in layers])
        bias = torch.cat([layer.bias.detach() for layer in layers])
        return cls(torch.ops.mkldnn._reorder_linear_weight(weight, None), bias, activation)

    def __call__(self, states: Tensor) -> Tensor:
        found: Tensor = torch.ops.mkldnn._linear_pointwise(states, self.weight, self.bias, self.activation, [], "none")
        return found


@dataclass(frozen=True, slots=True)
class _Layer:
    queries_keys_values: _Linear
    attended: _Linear
    attended_norm: nn.LayerNorm
    wide: _Linear
    narrow: _Linear
    narrow_norm: nn.LayerNorm

    @classmethod
    def of(cls, layer: Any) -> _Layer:
        attention, output = layer.attention.self, layer.attention.output
        return cls(
            _Linear.of(attention.query, attention.key, attention.value),
            _Linear.of(output.dense),
            output.LayerNorm,
            _Linear.of(layer.intermediate.dense, activation="gelu"),
            _Linear.of(layer.output.dense),
            layer.output.LayerNorm,
        )

    def __call__(self, states: Tensor, shape: tuple[int, int], heads: int, unread: Tensor) -> Tensor:
        """``states`` (rows, width) are the tokens of the ``shape`` (texts, tokens), and then rows of no meaning."""
        mixed = _attention(self.queries_keys_values(states)[: shape[0] * shape[1]].view(*shape, -1), heads, unread)
        mixed = F.pad(mixed, (0, 0, 0, len(states) - len(mixed)))
        states = self.attended_norm(self.attended(mixed).add_(states))
        found: Tensor = self.narrow_norm(self.narrow(self.wide(states)).add_(states))
        return found


class FastBody:
    """A copy of the layers of a BERT encoder; `states` is its forward. Later changes of the encoder do not reach it."""

    def __init__(self, body: BertModel) -> None:
        self._embeddings: Any = body.embeddings
        self._heads: int = body.config.num_attention_heads
        self._layers = [_Layer.of(layer) for layer in body.encoder.layer]

    def states(self, ids: Tensor, mask: Tensor, depth: int | None = None) -> Tensor:
        """Token states (n, tokens, width) in single precision after ``depth`` layers, by default all of them."""
        count, tokens = ids.shape
        ids, mask = F.pad(ids, (0, -tokens % LENGTHS)), F.pad(mask, (0, -tokens % LENGTHS))
        states = self._embeddings(input_ids=ids).flatten(0, 1)
        states = F.pad(states, (0, 0, 0, padded_rows(len(states)) - len(states)))
        keys = F.pad(mask, (0, -mask.shape[1] % KEYS))
        unread = torch.zeros(keys.shape, dtype=states.dtype).masked_fill_(~keys, float("-inf"))[:, None, None, :]
        for layer in self._layers[:depth]:
            states = layer(states, (count, mask.shape[1]), self._heads, unread)
        return states[: mask.numel()].view(*mask.shape, -1)[:, :tokens].float()


def padded_rows(rows: int) -> int:
    """To how many rows products are padded, so that they come in few shapes."""
    step = FEW_ROWS if rows <= 8 * FEW_ROWS else MANY_ROWS
    return rows + -rows % step


def _attention(joint: Tensor, heads: int, unread: Tensor) -> Tensor:
    """Of (n, tokens, 3 * width) the mixed values (n * tokens, width); ``unread`` (n, 1, 1, keys) is added to what the
    keys score, of which there are at least as many as tokens."""
    count, tokens, width, keys = *joint.shape[:2], joint.shape[2] // 3, unread.shape[-1]
    joint = F.pad(joint, (0, 0, 0, keys - tokens)).view(count, keys, 3, heads, width // heads)
    mixed = torch.empty(count, tokens, heads, width // heads, dtype=joint.dtype)
    together = min(TEXTS, max(1, TEXTS * SHORT // keys))
    sizes = [together] * (count // together) + [1] * (count % together)
    for part, found, hidden in zip(*(torch.split(each, sizes) for each in (joint, mixed, unread)), strict=True):
        queries, others, values = part.permute(2, 0, 3, 1, 4).flatten(1, 2)
        scores = torch.bmm(queries.mul_((width // heads) ** -0.5), others.transpose(1, 2))
        scores = scores.view(len(part), heads, keys, keys).add_(hidden).softmax(-1)
        each = torch.bmm(scores.flatten(0, 1), values).view(len(part), heads, keys, -1)
        found.copy_(each[:, :, :tokens].transpose(1, 2))
    return mixed.view(count * tokens, width)


def fast_body(body: nn.Module) -> FastBody | None:
    """The fast form of ``body`` where it is a BERT encoder on a CPU that oneDNN serves, else None."""
    if not isinstance(body, BertModel) or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return None
    config, weight = body.config, body.embeddings.word_embeddings.weight
    if config.hidden_act != "gelu" or config.is_decoder or config.add_cross_attention or weight.device.type != "cpu":
        return None
    if weight.dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return None
    return FastBody(body) if weight.dtype in (torch.float32, torch.bfloat16) else None
