"""The client of a language-model server against real HTTP on loopback, with every way such a server can fail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.drafting.writer import Turn
from pipeline.drafting.writer.server import LONGEST_BODY, ChatServer
from pipeline.errors import WriterSilent
from tests.integration.chatserver import Answer, completion, serving

TURNS = (Turn("system", "Be brief."), Turn("user", "My parcel is late."))


def client(url: str, **more: Any) -> ChatServer:
    return ChatServer(url, "small", **({"pause": lambda seconds: None, "seconds": 20.0} | more))


def scripted(*answers: Answer) -> tuple[Callable[..., Answer], list[Any]]:
    asked: list[Any] = []

    def reply(path: str, headers: Any, body: Any) -> Answer:
        asked.append((path, dict(headers), body))
        return answers[min(len(asked), len(answers)) - 1]

    return reply, asked


def silent(url: str, **more: Any) -> str:
    with pytest.raises(WriterSilent) as raised:
        client(url, **more).complete(TURNS)
    assert "parcel" not in raised.value.message
    return raised.value.message


def test_a_conversation_goes_out_and_the_text_comes_back() -> None:
    reply, asked = scripted(completion("Good morning"))
    with serving(reply) as url:
        assert client(f"{url}/", key="sesame", max_tokens=99).complete(TURNS) == "Good morning"
    path, headers, body = asked[0]
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer sesame"
    assert body == {
        "model": "small",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "My parcel is late."},
        ],
        "temperature": 0.0,
        "max_tokens": 99,
        "stream": False,
    }


def test_passwords_and_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    reply, asked = scripted(completion("yes"))
    with serving(reply) as url:
        assert client(url).complete(TURNS) == "yes"
    assert "Authorization" not in asked[0][1]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_passes_by_itself_is_tried_again(status: int) -> None:
    reply, asked = scripted(Answer(status), Answer(status), completion("third"))
    with serving(reply) as url:
        assert client(url).complete(TURNS) == "third"
    assert len(asked) == 3


def test_it_is_given_up_after_three_tries() -> None:
    reply, asked = scripted(Answer(503))
    with serving(reply) as url:
        assert silent(url) == "127.0.0.1: answered with 503"
    assert len(asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 204])
def test_a_refusal_is_final(status: int) -> None:
    reply, asked = scripted(Answer(status), completion("never"))
    with serving(reply) as url:
        assert silent(url) == f"127.0.0.1: answered with {status}"
    assert len(asked) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    elsewhere, reached = scripted(completion("stolen"))
    with serving(elsewhere) as other:
        reply, _ = scripted(Answer(status, headers={"Location": f"{other}/v1/chat/completions"}))
        with serving(reply) as url:
            assert silent(url, key="sesame") == f"127.0.0.1: answered with {status}"
    assert reached == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": {"0": 1}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_no_completion_is_no_answer(body: bytes) -> None:
    reply, _ = scripted(Answer(pieces=(body,)))
    with serving(reply) as url:
        assert silent(url) == "127.0.0.1: the answer is no chat completion"


def test_an_endless_answer_is_cut_off() -> None:
    reply, _ = scripted(Answer(pieces=(b"x" * 100_000,) * 5))
    with serving(reply) as url:
        assert silent(url) == f"127.0.0.1: the answer is larger than {LONGEST_BODY} bytes"


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    over = threading.Event()

    def reply(path: str, headers: Any, body: Any) -> Answer:
        over.wait(60)
        return completion("too late")

    with serving(reply) as url:
        try:
            assert silent(url, seconds=0.3) == "127.0.0.1: no answer within 0.3 seconds"
        finally:
            over.set()


def test_an_answer_that_drips_is_not_waited_for() -> None:
    over = threading.Event()
    reply, asked = scripted(Answer(pieces=(b" ",) * 10_000, wait=lambda: over.wait(0.02)))
    with serving(reply) as url:
        try:
            assert "127.0.0.1: no" in silent(url, seconds=0.5)
        finally:
            over.set()
    assert len(asked) == 1


def test_an_answer_that_breaks_off_is_tried_again() -> None:
    reply, asked = scripted(Answer(pieces=(b'{"choices"',), length=500), completion("whole"))
    with serving(reply) as url:
        assert client(url).complete(TURNS) == "whole"
    assert len(asked) == 2


def test_a_server_that_is_gone_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert silent(f"http://127.0.0.1:{port}") == "127.0.0.1: not reached: ConnectionError"


def test_a_server_without_a_valid_certificate_is_not_spoken_to() -> None:
    reply, asked = scripted(completion("plain"))
    with serving(reply) as url:
        message = silent(url.replace("http://", "https://"))
    assert "not reached: SSLError" in message and asked == []


def test_a_missing_authority_file_is_named() -> None:
    assert "not asked: OSError" in silent("https://127.0.0.1:9", ca_file="/nowhere/ca.pem")
