"""The same tuned encoder in the programs that others would read mail with, each with one linear head of four labels.

They get the weights in single precision, as a folder that each loads by its own defaults. A mail longer than the
encoder's 512 positions must be cut for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from pipeline.config import PACKAGED_ENCODER
from pipeline.records import URGENCY_LABELS
from pipeline.triage.encoder import encoder_folder
from pipeline.triage.reader import Reader

MOST_TOKENS = 512
Program = Callable[[Sequence[str]], object]


def write_peer_models(reader: Reader, folder: Path) -> tuple[Path, Path]:
    """The body that ``reader`` serves as a bare encoder and as a classifier, each in a folder of its own."""
    config = transformers.AutoConfig.from_pretrained(encoder_folder(PACKAGED_ENCODER), num_labels=len(URGENCY_LABELS))
    tokenizer = transformers.AutoTokenizer.from_pretrained(
        encoder_folder(PACKAGED_ENCODER), model_max_length=MOST_TOKENS
    )
    body = {name: value.float() for name, value in reader.heads.body.state_dict().items()}
    torch.manual_seed(0)
    classifier = transformers.BertForSequenceClassification(config)
    classifier.bert.load_state_dict(body, strict=False)
    bare = transformers.BertModel(config, add_pooling_layer=False)
    bare.load_state_dict(body, strict=False)
    for name, model in (("bare", bare), ("classifier", classifier)):
        model.save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)
    return folder / "bare", folder / "classifier"


def peers(bare: Path, classifier: Path) -> tuple[dict[str, Program], dict[str, str]]:
    """The programs by name, and why one is missing."""
    pipe: Any = transformers.pipeline("text-classification", model=str(classifier))
    programs: dict[str, Program] = {
        "pipeline": lambda texts: pipe(list(texts), truncation=True),
        "pipeline, batch_size=32": lambda texts: pipe(list(texts), truncation=True, batch_size=32),
    }
    missing = {}
    for name, make in (("sentence-transformers", _sentence_transformers), ("setfit", _setfit)):
        try:
            programs[name] = make(bare)
        except ImportError as error:
            missing[name] = f"{type(error).__name__}: {error}"
    return programs, missing


def _sentence_transformers(folder: Path) -> Program:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder))
    head = _head(model)
    return lambda texts: head.predict(model.encode(list(texts)))


def _setfit(folder: Path) -> Program:
    from sentence_transformers import SentenceTransformer
    from setfit import SetFitModel

    body = SentenceTransformer(str(folder))
    model: Any = SetFitModel(model_body=body, model_head=_head(body))
    return lambda texts: model.predict(list(texts))


def _head(model: Any) -> Any:
    """A linear head; what it says matters to no clock."""
    from sklearn.linear_model import LogisticRegression

    labels = np.arange(len(URGENCY_LABELS))
    width = len(model.encode("width"))
    return LogisticRegression().fit(np.random.default_rng(0).normal(size=(len(labels), width)), labels)
