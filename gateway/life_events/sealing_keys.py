"""The keys that seal what is kept: a folder of files that all processes and nodes of a deployment read.

A file is called `<instant>-<kid>.key`, where the instant (seconds since 1970) is when its key begins to
seal. The key that began last seals; every key that is there opens. A key is taken away once nothing is
sealed with it any more.
"""

import base64
import hashlib
import os
import re
from binascii import Error as NotBase64
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.access.private_files import folder_lock, read_private, sync_folder, write_private
from gateway.errors import BadConfiguration

SETTING = "life_events.keys"
ANNOUNCE_S = 10
"""How long a new key is there before it seals: ten times as long as a process takes to read it."""
KEY_BYTES = 32
KID_BYTES = 8
_FILE_NAME = re.compile(r"(\d{10})-([0-9a-f]{16})\.key")


class SealingKey(NamedTuple):
    """One key. `kid` is a digest of it, in 16 hexadecimal digits."""

    begins: int
    kid: str
    secret: bytes

    @property
    def file_name(self) -> str:
        """What its file is called."""
        return f"{self.begins:010d}-{self.kid}.key"


def opened_keys(folder: Path, *, now: float) -> tuple[SealingKey, ...]:
    """The keys of the folder, the oldest first; whoever comes first makes the first. Raises `BadConfiguration`."""
    with folder_lock(folder, setting=SETTING):
        if not _listed(folder):
            _add(folder, begins=int(now))
    return read_keys(folder)


def read_keys(folder: Path) -> tuple[SealingKey, ...]:
    """The keys of the folder, the oldest first. Raises `BadConfiguration` where there is none, or one is damaged."""
    try:
        keys = tuple(SealingKey(begins, kid, _secret(path, kid)) for begins, kid, path in _listed(folder))
    except OSError as error:
        raise BadConfiguration(f"{SETTING}: cannot read {folder} ({error.strerror})", key=SETTING) from error
    if not keys:
        raise BadConfiguration(f"{SETTING}: {folder} holds no key named <instant>-<kid>.key", key=SETTING)
    return keys


def sealing_key(keys: Sequence[SealingKey], *, now: float) -> SealingKey:
    """The key that seals at that moment: of those that have begun the last, or the first while none has."""
    return next((key for key in reversed(keys) if key.begins <= now), keys[0])


def names(folder: Path) -> tuple[str, ...]:
    """The names of the key files: what changes whenever a key comes or goes."""
    return tuple(path.name for _, _, path in _listed(folder))


def add_key(folder: Path, *, now: float, announce_s: int = ANNOUNCE_S) -> SealingKey:
    """A new key that begins to seal in `announce_s`."""
    with folder_lock(folder, setting=SETTING):
        kid = _add(folder, begins=int(now) + announce_s)
        return next(key for key in read_keys(folder) if key.kid == kid)


def retire_key(folder: Path, kid: str) -> None:
    """Takes the key away. What is still sealed with it can never be opened again."""
    with folder_lock(folder, setting=SETTING):
        for _, found, path in _listed(folder):
            if found == kid:
                path.unlink(missing_ok=True)
        sync_folder(folder)


def _add(folder: Path, *, begins: int) -> str:
    secret = os.urandom(KEY_BYTES)
    key = SealingKey(begins, _kid(secret), secret)
    write_private(folder / key.file_name, base64.b64encode(secret) + b"\n")
    return key.kid


def _kid(secret: bytes) -> str:
    return hashlib.sha256(b"sealing-key" + secret).hexdigest()[: 2 * KID_BYTES]


def _listed(folder: Path) -> list[tuple[int, str, Path]]:
    found = [(_FILE_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted((int(match[1]), match[2], path) for match, path in found if match)


def _secret(path: Path, kid: str) -> bytes:
    try:
        secret = base64.b64decode(read_private(path, setting=SETTING).strip(), validate=True)
    except NotBase64:
        secret = b""
    if len(secret) != KEY_BYTES or _kid(secret) != kid:
        raise BadConfiguration(f"{SETTING}: {path} holds no key with the digest in its name", key=SETTING)
    return secret
