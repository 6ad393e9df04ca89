"""The optional language-model writer: it words the prose of a draft, and what it writes must earn its place.

A backend (`LocalModel`, `ChatServer`, `ScriptedModel` for tests) turns a conversation into text. `Writer` asks it with
the prompts of `prompts/`, reads the answer strictly, has the draft built and checked like any other, asks once more
with the failed rules named, and otherwise gives back the composed draft.
"""

from pipeline.drafting.writer.backend import Backend, ScriptedModel, Turn
from pipeline.drafting.writer.brief import Brief
from pipeline.drafting.writer.load import check_writer, load_writer
from pipeline.drafting.writer.prompts import Prompts
from pipeline.drafting.writer.prose import Prose, read_prose
from pipeline.drafting.writer.writer import Writer

__all__ = [
    "Backend",
    "Brief",
    "Prompts",
    "Prose",
    "ScriptedModel",
    "Turn",
    "Writer",
    "check_writer",
    "load_writer",
    "read_prose",
]
