"""The pages' own words: all of them said. That languages agree, `law/test_language.py` holds."""

from __future__ import annotations

import pytest
import yaml

from doelbinding.publish.errors import NoWordsError
from doelbinding.publish.wording import LOCALE, wording


def test_no_words_are_left_that_no_page_says() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in LOCALE.parent.rglob("*.py"))
    computed = {"page", "policy_sections", "column", "sheet"}
    groups = yaml.safe_load((LOCALE / "nl.yaml").read_text(encoding="utf-8"))
    keys = [f"{group}.{name}" for group, words in groups.items() for name in words]
    unsaid = [key for key in keys if key.split(".")[0] not in computed and f'"{key}"' not in source]
    assert unsaid == []


@pytest.mark.parametrize("language", ["de", "../nl", ""])
def test_a_language_without_words_is_refused_with_advice(language: str) -> None:
    with pytest.raises(NoWordsError, match="use one of en, fr, nl"):
        wording(language)
