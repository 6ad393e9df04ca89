"""A TCP proxy that breaks connections on purpose, at a byte or at a word of the conversation.

    with FaultProxy(("127.0.0.1", port), lambda: ReplyLost(b"\\r\\n.\\r\\n")) as proxy:
        ...  # talk to proxy.port

A fault sees one connection: `up` gets what the client sent, `down` what the server sent, each returns what is passed on
and may raise `Cut`. ``proxy.fault`` may be replaced at any time; it holds for connections made from then on.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

CHUNK = 65536


class Cut(Exception):
    """Break the connection: a reset, or where ``last`` is passed on before, an end after it."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__()
        self.last = last


class Fault:
    """None at all: passes everything on."""

    def up(self, data: bytes) -> bytes:
        return data

    def down(self, data: bytes) -> bytes:
        return data


class Refused(Fault):
    """The connection is reset as soon as anything is said."""

    def up(self, data: bytes) -> bytes:
        raise Cut

    def down(self, data: bytes) -> bytes:
        raise Cut


class _AfterPattern(Fault):
    """Knows whether the client has said ``pattern``."""

    def __init__(self, pattern: bytes) -> None:
        self._pattern = pattern
        self._tail = b""
        self.said = False

    def up(self, data: bytes) -> bytes:
        seen = self._tail + data
        self.said = self.said or self._pattern in seen
        self._tail = seen[-len(self._pattern) :]
        return data


class ReplyLost(_AfterPattern):
    """Everything reaches the server, but its answer to ``pattern`` does not reach the client: reset instead."""

    def down(self, data: bytes) -> bytes:
        if self.said:
            raise Cut
        return data


class Silence(_AfterPattern):
    """From ``pattern`` on nothing is passed on in either direction, and nobody is told (a dropped NAT entry)."""

    def up(self, data: bytes) -> bytes:
        passed = b"" if self.said else data
        super().up(data)
        return passed

    def down(self, data: bytes) -> bytes:
        return b"" if self.said else data


class CutUp(Fault):
    """Reset once the client has sent ``size`` bytes; the server gets just these."""

    def __init__(self, size: int) -> None:
        self._left = size

    def up(self, data: bytes) -> bytes:
        if len(data) >= self._left:
            raise Cut(data[: self._left])
        self._left -= len(data)
        return data


class CutDown(Fault):
    """Reset once the server has sent ``size`` bytes; the client gets just these."""

    def __init__(self, size: int) -> None:
        self._left = size

    def down(self, data: bytes) -> bytes:
        if len(data) >= self._left:
            raise Cut(data[: self._left])
        self._left -= len(data)
        return data


class CutAtWord(_AfterPattern):
    """Reset before the words of the client that hold ``pattern`` reach the server."""

    def up(self, data: bytes) -> bytes:
        super().up(data)
        if self.said:
            raise Cut
        return data


class Replaced(Fault):
    """The server's words with ``old`` replaced, for example an offer stripped; only in lines that hold ``where``."""

    def __init__(self, old: bytes, new: bytes, where: bytes = b"") -> None:
        self._old, self._new, self._where = old, new, where

    def down(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) if self._where else [data]
        return b"".join(line.replace(self._old, self._new) if self._where in line else line for line in lines)


class Answered(_AfterPattern):
    """Instead of the server's answer to ``pattern`` comes ``answer``, and then the end of the connection."""

    def __init__(self, pattern: bytes, answer: bytes) -> None:
        super().__init__(pattern)
        self._answer = answer

    def down(self, data: bytes) -> bytes:
        if self.said:
            raise Cut(self._answer)
        return data


class Completed(_AfterPattern):
    """Instead of the server's answer to ``pattern`` comes ``answer``, with a tagged OK; the connection goes on."""

    status = b"OK done"

    def __init__(self, pattern: bytes, answer: bytes) -> None:
        super().__init__(pattern)
        self._answer = answer
        self._tag = b""

    def up(self, data: bytes) -> bytes:
        if self._pattern in data:
            self._tag = data.split()[0]
        return data

    def down(self, data: bytes) -> bytes:
        return self._answer + self._tag + b" " + self.status + b"\r\n" if self._tag and self._tag in data else data


class SaidNo(Completed):
    """The server refuses the commands that hold any of ``patterns`` and gives nothing."""

    status = b"NO [SERVERBUG] Internal error occurred"

    def __init__(self, *patterns: bytes) -> None:
        super().__init__(b"", b"")
        self._patterns = patterns

    def up(self, data: bytes) -> bytes:
        self._tag = data.split()[0] if any(pattern in data for pattern in self._patterns) else b""
        return data


class Halved(_AfterPattern):
    """Half of the server's next words after ``pattern`` arrive, and then the end of the connection."""

    def down(self, data: bytes) -> bytes:
        if self.said:
            raise Cut(data[: len(data) // 2])
        return data


class Later(Fault):
    """``fault`` from the second time on that the client says ``pattern``; before that nothing is amiss."""

    def __init__(self, pattern: bytes, fault: Fault) -> None:
        self._pattern, self._fault = pattern, fault
        self._times = 0

    def up(self, data: bytes) -> bytes:
        self._times += self._pattern in data
        return self._fault.up(data) if self._times > 1 else data

    def down(self, data: bytes) -> bytes:
        return self._fault.down(data) if self._times > 1 else data


class Recorded(Replaced):
    """Keeps what the client says in ``said``, and may replace words of the server."""

    def __init__(self, said: list[bytes], old: bytes = b"", new: bytes = b"") -> None:
        super().__init__(old, new)
        self._said = said

    def up(self, data: bytes) -> bytes:
        self._said.append(data)
        return data

    def down(self, data: bytes) -> bytes:
        return super().down(data) if self._old else data


class FaultProxy:
    """Listens on a free loopback port (``port``) and passes connections on to ``upstream`` through a new fault each."""

    def __init__(self, upstream: tuple[str, int], fault: Callable[[], Fault] = Fault, host: str = "127.0.0.1") -> None:
        self.fault = fault
        self.host = host
        self.port = 0
        self._upstream = upstream
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="fault-proxy", daemon=True)
        self._thread.start()
        ready.result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def cut_all(self) -> None:
        """Reset every connection there is now."""
        self._loop.call_soon_threadsafe(self._cut_all)

    def _cut_all(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def _serve(self, ready: Future[None]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, self.host, 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set_result(None)
        await self._stopping.wait()
        server.close()
        self._cut_all()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._pass_on(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault()
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            _reset(writer)
            return
        both = (writer, up_writer)
        self._writers.update(both)
        try:
            await asyncio.gather(
                self._pump(reader, up_writer, fault.up, both), self._pump(up_reader, writer, fault.down, both)
            )
        finally:
            self._writers.difference_update(both)

    async def _pump(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        change: Callable[[bytes], bytes],
        both: tuple[asyncio.StreamWriter, ...],
    ) -> None:
        """Pass on what comes until an end or a cut; either ends both directions."""
        try:
            while data := await source.read(CHUNK):
                target.write(change(data))
                await target.drain()
            for writer in both:
                writer.close()
        except Cut as cut:
            target.write(cut.last)
            if cut.last:
                target.close()  # a reset could overtake it
            for writer in both:
                if writer is not target or not cut.last:
                    _reset(writer)
        except OSError:
            for writer in both:
                _reset(writer)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST; what was written and taken by the system is lost or not, as in the world."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() != -1:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
