"""Trained weights on disk: ``model.safetensors`` (half precision) and ``model.json`` (labels, calibration, origin)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from pipeline.errors import ModelError
from pipeline.triage.encoder import Encoder
from pipeline.triage.heads import LABELS, Calibration, Heads, Reader

SHIPPED = Path(__file__).resolve().parent / "weights"
_RETRAIN = "train weights for this encoder with `calmdesk train` or name the one they were trained for"


def weights_folder(name: str) -> Path:
    """The folder of the weights that ship with the package (empty name) or ``name``."""
    return Path(name).expanduser() if name else SHIPPED


def save_weights(folder: Path, heads: Heads, card: dict[str, Any]) -> None:
    """Write both files so that a reader never sees half of one."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in heads.state_dict().items()}
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


def load_reader(encoder_name: str, weights: str) -> Reader:
    """Load encoder and heads; ModelError where one is missing or the weights were trained on another encoder."""
    folder = weights_folder(weights)
    card = read_card(folder)
    encoder = Encoder.load(encoder_name)
    file = folder / "model.safetensors"
    try:
        expected = str(card["encoder"]["sha256"])
        tuned = int(card["encoder"]["tuned_layers"])
        calibration = Calibration({name: float(card["temperature"][name]) for name in LABELS})
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder / 'model.json'}: not a weights description: {error}", remedy="train again"
        ) from error
    if encoder.sha256 != expected:
        raise ModelError(
            f"encoder {encoder_name} has sha256 {encoder.sha256}, but the weights in {folder} were trained on "
            f"{card['encoder'].get('name', 'another')} with sha256 {expected}",
            remedy=_RETRAIN,
        )
    heads = Heads(encoder, tuned)
    try:
        tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(file).items()}
        heads.load_state_dict(tensors)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(f"{file}: cannot be loaded: {error}", remedy="install again or train again") from error
    return Reader(encoder, heads.requires_grad_(False), calibration)
