"""The short-lived things that all processes share, as this room needs them; `storage` keeps them in Redis."""

from typing import Protocol

import msgspec


class RateRule(msgspec.Struct, frozen=True):
    """A limit by GCRA: `limit` in `window_s` seconds on average, `burst` at once."""

    name: str
    limit: int
    window_s: int
    burst: int


class Spent(msgspec.Struct, frozen=True):
    """What the limiter said: whether this one is admitted, how many are left now, when the next is free."""

    admitted: bool
    remaining: int
    reset_s: float
    retry_after_s: float = 0.0


class RateLimiter(Protocol):
    """Exact across processes. When its store is down it raises `StoreUnavailable`; the caller decides to admit."""

    async def spend(self, key: str, rule: RateRule) -> Spent:
        """Takes one from `key` under `rule`."""
        ...


class ReplayGuard(Protocol):
    """Remembers what may be used once. Fails closed: raises `StoreUnavailable`."""

    async def first_use(self, key: str, until: float) -> bool:
        """Whether `key` had not been used; it is remembered until `until` (seconds since 1970)."""
        ...


class Denylist(Protocol):
    """Revoked tokens and clients; every process refuses them within 2 s, also after a restart.

    `revoke_client` refuses all tokens of a client issued up to now. `is_denied` asks no store: it
    reads what the process last heard, and raises `StoreUnavailable` once that is older than 2 s.
    """

    async def revoke_token(self, token_id: str, expires_at: float) -> None:
        """Refuses the token until it would have expired anyhow. Durable when this returns."""
        ...

    async def revoke_client(self, client_id: str) -> None:
        """Refuses every token that the client has been issued until now."""
        ...

    def is_denied(self, token_id: str, client_id: str, issued_at: float) -> bool:
        """Whether the token, or its client since, was revoked."""
        ...
