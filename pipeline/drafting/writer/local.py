"""A language model on this machine, through transformers. Nothing is ever fetched from a network."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from pipeline.drafting.writer.backend import Turn
from pipeline.errors import ModelError, WriterSilent


class LocalModel:
    """A chat model with its tokenizer; one answer at a time."""

    def __init__(self, model: Any, tokenizer: Any, *, temperature: float, max_tokens: int, seconds: float) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._options: dict[str, Any] = {
            "max_new_tokens": max_tokens,
            "max_time": seconds,
            "do_sample": temperature > 0,
        }
        if temperature > 0:
            self._options["temperature"] = temperature
        self._one_at_a_time = threading.Lock()

    @classmethod
    def load(cls, name: str, *, temperature: float = 0.0, max_tokens: int = 600, seconds: float = 30.0) -> LocalModel:
        """Load the folder or .gguf file ``name``, or the model of that name in the cache; ModelError says why not."""
        place, options = _place(name)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            tokenizer: Any = AutoTokenizer.from_pretrained(place, local_files_only=True, **options)
            model: Any = AutoModelForCausalLM.from_pretrained(place, local_files_only=True, **options)
        except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise ModelError(
                f"writer.model: {name} cannot be loaded: {reason}",
                remedy="name a folder with a transformers model, a .gguf file, or a model that is in the cache",
            ) from None
        if not tokenizer.chat_template:
            raise ModelError(f"writer.model: {name} has no chat template", remedy="take a model tuned for instructions")
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model.to(device).eval(), tokenizer, temperature=temperature, max_tokens=max_tokens, seconds=seconds)

    def complete(self, turns: Sequence[Turn]) -> str:
        """The answer to ``turns``, cut off at the configured length and time; WriterSilent where the model fails."""
        chat = [{"role": turn.role, "content": turn.content} for turn in turns]
        with self._one_at_a_time, torch.inference_mode():
            try:
                inputs = self._tokenizer.apply_chat_template(
                    chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
                ).to(self._model.device)
                length = inputs["input_ids"].shape[1]
                answer = self._model.generate(**inputs, **self._options)[0][length:]
            except (RuntimeError, ValueError, IndexError) as error:  # out of memory, longer than it can read
                raise WriterSilent(f"the local model failed: {type(error).__name__}") from None
        text: str = self._tokenizer.decode(answer, skip_special_tokens=True)
        return text


def _place(name: str) -> tuple[str, dict[str, str]]:
    """What to hand to transformers for ``name``, and the options that go with it."""
    path = Path(name).expanduser()
    if path.suffix == ".gguf":
        if not path.is_file():
            raise ModelError(f"writer.model: {name}: no such file")
        if find_spec("gguf") is None:
            raise ModelError("writer.model: a .gguf file needs the package gguf", remedy="install calmdesk[writer]")
        return str(path.parent), {"gguf_file": path.name}
    return (str(path) if path.is_dir() else name), {}
