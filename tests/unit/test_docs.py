"""The documentation says what there is: pages made from code are equal to what code says."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import typer
import yaml

from doelbinding.cli.app import app
from doelbinding.evidence.schema import EntryKind

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PROSE = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = _generator()
COMMANDS = dict(generate.commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", list(generate.PAGES))
def test_reference_pages_say_what_the_code_says(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == generate.PAGES[name](), "run: python docs/generate.py"


@pytest.mark.parametrize("words", list(COMMANDS), ids=" ".join)
def test_every_command_and_option_is_explained_and_shown_at_work(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert command.help, "a command needs a docstring"
    for parameter in command.params:
        if any(name.startswith("-") for name in parameter.opts):
            assert parameter.help, f"{parameter.name} needs help text"
    pages = [ROOT / "README.md", *DOCS.glob("tutorials/*.md"), *DOCS.glob("howto/*.md")]
    shown = re.compile(rf"doelbinding (-C \S+ )?{' '.join(words)}\b")
    assert any(shown.search(page.read_text(encoding="utf-8")) for page in pages), (
        f"no tutorial, how-to or README shows `doelbinding {' '.join(words)}`"
    )


def test_evidence_page_tells_which_kinds_are_written() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("jobs", "records")
        for path in (ROOT / "src" / "doelbinding" / folder).glob("*.py")
        if path.name != "proving.py"  # it reads the log
    )
    written = {kind for kind in EntryKind if f"EntryKind.{kind.name}" in code}
    assert set(generate.WRITTEN) == written


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{page.name}: {target} leads nowhere"
        if anchor and there.suffix == ".md":
            assert anchor in _anchors(there), f"{page.name}: {target} has no such heading"


def test_recipes_name_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:src|tests|docs|examples)/[^`\s*]+)`", text):
        if not re.search(r"TOPIC|NAME|STORE|TAG", path):
            assert (ROOT / path).exists(), f"there is no {path}"


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_pages_name_code_that_exists(page: Path) -> None:
    for path in re.findall(r"`([a-z]+/[\w/]+\.(?:py|typ))`", page.read_text(encoding="utf-8")):
        base = ROOT if path.startswith(("tests/", "docs/")) else ROOT / "src" / "doelbinding"
        assert (base / path).exists(), f"there is no {path}"


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


# --- the table of requirements ------------------------------------------------------------------

REQUIREMENTS = DOCS / "reference" / "requirements.md"
COUNTS = {
    "0": 4, "I": 3, "II": 14, "III": 2, "IV": 11, "V": 4, "VI": 10, "VII": 7, "VIII": 2, "IX": 12,
    "X": 14, "XI": 3,
}  # fmt: skip


def _rows() -> dict[str, list[str]]:
    rows = {}
    for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines():
        if line.startswith("| R-"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert cells[0] not in rows, f"{cells[0]} stands twice"
            rows[cells[0]] = cells[1:]
    return rows


def test_every_requirement_stands_in_the_table() -> None:
    wanted = [f"R-{part}.{n}" for part, count in COUNTS.items() for n in range(1, count + 1)]
    assert list(_rows()) == wanted


def test_requirements_name_files_that_exist_or_say_not_yet() -> None:
    for requirement, (_, state, where, tests, missing) in _rows().items():
        assert state in {"yes", "partly", "not yet"}, requirement
        named = re.findall(r"`([^`]+)`", where + tests)
        for path in (name.partition("::")[0] for name in named):
            base = ROOT / path if path.split("/")[0] in {"docs", "examples", "tests"} else None
            there = base or ROOT / "src" / "doelbinding" / path
            assert there.exists(), f"{requirement}: there is no {path}"
        if state == "yes":
            assert "-" not in {where, tests}, f"{requirement}: name code and test"
        else:
            assert missing != "-", f"{requirement}: say what is missing"


# --- publiccode.yaml ----------------------------------------------------------------------------


def test_the_public_description_has_what_the_standard_asks() -> None:
    described = yaml.safe_load((ROOT / "publiccode.yaml").read_text(encoding="utf-8"))
    asked = {
        "publiccodeYmlVersion", "name", "url", "releaseDate", "softwareType", "platforms",
        "categories", "developmentStatus", "description", "legal", "maintenance", "localisation",
    }  # fmt: skip
    assert asked <= described.keys()
    assert described["description"].keys() == {"en", "nl"}
    for words in described["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["legal"]["license"] == project["license"]
    assert described["softwareVersion"] == project["version"]
