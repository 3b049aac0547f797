"""What this room shares between processes; `storage` keeps it in Redis."""

from typing import Protocol

import msgspec


class CachedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's document as it was fetched at `fetched_at` (seconds since 1970)."""

    body: bytes
    fetched_at: float
    next_position: str | None = None
    etag: str | None = None


class DocumentCache(Protocol):
    """Documents by question. Fails open: a store that is down is a cache that is empty."""

    async def get(self, key: str) -> CachedDocument | None:
        """The document, fresh or stale, or None."""
        ...

    async def put(self, key: str, document: CachedDocument, keep_s: float) -> None:
        """Keeps it for `keep_s` seconds at most."""
        ...


class BreakerBoard(Protocol):
    """The circuit breakers' shared state. Fails open: a store that is down is a closed circuit.

    A circuit opens after `threshold` failures in a row, for `open_s`; then one question in the
    whole fleet may try (half-open); its success closes the circuit, its failure opens it again.
    """

    async def may_ask(self, key: str, open_s: float) -> bool:
        """Whether this process may ask the platform now."""
        ...

    async def succeeded(self, key: str) -> None:
        """Closes the circuit."""
        ...

    async def failed(self, key: str, threshold: int, open_s: float) -> bool:
        """Counts a failure; whether the circuit is open now."""
        ...
