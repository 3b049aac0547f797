"""The client register, kept in memory as far as it is asked for, at most 2 s behind the database."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.access.client import Client, Secret
from gateway.ids import ClientId
from gateway.storage.kept import Kept
from gateway.storage.sequence import announce
from gateway.storage.tables import all_keys, client_secrets, clients, is_key, plain
from gateway.storage.watch import Watch

KIND = "client"
_SECRETS = sa.select(client_secrets).order_by(client_secrets.c.created_at, client_secrets.c.id)


class StoredClients:
    """`ClientRegister` over the database."""

    def __init__(self, engine: AsyncEngine, watch: Watch) -> None:
        self._kept = Kept(engine, watch, kind=KIND, read=read_client)

    async def find(self, client_id: ClientId) -> Client | None:
        """The client as it stands at most 2 s ago, or None. Raises `StoreUnavailable`."""
        return await self._kept.get(client_id) if is_key(client_id) else None


async def read_client(connection: AsyncConnection, client_id: ClientId) -> Client | None:
    """The client with its secrets, or None."""
    if not is_key(client_id):
        return None
    rows = await _read(connection, sa.select(clients).where(clients.c.id == client_id))
    return rows[0] if rows else None


async def read_clients(
    connection: AsyncConnection, *, partner: str | None, after: str | None, limit: int
) -> tuple[Client, ...]:
    """Clients by id, beginning after `after`; of one partner, or of all."""
    if not all_keys(partner, after):
        return ()
    query = sa.select(clients).order_by(clients.c.id).limit(limit)
    if partner is not None:
        query = query.where(clients.c.partner == partner)
    if after is not None:
        query = query.where(clients.c.id > after)
    return await _read(connection, query)


async def write_client(connection: AsyncConnection, client: Client) -> None:
    """Puts the client in place of what stood there, and announces it."""
    values = msgspec.structs.asdict(client)
    secrets = values.pop("secrets")
    values |= {"scopes": sorted(client.scopes), "purposes": sorted(client.purposes)}
    values |= {"profile": client.profile.value, "status": client.status.value}
    changed = await connection.execute(sa.update(clients).where(clients.c.id == client.id).values(values))
    if not changed.rowcount:
        await connection.execute(sa.insert(clients).values(values))
    await connection.execute(sa.delete(client_secrets).where(client_secrets.c.client_id == client.id))
    if secrets:
        rows = [msgspec.structs.asdict(secret) | {"client_id": client.id} for secret in secrets]
        await connection.execute(sa.insert(client_secrets), rows)
    await announce(connection, KIND, keys=(client.id,))


async def _read(connection: AsyncConnection, query: sa.Select[Any]) -> tuple[Client, ...]:
    """The clients that `query` finds, with their secrets: two statements, however many there are."""
    found = (await connection.execute(query)).mappings().all()
    if not found:
        return ()
    ids = [row["id"] for row in found]
    secrets = (await connection.execute(_SECRETS.where(client_secrets.c.client_id.in_(ids)))).mappings().all()
    return tuple(_client(row, (secret for secret in secrets if secret["client_id"] == row["id"])) for row in found)


def _client(row: Mapping[Any, Any], secrets: Iterable[Mapping[Any, Any]]) -> Client:
    """The row and its secrets as a `Client`."""
    live = tuple(
        Secret(
            id=secret["id"],
            digest=bytes(secret["digest"]),
            created_at=secret["created_at"],
            expires_at=secret["expires_at"],
        )
        for secret in secrets
    )
    return msgspec.convert(plain(row) | {"secrets": live}, Client)
