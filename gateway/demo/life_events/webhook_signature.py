"""How a receiver checks that a webhook comes from the gateway, unaltered and just now (Standard Webhooks)."""

import hmac
import time
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_TOLERANCE_S = 300


class SignatureCheck:
    """Checks with the `whsec_…` (HMAC, `v1`) or `whpk_…` (Ed25519, `v1a`) that the subscriber was given."""

    def __init__(self, secret: str) -> None:
        kind, _, key = secret.partition("_")
        self.scheme = {"whsec": "v1", "whpk": "v1a"}[kind]
        self._key = b64decode(key)

    def fits(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether one of the signatures is right, and not older than five minutes."""
        sent_at = headers.get("webhook-timestamp", "")
        if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > _TOLERANCE_S:
            return False
        content = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
        told = (entry.partition(",") for entry in headers.get("webhook-signature", "").split())
        return any(scheme == self.scheme and self._is_right(content, signature) for scheme, _, signature in told)

    def _is_right(self, content: bytes, signature: str) -> bool:
        try:
            given = b64decode(signature, validate=True)
            if self.scheme == "v1":
                return hmac.compare_digest(hmac.digest(self._key, content, sha256), given)
            Ed25519PublicKey.from_public_bytes(self._key).verify(given, content)
        except (InvalidSignature, ValueError):
            return False
        return True
