"""R-II.7, GDPR Art. 17: evidence outlives an erasure without remembering the person."""

import pytest
from evidence_samples import SALT

from doelbinding.evidence import commit, commits_to
from doelbinding.evidence.errors import WeakSaltError


def test_who_holds_the_salt_can_show_whom_an_entry_is_about():
    assert commits_to(commit(SALT, "person-1"), salt=SALT, value="person-1")
    assert not commits_to(commit(SALT, "person-1"), salt=SALT, value="person-2")


def test_without_the_salt_a_guess_of_the_identifier_shows_nothing():
    assert not commits_to(commit(SALT, "person-1"), salt=b"t" * 32, value="person-1")


def test_a_commitment_is_hmac_sha256():
    assert commit(bytes(32), "") == (
        "c:b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    )


def test_a_short_salt_is_refused():
    with pytest.raises(WeakSaltError, match="31 bytes"):
        commit(bytes(31), "person-1")
