"""``thresholds.yaml``: what decides urgency, tone, abstention and the proposed kind of draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from pipeline.config.strict import Strict, exactly
from pipeline.errors import ConfigError
from pipeline.records import BOUNDARY_LABELS, FLAG_LABELS, TONE_LABELS, URGENCY_LABELS
from pipeline.yaml_file import read_yaml, validate

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Threshold = Annotated[float, Field(gt=0.0, le=1.0)]
Cost = Annotated[float, Field(ge=0.0, le=1000.0)]
Intensity = Annotated[int, Field(ge=0, le=4)]


class AbstainConfig(Strict):
    urgency: Probability = 0.4
    tone: Probability = 0.35


class ProposeConfig(Strict):
    """Which draft kind goes first; read top to bottom, the first that fits wins."""

    acknowledgment_from_intensity: Intensity = 3
    apology_tones: tuple[str, ...] = ("abusive", "angry", "frustrated", "disappointed")
    apology_from_intensity: Intensity = 2
    solution_from_score: Probability = 0.5

    @field_validator("apology_tones")
    @classmethod
    def _known_tones(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        exactly(TONE_LABELS, dict.fromkeys(value))
        return value


class ComposureConfig(Strict):
    """From which probability of a fault, or of a speech act, a sentence of a draft is taken to have it."""

    fault_from: Probability = 0.95
    rule_from: Probability = 0.5
    act_from: Probability = 0.6


class CostsConfig(Strict):
    """What an urgency that is wrong by one level costs, by the way it is wrong; only their ratio matters."""

    under: Cost = 4.0
    over: Cost = 1.0


_LABELS = {"urgency": URGENCY_LABELS, "tone": TONE_LABELS, "flags": FLAG_LABELS, "boundary": BOUNDARY_LABELS}
_OWN_THRESHOLDS = {
    "critical": 0.3, "high": 0.45,
    "security": 0.35, "safety": 0.4, "outage": 0.35, "deadline": 0.35, "repeat_contact": 0.3, "legal_threat": 0.25,
    "churn_risk": 0.2, "public_threat": 0.4, "asks_for_manager": 0.2, "vulnerable": 0.25, "sarcasm": 0.35,
    "personal_loss": 0.35, "data_loss": 0.25, "physical_harm": 0.35, "no_ask": 0.4,
    "self_harm": 0.15, "danger": 0.25, "threat": 0.25, "abuse": 0.35,
}  # fmt: skip
"""Where the shipped weights do best on messages that no training saw; 0.5 for the labels that are not named."""


def _thresholds(kind: str, given: Mapping[str, float] | None = None) -> dict[str, float]:
    return {label: (given or {}).get(label, _OWN_THRESHOLDS.get(label, 0.5)) for label in _LABELS[kind]}


class Thresholds(Strict):
    """A label is chosen by the largest score divided by its threshold, so equal thresholds mean the likeliest label
    and a lower threshold makes a label easier to reach. A flag is raised when its score reaches its threshold."""

    urgency: dict[str, Threshold] = _thresholds("urgency")
    tone: dict[str, Threshold] = _thresholds("tone")
    flags: dict[str, Threshold] = _thresholds("flags")
    boundary: dict[str, Threshold] = _thresholds("boundary")
    abstain: AbstainConfig = AbstainConfig()
    propose: ProposeConfig = ProposeConfig()
    composure: ComposureConfig = ComposureConfig()
    costs: CostsConfig = CostsConfig()

    @field_validator("urgency", "tone", "flags", "boundary", mode="after")
    @classmethod
    def _complete(cls, value: dict[str, float], info: Any) -> dict[str, float]:
        exactly(_LABELS[info.field_name], value)
        return _thresholds(info.field_name, value)


class ThresholdsConfig(Strict):
    default: Thresholds = Thresholds()
    mailboxes: dict[str, Thresholds] = {}

    def of(self, mailbox: str | None) -> Thresholds:
        return self.mailboxes.get(mailbox or "", self.default)


def read_thresholds(file: Path, mailboxes: Collection[str]) -> ThresholdsConfig:
    """``thresholds.yaml``; a mailbox's entry is laid over ``default``. ``mailboxes`` are the names there may be."""
    thresholds = _laid_over_default(file)
    unknown = sorted(set(thresholds.mailboxes) - set(mailboxes))
    if unknown:
        raise ConfigError(f"{file}: mailboxes.{unknown[0]}: no such mailbox in mailboxes.yaml")
    return thresholds


def _laid_over_default(file: Path) -> ThresholdsConfig:
    data = read_yaml(file)
    default = validate(ThresholdsConfig, data if not isinstance(data, dict) else {**data, "mailboxes": {}}, file)
    if not isinstance(data, dict) or not data.get("mailboxes"):
        return default
    if not isinstance(data["mailboxes"], dict):
        raise ConfigError(f"{file}: mailboxes: must map mailbox names to thresholds")
    base = default.default.model_dump()
    laid = {name: _override(base, entry) for name, entry in data["mailboxes"].items()}
    return validate(ThresholdsConfig, {"default": base, "mailboxes": laid}, file)


def _override(base: dict[str, Any], over: object) -> Any:
    """``over`` laid on ``base``, mapping by mapping, so that a mailbox names only what differs."""
    if not isinstance(over, dict):
        return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _override(merged[key], value) if isinstance(merged.get(key), dict) else value
    return merged
