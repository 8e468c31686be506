"""A server for a folder of files, on the loopback address only."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from doelbinding.cli.printing import say
from doelbinding.cli.reading import BadInput

HOST = "127.0.0.1"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps no log of who asked for what."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Keep silent."""

    def end_headers(self) -> None:
        """Add what keeps a page to itself."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()


def listening(folder: Path, port: int) -> ThreadingHTTPServer:
    """Give a server on the port, or on a free one when it is busy.

    Raises:
        BadInput: there is no such folder.
    """
    if not (folder / "index.html").is_file():
        raise BadInput(f"{folder} holds no site: make one with `doelbinding publish`")
    handler = partial(Quiet, directory=str(folder))
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        return ThreadingHTTPServer((HOST, 0), handler)


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    """Serve a folder beside whatever else is done, and say where."""
    with listening(folder, port) as server:
        say(f"the site is at http://{HOST}:{server.server_port}/\n")
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def serve_folder(folder: Path, port: int) -> None:
    """Serve until interrupted."""
    with listening(folder, port) as server:
        say(f"the site is at http://{HOST}:{server.server_port}/  (Ctrl-C stops it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
