"""Train what reads sentences of replies: the upper layers of the encoder and a head for each question, all together.

The loss of a good or bad line is that of its kind (cross-entropy, smoothed) and, beside it, that of the one question
that counts, bad or not; of an act it is yes or no. One row in ten is kept apart by the hash of its text; on those the
scores in the card are measured.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pipeline.config import ModelConfig
from pipeline.errors import RecordError
from pipeline.learning.fit import Progress
from pipeline.learning.reply_lines import QUESTIONS, Line, found_share, line_files, read_lines, threshold_at
from pipeline.triage.encoder import Encoder, Window, best_dtype, file_sha256
from pipeline.triage.reply_reader import (
    ACTS,
    LABELS,
    ReplyHead,
    ReplyReader,
    load_reply_reader,
    save_reply_head,
)

FALSE_ALARMS = 0.02


@dataclass(frozen=True, slots=True)
class ReplyRecipe:
    """How to train; rates are those of the layers and of the head."""

    epochs: int = 5
    layer_rate: float = 4e-4
    head_rate: float = 1e-3
    batch: int = 32
    smoothing: float = 0.05
    seed: int = 7


def train_replies(
    paths: Sequence[Path], out: Path, *, model: ModelConfig, progress: Progress, recipe: ReplyRecipe | None = None
) -> dict[str, Any]:
    """Train on ``paths`` (files, or folders with ``lines_*.jsonl``), write to the folder ``out`` and return the card.

    RecordError names file and line of a bad row; ModelError where the encoder cannot be loaded.
    """
    recipe = recipe or ReplyRecipe()
    files = line_files(paths)
    lines = read_lines(files)
    kept = [line for line in lines if _kept_apart(line)]
    if not any(line.bad for line in kept) or all(line.bad for line in kept):
        raise RecordError("too few lines to measure with", remedy="give more good and bad lines")
    if model.threads:
        torch.set_num_threads(model.threads)
    encoder = Encoder.load(model.encoder, torch.float32)
    head = fit_replies(encoder, [line for line in lines if not _kept_apart(line)], recipe, progress)
    card: dict[str, Any] = {
        "labels": list(LABELS),
        "encoder": {"name": encoder.name, "sha256": encoder.sha256},
        "data": [{"file": file.name, "sha256": file_sha256(file)} for file in files],
        "recipe": asdict(recipe),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    save_reply_head(out, head, card)
    reader = load_reply_reader(Encoder.load(model.encoder), out)
    if reader is None:
        raise RuntimeError("the weights just written are not those of this encoder")
    card["scores"] = {question: _scores(reader, kept, question) for question in QUESTIONS}
    save_reply_head(out, head, card)
    return card


def _scores(reader: ReplyReader, kept: Sequence[Line], question: str) -> dict[str, dict[str, float]]:
    """Of the rows kept apart, by label: how many there are, and what is found at few false alarms."""
    own = [line for line in kept if line.question == question]
    found = {}
    for label, lines, scores in labelled_scores(reader, own):
        at_few, _ = found_share(lines, scores, threshold_at(FALSE_ALARMS, lines, scores))
        rows = sum(line.bad for line in lines)
        found[label] = {"rows": rows, "others": len(lines) - rows, f"found_at_{FALSE_ALARMS}": round(at_few, 3)}
    return found


def labelled_scores(reader: ReplyReader, lines: Sequence[Line]) -> Iterator[tuple[str, list[Line], list[float]]]:
    """For each label of the questions of ``lines``: the lines, bad where they have it, and its probabilities."""
    faults, acts = ([line for line in lines if line.question == question] for question in QUESTIONS)
    if faults:
        yield "any fault", faults, suspicions(reader, faults)
    if acts:
        heard = reader.hear([line.text for line in acts])
        for number, act in enumerate(ACTS):
            own = [replace(line, target=(line.target[number],)) for line in acts]
            yield act, own, [one.acts[act] for one in heard]


def suspicions(reader: ReplyReader, lines: Sequence[Line]) -> list[float]:
    """For each line the probability that it has any fault."""
    return [sum(heard.faults.values()) for heard in reader.hear([line.text for line in lines])]


def _kept_apart(line: Line) -> bool:
    return hashlib.sha256(line.text.encode()).digest()[0] % 10 == 0


def fit_replies(encoder: Encoder, lines: Sequence[Line], recipe: ReplyRecipe, progress: Progress) -> ReplyHead:
    """A head trained on ``lines``; the same lines and seed give the same weights on one machine."""
    torch.manual_seed(recipe.seed)
    generator = random.Random(recipe.seed)
    head = ReplyHead(encoder)
    windows = _first_windows(encoder, lines)
    plan = [batch for _ in range(recipe.epochs) for batch in _batches(windows, lines, recipe.batch, generator)]
    tuned = [weight for name, weight in head.body.named_parameters() if weight.requires_grad]
    groups = [
        {"params": tuned, "lr": recipe.layer_rate},
        {"params": list(head.out.parameters()), "lr": recipe.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    warm = max(len(plan) // 10, 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, 1.0) * (1 - step / max(len(plan), 1))
    )
    head.train()
    start, total = time.monotonic(), 0.0
    for step, batch in enumerate(plan, start=1):
        loss = _loss(head, encoder, [windows[row] for row in batch], [lines[row] for row in batch], recipe)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([*tuned, *head.out.parameters()], 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 100 == 0:
            left = (time.monotonic() - start) / step * (len(plan) - step)
            progress(f"{step} of {len(plan)} steps: loss {total / 100:.3f}, about {left / 60:.0f} min left")
            total = 0.0
    return head.eval().requires_grad_(False)


def _first_windows(encoder: Encoder, lines: Sequence[Line]) -> list[Window]:
    found: dict[int, Window] = {}
    for window in encoder.windows([line.text for line in lines]):
        found.setdefault(window.owner, window)
    return [found[row] for row in range(len(lines))]


def _batches(windows: Sequence[Window], lines: Sequence[Line], size: int, generator: random.Random) -> list[list[int]]:
    """Rows in batches of one question and of like length, in random order."""
    batches: list[list[int]] = []
    for question in QUESTIONS:
        rows = [row for row, line in enumerate(lines) if line.question == question]
        order = generator.sample(rows, len(rows))
        for first in range(0, len(order), 16 * size):
            part = sorted(order[first : first + 16 * size], key=lambda row: len(windows[row].ids))
            batches += [part[start : start + size] for start in range(0, len(part), size)]
    generator.shuffle(batches)
    return batches


def _loss(
    head: ReplyHead, encoder: Encoder, windows: Sequence[Window], lines: Sequence[Line], recipe: ReplyRecipe
) -> Tensor:
    ids, mask = encoder.collate(windows)
    device = encoder.device
    with torch.autocast(device.type, torch.bfloat16, enabled=best_dtype(device) == torch.bfloat16):
        states = head.body(input_ids=ids, attention_mask=mask.long()).last_hidden_state
    question = lines[0].question
    logits = head(question, head.vectors(states.float(), mask))
    wanted = torch.tensor([line.target for line in lines], device=device)
    if question != "faults":
        return F.binary_cross_entropy_with_logits(logits, wanted.float())
    suspicion = torch.logsumexp(logits[:, 1:], 1) - logits[:, 0]
    of_kind = F.cross_entropy(logits, wanted[:, 0], label_smoothing=recipe.smoothing)
    return of_kind + F.binary_cross_entropy_with_logits(suspicion, (wanted[:, 0] > 0).float())
