"""The encoder of the knowledge base: tuned so that a question lands near the passage that answers it.

Beside the weights of its upper layers stands a card with what each likeness counts and the score of no answer, which
were learnt together with them. It costs what the published encoder costs, in whose place it embeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.triage.encoder import Encoder
from pipeline.triage.tuned_upper import TunedUpper, broken, load_tuned, save_tuned

WEIGHTS, CARD = "search.safetensors", "search.json"


@dataclass(frozen=True, slots=True)
class SearchEncoder:
    """``embed`` gives one vector of length 1 a text; ``weights`` by the name of the likeness; from ``middle`` on a
    passage more likely answers than not."""

    embed: Callable[[Sequence[str]], NDArray[np.float32]]
    weights: Mapping[str, float]
    middle: float


def save_search(folder: Path, tuned: TunedUpper, card: Mapping[str, Any]) -> None:
    """Write weights and card, in which ``encoder``, ``weights`` and ``middle`` must stand."""
    save_tuned(folder / WEIGHTS, folder / CARD, tuned, card)


def load_search(encoder: Encoder, folder: Path) -> SearchEncoder | None:
    """What a weights folder has for the search; None where that is nothing for this encoder, ModelError where it is
    broken."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        sha256 = card["encoder"]["sha256"]
        weights = {str(name): float(weight) for name, weight in card["weights"].items()}
        middle = float(card["middle"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken(folder / CARD, error) from error
    if sha256 != encoder.sha256:
        return None
    tuned = TunedUpper(encoder)
    load_tuned(tuned, folder / WEIGHTS)
    states = tuned.served()
    return SearchEncoder(lambda texts: encoder.embed(texts, states), weights, middle)
