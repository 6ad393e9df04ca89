"""Fit layers and heads: first on the auxiliary tasks alone, then on the messages with some auxiliary rows beside them.

AdamW; the learning rate falls from the upper layers to the lower ones (Howard and Ruder 2018), warms up and then falls
to zero. Rare labels weigh more. Urgency is ordered, so its smoothing goes to the neighbours alone. Deterministic for a
seed on one machine; on a GPU where there is one; in bfloat16 where that is native.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from pipeline.learning.calibration import UNKNOWN
from pipeline.learning.rows import AuxiliaryRow, MessageRow, Targets, in_batches, pieces
from pipeline.triage.encoder import Encoder, best_dtype
from pipeline.triage.heads import LABELS, Heads, auxiliary_key

Progress = Callable[[str], None]
TOLD_EVERY = 200
"""Steps between two lines of progress within an epoch."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Rates are those of the top layer and of the heads; ``decay`` is what each layer below keeps."""

    epochs: int = 5
    auxiliary_epochs: int = 3
    layer_rate: float = 2e-4
    auxiliary_layer_rate: float = 2e-4
    head_rate: float = 1e-3
    decay: float = 0.9
    batch: int = 16
    auxiliary_batch: int = 48
    batch_tokens: int = 4096
    replay: int = 1200
    """Of each auxiliary task so many rows are repeated in every epoch on the messages."""
    seed: int = 7
    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "urgency": 1.0,
            "tone": 1.0,
            "intensity": 0.3,
            "flags": 2.0,
            "boundary": 0.5,
            "auxiliary": 0.5,
        }
    )
    frozen: bool = False
    """Train the heads alone."""


@dataclass(frozen=True, slots=True)
class Material:
    """What to train on; ``auxiliary`` holds the rows of each task."""

    messages: Sequence[MessageRow]
    auxiliary: Mapping[str, Sequence[AuxiliaryRow]]


FLAG_RECALL_WEIGHT = 2.0
"""A missed flag costs as much as this many false ones."""
SMOOTHING = 0.06


def fit(
    heads: Heads, encoder: Encoder, material: Material, recipe: Recipe, progress: Progress,
    after_epoch: Callable[[int], None] = lambda epoch: None,
) -> None:  # fmt: skip
    """Train ``heads`` in place; ``after_epoch`` is called with its number after each epoch on the messages."""
    torch.manual_seed(recipe.seed)
    generator = random.Random(recipe.seed)
    heads.requires_grad_(True)
    for name, weight in heads.named_parameters():
        if name in heads.frozen or (recipe.frozen and name.startswith("body.")):
            weight.requires_grad_(False)
    if material.auxiliary and recipe.auxiliary_epochs and not recipe.frozen:
        plans = [_plan([], material.auxiliary, recipe, generator) for _ in range(recipe.auxiliary_epochs)]
        _run(
            heads, encoder, plans, {}, recipe, recipe.auxiliary_layer_rate, "auxiliary epoch", progress, lambda _: None
        )
    if material.messages:
        some = {name: rows for name, rows in material.auxiliary.items() if recipe.replay and not recipe.frozen}
        plans = []
        for _ in range(recipe.epochs):
            replay = {name: generator.sample(list(rows), min(len(rows), recipe.replay)) for name, rows in some.items()}
            plans.append(_plan(material.messages, replay, recipe, generator))
        weights = class_weights(Targets.of([row.example for row in material.messages]))
        _run(heads, encoder, plans, weights, recipe, recipe.layer_rate, "epoch", progress, after_epoch)
    heads.eval().requires_grad_(False)


_Batch = list[MessageRow] | list[AuxiliaryRow]


def _plan(
    messages: Sequence[MessageRow], auxiliary: Mapping[str, Sequence[AuxiliaryRow]], recipe: Recipe,
    generator: random.Random,
) -> list[_Batch]:  # fmt: skip
    plan: list[_Batch] = list(in_batches(messages, recipe.batch_tokens, recipe.batch, generator))
    for rows in auxiliary.values():
        plan += in_batches(rows, 2 * recipe.batch_tokens, recipe.auxiliary_batch, generator)
    generator.shuffle(plan)
    return plan


def _run(
    heads: Heads, encoder: Encoder, plans: list[list[_Batch]], weights: Mapping[str, Tensor], recipe: Recipe,
    rate: float, name: str, progress: Progress, after_epoch: Callable[[int], None],
) -> None:  # fmt: skip
    optimizer = torch.optim.AdamW(_groups(heads, encoder.depth, rate, recipe), weight_decay=0.01, fused=True)
    steps = sum(map(len, plans))
    warm = max(steps // 12, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(steps - step, 0) / max(steps - warm, 1))
    )
    trained = [weight for weight in heads.parameters() if weight.requires_grad]
    generator, start, done = random.Random(recipe.seed + 1), time.monotonic(), 0
    for epoch, plan in enumerate(plans, start=1):
        heads.train()
        total = 0.0
        for step, batch in enumerate(plan, start=1):
            loss = _loss(heads, encoder, batch, weights, recipe, generator)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            done += 1
            if step % TOLD_EVERY == 0:
                left = (time.monotonic() - start) / done * (steps - done)
                progress(f"{name} {epoch} of {len(plans)}: {step} of {len(plan)} steps, about {left / 60:.0f} min left")
        progress(f"{name} {epoch} of {len(plans)}: loss {total / max(len(plan), 1):.3f}")
        heads.eval()
        after_epoch(epoch)


def _groups(heads: Heads, depth: int, rate: float, recipe: Recipe) -> list[dict[str, object]]:
    """The trained parameters with their rates: the number in a parameter's name is its layer."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, weight in heads.named_parameters():
        if not weight.requires_grad:
            continue
        layer = next((int(part) for part in name.split(".") if part.isdecimal()), depth - 1)
        own = rate * recipe.decay ** (depth - 1 - layer) if name.startswith("body.") else recipe.head_rate
        groups.setdefault(own, []).append(weight)
    return [{"params": weights, "lr": own} for own, weights in groups.items()]


def class_weights(targets: Targets) -> dict[str, Tensor]:
    """The inverse square root of each label's share, with a mean of one over the rows."""
    found = {}
    for name in ("urgency", "tone", "intensity", "boundary"):
        labels = getattr(targets, name)
        labels = labels[labels != UNKNOWN]
        if not len(labels):
            continue
        weight = torch.bincount(labels, minlength=len(LABELS[name])).float().clamp(min=1).rsqrt()
        found[name] = weight / weight[labels].mean()
    return found


def _loss(
    heads: Heads, encoder: Encoder, batch: _Batch, weights: Mapping[str, Tensor], recipe: Recipe,
    generator: random.Random,
) -> Tensor:  # fmt: skip
    messages = [row for row in batch if isinstance(row, MessageRow)]
    if messages:
        return message_loss(message_logits(heads, encoder, messages, generator), messages, weights, recipe)
    rows = [row for row in batch if isinstance(row, AuxiliaryRow)]
    return recipe.weights["auxiliary"] * _auxiliary_loss(heads, encoder, rows)


def message_logits(
    heads: Heads, encoder: Encoder, rows: Sequence[MessageRow], generator: random.Random | None = None
) -> dict[str, Tensor]:
    """Logits of the four heads (rows, labels), read as they are served.

    In training (``generator`` given) each batch is run once: a coin decides whether it is read as it was written, for
    all heads, or without its manners, for urgency and flags alone, so that both versions are learnt at one's price.
    """
    device = encoder.device
    heard = torch.tensor([row.facts for row in rows], device=device)
    found: dict[str, Tensor] = {}
    versions = ("loud", "calm") if generator is None else (generator.choice(("loud", "loud", "calm")),)
    for version in versions:
        owned = list(pieces(rows, version))
        ids, mask = encoder.collate([window for _, window in owned])
        with torch.autocast(device.type, torch.bfloat16, enabled=best_dtype(device) == torch.bfloat16):
            states = heads.states(ids, mask)
        owners = torch.tensor([owner for owner, _ in owned], device=device)
        summary = heads.summary(states, mask, owners, len(rows))
        if version == "loud":
            volume = torch.tensor([row.surface for row in rows], device=device)
            found.update(heads.of_feeling(summary.whole(), volume))
        if version == "calm" or generator is not None:
            found.update(heads.of_matter(heads.focus(summary, heard)[1], heard))
    return found


def message_loss(
    logits: Mapping[str, Tensor], rows: Sequence[MessageRow], weights: Mapping[str, Tensor], recipe: Recipe
) -> Tensor:
    targets = Targets.of([row.example for row in rows])
    device = logits["urgency"].device
    total = recipe.weights["flags"] * nn.functional.binary_cross_entropy_with_logits(
        logits["flags"], targets.flags.to(device), pos_weight=torch.tensor(FLAG_RECALL_WEIGHT, device=device)
    )
    for name in ("urgency", "tone", "intensity", "boundary"):
        known = getattr(targets, name) != UNKNOWN
        if name in logits and known.any():
            labels = getattr(targets, name)[known]
            wanted = _ordered(labels, len(LABELS[name])) if name == "urgency" else _smoothed(labels, len(LABELS[name]))
            cost = -(wanted.to(device) * torch.log_softmax(logits[name][known.to(device)], dim=1)).sum(1)
            total = total + recipe.weights[name] * (cost * weights[name][labels].to(device)).mean()
    return total


def _smoothed(labels: Tensor, count: int) -> Tensor:
    return nn.functional.one_hot(labels, count) * (1 - SMOOTHING) + SMOOTHING / count


def _ordered(labels: Tensor, count: int) -> Tensor:
    """The smoothing goes to the labels next to the right one."""
    places = torch.arange(count)
    near = ((places[None, :] - labels[:, None]).abs() == 1).float()
    return nn.functional.one_hot(labels, count) * (1 - SMOOTHING) + near / near.sum(1, keepdim=True) * SMOOTHING


def auxiliary_logits(heads: Heads, encoder: Encoder, rows: Sequence[AuxiliaryRow]) -> Tensor:
    """Logits (rows, labels) of the head of the rows' task."""
    device = encoder.device
    ids, mask = encoder.collate([row.window for row in rows])
    with torch.autocast(device.type, torch.bfloat16, enabled=best_dtype(device) == torch.bfloat16):
        states = heads.states(ids, mask)
    summary = heads.summary(states, mask, torch.arange(len(rows), device=device), len(rows))
    logits: Tensor = heads.auxiliary[auxiliary_key(rows[0].task)](heads.drop(summary.whole()))
    return logits


def _auxiliary_loss(heads: Heads, encoder: Encoder, rows: Sequence[AuxiliaryRow]) -> Tensor:
    logits = auxiliary_logits(heads, encoder, rows)
    targets = torch.stack([row.target for row in rows]).to(logits.device)
    if targets.dim() == 1:
        return nn.functional.cross_entropy(logits, targets)
    return logits.shape[1] / 4 * nn.functional.binary_cross_entropy_with_logits(logits, targets)
