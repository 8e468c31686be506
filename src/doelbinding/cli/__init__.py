"""The command line: `doelbinding`, or `doel` for short.

It does everything the console does. Commands import what they need when they run, so that help
comes at once. Exit status: 0 well, 1 the answer is no (findings, not verified), 2 an error.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, and say errors in one sentence."""
    from doelbinding.cli.app import app
    from doelbinding.cli.errors import said

    try:
        app()
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped; running the same command again goes on from here\n")
        sys.exit(130)
    except Exception as error:
        message = said(error)
        if message is None:
            raise
        sys.stderr.write(f"error: {message}\n")
        sys.exit(2)
