"""The gateway's own ES256 keys: a folder of PEM files that all its processes read.

A file is called `<instant>-<kid>.pem`, where the instant (seconds since 1970) is when its key begins
to sign. That name is the whole state, so every process and node that sees the folder comes to the
same answer: the key that began last signs; those that will begin are already published; one that
was followed is still trusted until the last token it may have signed has expired.
"""

import asyncio
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from joserfc.jwk import ECKey, KeySet

from gateway.access.jose import HOSTILE
from gateway.access.private_files import folder_lock, read_private, sync_folder, write_private
from gateway.clock import Clock
from gateway.errors import BadConfiguration

ANNOUNCE_S = 600
"""How long a new key is published before it signs: longer than anybody keeps the JWKS (`JWKS_MAX_AGE_S`)."""
JWKS_MAX_AGE_S = 300
RELOAD_S = 1.0
_LEEWAY_S = 60
_FILE_NAME = re.compile(r"(\d{10})-([A-Za-z0-9_-]{43})\.pem")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Listed:
    """One key file, by its name alone."""

    begins: int
    kid: str
    path: Path


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the folder held when it was last read."""

    listed: tuple[_Listed, ...]
    private: dict[str, ECKey]
    public: dict[str, ECKey]


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What is trusted until then."""

    until: float = 0.0
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    kids: frozenset[str] = frozenset()


def rotate(folder: Path, *, now: float, token_ttl_s: int, announce_s: int = ANNOUNCE_S) -> str:
    """Adds a key that begins to sign in `announce_s`, and takes away those nobody needs; the new `kid`."""
    with folder_lock(folder):
        kid = _add(folder, begins=int(now) + announce_s)
        _drop_retired(_listed(folder), now=now, token_ttl_s=token_ttl_s)
        sync_folder(folder)
    return kid


def replace_compromised(folder: Path, *, now: float) -> str:
    """Makes a key that signs at once and takes all others away, so that their tokens end now; the new `kid`."""
    with folder_lock(folder):
        old = _listed(folder)
        kid = _add(folder, begins=int(now))
        for key in old:
            key.path.unlink(missing_ok=True)
        sync_folder(folder)
    return kid


class SigningKeys:
    """The keys as this process knows them. `opened` blocks on the disk; nothing else here does."""

    def __init__(self, folder: Path, *, clock: Clock, token_ttl_s: int, loaded: _Loaded) -> None:
        self._folder = folder
        self._clock = clock
        self._ttl_s = token_ttl_s
        self._loaded = loaded
        self._trusted = _Trusted()

    @classmethod
    def opened(cls, folder: Path, *, clock: Clock, token_ttl_s: int) -> "SigningKeys":
        """The keys in `folder`; the first of the processes that start makes the first key.

        Raises `BadConfiguration` where the folder or a key cannot be used.
        """
        with folder_lock(folder):
            if not _listed(folder):
                _add(folder, begins=int(clock.seconds()))
        return cls(folder, clock=clock, token_ttl_s=token_ttl_s, loaded=_load(folder, known={}))

    def signing(self) -> ECKey:
        """The private key that signs now."""
        listed = self._loaded.listed
        begun = [key for key in listed if key.begins <= self._clock.seconds()]
        return self._loaded.private[(begun[-1] if begun else listed[0]).kid]

    def trusted(self) -> KeySet:
        """The public keys whose tokens still count, and those that are announced."""
        return self._now_trusted().keys

    def is_trusted(self, kid: str) -> bool:
        """Whether tokens that were signed with that key still count."""
        return kid in self._now_trusted().kids

    def _now_trusted(self) -> _Trusted:
        now = self._clock.seconds()
        if now >= self._trusted.until:
            ends = _ends(self._loaded.listed, token_ttl_s=self._ttl_s)
            living = [(key.kid, end) for key, end in ends if end > now]
            self._trusted = _Trusted(
                min(end for _, end in living),
                KeySet([self._loaded.public[kid] for kid, _ in living]),
                frozenset(kid for kid, _ in living),
            )
        return self._trusted

    def jwks(self) -> dict[str, Any]:
        """The public keys as others need them (RFC 7517)."""
        return {
            "keys": [key.as_dict(private=False, use="sig", alg="ES256", kid=key.kid) for key in self.trusted().keys]
        }

    async def watch(self) -> None:
        """Reads the folder again whenever it changes, for ever; a folder that cannot be read changes nothing."""
        while True:
            await asyncio.sleep(RELOAD_S)
            try:
                await self.reload()
            except (BadConfiguration, OSError) as error:
                _log.warning("signing_keys.unreadable", folder=str(self._folder), reason=str(error))
            except Exception as error:  # noqa: BLE001 (a watch that ended would trust a key that was taken away)
                _log.error("signing_keys.failed", folder=str(self._folder), reason=type(error).__name__)

    async def reload(self) -> None:
        """Reads the folder again. Raises `BadConfiguration` where it holds no usable key."""
        loaded = await asyncio.to_thread(_load, self._folder, known=self._loaded.private)
        if loaded.listed != self._loaded.listed:
            self._loaded, self._trusted = loaded, _Trusted()
            _log.info("signing_keys.changed", kids=[key.kid for key in loaded.listed])


def _ends(listed: tuple[_Listed, ...], *, token_ttl_s: int) -> list[tuple[_Listed, float]]:
    """Each key and when the last token it signed has expired: a token's life after the next key began."""
    following = [float(key.begins + token_ttl_s + _LEEWAY_S) for key in listed[1:]]
    return list(zip(listed, [*following, float("inf")], strict=True))


def _add(folder: Path, *, begins: int) -> str:
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()
    write_private(folder / f"{begins:010d}-{kid}.pem", key.as_pem(private=True))
    return kid


def _drop_retired(listed: tuple[_Listed, ...], *, now: float, token_ttl_s: int) -> None:
    for key, end in _ends(listed, token_ttl_s=token_ttl_s):
        if end <= now:
            key.path.unlink(missing_ok=True)


def _listed(folder: Path) -> tuple[_Listed, ...]:
    found = [(_FILE_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return tuple(
        sorted(
            (_Listed(int(match[1]), match[2], path) for match, path in found if match),
            key=lambda key: (key.begins, key.kid),
        )
    )


def _load(folder: Path, *, known: dict[str, ECKey]) -> _Loaded:
    listed = _listed(folder)
    if not listed:
        raise BadConfiguration(f"access.signing_keys: {folder} holds no key named <instant>-<kid>.pem")
    private = {key.kid: known.get(key.kid) or _private_key(key) for key in listed}
    public = {kid: ECKey.import_key(key.as_dict(private=False, kid=kid)) for kid, key in private.items()}
    return _Loaded(listed, private, public)


def _private_key(listed: _Listed) -> ECKey:
    try:
        key = ECKey.import_key(read_private(listed.path))
    except HOSTILE:
        raise BadConfiguration(f"access.signing_keys: {listed.path} holds no private key in PEM") from None
    if not key.is_private or key.curve_name != "P-256" or key.thumbprint() != listed.kid:
        raise BadConfiguration(f"access.signing_keys: {listed.path} is no P-256 key with the thumbprint in its name")
    key.ensure_kid()
    return key
