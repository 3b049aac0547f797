"""Signing secrets of webhooks as they are kept: each sealed for its own row, and opened from there."""

from collections.abc import Iterable
from datetime import datetime

from gateway.life_events.sealing import Sealer
from gateway.life_events.signature import Scheme, SigningSecret
from gateway.life_events.subscription_office import SealedSecret

_TABLE, _COLUMN = "webhook_secrets", "sealed"


def sealed_secret(secret: SigningSecret, *, sealer: Sealer, now: datetime) -> SealedSecret:
    """The secret at rest."""
    sealed = sealer.seal(secret.key, table=_TABLE, id=secret.id, column=_COLUMN)
    return SealedSecret(id=secret.id, key_id=sealed.key_id, sealed=sealed.data, created_at=now)


def opened_secret(sealed: SealedSecret, *, sealer: Sealer, scheme: Scheme) -> SigningSecret:
    """The secret, open. Raises `SealBroken`."""
    return SigningSecret(sealed.id, scheme, sealer.open(sealed.sealed, table=_TABLE, id=sealed.id, column=_COLUMN))


class OpenSecrets:
    """Secrets that are open, each opened once, and kept no longer than it signs and the sealing keys stay the same."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._open: dict[str, tuple[SealedSecret, SigningSecret]] = {}
        self._version = -1
        self._kids: tuple[str, ...] = ()
        self._until: datetime | None = None

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def keep(self, secrets: Iterable[SealedSecret], *, version: int, now: datetime) -> None:
        """Forgets all but those of these that still sign. Costs nothing while `version`, their number, is the same."""
        kids = self._sealer.kids()
        if kids != self._kids:
            self._open.clear()
        elif version == self._version and (self._until is None or now < self._until):
            return
        live = {it.id: it for it in secrets if it.is_live(now)}
        self._open = {id_: kept for id_, kept in self._open.items() if live.get(id_) == kept[0]}
        self._until = min((it.expires_at for it in live.values() if it.expires_at is not None), default=None)
        self._version, self._kids = version, kids

    def opened(self, sealed: SealedSecret, *, scheme: Scheme) -> SigningSecret:
        """The secret, open from now on. Raises `SealBroken`."""
        kept = self._open.get(sealed.id)
        if kept is not None and kept[0] == sealed:
            return kept[1]
        secret = opened_secret(sealed, sealer=self._sealer, scheme=scheme)
        self._open[sealed.id] = sealed, secret
        return secret
