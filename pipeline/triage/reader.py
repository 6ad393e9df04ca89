"""The whole model as it is served: texts in, calibrated probabilities out.

Every text is read twice where that differs: as it was written, for tone and intensity, and without its manners, for
urgency and flags (`quiet`). What is not asked is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.triage.encoder import Encoder, Window
from pipeline.triage.fast_body import fast_body
from pipeline.triage.heads import FOCUSED, LABELS, MANY, Heads
from pipeline.triage.quiet import closed_up, hushed, quiet
from pipeline.triage.signals import facts
from pipeline.triage.volume import surface

READ_AT_ONCE = 1024
"""Texts tokenised and sorted by length together: enough that batches need little padding."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each token, by its character span, gives to the logit of each label: (tokens, labels)."""

    spans: tuple[tuple[int, int], ...]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model says of one text: a calibrated probability for each label of each head that was asked.

    ``shares`` of urgency and tone, where they were asked for.
    """

    scores: Mapping[str, Mapping[str, float]]
    shares: Mapping[str, Shares]


@dataclass(frozen=True, slots=True)
class Calibration:
    """For each head a temperature, by which its logits are divided (Guo et al. 2017), and what is then added to each
    label's logit (vector scaling with one common slope)."""

    temperature: Mapping[str, float]
    bias: Mapping[str, Sequence[float]]

    def probabilities(self, logits: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {name: self._of(name, values) for name, values in logits.items()}

    def _of(self, name: str, logits: Tensor) -> Tensor:
        scaled = logits / self.temperature[name] + torch.tensor(self.bias[name], device=logits.device)
        return torch.sigmoid(scaled) if name == MANY else torch.softmax(scaled, dim=-1)


UNCALIBRATED = Calibration(dict.fromkeys(LABELS, 1.0), {name: (0.0,) * len(labels) for name, labels in LABELS.items()})


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the model says of one version of a text."""

    logits: Mapping[str, Tensor]
    shares: Mapping[str, Shares]


_NOTHING = _Seen({}, {})


@dataclass(frozen=True, slots=True)
class _Version:
    """A text to be read, made of ``source``. ``loud`` is what the volume is measured of, ``calm`` where the signals are
    looked for, empty where neither is asked."""

    text: str
    source: str
    loud: str = ""
    calm: str = ""


class Reader:
    """An encoder with its heads, which must not be trained on after. Nothing is kept from one call to the next."""

    def __init__(
        self,
        encoder: Encoder,
        heads: Heads,
        calibration: Calibration = UNCALIBRATED,
    ) -> None:
        self.encoder = encoder
        self.heads = heads.eval()
        self.calibration = calibration
        fast = fast_body(heads.body)
        self._states = fast.states if fast else heads.states

    def read(
        self,
        texts: Sequence[str],
        *,
        asked: Sequence[Collection[str]] | None = None,
        shares: bool = False,
    ) -> list[Reading]:
        """Read texts, in batches sorted by length; the order of ``texts`` is kept.

        ``asked`` names for each text the heads that it is read for, by default all of them; ``shares`` needs all.
        """
        found: list[_Seen] = []
        wanted = asked or [tuple(LABELS)] * len(texts)
        with torch.inference_mode():
            for start in range(0, len(texts), READ_AT_ONCE):
                part = slice(start, start + READ_AT_ONCE)
                found += self._read(texts[part], wanted[part], shares)
        return self._calibrated(found)

    def _calibrated(self, found: Sequence[_Seen]) -> list[Reading]:
        scores: list[dict[str, dict[str, float]]] = [{} for _ in found]
        for name, labels in LABELS.items():
            rows = [row for row, one in enumerate(found) if name in one.logits]
            if rows:
                stacked = {name: torch.stack([found[row].logits[name] for row in rows])}
                probabilities = self.calibration.probabilities(stacked)[name].tolist()
                for row, values in zip(rows, probabilities, strict=True):
                    scores[row][name] = dict(zip(labels, values, strict=True))
        return [Reading(own, one.shares) for own, one in zip(scores, found, strict=True)]

    def _read(self, texts: Sequence[str], asked: Sequence[Collection[str]], shares: bool) -> list[_Seen]:
        pairs = [_versions(*one) for one in zip(texts, asked, strict=True)]
        versions = list(dict.fromkeys(version for pair in pairs for version in pair if version))
        seen: dict[_Version | None, _Seen] = {None: _NOTHING}
        for batch in self.encoder.batches(
            self.encoder.windows([version.text for version in versions], [version.source for version in versions])
        ):
            seen.update((versions[number], one) for number, one in self._read_batch(batch, versions, shares).items())
        return [_joined(seen[loud], seen[calm], names) for (loud, calm), names in zip(pairs, asked, strict=True)]

    def _read_batch(self, windows: list[Window], versions: Sequence[_Version], shares: bool) -> dict[int, _Seen]:
        heads, device = self.heads, self.encoder.device
        owners = list(dict.fromkeys(window.owner for window in windows))
        place = {owner: row for row, owner in enumerate(owners)}
        ids, mask = self.encoder.collate(windows)
        states = self._states(ids, mask)
        summary = heads.summary(
            states, mask, torch.tensor([place[window.owner] for window in windows], device=device), len(owners)
        )
        volume = torch.tensor([surface(versions[owner].loud) for owner in owners], device=device)
        heard = torch.tensor([facts(closed_up(versions[owner].calm)) for owner in owners], device=device)
        chosen, focused = heads.focus(summary, heard)
        whole = summary.whole()
        logits = {**heads.of_feeling(whole, volume), **heads.of_matter(focused, heard)}
        on_cpu = {name: values.cpu() for name, values in logits.items()}
        found = {}
        for row, owner in enumerate(owners):
            mine = [number for number, window in enumerate(windows) if window.owner == owner] if shares else []
            found[owner] = _Seen(
                {name: values[row] for name, values in on_cpu.items()},
                _shares(heads, windows, states, mask, mine, int(chosen[row]), whole[row]) if shares else {},
            )
        return found


def _versions(text: str, asked: Collection[str]) -> tuple[_Version | None, _Version | None]:
    """What to read of ``text`` for tone and intensity, and what for urgency and flags: one version where both agree."""
    loud = hushed(text) if any(name not in FOCUSED for name in asked) else None
    calm = quiet(text) if any(name in FOCUSED for name in asked) else None
    if loud is not None and loud == calm:
        both = _Version(loud, text, text, calm)
        return both, both
    return (
        None if loud is None else _Version(loud, text, loud=text),
        None if calm is None else _Version(calm, text, calm=calm),
    )


def _joined(loud: _Seen, calm: _Seen, asked: Collection[str]) -> _Seen:
    logits = {name: (calm if name in FOCUSED else loud).logits[name] for name in asked}
    both = bool(loud.shares and calm.shares)
    shares = {"urgency": calm.shares["urgency"], "tone": loud.shares["tone"]} if both else {}
    return _Seen(logits, shares)


def _shares(
    heads: Heads, windows: Sequence[Window], states: Tensor, mask: Tensor, mine: list[int], chosen: int, whole: Tensor
) -> dict[str, Shares]:
    """Split the urgency and tone logits over the tokens of the windows ``mine``; exact but for bias and signals.

    The mean of urgency is that of window ``chosen`` alone, the mean of tone is that of all of them.
    """
    tokens = torch.cat([states[number][mask[number]] for number in mine])
    spans = tuple(span for number in mine for span in windows[number].spans)
    focus = torch.cat(
        [torch.full((len(windows[number].ids),), float(number == chosen), device=tokens.device) for number in mine]
    )
    width = tokens.shape[1]
    winners = (tokens == whole[width:]).float()
    winning = tokens * winners / winners.sum(0, keepdim=True).clamp(min=1)
    found = {}
    for name, weights in (("urgency", focus / focus.sum()), ("tone", torch.full_like(focus, 1 / len(tokens)))):
        weight = getattr(heads, name).weight[:, : 2 * width]
        values = (tokens * weights.unsqueeze(1)) @ weight[:, :width].T + winning @ weight[:, width:].T
        found[name] = Shares(spans, values.cpu().numpy())
    return found
