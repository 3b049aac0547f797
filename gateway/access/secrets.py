"""Client secrets: made here, shown once, kept as HMAC-SHA-256 under the pepper.

A secret is `pgs_` + 43 characters (256 random bits, base64url) + 6 characters of checksum, so that
scanners of leaked text know one by sight and a typing fault is told from a wrong secret. With 256
bits of chance there is nothing to guess, so no slow hash is needed, and none can be used to stall
the event loop.
"""

import base64
import hashlib
import hmac
import os
import secrets
import zlib
from datetime import datetime, timedelta
from pathlib import Path

from gateway.access.client import Secret
from gateway.access.private_files import folder_lock, read_private, write_private
from gateway.errors import BadConfiguration
from gateway.ids import new_id
from gateway.settings import Access

PREFIX = "pgs_"
MAX_LIVE = 2
_LENGTH = len(PREFIX) + 43 + 6
_SHORTEST_PEPPER = 16


def new_secret() -> str:
    """A new client secret in the clear."""
    body = PREFIX + secrets.token_urlsafe(32)
    return body + _checksum(body)


def is_well_formed(text: str) -> bool:
    """Whether `text` can be a secret of ours: prefix, length and checksum fit."""
    return (
        len(text) == _LENGTH
        and text.isascii()
        and text.startswith(PREFIX)
        and hmac.compare_digest(text[-6:], _checksum(text[:-6]))
    )


def pepper_of(access: Access) -> bytes:
    """The pepper: `access.pepper`, or one that the first start leaves beside the signing keys.

    Nodes that share clients must share it, as they must share the signing keys. Blocks on the disk.
    """
    if access.pepper:
        if len(access.pepper) < _SHORTEST_PEPPER:
            raise BadConfiguration(f"access.pepper: at least {_SHORTEST_PEPPER} characters of chance are needed")
        return access.pepper.encode()
    path = Path(access.signing_keys) / "pepper"
    with folder_lock(path.parent):
        if not path.exists():
            write_private(path, base64.urlsafe_b64encode(os.urandom(32)))
    return read_private(path).strip()


class SecretKeeper:
    """Makes client secrets and compares them with what is kept."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def issue(self, now: datetime) -> tuple[str, Secret]:
        """A new secret in the clear, to be shown once, and what is kept of it."""
        text = new_secret()
        return text, Secret(id=new_id("secret"), digest=self._digest(text), created_at=now)

    def rotated(self, kept: tuple[Secret, ...], new: Secret, *, grace: timedelta) -> tuple[Secret, ...]:
        """`kept` with `new` in front: the newest of the old lives on for `grace`, so at most two live."""
        until = new.created_at + grace
        living = [secret for secret in kept if not _has_expired(secret, new.created_at)]
        old = sorted(living, key=lambda secret: secret.created_at)[-(MAX_LIVE - 1) :]
        ends = (min(until, secret.expires_at or until) for secret in old)
        still = tuple(
            Secret(id=secret.id, digest=secret.digest, created_at=secret.created_at, expires_at=end)
            for secret, end in zip(old, ends, strict=True)
        )
        return (new, *still)

    def matches(self, text: str, kept: tuple[Secret, ...], *, now: datetime) -> bool:
        """Whether `text` is one of the live secrets; the time taken tells nothing about which."""
        digest = self._digest(text)
        found = False
        for secret in kept:
            found |= hmac.compare_digest(digest, secret.digest) and not _has_expired(secret, now)
        return found and is_well_formed(text)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._pepper, text.encode("utf-8", "replace"), hashlib.sha256)


def _has_expired(secret: Secret, now: datetime) -> bool:
    return secret.expires_at is not None and secret.expires_at <= now


def _checksum(body: str) -> str:
    return base64.urlsafe_b64encode(zlib.crc32(body.encode()).to_bytes(4)).decode().rstrip("=")
