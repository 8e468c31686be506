"""Write the reference pages that are made from the code.

    python docs/generate.py

`tests/unit/test_docs.py` holds the pages equal to what this writes.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

import typer

from doelbinding.cli.app import app
from doelbinding.evidence.schema import SCHEMAS, EntryKind
from doelbinding.policy import activity, condition, endings, model, organisation, stores, vocabulary
from doelbinding.policy.model import Policy
from doelbinding.policy.schema import policy_schema

REFERENCE = Path(__file__).parent / "reference"
sys.path.insert(0, str(Path(__file__).parent))

from policy_keys import KEYS  # noqa: E402 - beside this file

CLI_HEAD = """\
# Commands

`doelbinding`, or `doel` for short. Options before the command hold for every command.

Exit status: **0** well; **1** the answer is no (findings, values left, not verified); **2** an
error, said in one sentence on standard error; **130** interrupted, after which the same command
goes on where it was.

`--at` takes a day (`2026-11-23`) and means noon in UTC of that day."""

FORMAT_HEAD = """\
# The policy's files

A policy is a folder of `*.yaml` files. Each file is a mapping with some of the keys of
[Policy](#policy); lists are joined over the files in the order of their names, any other key stands
in one file only. How the files are split is up to you. `doelbinding schema` writes the JSON Schema
for editors.

- **text** is words per language: `{nl: Nieuwsbrief, en: Newsletter}`. A missing translation is a
  finding, not an error.
- **date** is `2024-01-31`. **period** is an ISO 8601 duration of years, months, weeks and days:
  `P5Y`, `P18M`, `P35D`.
- **rule** is `after EVENT keep PERIOD`, `after end_of_financial_year(EVENT) keep PERIOD`,
  `while STATE` or `until STATE`.
- In `columns` of a binding or a prohibition, `'*'` means every personal column of the dataset.
- An unknown key, a reference that leads nowhere or an id that stands twice is an error with file,
  line and remedy. What the law asks and the policy lacks is a [finding](findings.md)."""

EVIDENCE_HEAD = """\
# Evidence

The log is append-only. An entry has a number from 0 (`index`), an instant (`at`, UTC), a `kind` and
`data`; its bytes are canonical JSON (RFC 8785). Entries are the leaves of a Merkle tree (RFC 9162,
section 2.1). A checkpoint (C2SP tlog-checkpoint) is a note with the tree's size and root, signed
with Ed25519 (C2SP signed-note).

`doelbinding prove` writes a bundle, a ZIP of `entries.jsonl`, `checkpoint.txt`, `verifier.pub`,
`README.txt` and the policies and plans that entries name, under `documents/`. How to check one is
told in [Verify evidence](../howto/verify-evidence.md).

The types of the fields keep personal data out: a name, an address or a sentence fits none of them.
People are *commitments*: a keyed hash whose salt is kept with the case and destroyed with it.

Some kinds are defined before anything writes them; the last column says which are written today."""

WRITTEN = {
    EntryKind.POLICY_PUBLISHED: "`publish`",
    EntryKind.PLAN_MADE: "`plan`, `subject erase --yes`, `rectify --yes`",
    EntryKind.PLAN_APPROVED: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.RUN_STARTED: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.STEP_INTENDED: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.STEP_DONE: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.STEP_UNKNOWN: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.RUN_VERIFIED: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.RUN_NOT_VERIFIED: "`apply`, `subject erase --yes`, `rectify --yes`",
    EntryKind.STORE_PURGED: "`nightly`, `purge`",
    EntryKind.NIGHT_LEFT_OUT: "`nightly`",
    EntryKind.REQUEST_RECEIVED: "`subject access`, `portability`, `restrict`, `rectify`, `erase`",
    EntryKind.REQUEST_SEALED: "`subject access`, `portability`",
    EntryKind.REQUEST_ANSWERED: "`subject answer`, `restrict`, `rectify --yes`, `erase --yes`",
    EntryKind.STOP_SET: "`subject erase --yes`",
    EntryKind.HOLD_SET: "`subject hold`",
    EntryKind.HOLD_LIFTED: "`subject lift`, `subject answer`",
    EntryKind.RESTRICTION_SET: "`subject restrict`; `erase --yes`, while a claim is weighed",
    EntryKind.KEY_DESTROYED: "`keys destroy`",
    EntryKind.STORE_REAPPLIED: "`reapply --yes`",
    EntryKind.LOG_RECOVERED: "`recover --yes`",
    EntryKind.RESTRICTION_LIFTED: "`subject lift --told`; `answer --established`, `--refused`",
}


# --- the command line ---------------------------------------------------------------------------


def cli() -> str:
    """Give the page of commands, from typer's own description of them."""
    root: Any = typer.main.get_command(app)
    parts = [CLI_HEAD, "## doelbinding", "\n".join(_parameters(root, skip_completion=True))]
    for path, command in commands(root):
        arguments = "".join(f" {_placeholder(p)}" for p in command.params if _is_argument(p))
        parts.append(f"## {' '.join(path)}")
        parts.append(inspect.cleandoc(command.help or ""))
        parts.append(f"```\ndoelbinding {' '.join(path)}{arguments} [OPTIONS]\n```")
        rows = list(_parameters(command))
        if rows:
            parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def commands(group: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command with the words by which it is called."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*above, name))
        else:
            yield (*above, name), command


def _is_argument(parameter: Any) -> bool:
    return not any(opt.startswith("-") for opt in parameter.opts)


def _placeholder(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).strip("_").upper()
    return name if parameter.required else f"[{name}]"


def _parameters(command: Any, *, skip_completion: bool = False) -> Iterator[str]:
    shown = [
        p
        for p in command.params
        if not (skip_completion and any("completion" in opt for opt in p.opts))
    ]
    if not shown:
        return
    yield "| option | takes | default | |"
    yield "|---|---|---|---|"
    for p in shown:
        names = _placeholder(p) if _is_argument(p) else ", ".join(f"`{o}`" for o in p.opts)
        if p.secondary_opts and p.default is True:
            names = ", ".join(f"`{o}`" for o in (*p.opts, *p.secondary_opts))
        yield f"| {names} | {_takes(p)} | {_default(p)} | {p.help or ''} |"


def _takes(parameter: Any) -> str:
    kind = parameter.type_descriptor.annotation
    if getattr(parameter, "is_flag", False):
        return ""
    kind = kind.__args__[0] if hasattr(kind, "__args__") else kind
    if isinstance(kind, type) and issubclass(kind, Enum):
        taken = ", ".join(f"`{member.value}`" for member in kind)
    else:
        taken = {Path: "path", int: "number", float: "number"}.get(kind, "text")
    return taken + (", repeatable" if getattr(parameter, "multiple", False) else "")


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if getattr(parameter, "is_flag", False):
        return "yes" if value else ""
    return "" if value is None else f"`{getattr(value, 'value', value)}`"


# --- the policy's files -------------------------------------------------------------------------

_MODULES = (model, organisation, activity, stores, endings, condition)


def policy_format() -> str:
    """Give the page of the policy's format, from the types that read it."""
    schema = policy_schema()
    parts = [FORMAT_HEAD]
    types = [Policy, *(kind for kind in _types() if kind is not Policy)]
    for kind in types:
        described = schema if kind is Policy else schema["$defs"][kind.__name__]
        parts += [f"## {kind.__name__}", _plain(described["description"])]
        parts.append("\n".join(_keys(kind)))
    parts.append("## Words that may stand")
    parts += [_words(kind) for kind in _enums()]
    return "\n\n".join(parts) + "\n"


def _types() -> Iterator[type]:
    for module in _MODULES:
        for found in vars(module).values():
            mine = inspect.isclass(found) and found.__module__ == module.__name__
            if mine and dataclasses.is_dataclass(found):
                yield found


def _enums() -> Iterator[type[StrEnum]]:
    for module in (*_MODULES, vocabulary):
        for found in vars(module).values():
            mine = inspect.isclass(found) and found.__module__ == module.__name__
            if mine and issubclass(found, StrEnum) and found is not vocabulary.Right:
                yield found


def _keys(kind: type) -> Iterator[str]:
    yield "| key | holds | default | |"
    yield "|---|---|---|---|"
    notes = KEYS[kind.__name__]
    names = [f.name.rstrip("_") for f in dataclasses.fields(kind)]
    if set(names) != set(notes):
        odd = sorted(set(names) ^ set(notes))
        raise SystemExit(f"docs/policy_keys.py: {kind.__name__}: {', '.join(odd)}")
    for f in dataclasses.fields(kind):
        name = f.name.rstrip("_")
        yield f"| `{name}` | {_holds(str(f.type), name)} | {_default_of(f)} | {notes[name]} |"


def _holds(written: str, name: str) -> str:
    """Say what a key holds, from its annotation."""
    if name == "rule":
        return "rule"
    if name == "backups":
        return "period"
    kinds = [_one(part.strip(), name) for part in _alternatives(written)]
    return " or ".join(kind for kind in kinds if kind)


def _alternatives(written: str) -> list[str]:
    return [part for part in re.split(r"\|(?![^\[]*\])", written) if part.strip() != "None"]


def _one(written: str, name: str) -> str:
    if match := re.fullmatch(r"tuple\[(.+), \.\.\.\]", written):
        return f"list of {_one(match[1], name)}"
    if match := re.fullmatch(r"Mapping\[str, (.+)\]", written):
        return f"mapping of name to {_one(match[1], name)}"
    plain = {"str": "string", "int": "number", "bool": "true or false", "Text": "text"}
    if written == "Scalar":
        return "string, number or true/false"
    if written in plain:
        return plain[written]
    if written == "date":
        return "date"
    return f"[{written}](#{written.lower()})"


def _default_of(field: dataclasses.Field[Any]) -> str:
    missing = dataclasses.MISSING
    if field.default is missing and field.default_factory is missing:
        return "required"
    if field.default is missing or field.default in (None, ()):
        return ""
    value = field.default
    if isinstance(value, bool):
        return str(value).lower()
    return f"`{getattr(value, 'value', value)}`"


def _words(kind: type[StrEnum]) -> str:
    told = []
    for member in kind:
        article = getattr(member, "article", None)
        told.append(f"`{member.value}` ({article})" if article else f"`{member.value}`")
    summary, *more = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    said = [f"### {kind.__name__}", _plain(summary), ", ".join(told)]
    return "\n\n".join([*said, *(" ".join(_plain(one).split()) for one in more)])


def _plain(docstring: str) -> str:
    return re.sub(r"\s*\((DESIGN §\d+)\)", "", docstring)


# --- evidence -----------------------------------------------------------------------------------


def evidence() -> str:
    """Give the page of evidence, from the schema that every entry is held to."""
    parts = [EVIDENCE_HEAD, "\n".join(_kinds())]
    parts += ["## Types of fields", "\n".join(_shapes())]
    return "\n\n".join(parts) + "\n"


def _kinds() -> Iterator[str]:
    yield "| kind | must say | may say | written by |"
    yield "|---|---|---|---|"
    for kind in EntryKind:
        schema = SCHEMAS[kind]
        must, may = (", ".join(f"`{name}`" for name in part) for part in (schema.must, schema.may))
        yield f"| `{kind}` | {must} | {may} | {WRITTEN.get(kind, 'nothing yet')} |"


def _shapes() -> Iterator[str]:
    yield "| field | holds |"
    yield "|---|---|"
    fields: dict[str, dict[str, None]] = {}
    for schema in SCHEMAS.values():
        for name, shape in {**schema.must, **schema.may}.items():
            fields.setdefault(name, {})[shape.expects] = None
    for name in sorted(fields):
        told = "; or ".join(one.partition("; make it")[0] for one in fields[name])
        yield f"| `{name}` | {told} |"


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": cli,
    "policy-format.md": policy_format,
    "evidence.md": evidence,
}


def main() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
