"""The cursor of the feed: a place in the log that tells its holder nothing, not even how many events there are.

It is sealed under a key of the deployment, so it lasts as long as that does, and good for one partner only.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import PartnerId

_NONCE_BYTES = 12
_LENGTH = 48
_PURPOSE = b"feed-cursor:1:"


class FeedCursors:
    """Writes and reads cursors. `secret` has 32 bytes; every process of a deployment has the same."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def write(self, sequence: int, *, consumer: PartnerId) -> str:
        """The cursor's text: URL-safe, always of one length."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, sequence.to_bytes(8), _PURPOSE + consumer.encode())
        return urlsafe_b64encode(nonce + sealed).decode()

    def read(self, text: str, *, consumer: PartnerId) -> int:
        """The sequence. Raises `BadRequest` where the cursor was not given to this partner."""
        if len(text) != _LENGTH or not text.isascii():
            raise invalid_cursor()
        try:
            raw = urlsafe_b64decode(text)
            place = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _PURPOSE + consumer.encode())
        except (ValueError, InvalidTag):  # `binascii.Error` is a `ValueError`
            raise invalid_cursor() from None
        return int.from_bytes(place)


def invalid_cursor() -> BadRequest:
    """The error of a cursor that leads nowhere."""
    return BadRequest(
        BadRequestCode.CURSOR_INVALID,
        "the cursor is not one that was given to this partner, or the log does not reach so far; begin without it",
        parameter="after",
    )
