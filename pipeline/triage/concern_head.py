"""The learnt part of finding concerns: the states of a mail's sentences, which the heads score beside the rules' clues.

Where the weights have no threshold for it, because they were trained without concerns, the rules decide alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.triage.concerns import Mail
from pipeline.triage.encoder import Window

NONE = -1


def sentence_of_tokens(window: Window, mail: Mail, offset: int) -> NDArray[np.intp]:
    """For each token of ``window`` the number of the sentence of ``mail`` that it stands in, else `NONE`.

    ``offset`` is where the text of the mail begins in the text that was read.
    """
    if not mail.sentences:
        return np.full(len(window.spans), NONE)
    spans = np.array(window.spans) - offset
    starts = np.array([sentence.start for sentence in mail.sentences])
    ends = np.array([sentence.end for sentence in mail.sentences])
    owners = np.maximum(np.searchsorted(starts, spans[:, 0], side="right") - 1, 0)
    inside = (spans[:, 1] > spans[:, 0]) & (spans[:, 0] >= starts[owners]) & (spans[:, 0] < ends[owners])
    found: NDArray[np.intp] = np.where(inside, owners, NONE)
    return found


def sentence_states(states: Tensor, places: Sequence[NDArray[np.intp]], count: int) -> Tensor:
    """The mean state (count, width) of each sentence's tokens; zeros for one that was not read.

    ``states`` (n, tokens, width) are those of n windows, ``places`` the sentence of each real token of each window.
    """
    rows = np.concatenate([np.full(len(place), row) for row, place in enumerate(places)])
    columns = np.concatenate([np.arange(len(place)) for place in places])
    owners = np.concatenate(list(places))
    kept = torch.from_numpy(np.flatnonzero(owners != NONE)).to(states.device)
    row, column, owner = (torch.from_numpy(array).to(states.device)[kept] for array in (rows, columns, owners))
    total = states.new_zeros((count, states.shape[2])).index_add(0, owner, states[row, column])
    tokens = states.new_zeros((count, 1)).index_add(0, owner, states.new_ones((len(owner), 1)))
    return total / tokens.clamp(min=1)
