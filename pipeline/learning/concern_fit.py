"""Fit the head that says which sentences are concerns, and cross-validate it.

A logistic regression by L-BFGS on the states of whole mails and the rules' clues. The weights are drawn to zero, those
on states more than those on clues, as each state has hundreds of numbers and each clue one. Half of the mails are also
learnt cut down to what matters, because people of few words write so. Mails that ask for nothing are not learnt from:
the flag of the whole message silences them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from pipeline.learning.concern_gold import Gold, shortened
from pipeline.learning.concern_measure import ConcernScores, best_threshold, score_margins
from pipeline.triage.concern_head import ConcernHead, sentence_states
from pipeline.triage.concerns import clues
from pipeline.triage.encoder import Encoder

STATE_DECAY, CLUE_DECAY = 4.0, 0.4
"""Of the squared weights, over the number of sentences; chosen by cross-validation."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled mail and what the head hears of it: states (sentences, width) and clues (sentences, CLUES)."""

    gold: Gold
    states: NDArray[np.float32]
    clues: NDArray[np.float32]


def hear(encoder: Encoder, gold: Sequence[Gold]) -> list[Heard]:
    """What the head hears of labelled mails, in order; those without a sentence are left out."""
    known = [one for one in gold if one.example.mail.sentences]
    mails = [one.example.mail for one in known]
    return [
        Heard(one, states, clues(mail))
        for one, states, mail in zip(known, sentence_states(encoder, mails), mails, strict=True)
    ]


def hear_to_learn(encoder: Encoder, gold: Sequence[Gold]) -> list[Heard]:
    """What the head hears of the mails with concerns, and of half of them cut down (`shortened`)."""
    known = [one for one in gold if one.alignment.sentences]
    return hear(encoder, [*known, *(shortened(one) for one in known if _halved(one.example.id))])


def _halved(name: str) -> bool:
    return hashlib.sha256(f"short:{name}".encode()).digest()[0] % 2 == 0


def fit_concerns(learnt: Sequence[Heard], held: Sequence[Heard]) -> ConcernHead | None:
    """A head fitted to ``learnt``, its threshold set on ``held``; None where these hold too few concerns."""
    if not learnt:
        return None
    wanted = [one.gold.alignment.sentences for one in learnt]
    targets = torch.tensor([float(row in own) for own, one in zip(wanted, learnt, strict=True) for row in _rows(one)])
    states, heard = (np.concatenate([getattr(one, name) for one in learnt]) for name in ("states", "clues"))
    mean = states.mean(0)
    decay = torch.tensor([STATE_DECAY] * states.shape[1] + [CLUE_DECAY] * heard.shape[1])
    weights, bias = _logistic_regression(torch.from_numpy(np.hstack([states - mean, heard])), targets, decay)
    head = ConcernHead(mean, weights[: len(mean)].numpy(), weights[len(mean) :].numpy(), float(bias), 0.0)
    threshold = best_threshold([one.gold for one in held], [head.of(one.states, one.clues) for one in held])
    return None if threshold is None else replace(head, threshold=threshold)


def cross_validated(
    encoder: Encoder, gold: Sequence[Gold], fold: Mapping[str, int], held: Callable[[str], bool],
    asks: Mapping[str, bool],
) -> ConcernScores | None:  # fmt: skip
    """How well concerns are found in each mail by a head fitted to the mails of the other folds.

    By id: ``fold``, whether a mail is ``held`` to set the threshold when it is not judged, and whether the whole of it
    was read as asking anything. None where a fold has too few concerns.
    """
    every, to_learn = hear(encoder, gold), hear_to_learn(encoder, [one for one in gold if not held(one.example.id)])
    judged: list[Gold] = []
    margins: list[NDArray[np.float32]] = []
    for number in sorted(set(fold.values())):
        head = fit_concerns(
            [one for one in to_learn if fold[one.gold.example.id] != number],
            [one for one in every if held(one.gold.example.id) and fold[one.gold.example.id] != number],
        )
        own = [one for one in every if fold[one.gold.example.id] == number]
        if head is None:
            return None
        judged += [one.gold for one in own]
        margins += [head.of(one.states, one.clues) for one in own]
    return score_margins(judged, margins, 0.0, [asks.get(one.example.id, True) for one in judged]) if judged else None


def _rows(one: Heard) -> range:
    return range(len(one.states))


def _logistic_regression(inputs: Tensor, targets: Tensor, decay: Tensor) -> tuple[Tensor, Tensor]:
    """Weights and bias with the least log loss plus ``decay * weights ** 2 / rows``."""
    weights = torch.zeros(inputs.shape[1], requires_grad=True)
    bias = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        fit = nn.functional.binary_cross_entropy_with_logits(inputs @ weights + bias, targets)
        total = fit + (decay * weights.square()).sum() / len(targets)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach(), bias.detach()
