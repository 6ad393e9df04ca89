"""Evidence on a reader that is made up: what falls most is shown, what hardly falls is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from pipeline.records import URGENCY_LABELS
from pipeline.triage.evidence import LEAST_DROP, LEAST_SHARE, Question, find_evidence
from pipeline.triage.reader import Reading, Shares

STRONG, MILD, FAINT = "The house is on fire.", "Nobody can get out.", "The roses are in bloom."
TEXT = f"{STRONG} {MILD} {FAINT}"


def read_by(weights: Mapping[str, float]) -> Reading:
    """A reading of `TEXT` in which each sentence gave as much to critical as ``weights`` says."""
    words, at = [], 0
    for sentence in (STRONG, MILD, FAINT):
        words.append((at, at + len(sentence), weights[sentence]))
        at += len(sentence) + 1
    values = np.zeros((len(words), len(URGENCY_LABELS)), np.float32)
    values[:, URGENCY_LABELS.index("critical")] = [weight for _, _, weight in words]
    shares = Shares(tuple((start, end) for start, end, _ in words), values)
    return Reading({"urgency": scores(sum(weights.values()))}, {"urgency": shares})


def scores(logit: float) -> dict[str, float]:
    critical = 1 / (1 + np.exp(-logit))
    return {name: float(critical) if name == "critical" else float(1 - critical) / 3 for name in URGENCY_LABELS}


def shown(weights: Mapping[str, float]) -> list[str]:
    def read(texts: Sequence[str], *, asked: Sequence[Collection[str]]) -> list[Reading]:
        assert all(tuple(names) == ("urgency",) for names in asked)
        left = [sum(weight for sentence, weight in weights.items() if sentence in text) for text in texts]
        return [Reading({"urgency": scores(logit)}, {}) for logit in left]

    question = Question("", TEXT, read_by(weights), (("urgency", "critical"),))
    (found,) = find_evidence([question], read)
    return [TEXT[one.start : one.end] for one in found]


def test_the_sentences_without_which_the_score_falls_are_shown_in_their_order() -> None:
    assert shown({STRONG: 2.0, MILD: 1.0, FAINT: 0.0}) == [STRONG, MILD]


def test_a_faint_reason_beside_a_plain_one_is_not_shown() -> None:
    faint = LEAST_DROP + 0.05
    assert shown({STRONG: faint / LEAST_SHARE + 0.1, MILD: 0.0, FAINT: faint}) == [STRONG]


def test_a_faint_reason_is_shown_where_there_is_no_plainer_one() -> None:
    assert shown({STRONG: 0.0, MILD: 0.0, FAINT: LEAST_DROP + 0.05}) == [FAINT]


def test_where_nothing_moves_the_score_nothing_is_shown() -> None:
    assert shown({STRONG: LEAST_DROP / 2, MILD: LEAST_DROP / 3, FAINT: 0.01}) == []
