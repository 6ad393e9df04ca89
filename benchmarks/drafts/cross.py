"""What reads sentences of replies, trained without the lines of one hand and judged by them: for each hand in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from pipeline.config import ModelConfig, Thresholds
from pipeline.learning.reply_fit import ReplyRecipe, fit_replies, suspicions
from pipeline.learning.reply_lines import REPLIES, Line, found_share, line_files, read_lines, threshold_at
from pipeline.triage.encoder import Encoder
from pipeline.triage.reply_reader import ReplyReader

FALSE_ALARMS = (0.02, 0.05, 0.1)


def cross_judged(model: ModelConfig, progress: Callable[[str], None]) -> dict[str, Any]:
    """For each file of lines: of its bad lines the share found at fixed shares of false alarms among its good ones, and
    both shares at the configured threshold."""
    files = line_files([REPLIES])
    found = {}
    for judge in (file for file in files if file.name.startswith("lines_")):
        progress(f"training without {judge.name}")
        found[judge.stem] = _judged(model, [file for file in files if file != judge], judge, progress)
    return found


def _judged(model: ModelConfig, others: Sequence[Path], judge: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    encoder = Encoder.load(model.encoder, torch.float32)
    head = fit_replies(encoder, read_lines(others), ReplyRecipe(), progress)
    lines = read_lines([judge])
    suspicion = suspicions(ReplyReader(Encoder.load(model.encoder), head), lines)
    return judged(lines, suspicion)


def judged(lines: Sequence[Line], suspicion: Sequence[float]) -> dict[str, Any]:
    """Shares at stated false alarms and at the configured threshold, and those of the latter by kind."""
    configured = Thresholds().composure.fault_from
    at = {
        f"found_at_{share:.0%}_false_alarms": round(
            found_share(lines, suspicion, threshold_at(share, lines, suspicion))[0], 3
        )
        for share in FALSE_ALARMS
    }
    kinds: dict[str, list[tuple[Line, float]]] = defaultdict(list)
    for line, score in zip(lines, suspicion, strict=True):
        kinds[line.kind].append((line, score))
    return {
        "lines": len(lines),
        **at,
        "at_the_threshold": _shares(lines, suspicion, configured),
        "kinds": {
            kind: _shares([line for line, _ in own], [score for _, score in own], configured)
            for kind, own in sorted(kinds.items())
        },
    }


def _shares(lines: Sequence[Line], suspicion: Sequence[float], threshold: float) -> dict[str, float]:
    found, in_vain = found_share(lines, suspicion, threshold)
    return {"found": round(found, 3), "in_vain": round(in_vain, 3)}
