"""Writing a site: nothing that is not its own is touched, and old editions keep their address."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from doelbinding.publish.errors import FolderError
from doelbinding.publish.output import write_site


def test_the_manifest_lists_every_file_with_its_sha256(tmp_path: Path) -> None:
    files = write_site([("b/x.html", b"x"), ("a.json", b"{}")], tmp_path / "out")
    listed = json.loads((tmp_path / "out/published.json").read_text())["files"]
    assert [entry["path"] for entry in listed] == ["a.json", "b/x.html"]
    assert [file.sha256 for file in files] == [entry["sha256"] for entry in listed]
    assert files[1].sha256 == hashlib.sha256(b"x").hexdigest()


def test_what_the_next_publication_no_longer_has_is_removed(tmp_path: Path) -> None:
    write_site([("a/old.html", b"x"), ("index.html", b"x")], tmp_path)
    write_site([("index.html", b"y")], tmp_path)
    assert not (tmp_path / "a").exists()
    assert (tmp_path / "index.html").read_bytes() == b"y"


def test_documents_of_earlier_versions_stay(tmp_path: Path) -> None:
    write_site([("versions/1/policy.json", b"1")], tmp_path)
    files = write_site([("versions/2/policy.json", b"2")], tmp_path)
    assert [f.path for f in files] == ["versions/1/policy.json", "versions/2/policy.json"]
    files = write_site([("versions/3/policy.json", b"3")], tmp_path)
    assert [f.path[9] for f in files] == ["1", "2", "3"]


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FolderError, match="give an empty folder"):
        write_site([("index.html", b"x")], tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FolderError):
        write_site([("index.html", b"x")], tmp_path / "out")


@pytest.mark.parametrize("path", ["../thesis.txt", "/etc/hostname", "a/../../thesis.txt"])
def test_a_manifest_cannot_make_it_remove_what_is_outside(tmp_path: Path, path: str) -> None:
    outside, out = tmp_path / "thesis.txt", tmp_path / "out"
    outside.write_text("mine")
    out.mkdir()
    (out / "published.json").write_text(json.dumps({"files": [{"path": path}]}))
    with pytest.raises(FolderError, match="leads out of"):
        write_site([("index.html", b"x")], out)
    assert outside.read_text() == "mine"
