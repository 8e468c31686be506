"""The sample policy, and policies like it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st

from doelbinding.policy.load import load
from doelbinding.policy.model import Policy
from doelbinding.policy.text import Text

SMALL = Path(__file__).parents[2] / "policies" / "small"

texts: st.SearchStrategy[Text] = st.dictionaries(
    st.sampled_from(["nl", "en", "fr"]), st.text(max_size=20), max_size=3
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies like the sample, with other words, dates and orders."""
    small = load(SMALL)
    version = replace(
        small.version, number=draw(st.text(max_size=9)), effective_on=draw(st.dates())
    )
    languages = draw(st.lists(st.sampled_from(["nl", "en", "fr-BE"])))
    activities = [replace(a, name=draw(texts), summary=draw(texts)) for a in small.activities]
    return replace(
        small,
        title=draw(texts),
        version=version,
        languages=tuple(languages),
        activities=tuple(draw(st.permutations(activities))),
    )
