"""Signing secrets of webhooks as they are kept: each sealed for its own row, and opened from there."""

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
