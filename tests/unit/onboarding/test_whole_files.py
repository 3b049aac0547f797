"""Several files are written, or none."""

import os
from pathlib import Path

import pytest

from gateway.onboarding.whole_files import AlreadyThere, NotWritten, write_all


def test_all_files_are_written_with_their_folders(tmp_path):
    """Whole, and nothing else is left."""
    files = {tmp_path / "a/b/one": b"1", tmp_path / "a/two": b"2"}
    assert write_all(files) == list(files)
    assert {file: file.read_bytes() for file in files} == files
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["one", "two"]


def test_a_file_that_is_there_stops_all(tmp_path):
    """Nothing is written, no folder is made."""
    there = tmp_path / "there"
    there.write_bytes(b"old")
    with pytest.raises(AlreadyThere) as told:
        write_all({tmp_path / "new/one": b"1", there: b"2"})
    assert told.value.files == (there,)
    assert there.read_bytes() == b"old"
    assert not (tmp_path / "new").exists()


def test_a_file_may_be_replaced(tmp_path):
    """If it is named."""
    there = tmp_path / "there"
    there.write_bytes(b"old")
    write_all({there: b"new"}, replace=[there])
    assert there.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [there]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_what_fails_half_way_leaves_everything_as_it_was(tmp_path, monkeypatch, failing):
    """The disk refuses to put one of the files in its place: those before it go back."""
    old, new = tmp_path / "old", tmp_path / "folder/new"
    other = tmp_path / "folder/other"
    old.write_bytes(b"old")
    real, calls = Path.replace, []

    def replace(self, target):
        if self.name.endswith(".new"):
            calls.append(target)
            if len(calls) == failing:
                raise OSError(28, os.strerror(28), str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(NotWritten, match="nothing was written"):
        write_all({old: b"changed", new: b"1", other: b"2"}, replace=[old])
    assert old.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [old]


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    """A file stands where a folder should."""
    (tmp_path / "blocked").write_bytes(b"")
    with pytest.raises(NotWritten):
        write_all({tmp_path / "fine/one": b"1", tmp_path / "blocked/two": b"2"})
    assert not (tmp_path / "fine").exists()


def test_files_come_in_the_place_of_others(tmp_path):
    """Those go, once all is written; or nothing is, where they may not be replaced."""
    old, new = tmp_path / "page-01.json", tmp_path / "page-1.json"
    old.write_bytes(b"old")
    with pytest.raises(AlreadyThere) as raised:
        write_all({new: b"new"}, instead_of=[old])
    assert raised.value.files == (old,)
    assert not new.exists()
    assert write_all({new: b"new"}, replace=[old], instead_of=[old]) == [new]
    assert [file.name for file in tmp_path.iterdir()] == ["page-1.json"]
