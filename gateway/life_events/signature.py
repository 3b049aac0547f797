"""Standard Webhooks signatures (standardwebhooks.com): `v1` is HMAC-SHA256, `v1a` is Ed25519.

What is signed is `<id>.<timestamp>.<body>`. While a secret is rotated, both sign, so that the receiver may change
over when it likes.
"""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_BYTES = 32


class Scheme(StrEnum):
    """How a webhook's deliveries are signed."""

    HMAC = "v1"
    ED25519 = "v1a"


class SigningSecret(msgspec.Struct, frozen=True, dict=True):
    """A signing secret, open: 32 bytes, for Ed25519 the seed of the private key."""

    id: str
    scheme: Scheme
    key: bytes

    @cached_property
    def private_key(self) -> Ed25519PrivateKey:
        """The key of Ed25519, kept with the secret and gone with it."""
        return Ed25519PrivateKey.from_private_bytes(self.key)


def new_key() -> bytes:
    """A new secret, for either scheme."""
    return secrets.token_bytes(_BYTES)


def shown_secret(secret: SigningSecret) -> str | None:
    """What the receiver must be told, once: `whsec_…`. None for Ed25519, whose secret nobody else needs."""
    return f"whsec_{b64encode(secret.key).decode()}" if secret.scheme is Scheme.HMAC else None


def public_key(secret: SigningSecret) -> str | None:
    """What the receiver verifies Ed25519 with: `whpk_…`. None for HMAC."""
    if secret.scheme is Scheme.HMAC:
        return None
    return f"whpk_{b64encode(secret.private_key.public_key().public_bytes_raw()).decode()}"


def signed_headers(id_: str, body: bytes, *, timestamp: int, secrets: Iterable[SigningSecret]) -> dict[str, str]:
    """The three headers; one signature for each secret, separated by blanks."""
    content = b"%s.%d.%s" % (id_.encode(), timestamp, body)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_sign(secret, content) for secret in secrets),
    }


def _sign(secret: SigningSecret, content: bytes) -> str:
    if secret.scheme is Scheme.HMAC:
        signature = hmac.digest(secret.key, content, sha256)
    else:
        signature = secret.private_key.sign(content)
    return f"{secret.scheme.value},{b64encode(signature).decode()}"
