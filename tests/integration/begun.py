"""Records that are begun: made once per process, since each new working folder would make them.

    python -m tests.integration.begun FOLDER

makes them in `FOLDER/.doelbinding` as a first command does, without keys.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

FILE = Path(".doelbinding") / "records.sqlite3"
ROOT = Path(__file__).parents[2]


def begin(folder: Path) -> None:
    """Give a working folder the records of a first command, without keys."""
    (folder / FILE).parent.mkdir(mode=0o700)
    (folder / FILE).write_bytes(_empty())


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        arguments = [sys.executable, "-m", "tests.integration.begun", folder]
        subprocess.run(arguments, check=True, cwd=ROOT)
        whole = Path(folder) / "whole"
        with closing(sqlite3.connect(Path(folder) / FILE)) as records:
            records.execute("VACUUM INTO ?", (str(whole),))
        return whole.read_bytes()


def main(folder: str) -> None:
    """Make the tables of the records."""
    import django
    from django.core.management import call_command

    os.environ.pop("DOELBINDING_DATABASE_URL", None)
    os.environ["DOELBINDING_HOME"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "doelbinding.records.settings"
    (Path(folder) / FILE).parent.mkdir()
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


if __name__ == "__main__":
    main(sys.argv[1])
