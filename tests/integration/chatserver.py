"""A server that speaks ``/v1/chat/completions`` and ``/v1/models``: in a thread with scripted answers, or as a process with a model.

python -m tests.integration.chatserver FILE.gguf     prints its port, serves until its standard input ends
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One HTTP response; ``pieces`` go out one by one, each after a ``wait`` that ends it where it is True."""

    status: int = 200
    pieces: tuple[bytes, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    wait: Callable[[], bool] = lambda: False


def completion(content: object) -> Answer:
    return Answer(pieces=(json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode(),))


def models(*names: object) -> Answer:
    return Answer(pieces=(json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode(),))


Reply = Callable[[str, Any, Any], Answer]
"""From path, headers and the parsed body (None where there is none) to an answer."""


def make_server(reply: Reply) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, body: Any) -> None:
            answer = reply(self.path, self.headers, body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            length = sum(map(len, answer.pieces)) if answer.length is None else answer.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            for piece in answer.pieces:
                if answer.wait():
                    return
                try:
                    self.wfile.write(piece)
                except OSError:
                    return

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


@contextmanager
def serving(reply: Reply) -> Iterator[str]:
    """The URL of a server that answers by ``reply``."""
    server = make_server(reply)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(file: str) -> None:
    from pipeline.drafting.writer import Turn
    from pipeline.drafting.writer.local import LocalModel

    model = LocalModel.load(file, max_tokens=64)

    def reply(path: str, headers: Any, body: Any) -> Answer:
        if path != "/v1/chat/completions" or body["model"] != "smollm2":
            return Answer(404)
        return completion(model.complete([Turn(turn["role"], turn["content"]) for turn in body["messages"]]))

    server = make_server(reply)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
