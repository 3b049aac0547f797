"""Writes several files, all or none of them, and never over one that is there unless that is wanted."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


class AlreadyThere(Exception):
    """Files that would have been overwritten; nothing was written."""

    def __init__(self, files: Iterable[Path]) -> None:
        self.files = tuple(files)
        super().__init__(", ".join(map(str, self.files)))


class NotWritten(Exception):
    """The files could not be written; everything is as it was."""


def write_all(
    files: Mapping[Path, bytes], *, replace: Iterable[Path] = (), instead_of: Iterable[Path] = ()
) -> list[Path]:
    """The files that were written. Those in `replace` may be there already; `instead_of` are others, in whose place
    they come: they go, if they may be replaced.

    Raises `AlreadyThere` or `NotWritten`; in both cases nothing has changed.
    """
    may_replace = set(replace)
    others = [file for file in instead_of if file not in files and file.exists()]
    there = [file for file in (*files, *others) if file.exists() and file not in may_replace]
    if there:
        raise AlreadyThere(there)
    mark = token_hex(4)
    made: list[Path] = []
    staged: dict[Path, Path] = {}
    try:
        for file, content in files.items():
            _make_folder(file.parent, made)
            staged[file] = file.with_name(f".{file.name}.{mark}.new")
            _write(staged[file], content)
        _swap(staged, mark=mark)
    except OSError as error:
        for path in staged.values():
            with suppress(OSError):
                path.unlink()
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise NotWritten(f"{error.filename}: {error.strerror}; nothing was written") from error
    for file in others:
        with suppress(OSError):
            file.unlink()
    return list(files)


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Makes a folder and those above it, remembering which are new."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir()
        made.append(one)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(staged: Mapping[Path, Path], *, mark: str) -> None:
    """Puts every staged file in its place, or, if one cannot be, puts back what was there."""
    old: dict[Path, Path] = {}
    placed: list[Path] = []
    try:
        for file, new in staged.items():
            if file.exists():
                kept = file.with_name(f".{file.name}.{mark}.old")
                os.link(file, kept)
                old[file] = kept
            new.replace(file)
            placed.append(file)
    except OSError:
        for file in placed:
            if file in old:
                old[file].replace(file)
            else:
                file.unlink()
        raise
    finally:
        for kept in old.values():
            kept.unlink(missing_ok=True)
