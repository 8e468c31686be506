"""`demo`: the whole story on the Stago policy and five databases with invented people."""

from __future__ import annotations

import shlex
import shutil
import sys
from contextlib import nullcontext, suppress
from datetime import date
from pathlib import Path
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from doelbinding.cli.printing import say
from doelbinding.cli.publish import PORT
from doelbinding.cli.reading import BadInput, instant_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

MARK = "# made by `doelbinding demo`; running it again makes this folder anew\n"
SECONDS_WITHOUT_TERMINAL = 60
HERO = "email:sanne.devries@example.com"


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="The folder to make.")] = Path("demo"),
    people: Annotated[int, typer.Option(help="How many people.", min=10, max=200_000)] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed gives other people.")] = 1,
    postgresql: Annotated[
        bool, typer.Option("--postgresql", help="On an embedded PostgreSQL instead of SQLite.")
    ] = False,
    port: Annotated[int, typer.Option(help="The site's port; another when busy.")] = PORT,
    serve: Annotated[bool, typer.Option(help="Serve the site at the end.")] = True,
    at: Annotated[str | None, typer.Option(help="As if it were this day; default today.")] = None,
) -> None:
    """Tell the whole story: check, publish, plan, why, apply, access, erase, prove."""
    day = instant_of(at).date()
    prepare(folder, people=people, seed=seed, postgresql=postgresql, at=day)
    from doelbinding.cli.serving import serving

    told_as_of = "" if at is None else f" --at {day}"
    publish_first(folder, told_as_of)
    with serving(folder / "site", port) if serve else nullcontext():
        tell(folder, told_as_of)
        say(f"\nThe folder {folder} is yours to play with: try `doelbinding -C {folder} --help`.")
        if serve:
            _wait()


def prepare(folder: Path, *, people: int, seed: int, postgresql: bool, at: date) -> None:
    """Make the working folder: policy, stores, configuration.

    Raises:
        BadInput: the folder holds something that is not a demonstration.
    """
    from doelbinding.demo import create_files, generate
    from doelbinding.demo.indexes import serve_lookups
    from doelbinding.policy.load import load
    from doelbinding.wiring import CONFIGURATION

    _clear(folder, CONFIGURATION)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(policy_folder(), folder / "policy")
    (folder / "stores").mkdir()
    engines = _postgresql(folder) if postgresql else create_files(folder / "stores")
    counts = generate(engines, people=people, seed=seed, at=at)
    serve_lookups(engines, load(folder / "policy"))
    (folder / CONFIGURATION).write_text(_configuration(engines, folder), encoding="utf-8")
    for engine in engines.values():
        engine.dispose()
    kind = "PostgreSQL" if postgresql else "SQLite"
    say(f"made five {kind} databases with {counts.total:,} rows about {people:,} invented people")


def policy_folder() -> Path:
    """Give the Stago policy: inside the package, or beside it in a clone."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "demo" / "policy"
    return inside if inside.is_dir() else package.parents[1] / "examples" / "stago" / "policy"


def _clear(folder: Path, configuration: str) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    made = folder / configuration
    if not made.is_file() or MARK not in made.read_text(encoding="utf-8"):
        raise BadInput(f"{folder} holds something else: give --dir a new folder")
    if (folder / ".pg").exists():
        from doelbinding.wiring import stop_embedded

        stop_embedded(folder / ".pg")
    shutil.rmtree(folder)


def _postgresql(folder: Path) -> Mapping[str, sa.Engine]:
    from doelbinding.demo import create_databases
    from doelbinding.wiring import start_embedded

    return create_databases(start_embedded((folder / ".pg").resolve()))


def _configuration(engines: Mapping[str, sa.Engine], folder: Path) -> str:
    lines = [MARK, 'policy = "policy"\n']
    if any(engine.dialect.name == "postgresql" for engine in engines.values()):
        lines.append('embedded_postgresql = ".pg"\n')
    for store, engine in engines.items():
        lines.append(f"\n[stores.{store}]\n")
        if engine.dialect.name == "sqlite":
            name = Path(str(engine.url.database)).name
            lines.append(f'url = "sqlite:///stores/{name}"\n')
        else:
            socket = str(engine.url.query.get("host", ""))
            here = socket.replace(str(folder.resolve()), "{home}")
            lines.append(f'drivername = "postgresql+psycopg"\nusername = "{engine.url.username}"\n')
            lines.append(f'database = "{engine.url.database}"\nquery = {{ host = "{here}" }}\n')
    return "".join(lines)


def publish_first(folder: Path, at: str) -> None:
    """Check the policy and publish it, so that there is something to read from the start.

    Args:
        folder: the working folder.
        at: what to add to commands that ask about a day: nothing, or ` --at 2026-11-23`.
    """
    _chapter("Is the policy complete and consistent?")
    _run(folder, f"check{at}")
    _chapter("Publish it: a page, a sheet per activity, the register, per affiliate and language")
    _run(folder, "publish")


def tell(folder: Path, at: str) -> None:
    """Run the commands of the story, each as somebody would type it; `at` as above."""
    _chapter("What does nothing justify any more? Every rule of section VI, on real rows")
    _run(folder, f"plan{at}")
    _chapter("Why do we still have this name? And this address?")
    _run(folder, f"why crm.klant.naam 4711{at}")
    _run(folder, f"why crm.klant.tel 4730{at}")
    _chapter("Approve the plan by its fingerprint; carry it out; read back")
    _run(folder, f"apply {_last_plan(folder)} --approve {_last_plan(folder)}")
    _run(folder, f"plan{at}")
    _chapter("Sanne de Vries asks which data Stago Nederland has of her")
    _run(folder, f"subject access --id {HERO} --controller stago-nl{at}")
    _run(folder, f"subject answer {_last_case(folder)}")
    _chapter("Sanne asks to be erased: each phase by its own basis")
    _run(folder, f"subject erase --id {HERO} --controller stago-nl --yes{at}")
    _chapter("Prove it, to somebody who does not trust us")
    _run(folder, f"promises{at}")
    _run(folder, "prove")
    _run(folder, f"verify {folder / 'evidence.zip'}")


def _chapter(title: str) -> None:
    from rich.text import Text

    from doelbinding.cli.printing import console

    console().rule(Text(title, style="bold"), align="left")


def _run(folder: Path, line: str) -> None:
    """Print a command and run it in this process."""
    from doelbinding.cli.app import app

    say(f"$ doelbinding {line}")
    status = app(["-C", str(folder), *shlex.split(line)], standalone_mode=False)
    say("")
    if status:
        raise typer.Exit(int(status))


def _last_plan(folder: Path) -> str:
    newest = max((folder / "plans").glob("*-retention-*.json"), key=lambda p: p.stat().st_mtime)
    return newest.stem.rpartition("-")[2]


def _last_case(folder: Path) -> str:
    return max((folder / "answers").iterdir(), key=lambda p: p.stat().st_mtime).name


def _wait() -> None:
    """Keep serving; without a terminal for a minute only, so that nothing hangs for ever."""
    if sys.stdin.isatty():
        say("the site stays up until Ctrl-C")
        with suppress(KeyboardInterrupt):
            Event().wait()
    else:
        say(f"no terminal: the site stays up for {SECONDS_WITHOUT_TERMINAL} seconds more")
        sleep(SECONDS_WITHOUT_TERMINAL)
