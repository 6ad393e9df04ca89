"""Train the search of the knowledge base: the upper layers of the encoder and what each likeness counts, together.

A batch is one firm: all its questions against all its passages and "none of them". The loss is the surprise at the
right passages (conditional logit), on the very features the index compares by. The score that a passage must reach is
set on firms left out, a fold at a time, and the scores in the card are those of these.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.config import ModelConfig
from pipeline.drafting.knowledge.index import FEATURES, MIDDLE, WEIGHTS
from pipeline.errors import RecordError
from pipeline.learning.fit import Progress
from pipeline.learning.search_firms import QUESTIONS, Firm, firm_folders, read_firm
from pipeline.learning.search_measure import Compared, Found, measured, middle_of, ranked, surprise
from pipeline.triage.encoder import Encoder, Window, best_dtype, file_sha256
from pipeline.triage.search_encoder import save_search
from pipeline.triage.tuned_upper import TunedUpper

FOLDS = 4


@dataclass(frozen=True, slots=True)
class SearchRecipe:
    """How to train; rates are those of the layers and of the weights, ``pull`` the L2 on the weights, whose features
    are much alike and would else take turns."""

    epochs: int = 5
    layer_rate: float = 2e-4
    weight_rate: float = 0.05
    pull: float = 0.002
    seed: int = 7


class SearchHead(TunedUpper):
    """The tuned layers with ``numbers``: the weight of each of `FEATURES`, then the score of none."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(encoder)
        self.encoder = encoder
        self.numbers = torch.tensor([*WEIGHTS, MIDDLE], device=encoder.device).requires_grad_(True)

    def embed(self, texts: Sequence[str]) -> Tensor:
        """(texts, width), each of length 1; of what is longer than a window the first one decides."""
        windows: dict[int, Window] = {}
        for window in self.encoder.windows(texts):
            windows.setdefault(window.owner, window)
        batches = list(self.encoder.batches(windows.values()))
        places = torch.tensor([window.owner for batch in batches for window in batch], device=self.encoder.device)
        return torch.cat([self._vectors(batch) for batch in batches])[places.argsort()]

    def _vectors(self, batch: Sequence[Window]) -> Tensor:
        ids, mask = self.encoder.collate(batch)
        device = self.encoder.device
        with torch.autocast(device.type, torch.bfloat16, enabled=best_dtype(device) == torch.bfloat16):
            states = self.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        real = mask.unsqueeze(2)
        return F.normalize((states.float() * real).sum(1) / real.sum(1), dim=1)

    def features(self, firm: Firm) -> Tensor:
        """(questions, passages, `FEATURES`), as `Index.features` has them."""
        vectors = self.embed([*firm.texts, *firm.questions])
        near = vectors[len(firm.texts) :] @ vectors[: len(firm.texts)].T
        ends = [*firm.first[1:], len(firm.texts)]
        lines = [near[:, start + 2 : end].amax(1) for start, end in zip(firm.first, ends, strict=True)]
        wholes = torch.tensor(firm.first, device=near.device)
        words = torch.tensor(firm.words, dtype=near.dtype, device=near.device)
        return torch.stack([near[:, wholes], torch.stack(lines, 1), near[:, wholes + 1], words], 2)

    def judged(self, firm: Firm) -> list[Found]:
        """The questions of ``firm``, their scores told above that of none."""
        with torch.no_grad():
            compared = Compared(self.features(firm).double().cpu().numpy(), firm.right, firm.articles)
        weights = self.numbers.detach().double().cpu().numpy()
        return ranked(compared, weights[:-1], float(weights[-1]))


def train_search(
    paths: Sequence[Path], out: Path, *, model: ModelConfig, progress: Progress, recipe: SearchRecipe | None = None
) -> dict[str, Any]:
    """Train on the firms in the folders ``paths``, write to the folder ``out`` and return the card.

    ConfigError or RecordError names the file of what cannot be read; ModelError where the encoder cannot be loaded.
    """
    recipe = recipe or SearchRecipe()
    if model.threads:
        torch.set_num_threads(model.threads)
    folders = firm_folders(paths)
    firms = [read_firm(folder, folder / QUESTIONS) for folder in folders]
    encoder = Encoder.load(model.encoder, torch.float32)
    found = left_out(encoder, firms, recipe, progress)
    if len({one.answerable for one in found}) < 2:
        raise RecordError("too few questions to measure with", remedy="give some that an article answers, and others")
    above = middle_of(found)
    head = fit_search(encoder, firms, recipe, _named(progress, "all firms"))
    *weights, none = head.numbers.tolist()
    card: dict[str, Any] = {
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "weights": {name: round(weight, 4) for name, weight in zip(FEATURES, weights, strict=True)},
        "middle": round(none + above, 4),
        "scores": {"firms left out": measured(found, above)},
        "data": [{"firm": folder.name, "sha256": file_sha256(folder / QUESTIONS)} for folder in folders],
        "recipe": asdict(recipe),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    save_search(out, head, card)
    return card


def left_out(encoder: Encoder, firms: Sequence[Firm], recipe: SearchRecipe, progress: Progress) -> list[Found]:
    """The questions of every firm, judged by what was trained without it; RecordError where there are too few firms."""
    if len(firms) < FOLDS:
        raise RecordError(f"{len(firms)} firms, but {FOLDS} are needed", remedy="add firms with articles and questions")
    order = random.Random(recipe.seed).sample(firms, len(firms))
    found = []
    for fold in range(FOLDS):
        others = [firm for place, firm in enumerate(order) if place % FOLDS != fold]
        head = fit_search(encoder, others, recipe, _named(progress, f"fold {fold + 1} of {FOLDS}"))
        found += [one for firm in order[fold::FOLDS] for one in head.judged(firm)]
    return found


def _named(progress: Progress, name: str) -> Progress:
    return lambda line: progress(f"{name}: {line}")


def fit_search(encoder: Encoder, firms: Sequence[Firm], recipe: SearchRecipe, progress: Progress) -> SearchHead:
    """A head trained on ``firms``; the same firms and seed give the same weights on one machine."""
    generator = random.Random(recipe.seed)
    head = SearchHead(encoder).train()
    tuned = [weight for weight in head.body.parameters() if weight.requires_grad]
    groups = [
        {"params": tuned, "lr": recipe.layer_rate},
        {"params": [head.numbers], "lr": recipe.weight_rate, "weight_decay": 0.0},
    ]
    steps = recipe.epochs * len(firms)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    warm = max(steps // 10, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, 1.0) * (1 - step / max(steps, 1))
    )
    start = time.monotonic()
    for epoch in range(1, recipe.epochs + 1):
        lost = []
        for firm in generator.sample(firms, len(firms)):
            loss = _loss(head, firm, recipe.pull)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([*tuned, head.numbers], 1.0)
            optimizer.step()
            schedule.step()
            lost.append(loss.item())
        left = (time.monotonic() - start) / epoch * (recipe.epochs - epoch) / 60
        progress(f"epoch {epoch} of {recipe.epochs}: loss {np.mean(lost):.3f}, about {left:.0f} min left")
    return head.eval().requires_grad_(False)


def _loss(head: SearchHead, firm: Firm, pull: float) -> Tensor:
    weights, none = head.numbers[:-1], head.numbers[-1]
    right = torch.tensor(firm.right, device=weights.device)
    return surprise(head.features(firm) @ weights, none, right).mean() + pull * (weights**2).sum()
