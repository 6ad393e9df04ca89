"""What ``calmdesk doctor`` finds of the writer: against real HTTP on loopback, and of models on this machine."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import WriterConfig
from pipeline.drafting.writer import check_writer, prompts
from pipeline.errors import CalmdeskError, ConfigError, ModelError, WriterSilent
from tests.integration.chatserver import Answer, completion, models, serving


def config(url: str, **more: Any) -> WriterConfig:
    return WriterConfig(backend="server", url=url, **({"model": "small", "timeout_seconds": 20} | more))


def refused(answer: Answer, **more: Any) -> CalmdeskError:
    with serving(lambda path, headers, body: answer) as url, pytest.raises(CalmdeskError) as raised:
        check_writer(config(url, **more), Path())
    return raised.value


def test_a_writer_that_is_off_is_said_to_be_off() -> None:
    assert check_writer(WriterConfig(), Path()).startswith("off")


@pytest.mark.parametrize("served", ["small", "small:latest"])
def test_a_server_that_serves_the_model_is_asked_once_and_with_the_key(served: str) -> None:
    asked = []

    def reply(path: str, headers: Any, body: Any) -> Answer:
        asked.append((path, headers["Authorization"], body))
        return models("other", served)

    with serving(reply) as url:
        said = check_writer(config(f"{url}/", key_env="K"), Path(), {"K": "sesame"})
        assert said == f"{url}/ serves small"
    assert asked == [("/v1/models", "Bearer sesame", None)]


def test_a_model_that_is_not_served_is_named_with_those_that_are() -> None:
    error = refused(models("large", "larger"))
    assert isinstance(error, ModelError)
    assert "does not serve 'small'" in error.message and error.remedy == "it serves large, larger"
    assert refused(models()).remedy == "it serves no model"


def test_what_a_server_calls_its_models_is_shown_bounded_and_without_control_characters() -> None:
    remedy = refused(models("\x1b[2J" + "m" * 1000, *(f"model-{n}" for n in range(1000)))).remedy
    assert remedy.isprintable() and len(remedy) < 1500


@pytest.mark.parametrize("status", [301, 401, 404, 500])
def test_a_server_that_refuses_is_named_with_what_to_check(status: int) -> None:
    error = refused(Answer(status))
    assert isinstance(error, WriterSilent)
    assert error.message == f"127.0.0.1: answered with {status}"
    assert "url (without /v1)" in error.remedy and "key_env" in error.remedy


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"{}", b'{"data": 1}', b'{"data": [{}]}', b'{"data": [{"id": 7}]}', b"[" * 100_000]
)
def test_an_answer_that_is_no_list_of_models_is_a_finding(body: bytes) -> None:
    assert refused(Answer(pieces=(body,))).message == "127.0.0.1: the answer is no list of models"


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    over = threading.Event()

    def reply(path: str, headers: Any, body: Any) -> Answer:
        over.wait(60)
        return models("small")

    with serving(reply) as url:
        try:
            with pytest.raises(WriterSilent, match=r"no answer within 0\.3 seconds"):
                check_writer(config(url, timeout_seconds=0.3), Path())
        finally:
            over.set()


def test_a_server_that_is_not_there_and_a_key_that_is_not_there_are_found() -> None:
    with serving(lambda path, headers, body: completion("")) as url:
        gone = url
    with pytest.raises(WriterSilent, match="not reached"):
        check_writer(config(gone), Path())
    with pytest.raises(ConfigError, match=r"writer\.key"):
        check_writer(config(gone, key_env="K"), Path(), {})


def test_a_local_model_that_is_not_there_is_found() -> None:
    with pytest.raises(ModelError, match=r"writer\.model: missing\.gguf: no such file"):
        check_writer(WriterConfig(backend="local", model="missing.gguf"), Path())


@pytest.mark.parametrize("backend", [{"backend": "local", "model": "m"}, {"backend": "server", "model": "m"}])
def test_a_faulty_prompt_is_found_before_anything_is_asked(
    backend: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "system.yaml").write_text("text: You are {{ nobody }}.\n")
    monkeypatch.setattr(prompts, "default_folder", lambda name: tmp_path)
    url = {"url": "http://127.0.0.1:9"} if backend["backend"] == "server" else {}
    with pytest.raises(ConfigError, match="unknown variable 'nobody'"):
        check_writer(WriterConfig(**backend, **url), Path())
