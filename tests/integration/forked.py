"""Runs commands in forks of a process that has imported everything: a tenth of a second, not one.

    python -m tests.integration.forked

takes `[program, arguments, environment, where]` as a line of JSON on standard input, and answers
with one. `BY_STEP` in the environment has each plan carried out step by step, as large ones are;
`IN_ROUNDS` has all that is asked about other rows asked in rounds.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from tests.integration.mill import DAY

COMMAND, BOUNDARIES = "doelbinding.cli", "tests.integration.boundaries"
MOST_SECONDS = 4 * 3600 if os.environ.get("EVERY_BOUNDARY") else 1800
ROOT = Path(__file__).parents[2]
BY_STEP = {"BY_STEP": "1"}


def forked(
    folder: Path | None, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a working folder as a user would, without a terminal."""
    where = () if folder is None else ("-C", str(folder))
    start(0, COMMAND, *where, *arguments, **environment)
    return ended(0)


def start(server: int, program: str, *arguments: str, **environment: str) -> None:
    """Start a program in a fork; each server runs one at a time."""
    told = {"COLUMNS": "200", **os.environ, **environment}
    asked = _server(server).stdin
    assert asked is not None
    asked.write(json.dumps([program, arguments, told, str(Path.cwd())]) + "\n")
    asked.flush()


def ended(server: int) -> subprocess.CompletedProcess[str]:
    """Wait for the program that was started, and give what it printed."""
    answers = _server(server).stdout
    assert answers is not None
    status, out, err = json.loads(answers.readline())
    return subprocess.CompletedProcess([], status, out, err)


def run(
    *arguments: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as `test_story.run` does, without starting an interpreter."""
    return forked(folder, *arguments, **environment)


def planned(folder: Path, *, at: str = DAY, **environment: str) -> str:
    """Plan retention; give the plan's fingerprint."""
    done = forked(folder, "plan", "--at", at, **environment)
    found = re.search(r"^plan ([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert found is not None, done.stderr
    return found[1]


@cache
def _server(_number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.forked"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def main() -> None:
    """Answer commands until there are no more."""
    _import_all()
    for line in sys.stdin:
        program, arguments, environment, where = json.loads(line)
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if not child:
                os.environ.clear()
                os.environ.update(environment)
                os.chdir(where)
                time.tzset()
                _run(program, arguments, out, err)
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
        "doelbinding.records.opening", "doelbinding.law.findings", "tests.integration.boundaries",
        "django.http", "django.urls", "django.views.generic", "django.core.management.base",
        "doelbinding.plan.collected", "doelbinding.rights.locate", "doelbinding.stores.sql.engine",
        "doelbinding.wiring", "typer._adapters", "typer._click.decorators",
        "django.db.models.sql.compiler", "django.template.defaultfilters",
        "django.template.defaulttags", "django.template.loader_tags", "django.templatetags.i18n",
        "django.utils.translation.reloader", "django.views.debug", "pprint", "rich._emoji_codes",
        "doelbinding.law.checks.report", "doelbinding.plan.document", "doelbinding.plan.sharing",
        "doelbinding.plan.survey", "doelbinding.plan.words", "doelbinding.plan.written",
        "doelbinding.policy.joined", "encodings.unicode_escape", "encodings.utf_16_be",
        "encodings.utf_8_sig", "doelbinding.cli.errors", "doelbinding.rights.bearing",
        "doelbinding.rights.lasting", "doelbinding.rights.elsewhere",
        "doelbinding.rights.rectification", "doelbinding.rights.right_value",
    ):  # fmt: skip
        importlib.import_module(name)
    importlib.import_module("doelbinding.policy.load.validate").adapter()
    importlib.import_module("doelbinding.plan.document").adapter()
    importlib.import_module("doelbinding.stores.outside").connector("sqlite:")
    _read_words_and_templates()
    _build_commands_once()
    gc.collect()
    gc.freeze()  # so that no fork copies all of this to look for garbage in it


def _read_words_and_templates() -> None:
    """Keep what letters are written with, as a process that writes its second one does."""
    wording = importlib.import_module("doelbinding.law.language.wording").wording
    environment = importlib.import_module("doelbinding.document.html")._environment
    answer = Path(importlib.import_module("doelbinding.rights.answer").__file__ or "").parent
    for words in (answer / "locale").glob("??.yaml"):
        wording(words.stem, own=words.parent)
    for template in (answer / "templates").glob("*.j2"):
        environment(template.parent).get_template(template.name)


def _build_commands_once() -> None:
    """Make the commands of their functions now: each run of them would do so anew."""
    built = typer.main.get_command(importlib.import_module("doelbinding.cli.app").app)
    typer.main.get_command = lambda _app: built


def by_step() -> None:
    """Have this process carry each plan out step by step."""
    from doelbinding.plan import atonce

    atonce.SMALL = -1  # so that every plan is a large one


def in_rounds() -> None:
    """Have this process ask all that it asks about other rows in rounds, also what is not deep."""
    from doelbinding.stores.sql import apart, shallow

    shallow.MOST_WRITTEN_OUT, apart.MOST_TOGETHER = 0, -1


def _run(program: str, arguments: list[str], out: Any, err: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.argv = [program, *arguments]
    signal.alarm(MOST_SECONDS)
    status = 1
    try:
        if os.environ.get("BY_STEP"):
            by_step()
        if os.environ.get("IN_ROUNDS"):
            in_rounds()
        importlib.import_module(program).main()
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
