"""An encoder of two narrow layers with untrained weights: for tests of how training goes, not of how well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel

from pipeline.triage.encoder import encoder_folder

WIDTH, DEPTH = 32, 2
CLEAR = (
    ("critical", "worried", 2, ["security"], "Somebody is in my account and moves the money out"),
    ("low", "positive", 1, ["no_ask"], "What a lovely lamp you sent"),
)
"""Two kinds of message that no model can mix up."""


def tiny_encoder(folder: Path) -> Path:
    """Write the encoder to ``folder``; the same weights every time."""
    packaged = encoder_folder("all-minilm-l6-v2")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(packaged / name, folder / name)
    torch.manual_seed(1)
    vocabulary = len((packaged / "vocab.txt").read_text(encoding="utf-8").splitlines())
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        num_hidden_layers=DEPTH,
        num_attention_heads=2,
        intermediate_size=2 * WIDTH,
        initializer_range=0.3,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def clear_rows(count: int, prefix: str = "row", **more: Any) -> list[dict[str, Any]]:
    """Labelled messages, the two clear kinds by turns."""
    rows = []
    for number in range(count):
        urgency, tone, intensity, flags, text = CLEAR[number % 2]
        rows.append(
            {
                "id": f"{prefix}-{number}",
                "text": f"{text}, number {number}.",
                "urgency": urgency,
                "tone": tone,
                "intensity": intensity,
                "flags": flags,
                **more,
            }
        )
    return rows


def write_rows(file: Path, rows: Sequence[dict[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def write_irony(folder: Path, count: int = 20) -> Path:
    """An auxiliary task of one label a text, the two clear kinds by turns."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mapping.txt").write_text("0\tplain\n1\tironic\n", encoding="utf-8")
    for part in ("train", "val"):
        texts = "".join(f"{CLEAR[number % 2][4]}, number {number}\n" for number in range(count))
        (folder / f"{part}_text.txt").write_text(texts, encoding="utf-8")
        (folder / f"{part}_labels.txt").write_text(
            "".join(f"{number % 2}\n" for number in range(count)), encoding="utf-8"
        )
    return folder
