"""Reading mail in a child process that may be killed: no mail can hang or exhaust the process that serves the others.

The child reads frames on stdin (length, request) and answers on stdout (length, record); it imports this package
only, so it starts in a fraction of a second. Requests and records are pickled between two processes of one program:
the mail itself is only ever data in them.
"""

from __future__ import annotations

import os
import pickle
import resource
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Self

from pipeline.errors import ParseError
from pipeline.intake.attached import AttachedFile, attached_file
from pipeline.intake.parse import parse_mail
from pipeline.records import ParsedMail
from pipeline.resources import PACKAGE

_LENGTH = struct.Struct(">Q")
_CHUNK = 1 << 20


class ParserPool:
    """One parser process, restarted whenever a mail has ended it. Threads take turns.

    ``seconds`` is the time one mail may take, ``memory`` the address space of the child in bytes.
    """

    def __init__(self, seconds: float = 5.0, memory: int = 1 << 30) -> None:
        self.seconds = seconds
        self.memory = memory
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, raw: bytes, own_addresses: frozenset[str] = frozenset(), authserv_id: str = "") -> ParsedMail:
        """`parse_mail` in the child; ParseError where it took too long, too much memory, or died."""
        record = self._ask("parse", raw, own_addresses, authserv_id)
        if not isinstance(record, ParsedMail):
            raise ParseError(f"the mail could not be read: {record}")
        return record

    def attached_file(self, raw: bytes, number: int) -> AttachedFile | None:
        """`attached_file` in the child; ParseError as with `parse`."""
        record = self._ask("attached_file", raw, number)
        return record if isinstance(record, AttachedFile) else None

    def _ask(self, task: str, *arguments: object) -> object:
        with self._turn:
            child = self._child or self._start()
            answer = self._exchange(child, pickle.dumps((task, arguments)))
        record: object = pickle.loads(answer)  # noqa: S301 - from our own child, over our own pipe
        return record

    @property
    def pid(self) -> int:
        """The process id of the child, 0 where none runs."""
        return self._child.pid if self._child else 0

    def close(self) -> None:
        """End the child; a later `parse` starts a new one."""
        with self._turn:
            self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH", ""))))
        self._child = subprocess.Popen(
            [sys.executable, "-m", "pipeline.intake.isolate", str(self.memory), str(int(self.seconds) + 1)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                _close_quietly(stream)

    def _exchange(self, child: subprocess.Popen[bytes], request: bytes) -> bytes:
        try:
            return _converse(child, _LENGTH.pack(len(request)) + request, time.monotonic() + self.seconds)
        except TimeoutError:
            self._stop()
            raise ParseError(f"the mail could not be read within {self.seconds:g} seconds") from None
        except (EOFError, OSError):
            self._stop()
            raise ParseError("the mail ended the parser: too much memory or time") from None


def _close_quietly(stream: IO[bytes]) -> None:
    try:
        stream.close()
    except BrokenPipeError:  # bytes for a child that is gone
        return


def _converse(child: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes:
    """Write the request and read the whole answer, neither beyond ``deadline`` (time.monotonic)."""
    if child.stdin is None or child.stdout is None:
        raise EOFError
    out, into = child.stdin.fileno(), child.stdout.fileno()
    os.set_blocking(out, False)
    unsent, answer, wanted = memoryview(request), bytearray(), _LENGTH.size
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_WRITE)
        selector.register(into, selectors.EVENT_READ)
        while len(answer) < wanted:
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                if key.fd == out:
                    unsent = unsent[os.write(out, unsent[:_CHUNK]) :]
                    if not unsent:
                        selector.unregister(out)
                    continue
                data = os.read(into, _CHUNK)
                if not data:
                    raise EOFError
                answer += data
                if len(answer) >= _LENGTH.size:
                    wanted = _LENGTH.size + _LENGTH.unpack_from(answer)[0]
    return bytes(answer[_LENGTH.size :])


# --- the child ------------------------------------------------------------------------------------------------------


_MAX_FILES = 32
"""Open files: the two pipes, and what the import system reads."""


def _confine(memory: int) -> None:
    """Take from this process what reading a mail never needs: more memory, writing files, leaving a core."""
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MAX_FILES),
    ):
        resource.setrlimit(limit, (most, most))


def _allow_seconds(seconds: int) -> None:
    """Let the child use ``seconds`` more of processor time; beyond them the kernel ends it even without a parent."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


_TASKS: Mapping[str, Callable[..., object]] = {"parse": parse_mail, "attached_file": attached_file}


def _serve(requests: IO[bytes], answers: IO[bytes], seconds: int) -> None:
    while header := requests.read(_LENGTH.size):
        request = requests.read(_LENGTH.unpack(header)[0])
        _allow_seconds(seconds)
        task, arguments = pickle.loads(request)  # noqa: S301 - from our own parent
        record = pickle.dumps(_TASKS[task](*arguments))
        answers.write(_LENGTH.pack(len(record)) + record)
        answers.flush()


def main(arguments: list[str]) -> None:
    memory, seconds = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends the child by closing stdin
    _confine(memory)
    try:
        _serve(sys.stdin.buffer, sys.stdout.buffer, seconds)
    except (MemoryError, BrokenPipeError):  # too much for it, or nobody is left to answer
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
