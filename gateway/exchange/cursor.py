"""The cursor: where each dataset goes on, signed, and good for the question it came from only."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from gateway.errors import BadRequest, BadRequestCode
from gateway.exchange.query import Query
from gateway.ids import DatasetId, PartnerId

_VERSION = b"\x01"
_SIGNATURE_BYTES = 16
_MAX_TEXT = 8192


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where one dataset goes on: the platform's own position, then the records of that document already given.

    `has_failed`: it did not answer when it was last asked.
    """

    dataset: DatasetId
    position: str | None = None
    offset: int = 0
    has_failed: bool = False


class Cursors:
    """Writes and reads cursors. Every process of a deployment must have the same secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            message = "a cursor's secret has 16 bytes at least"
            raise ValueError(message)
        self._secret = secret
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(tuple[Place, ...])

    def write(self, places: Sequence[Place], *, query: Query, consumer: PartnerId) -> str:
        """The cursor's text: URL-safe, without padding."""
        payload = _VERSION + self._encoder.encode(places)
        return urlsafe_b64encode(self._sign(payload, query, consumer) + payload).decode().rstrip("=")

    def read(self, text: str, *, query: Query, consumer: PartnerId) -> tuple[Place, ...]:
        """The places, in the order they are served. Raises `BadRequest` if the cursor is not of this question."""
        if len(text) > _MAX_TEXT or not text.isascii():
            raise _invalid()
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (NotBase64, ValueError) as error:
            raise _invalid() from error
        signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(payload, query, consumer)) or payload[:1] != _VERSION:
            raise _invalid()
        try:
            return self._decoder.decode(payload[1:])
        except msgspec.MsgspecError as error:  # signed by us, but by another version of the payload
            raise _invalid() from error

    def _sign(self, payload: bytes, query: Query, consumer: PartnerId) -> bytes:
        """Over the payload and the question. `limit` and `completeness` may change from page to page."""
        question = self._encoder.encode(
            [consumer, query.resource, query.partners, query.fields, sorted(query.filters.items())]
        )
        return hmac.digest(self._secret, len(question).to_bytes(4) + question + payload, sha256)[:_SIGNATURE_BYTES]


def _invalid() -> BadRequest:
    return BadRequest(
        BadRequestCode.CURSOR_INVALID,
        "the cursor is not one that was given for this question; begin again without it",
        parameter="cursor",
    )
