"""Between clients and a PostgreSQL server: counts what they ask, and cuts the connection at one.

It reads the protocol's messages (frontend/backend protocol 3), so that what is counted is what is
asked, however the bytes come. It runs in a process of its own, forked for each run.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

ASKS = (b"E", b"Q")
"""Execute, and Query: each has a statement carried out."""
ENDS = (b"S", b"Q")
"""Sync, and Query: the server answers all that was asked, and says that it is ready."""
READY = b"Z"
_PATIENCE = 5.0


class Proxy:
    """Listens where a server would, and forwards; until it cuts.

    Args:
        there: the folder of the server's socket.
    """

    def __init__(self, there: Path) -> None:
        self.here = Path(mkdtemp(prefix="cut"))
        self._there = there / ".s.PGSQL.5432"
        self._count = mmap.mmap(-1, 8)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self.here / ".s.PGSQL.5432"))
        self._socket.listen(64)
        self._process = 0

    def start(self, deadly: int | None, *, answered: bool) -> None:
        """Forward until the statement of that number, counted over all connections.

        Args:
            deadly: at which statement the connection is cut; none: at no statement.
            answered: whether the server gets the statement, and only its answer is lost.
        """
        self._count[:] = bytes(8)
        self._process = os.fork()
        if not self._process:
            _Forwarding(self._socket, self._there, self._count, deadly, answered).serve()

    def stop(self) -> int:
        """Stop, and give how many statements were asked."""
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        return int.from_bytes(self._count, "little")


class _Forwarding:
    def __init__(
        self,
        listening: socket.socket,
        there: Path,
        count: mmap.mmap,
        deadly: int | None,
        answered: bool,
    ) -> None:
        self._listening, self._there = listening, there
        self._count, self._deadly, self._answered = count, deadly, answered
        self._lock = threading.Lock()

    def serve(self) -> None:
        while True:
            client, _ = self._listening.accept()
            threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._there))
        back = _Back(server, client)
        threading.Thread(target=back.forward, daemon=True).start()
        lost = False
        with over(client, server):
            for kind, frame in frames(client, startup=True):
                if kind in ASKS and self._is_deadly():
                    lost = True
                    if not self._answered:
                        return
                    back.muted = True
                server.sendall(frame)
                if kind in ENDS:
                    back.expected += 1
                    if lost:
                        back.wait()
                        return

    def _is_deadly(self) -> bool:
        with self._lock:
            count = int.from_bytes(self._count, "little") + 1
            self._count[:] = count.to_bytes(8, "little")
            return count == self._deadly


class _Back:
    """What the server says, counted by how often it says that it is ready."""

    def __init__(self, server: socket.socket, client: socket.socket) -> None:
        self._server, self._client = server, client
        self._ready = threading.Condition()
        self._times = 0
        self.expected = 1
        self.muted = False

    def forward(self) -> None:
        with over(self._client):
            for kind, frame in frames(self._server, startup=False):
                if not self.muted:
                    self._client.sendall(frame)
                if kind == READY:
                    with self._ready:
                        self._times += 1
                        self._ready.notify_all()

    def wait(self) -> None:
        """Wait until the server has answered all that was asked."""
        with self._ready:
            self._ready.wait_for(lambda: self._times >= self.expected, _PATIENCE)


@contextmanager
def over(*sockets: socket.socket) -> Iterator[None]:
    """Let what is said over sockets end when this does, whoever else listens to them."""
    with suppress(OSError):
        yield
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def frames(source: socket.socket, *, startup: bool) -> Iterator[tuple[bytes, bytes]]:
    """Yield each message with its kind; the first of a client has none."""
    with source.makefile("rb") as stream:
        if startup:
            head = stream.read(4)
            yield b"", head + stream.read(int.from_bytes(head) - 4)
        while head := stream.read(5):
            yield head[:1], head + stream.read(int.from_bytes(head[1:]) - 4)
