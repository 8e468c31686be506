"""The records' tables are the same made at once or by each migration in turn."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.forked import forked
from tests.integration.mill import DAY, build

ONE_BY_ONE = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
executor.migrate([name for name in executor.loader.graph.leaf_nodes() if "at_once" not in name[1]])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return build(tmp_path / "mill")


def django(folder: Path, *arguments: str) -> None:
    (folder / ".doelbinding").mkdir(exist_ok=True)
    told = {
        "DOELBINDING_HOME": str(folder),
        "DJANGO_SETTINGS_MODULE": "doelbinding.records.settings",
    }
    subprocess.run([sys.executable, *arguments], env={**os.environ, **told}, check=True)


def tables(folder: Path) -> dict[str, object]:
    """Give the columns, references and indexes of each table, whatever their order."""
    with closing(sqlite3.connect(folder / ".doelbinding" / "records.sqlite3")) as records:

        def told(pragma: str, of: str) -> list[tuple[object, ...]]:
            return records.execute(f'PRAGMA {pragma}("{of}")').fetchall()

        named = records.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: (
                {row[1:] for row in told("table_info", name)},
                {row[2:] for row in told("foreign_key_list", name)},
                {
                    (*row[2:], *(column for _, _, column in told("index_info", str(row[1]))))
                    for row in told("index_list", name)
                },
            )
            for (name,) in named
        }


def test_tables_made_one_by_one_are_those_made_at_once(tmp_path: Path, folder: Path) -> None:
    older = build(tmp_path / "older")
    django(older, "-c", ONE_BY_ONE)
    assert forked(folder, "plan", "--at", DAY).returncode == 0
    assert tables(older) == tables(folder)
    done = forked(older, "plan", "--at", DAY)
    assert done.returncode == 0, done.stderr


def test_the_tables_are_those_of_the_models(folder: Path) -> None:
    django(folder, "-m", "django", "makemigrations", "--check", "--dry-run", "records")
