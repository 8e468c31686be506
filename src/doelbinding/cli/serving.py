"""A server for a folder of files, on the loopback address only."""

from __future__ import annotations

import errno
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Timer

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


def serve_folder(folder: Path, port: int, *, seconds: float | None = None) -> None:
    """Serve until interrupted, or for so many seconds."""
    with listening(folder, port) as server:
        until = "Ctrl-C stops it" if seconds is None else f"stops by itself after {seconds:.0f} s"
        say(f"the site is at http://{HOST}:{server.server_port}/  ({until})")
        if seconds is not None:
            stopper = Timer(seconds, server.shutdown)
            stopper.daemon = True
            stopper.start()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
