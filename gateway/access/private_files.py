"""Files that only the gateway may read, written whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.errors import BadConfiguration

SETTING = "access.signing_keys"


@contextmanager
def folder_lock(folder: Path, *, setting: str = SETTING) -> Iterator[None]:
    """Makes the folder (mode 0700) and holds it against the other processes of this machine.

    `setting` is the key that names the folder, for whoever must put it right.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadConfiguration(
            f"{setting}: cannot write in {folder} ({error.strerror}); name a folder that the gateway owns"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_private(path: Path, content: bytes) -> None:
    """Puts `content` at `path` with mode 0600: durable, and never seen half written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the folder's own entries durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_private(path: Path, *, setting: str = SETTING) -> bytes:
    """The file's content. Raises `BadConfiguration` where anybody on the machine may read it."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o007:
                raise BadConfiguration(f"{setting}: {path} can be read by anybody; chmod 600 it")
            return file.read()
    except OSError as error:
        raise BadConfiguration(f"{setting}: cannot read {path} ({error.strerror})") from error
