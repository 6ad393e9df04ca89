"""Trained weights on disk: ``model.safetensors`` (half precision) and ``model.json`` (labels, calibration, origin)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from pipeline.errors import ModelError
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import LABELS, Heads
from pipeline.triage.reader import Calibration, Reader
from pipeline.triage.weights_folder import weights_folder

_RETRAIN = "train weights for this encoder with `calmdesk train` or name the one they were trained for"


def save_weights(folder: Path, heads: Heads, card: dict[str, Any]) -> None:
    """Write both files so that a reader never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in heads.tuned().items()}
    temporary = folder / "model.safetensors.new"
    temporary.write_bytes(save(tensors))
    os.replace(temporary, folder / "model.safetensors")
    temporary = folder / "model.json.new"
    temporary.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, folder / "model.json")


def read_card(folder: Path) -> dict[str, Any]:
    """``model.json`` of a weights folder; ModelError where it is missing, broken or for other labels."""
    file = folder / "model.json"
    try:
        card: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        labels = {name: tuple(found) for name, found in card["labels"].items()}
    except FileNotFoundError:
        raise ModelError(f"{file}: no such file", remedy="name a folder made by `calmdesk train`") from None
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ModelError(f"{file}: not a weights description: {error}", remedy="train again") from error
    if labels != dict(LABELS):
        raise ModelError(f"{file}: made for other labels", remedy="train again with this version")
    return card


def load_heads(encoder: Encoder, folder: Path, auxiliary: Mapping[str, int] | None = None) -> Heads:
    """The heads of a weights folder on ``encoder``, those of the ``auxiliary`` tasks among them that the file has;
    further tasks start anew. ModelError where the weights are broken or were trained on another encoder."""
    card, file = read_card(folder), folder / "model.safetensors"
    try:
        expected, name = str(card["encoder"]["sha256"]), card["encoder"].get("name", "another")
    except (KeyError, TypeError, AttributeError) as error:
        raise _broken(folder, error) from error
    if encoder.sha256 != expected:
        raise ModelError(
            f"encoder {encoder.name} has sha256 {encoder.sha256}, but the weights in {folder} were trained on "
            f"{name} with sha256 {expected}",
            remedy=_RETRAIN,
        )
    heads = Heads(encoder, auxiliary)
    wanted = heads.tuned()
    try:
        stored = {name: tensor.to(torch.float32) for name, tensor in load_file(file).items()}
        fresh = {
            name: value
            for name, value in wanted.items()
            if name.startswith("auxiliary.") and (name not in stored or stored[name].shape != value.shape)
        }
        kept = {name: value for name, value in stored.items() if name in wanted or not name.startswith("auxiliary.")}
        heads.load_tuned({**kept, **fresh})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(f"{file}: cannot be loaded: {error}", remedy="install again or train again") from error
    return heads


def load_reader(encoder_name: str, weights: str) -> Reader:
    """Load encoder and heads; ModelError where one is missing or the weights were trained on another encoder."""
    folder = weights_folder(weights)
    card = read_card(folder)
    calibration = _calibration(folder, card)
    encoder = Encoder.load(encoder_name)
    return Reader(encoder, load_heads(encoder, folder).requires_grad_(False), calibration)


def _calibration(folder: Path, card: Mapping[str, Any]) -> Calibration:
    try:
        found = card["calibration"]
        return Calibration(
            {name: float(found["temperature"][name]) for name in LABELS},
            {name: tuple(float(found["bias"][name][label]) for label in labels) for name, labels in LABELS.items()},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(folder, error) from error


def _broken(folder: Path, error: Exception) -> ModelError:
    return ModelError(f"{folder / 'model.json'}: not a weights description: {error}", remedy="train again")
