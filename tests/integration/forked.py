"""Runs commands in forks of a process that has imported everything: a tenth of a second, not one.

    python -m tests.integration.forked

takes `[folder, arguments, environment]` as a line of JSON on standard input, and answers with one.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def forked(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a working folder as a user would, without a terminal."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps([str(folder), arguments, environment]) + "\n")
    server.stdin.flush()
    status, out, err = json.loads(server.stdout.readline())
    return subprocess.CompletedProcess([*arguments], status, out, err)


@cache
def _server() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.forked"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
    )  # fmt: skip


def main() -> None:
    """Answer commands until there are no more."""
    _import_all()
    for line in sys.stdin:
        folder, arguments, environment = json.loads(line)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if not child:
                os.environ.update(environment)
                _run(folder, arguments, out, err)
            _, status = os.waitpid(child, 0)
            said = []
            for file in (out, err):
                file.seek(0)
                said.append(file.read())
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), *said]) + "\n")
        sys.stdout.flush()


def _import_all() -> None:
    """Import what does not yet look at the working folder; the records' settings do."""
    for name in (
        "django.db.models", "django.db.migrations.executor", "django.db.backends.sqlite3.base",
        "doelbinding.cli.app", "doelbinding.stores.sql.store", "doelbinding.rights.answer",
        "doelbinding.retention.drafts", "psycopg", "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite", "rich.table", "rich.console",
        "doelbinding.records.opening", "doelbinding.law.findings",
    ):  # fmt: skip
        importlib.import_module(name)


def _run(folder: str, arguments: list[str], out: Any, err: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = ["doelbinding", "-C", folder, *arguments]
    status = 1
    try:
        from doelbinding.cli import main as command

        command()
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - as an interpreter does at its end
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
