"""What verification found: problems, what could not be shown, and the facts."""

from dataclasses import dataclass, field
from datetime import datetime

from doelbinding.evidence.checkpoint import Checkpoint
from doelbinding.evidence.errors import EvidenceError

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a bundle: a stable id, a sentence, and the first entry concerned."""

    id: str
    sentence: str
    entry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verification found.

    Args:
        ok: nothing is wrong with the bundle. Whose it is, `origin_shown` tells.
        origin_shown: the checkpoints were verified with a key that the reader already trusted.
        problems: at most 100; the last says so when there are more.
        cautions: what could not be shown, in sentences.
        key: the verifier key that was used, when there was one.
        size: how many entries there are.
        first, last: when the first and last entry were written.
        checkpoints: those signed with the key, in the order of the bundle.
        documents: the names of attached documents.
    """

    ok: bool
    origin_shown: bool
    problems: tuple[Problem, ...]
    cautions: tuple[str, ...]
    key: str | None = None
    size: int = 0
    first: datetime | None = None
    last: datetime | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(slots=True)
class Problems:
    """Collects problems, and stops listing when there are too many to read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, id_: str, sentence: str, *, entry: int | None = None) -> None:
        """Note a problem, by id, in a sentence, at an entry."""
        if len(self.found) < MOST_PROBLEMS - 1:
            self.found.append(Problem(id=id_, sentence=sentence, entry=entry))
        elif len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(id="more", sentence="There are more problems than listed."))


def cautions(trusted_key: str | None, earlier_checkpoint: str | None) -> tuple[str, ...]:
    """Say what verification cannot show with what it was given."""
    said = []
    if trusted_key is None:
        said.append(
            "No trusted key was given, so the bundle was verified with the key it carries itself: "
            "its origin is not shown. Get the log's key from its owner by another way."
        )
    if earlier_checkpoint is None:
        said.append(
            "No earlier checkpoint was given: that entries were cut off at the end together with "
            "their checkpoints, or that the past was rewritten, would not show. Keep the last "
            "checkpoint of this bundle for next time."
        )
    return tuple(said)


def sentence(error: EvidenceError) -> str:
    """Write an error as a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:] + "."
