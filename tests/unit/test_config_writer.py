from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import WriterConfig, load_config
from pipeline.drafting.writer import load_writer
from pipeline.errors import ConfigError
from pipeline.resources import default_folder
from pipeline.yaml_file import validate


def writer(**given: Any) -> WriterConfig:
    return validate(WriterConfig, given, Path("calmdesk.yaml"))


def test_no_model_writes_unless_it_is_asked_for() -> None:
    config = load_config(default_folder("config"), environ={}).calmdesk.writer
    assert config == WriterConfig() and config.backend == "off"
    assert load_writer(config, Path()) is None


def test_off_may_be_written_without_quotes() -> None:
    config = load_config(default_folder("config"), environ={"CALMDESK_WRITER__BACKEND": "off"}).calmdesk.writer
    assert config.backend == "off"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
        "http://192.168.1.20:11434",
        "http://10.0.0.7/llm",
        "https://llm.example",
    ],
)
def test_a_server_is_reached_by_https_or_inside_the_own_network(url: str) -> None:
    assert writer(backend="server", model="m", url=url).url == url


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"backend": "server", "model": "m", "url": "http://llm.example"}, "must be https"),
        ({"backend": "server", "model": "m", "url": "http://8.8.8.8"}, "must be https"),
        ({"backend": "server", "model": "m", "url": "ftp://127.0.0.1"}, "url must be like"),
        ({"backend": "server", "model": "m", "url": "https://user:word@llm.example"}, "url must be like"),
        ({"backend": "server", "model": "m", "url": "https://llm.example?key=1"}, "url must be like"),
        ({"backend": "server", "model": "m", "url": "http://127.0.0.1:port"}, "url must be like"),
        ({"backend": "server", "model": "m", "url": "http://[::1"}, "url must be like"),
        ({"backend": "server", "model": "m"}, "url must be like"),
        ({"backend": "server", "url": "https://llm.example"}, "model is required"),
        ({"backend": "local"}, "model is required"),
        ({"backend": "local", "model": "m", "key_env": "K"}, "are for backend server"),
        ({"url": "https://llm.example"}, "are for backend server"),
        ({"backend": "cloud"}, "'off', 'local' or 'server'"),
        ({"backend": "server", "model": "m", "url": "https://a.example", "key_env": "K", "key_file": "k"}, "name one"),
        ({"key": "secret"}, "unknown key key"),
    ],
)
def test_what_cannot_be_meant_is_named(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        writer(**given)


def test_the_key_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    given = {"backend": "server", "model": "m", "url": "https://llm.example"}
    with pytest.raises(ConfigError, match=r"writer\.key_env: environment variable K is not set"):
        load_writer(writer(**given, key_env="K"), tmp_path, {})
    with pytest.raises(ConfigError, match=r"writer\.key_file"):
        load_writer(writer(**given, key_file="key"), tmp_path, {})
    (tmp_path / "key").write_text("secret\n")
    assert load_writer(writer(**given, key_file="key"), tmp_path, {})
    assert load_writer(writer(**given, key_env="K"), tmp_path, {"K": "secret"})
