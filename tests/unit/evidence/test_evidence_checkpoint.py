"""R-II.7: a checkpoint is a C2SP signed note, so other people's tools can verify it too."""

import base64
import stat
from pathlib import Path

import pytest
from evidence_samples import KEY, OTHER_KEY
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.evidence import (
    Checkpoint,
    SigningKey,
    VerifierKey,
    open_checkpoint,
    sign_checkpoint,
)
from doelbinding.evidence.checkpoint import join_notes, read_checkpoint, split_notes
from doelbinding.evidence.errors import EvidenceError, KeyFileError, NoteError, SignatureError
from doelbinding.evidence.keyfile import create_key_file, load_key_file
from doelbinding.evidence.note import open_note, sign_note

# golang.org/x/mod/sumdb/note, the reference implementation: published key, text and note.
GO_SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    f"{GO_TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
    "XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# c2sp.org/signed-note: its verifier key and example
C2SP_VERIFIER = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

sizes = st.integers(0, 10**15)
roots = st.binary(min_size=32, max_size=32)


def signed(size: int = 7, root: bytes = bytes(32), key: SigningKey = KEY) -> str:
    return sign_checkpoint(Checkpoint(origin=key.name, size=size, root=root), key)


def test_signing_gives_the_note_of_the_reference_implementation():
    key = SigningKey(name="PeterNeumann", secret=GO_SECRET)
    assert str(key.verifier) == GO_VERIFIER
    assert sign_note(GO_TEXT, key) == GO_NOTE


def test_notes_of_other_implementations_verify():
    assert open_note(GO_NOTE, VerifierKey.parse(GO_VERIFIER)) == GO_TEXT
    assert open_note(C2SP_NOTE, VerifierKey.parse(C2SP_VERIFIER)) == "This is an example message.\n"


@given(sizes, roots)
def test_a_signed_checkpoint_opens_to_itself(size: int, root: bytes):
    checkpoint = Checkpoint(origin=KEY.name, size=size, root=root)
    note = sign_checkpoint(checkpoint, KEY)
    assert open_checkpoint(note, KEY.verifier) == checkpoint == read_checkpoint(note)


def test_a_checkpoint_has_the_three_lines_of_c2sp():
    assert signed(7).startswith(
        "evidence.example/test\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
        "\u2014 evidence.example/test "
    )


@given(st.data())
def test_a_checkpoint_with_any_character_changed_does_not_open(data: st.DataObject):
    note = signed()
    place = data.draw(st.integers(0, len(note) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != note[place]))
    with pytest.raises(EvidenceError):
        open_checkpoint(note[:place] + letter + note[place + 1 :], KEY.verifier)


def test_a_checkpoint_of_another_key_or_another_log_does_not_open():
    with pytest.raises(SignatureError):
        open_checkpoint(signed(key=OTHER_KEY), KEY.verifier)
    elsewhere = Checkpoint(origin="evidence.example/other", size=7, root=bytes(32))
    with pytest.raises(SignatureError, match="another log"):
        open_checkpoint(sign_checkpoint(elsewhere, KEY), KEY.verifier)


def test_signatures_of_keys_we_do_not_know_are_ignored():
    cosigned = signed() + signed(key=OTHER_KEY).partition("\n\n")[2]
    assert open_checkpoint(cosigned, KEY.verifier).size == 7


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n1\n", "a\n01\nAAAA\n", f"a\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"a\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}\nextension\n",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()[:-2]}B=\n",  # the same bytes again
    ],
)  # fmt: skip
def test_a_text_that_is_no_checkpoint_is_refused(text: str):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "name+00000000+AQ==", GO_VERIFIER.replace("c74f", "c74e"), GO_VERIFIER[:-4],
        GO_VERIFIER.replace("+AR", "+BR"), GO_VERIFIER.replace("Peter", "Peter "), "\ud800+1+A",
    ],
)  # fmt: skip
def test_a_text_that_is_no_verifier_key_is_refused(text: str):
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@given(st.text())
def test_arbitrary_text_is_no_note(text: str):
    for read in (read_checkpoint, lambda text: open_note(text, KEY.verifier), VerifierKey.parse):
        with pytest.raises(EvidenceError):
            read(text)


@given(st.lists(sizes, max_size=5))
def test_checkpoints_written_one_after_another_come_apart_again(many: list[int]):
    notes = [signed(size) for size in many]
    assert split_notes(join_notes(notes)) == notes


def test_a_key_is_kept_in_a_file_that_only_its_owner_reads(tmp_path: Path):
    path = tmp_path / "evidence.key"
    created = create_key_file(path, name=KEY.name, secret=KEY.secret)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert load_key_file(path, name=KEY.name) == created == KEY


def test_a_raw_key_loads_too(tmp_path: Path):
    path = tmp_path / "evidence.key"
    path.touch(mode=0o600)
    path.write_bytes(KEY.secret)
    assert load_key_file(path, name=KEY.name) == KEY


def test_a_key_that_others_may_read_is_refused(tmp_path: Path):
    path = tmp_path / "evidence.key"
    create_key_file(path, name=KEY.name, secret=KEY.secret)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key_file(path, name=KEY.name)


def test_a_key_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "evidence.key"
    create_key_file(path, name=KEY.name, secret=KEY.secret)
    with pytest.raises(KeyFileError, match="exists already"):
        create_key_file(path, name=KEY.name, secret=OTHER_KEY.secret)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"-----BEGIN PRIVATE KEY-----\nno\n"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "evidence.key"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="no Ed25519 key"):
        load_key_file(path, name=KEY.name)
    with pytest.raises(KeyFileError, match="cannot be read"):
        load_key_file(tmp_path / "missing.key", name=KEY.name)


def test_a_secret_key_does_not_show_in_its_repr():
    assert repr(KEY) == "SigningKey(name='evidence.example/test')"


@pytest.mark.parametrize("name", ["", "with space", "with+plus", "with\u00a0space", "x" * 201])
def test_a_key_name_that_notes_cannot_carry_is_refused(name: str):
    with pytest.raises(NoteError):
        VerifierKey(name=name, public=KEY.verifier.public)


def test_a_text_that_notes_cannot_carry_is_refused():
    for text in ("no end of line", "tab\t\n"):
        with pytest.raises(NoteError):
            sign_note(text, KEY)
    for secret in (b"", bytes(31)):
        with pytest.raises(NoteError):
            SigningKey(name="a", secret=secret)
