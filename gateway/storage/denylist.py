"""Revoked tokens and clients: the database is the truth, and every process holds all of it in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from time import time

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.errors import StoreUnavailable
from gateway.storage.engine import reading, writing
from gateway.storage.sequence import announce
from gateway.storage.tables import denied_clients, denied_tokens
from gateway.storage.watch import Watch

KIND = "denial"
_TOKEN = "token:"
_CLIENT = "client:"
LONGEST_TOKEN = timedelta(hours=1)
"""No access token lives longer, so what was denied that long ago need not be remembered."""
_PRUNE_BEYOND = 1_000


class StoredDenylist:
    """`Denylist` over the database. `is_denied` asks only this process's memory."""

    def __init__(self, engine: AsyncEngine, watch: Watch) -> None:
        self._engine = engine
        self._watch = watch
        self._tokens: dict[str, float] = {}
        self._clients: dict[str, float] = {}
        self._prune_at = _PRUNE_BEYOND
        watch.tell(KIND, self)

    def is_denied(self, token_id: str, client_id: str, issued_at: float) -> bool:
        """Whether the token, or its client since, was revoked. Raises `StoreUnavailable` when that is not known."""
        if not self._watch.is_current:
            raise StoreUnavailable("revocations have not been heard of for 2 s", store="denylist")
        if token_id in self._tokens:
            return True
        issued_until = self._clients.get(client_id)
        return issued_until is not None and issued_at <= issued_until

    async def revoke_token(self, token_id: str, expires_at: float) -> None:
        """Refuses the token until it would have expired anyhow. Durable when this returns."""
        async with writing(self._engine) as connection:
            until = datetime.fromtimestamp(expires_at, UTC)
            seen = await connection.execute(
                sa.update(denied_tokens).where(denied_tokens.c.token_id == token_id).values(expires_at=until)
            )
            if not seen.rowcount:
                await connection.execute(sa.insert(denied_tokens).values(token_id=token_id, expires_at=until))
            await _prune(connection)
            await announce(connection, KIND, keys=(_TOKEN + token_id,))
        self._tokens[token_id] = expires_at
        self._watch.nudge()

    async def revoke_client(self, client_id: str) -> None:
        """Refuses every token that the client has been issued until now. Durable when this returns."""
        async with writing(self._engine) as connection:
            await deny_client(connection, client_id)
        self._watch.nudge()

    async def reload(self) -> None:
        """Reads the whole list anew."""
        now = datetime.now(UTC)
        async with reading(self._engine) as connection:
            tokens = (await connection.execute(sa.select(denied_tokens).where(denied_tokens.c.expires_at > now))).all()
            clients = (await connection.execute(sa.select(denied_clients))).all()
        self._tokens = {token_id: expires_at.timestamp() for token_id, expires_at in tokens}
        self._clients = {client_id: issued_until.timestamp() for client_id, issued_until in clients}

    async def follow(self, keys: Sequence[str]) -> None:
        """Reads what was added."""
        token_ids = [key.removeprefix(_TOKEN) for key in keys if key.startswith(_TOKEN)]
        client_ids = [key.removeprefix(_CLIENT) for key in keys if key.startswith(_CLIENT)]
        async with reading(self._engine) as connection:
            if token_ids:
                query = sa.select(denied_tokens).where(denied_tokens.c.token_id.in_(token_ids))
                for token_id, expires_at in (await connection.execute(query)).all():
                    self._tokens[token_id] = expires_at.timestamp()
            if client_ids:
                query = sa.select(denied_clients).where(denied_clients.c.client_id.in_(client_ids))
                for client_id, issued_until in (await connection.execute(query)).all():
                    self._clients[client_id] = issued_until.timestamp()
        if len(self._tokens) > self._prune_at:
            now = time()
            self._tokens = {token_id: until for token_id, until in self._tokens.items() if until > now}
            self._prune_at = max(_PRUNE_BEYOND, 2 * len(self._tokens))


async def deny_client(connection: AsyncConnection, client_id: str) -> None:
    """Refuses, once the transaction is committed, every token that the client has been issued until now."""
    now = datetime.now(UTC)
    seen = await connection.execute(
        sa.update(denied_clients).where(denied_clients.c.client_id == client_id).values(issued_until=now)
    )
    if not seen.rowcount:
        await connection.execute(sa.insert(denied_clients).values(client_id=client_id, issued_until=now))
    await _prune(connection)
    await announce(connection, KIND, keys=(_CLIENT + client_id,))


async def _prune(connection: AsyncConnection) -> None:
    """Drops what has expired."""
    now = datetime.now(UTC)
    await connection.execute(sa.delete(denied_tokens).where(denied_tokens.c.expires_at < now))
    await connection.execute(sa.delete(denied_clients).where(denied_clients.c.issued_until < now - LONGEST_TOKEN))
