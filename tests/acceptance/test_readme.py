"""What README and tutorial show is what happens.

Each ```console block is run, command by command, and what it shows is compared with what is
printed: `…` stands for anything within a line, a line of `…` alone for any lines. A fingerprint or
the id of a case is whatever this run made of it, the same one wherever it stands again. A block
```LANGUAGE PATH is a file that the reader writes.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMANDS = Path(sys.executable).parent
DAY = "2026-11-23"

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MADE_UP = re.compile(r"\bcase-[0-9a-f]{8}\b|\bhold-[0-9a-f]{8}\b|\b[0-9a-f]{12,64}\b")
ANY = "…"


@dataclass
class Reader:
    """Follows a page in a folder, as somebody would who types what it says."""

    folder: Path
    meant: dict[str, str] = field(default_factory=dict)

    def follow(self, page: Path) -> None:
        for language, path, content in BLOCK.findall(page.read_text(encoding="utf-8")):
            if path:
                (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / path).write_text(content, encoding="utf-8")
            elif language == "console":
                for command, shown in commands(content):
                    self.compare(command, shown, self.run(command))

    def run(self, command: str) -> list[str]:
        done = subprocess.run(
            shlex.split(MADE_UP.sub(lambda found: self.known(found[0]), command)),
            cwd=self.folder,
            env={**os.environ, "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return tidy(done.stdout.splitlines())

    def known(self, shown: str) -> str:
        """Give what this run has for a fingerprint that the page shows, also for its start."""
        for page, here in self.meant.items():
            if page.startswith(shown):
                return here[: len(shown)]
        return shown

    def compare(self, command: str, shown: Sequence[str], printed: list[str]) -> None:
        rest = list(printed)
        skipping = False
        for line in tidy(shown):
            if line == ANY:
                skipping = True
                continue
            pattern, names = self.pattern(line)
            found = pattern.fullmatch(rest[0]) if rest else None
            while skipping and found is None and rest:
                rest.pop(0)
                found = pattern.fullmatch(rest[0]) if rest else None
            assert found, "\n".join(
                [f"$ {command}", "does not show", line, "but", *printed, "next:", *rest[:1]]
            )
            self.meant.update(zip(names, found.groups(), strict=True))
            rest.pop(0)
            skipping = False
        assert skipping or not rest, f"$ {command}\nshows more than the page says: {rest}"

    def pattern(self, line: str) -> tuple[re.Pattern[str], list[str]]:
        """Give what matches a line, and the made-up words in it that are new."""
        parts, names, at = [], [], 0
        for found in MADE_UP.finditer(line):
            parts.append(literal(line[at : found.start()]))
            known = self.known(found[0])
            if known == found[0]:
                names.append(found[0])
                parts.append(f"({MADE_UP.pattern})")
            else:
                parts.append(re.escape(known))
            at = found.end()
        parts.append(literal(line[at:]))
        return re.compile("".join(parts)), names


def literal(text: str) -> str:
    return ".*".join(re.escape(part) for part in text.split(ANY))


def tidy(lines: Sequence[str]) -> list[str]:
    """Leave out empty lines and what a terminal would not show at the end of a line."""
    return [line.rstrip() for line in lines if line.strip()]


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a block with the lines it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


def test_the_tour_in_the_readme_is_what_happens(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    made = subprocess.run(
        [COMMANDS / "doelbinding", "demo", "--dir", demo, "--at", DAY, "--no-serve"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-2000:] + made.stderr
    Reader(demo).follow(ROOT / "README.md")


def test_the_first_policy_is_what_happens(tmp_path: Path) -> None:
    Reader(tmp_path).follow(ROOT / "docs" / "tutorials" / "first-policy.md")


@pytest.mark.parametrize(
    ("shown", "printed", "right"),
    [
        (["a", ANY, "c"], ["a", "b", "b", "c"], True),
        (["a", "c"], ["a", "b", "c"], False),
        (["a"], ["a", "b"], False),
        (["4 rows, …"], ["4 rows, 5 columns"], True),
        (["4 rows, …"], ["5 rows, 5 columns"], False),
        (["case-00000000 and case-00000000"], ["case-11111111 and case-11111111"], True),
    ],
)
def test_a_page_that_shows_something_else_is_found(
    shown: list[str], printed: list[str], right: bool, tmp_path: Path
) -> None:
    reader = Reader(tmp_path)
    if right:
        reader.compare("it", shown, printed)
    else:
        with pytest.raises(AssertionError):
            reader.compare("it", shown, printed)
