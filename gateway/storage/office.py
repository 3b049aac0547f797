"""The administration's registers: read afresh, changed in one transaction with the audit record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.access.client import Client
from gateway.administration.office import AuditEntry, AuditQuestion
from gateway.agreements.agreement import Agreement, AgreementStatus
from gateway.audit.record import AuditRecord
from gateway.ids import AgreementId, ClientId, PartnerId
from gateway.life_events.adoption import Adoption
from gateway.storage.adoptions import read_adoptions, write_adoption
from gateway.storage.agreements import read_agreement, read_agreements, write_agreement
from gateway.storage.audit_trail import insert_records
from gateway.storage.clients import read_client, read_clients, write_client
from gateway.storage.denylist import deny_client
from gateway.storage.engine import reading, writing
from gateway.storage.sequence import CHANGES, take
from gateway.storage.tables import all_keys, audit_records
from gateway.storage.watch import Watch


class StoredChange:
    """`Change` on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def client(self, client_id: ClientId) -> Client | None:
        """The client, or None."""
        return await read_client(self._connection, client_id)

    async def put_client(self, client: Client) -> None:
        """Adds the client, or puts it in place of the one with its id."""
        await write_client(self._connection, client)

    async def deny_tokens_of(self, client_id: ClientId) -> None:
        """Refuses every token that the client has been issued until now."""
        await deny_client(self._connection, client_id)

    async def agreement(self, agreement_id: AgreementId) -> Agreement | None:
        """The agreement, or None."""
        return await read_agreement(self._connection, agreement_id)

    async def put_agreement(self, agreement: Agreement) -> None:
        """Adds the agreement, or puts it in place of the one with its id."""
        await write_agreement(self._connection, agreement)

    async def adoptions(self, partner: PartnerId) -> tuple[Adoption, ...]:
        """The partner's adoptions, also those that have ended."""
        return await read_adoptions(self._connection, partner=partner)

    async def put_adoption(self, adoption: Adoption) -> None:
        """Adds the adoption, or puts it in place of the partner's of that recipe."""
        await write_adoption(self._connection, adoption)

    async def record(self, record: AuditRecord) -> int:
        """Writes the audit record of this change; its number."""
        return await insert_records(self._connection, [record])


class StoredOffice:
    """`Office` over the database. With a `watch`, this process hears of its own changes at once."""

    def __init__(self, engine: AsyncEngine, watch: Watch | None = None) -> None:
        self._engine = engine
        self._watch = watch

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[StoredChange]:
        """A transaction: all of it is durable when the block ends, or nothing where it raises."""
        async with writing(self._engine) as connection:
            # Takes no number, but the counter's row: changes wait for one another, and cannot deadlock.
            await connection.run_sync(take, CHANGES, count=0)
            yield StoredChange(connection)
        if self._watch is not None:
            self._watch.nudge()

    async def client(self, client_id: ClientId) -> Client | None:
        """The client, or None."""
        async with reading(self._engine) as connection:
            return await read_client(connection, client_id)

    async def clients(
        self, *, partner: PartnerId | None = None, after: str | None = None, limit: int = 100
    ) -> tuple[Client, ...]:
        """Clients in order of their ids, beginning after `after`."""
        async with reading(self._engine) as connection:
            return await read_clients(connection, partner=partner, after=after, limit=limit)

    async def agreement(self, agreement_id: AgreementId) -> Agreement | None:
        """The agreement, or None."""
        async with reading(self._engine) as connection:
            return await read_agreement(connection, agreement_id)

    async def agreements(
        self,
        *,
        consumer: PartnerId | None = None,
        provider: PartnerId | None = None,
        status: AgreementStatus | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[Agreement, ...]:
        """Agreements in order of their ids, beginning after `after`."""
        async with reading(self._engine) as connection:
            return await read_agreements(
                connection, consumer=consumer, provider=provider, status=status, after=after, limit=limit
            )

    async def adoptions(self, *, partner: PartnerId | None = None, recipe: str | None = None) -> tuple[Adoption, ...]:
        """Adoptions by partner and recipe, also those that have ended."""
        async with reading(self._engine) as connection:
            return await read_adoptions(connection, partner=partner, recipe=recipe)

    async def audit(self, question: AuditQuestion) -> tuple[AuditEntry, ...]:
        """Audit records, newest first."""
        if not all_keys(question.client_id, question.kind, question.outcome):
            return ()
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_query(question))).all()
        return tuple(AuditEntry(number, msgspec.Raw(bytes(leaf))) for number, leaf in rows)


def _query(question: AuditQuestion) -> sa.Select[Any]:
    """The records that fit what is given, by keyset: a page costs the same however far back it is."""
    columns = audit_records.c
    query = sa.select(columns.number, columns.leaf).order_by(columns.number.desc()).limit(question.limit)
    if question.kind is not None:
        is_family = question.kind.endswith(".")
        query = query.where(
            columns.kind.startswith(question.kind, autoescape=True) if is_family else columns.kind == question.kind
        )
    for column, value in ((columns.client_id, question.client_id), (columns.outcome, question.outcome)):
        if value is not None:
            query = query.where(column == value)
    if question.since is not None:
        query = query.where(columns.at >= question.since)
    if question.until is not None:
        query = query.where(columns.at < question.until)
    if question.before is not None:
        query = query.where(columns.number < question.before)
    return query
