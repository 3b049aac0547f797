"""Seals what must not be kept in the clear: AES-256-GCM, each value bound to its table, row and column.

A sealed value is `kid ‖ nonce ‖ ciphertext and tag`. Each row has a key of its own, derived from the
sealing key and the row's place (HKDF-Expand, RFC 5869), so that no key seals so much that two chance
nonces could meet. What was tampered with, or stands in another place than it was sealed for, does not open.
"""

import asyncio
import hashlib
import hmac
import os
from pathlib import Path
from typing import NamedTuple

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.clock import Clock
from gateway.errors import BadConfiguration, SealBroken
from gateway.life_events.sealing_keys import KID_BYTES, SealingKey, names, opened_keys, read_keys, sealing_key

RELOAD_S = 1.0
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEAD_BYTES = KID_BYTES + _NONCE_BYTES
_log = structlog.get_logger("gateway.life_events.sealing")


class Sealed(NamedTuple):
    """A sealed value, and the key that it was sealed with."""

    key_id: str
    data: bytes


class Sealer:
    """Seals and opens. `opened` blocks on the disk; nothing else here does."""

    def __init__(self, folder: Path, *, clock: Clock, keys: tuple[SealingKey, ...]) -> None:
        self._folder = folder
        self._clock = clock
        self._keys = keys
        self._by_kid = {key.kid: key.secret for key in keys}

    @classmethod
    def opened(cls, folder: Path, *, clock: Clock) -> "Sealer":
        """Over the keys in `folder`; the first of the processes that start makes the first key.

        Raises `BadConfiguration`.
        """
        return cls(folder, clock=clock, keys=opened_keys(folder, now=clock.seconds()))

    def sealing_kid(self) -> str:
        """The key that seals now."""
        return sealing_key(self._keys, now=self._clock.seconds()).kid

    def kids(self) -> tuple[str, ...]:
        """Every key that is there, the oldest first."""
        return tuple(key.kid for key in self._keys)

    def seal(self, data: bytes, *, table: str, id: str, column: str) -> Sealed:
        """The data, sealed for that place."""
        key = sealing_key(self._keys, now=self._clock.seconds())
        place, nonce = _place(table, id, column), os.urandom(_NONCE_BYTES)
        ciphertext = AESGCM(_derived(key.secret, place)).encrypt(nonce, data, place)
        return Sealed(key.kid, bytes.fromhex(key.kid) + nonce + ciphertext)

    def open(self, data: bytes, *, table: str, id: str, column: str) -> bytes:
        """What was sealed for that place. Raises `SealBroken`, which names the place and never the content."""
        secret = self._by_kid.get(data[:KID_BYTES].hex())
        if secret is None or len(data) < _HEAD_BYTES + _TAG_BYTES:
            raise _broken(table, id, column, cause="no-such-key" if secret is None else "too-short")
        place = _place(table, id, column)
        try:
            return AESGCM(_derived(secret, place)).decrypt(data[KID_BYTES:_HEAD_BYTES], data[_HEAD_BYTES:], place)
        except InvalidTag:
            raise _broken(table, id, column, cause="not-authentic") from None

    async def watch(self) -> None:
        """Reads the folder again whenever it changes, for ever; a folder that cannot be read changes nothing."""
        while True:
            await asyncio.sleep(RELOAD_S)
            try:
                await self.reload()
            except (BadConfiguration, OSError) as error:
                _log.warning("sealing_keys.unreadable", folder=str(self._folder), reason=type(error).__name__)
            except Exception as error:  # noqa: BLE001 (a watch that ended would never know another key)
                _log.error("sealing_keys.failed", folder=str(self._folder), reason=type(error).__name__)

    async def reload(self) -> None:
        """Reads the keys again where the folder has changed. Raises `BadConfiguration`."""
        keys = await asyncio.to_thread(_changed, self._folder, known=self._keys)
        if keys is not None:
            self._keys, self._by_kid = keys, {key.kid: key.secret for key in keys}
            _log.info("sealing_keys.changed", kids=list(self._by_kid))


def _changed(folder: Path, *, known: tuple[SealingKey, ...]) -> tuple[SealingKey, ...] | None:
    """The keys, or None where their files are those that are known."""
    if names(folder) == tuple(key.file_name for key in known):
        return None
    return read_keys(folder)


def _place(table: str, id: str, column: str) -> bytes:
    return f"{table}:{id}:{column}".encode()


def _derived(secret: bytes, place: bytes) -> bytes:
    """The row's own key: one block of HKDF-Expand with SHA-256."""
    return hmac.digest(secret, place + b"\x01", hashlib.sha256)


def _broken(table: str, id: str, column: str, *, cause: str) -> SealBroken:
    return SealBroken(f"{table} {id}: what is sealed in {column} cannot be opened", store="database", cause=cause)
