"""The subscriptions: read afresh, changed in one transaction with the audit record."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.audit.record import AuditRecord
from gateway.ids import PartnerId
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.subscription import PlatformDataset, Subscription, SubscriptionStatus
from gateway.life_events.subscription_office import AttemptEntry, DeliveryEntry, Replayed, SealedSecret, Window
from gateway.storage import replaying
from gateway.storage.audit_trail import insert_records
from gateway.storage.engine import reading, writing
from gateway.storage.life_event_tables import deliveries, delivery_attempts, events, subscriptions, webhook_secrets
from gateway.storage.sequence import CHANGES, EVENTS, announce, take
from gateway.storage.subscriptions import KIND, sealed_secret_of, subscription_of, values_of
from gateway.storage.tables import all_keys, is_key, plain

_D, _E, _S, _A = deliveries.c, events.c, webhook_secrets.c, delivery_attempts.c
_ENTRIES = sa.select(
    _D.id,
    _D.subscription_id,
    _E.id.label("event_id"),
    _E.name.label("event_name"),
    _E.provider,
    _E.case_id,
    _D.status,
    _D.attempts,
    _D.reason,
    _D.first_due_at.label("due_at"),
    sa.case((_D.status == DeliveryStatus.WAITING.value, _D.next_at), else_=None).label("next_at"),
    _D.settled_at,
).join(events, _E.sequence == _D.event_sequence)


class StoredSubscriptionChange:
    """`SubscriptionChange` on one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, subscription_id: str) -> Subscription | None:
        """The subscription, or None."""
        return await _find(self._connection, subscription_id)

    async def count(self, partner: PartnerId) -> int:
        """How many the partner has that have not ended."""
        query = sa.select(sa.func.count()).where(*_living(partner))
        found: int = (await self._connection.execute(query)).scalar_one()
        return found

    async def leading_to(self, target: PlatformDataset, *, partner: PartnerId) -> tuple[str, ...]:
        """The ids of the partner's subscriptions with that target that have not ended."""
        query = sa.select(subscriptions).where(*_living(partner)).order_by(subscriptions.c.id)
        found = map(subscription_of, (await self._connection.execute(query)).mappings())
        return tuple(it.id for it in found if it.target == target)

    async def put(self, subscription: Subscription) -> None:
        """Adds the subscription, or puts it in place of the one with its id."""
        values = values_of(subscription)
        of_it = subscriptions.c.id == subscription.id
        changed = await self._connection.execute(sa.update(subscriptions).where(of_it).values(values))
        if not changed.rowcount:
            await self._connection.execute(sa.insert(subscriptions).values(values))
        await announce(self._connection, KIND, keys=(subscription.id,))

    async def secrets(self, subscription_id: str) -> tuple[SealedSecret, ...]:
        """Its signing secrets, the newest first."""
        return await _secrets(self._connection, subscription_id)

    async def put_secrets(self, subscription_id: str, secrets: tuple[SealedSecret, ...]) -> None:
        """Puts these in place of all that it has."""
        await self._connection.execute(sa.delete(webhook_secrets).where(_S.subscription_id == subscription_id))
        if secrets:
            rows = [msgspec.structs.asdict(it) | {"subscription_id": subscription_id} for it in secrets]
            await self._connection.execute(sa.insert(webhook_secrets), rows)
        await announce(self._connection, KIND, keys=(subscription_id,))

    async def replay_one(self, subscription_id: str, delivery_id: str, *, now: datetime) -> bool:
        """Puts a delivery in line again; False where there is none, or it is under way."""
        return await self._connection.run_sync(replaying.replay_one, subscription_id, delivery_id, now=now)

    async def replay_window(self, subscription: Subscription, window: Window, *, after: int, now: datetime) -> Replayed:
        """Puts deliveries of the window in line again, a part at a time: of events behind `after`."""
        return await self._connection.run_sync(replaying.replay_window, subscription, window, after=after, now=now)

    async def last_event(self) -> int:
        """The sequence of the newest event; until this transaction ends no other is accepted."""
        return await self._connection.run_sync(take, EVENTS, count=0) - 1

    async def catch_up(self, subscription: Subscription, *, now: datetime) -> int:
        """Puts in line what was not while the subscription did not collect; how many."""
        return await self._connection.run_sync(replaying.catch_up, subscription, now=now)

    async def withhold_waiting(self, subscription_id: str, *, reason: str, now: datetime) -> None:
        """Takes out of the line whatever waits there."""
        await self._connection.run_sync(replaying.withhold_waiting, subscription_id, reason=reason, now=now)

    async def record(self, record: AuditRecord) -> int:
        """Writes the audit record of this change; its number."""
        return await insert_records(self._connection, [record])


class StoredSubscriptionOffice:
    """`SubscriptionOffice` over the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[StoredSubscriptionChange]:
        """A transaction: all of it is durable when the block ends, or nothing where it raises."""
        async with writing(self._engine) as connection:
            # Takes no number, but the counter's row: changes wait for one another, and cannot deadlock.
            await connection.run_sync(take, CHANGES, count=0)
            yield StoredSubscriptionChange(connection)

    async def find(self, subscription_id: str) -> Subscription | None:
        """The subscription, or None."""
        async with reading(self._engine) as connection:
            return await _find(connection, subscription_id)

    async def secrets(self, subscription_id: str) -> tuple[SealedSecret, ...]:
        """Its signing secrets, the newest first."""
        async with reading(self._engine) as connection:
            return await _secrets(connection, subscription_id)

    async def all(
        self, *, partner: PartnerId | None = None, after: str | None = None, limit: int = 100
    ) -> tuple[Subscription, ...]:
        """Subscriptions that have not ended, in order of their ids, beginning after `after`."""
        if not all_keys(partner, after):
            return ()
        columns = subscriptions.c
        query = sa.select(subscriptions).where(columns.status != SubscriptionStatus.ENDED.value)
        query = query.order_by(columns.id).limit(limit)
        if partner is not None:
            query = query.where(columns.partner == partner)
        if after is not None:
            query = query.where(columns.id > after)
        async with reading(self._engine) as connection:
            return tuple(subscription_of(row) for row in (await connection.execute(query)).mappings())

    async def deliveries(
        self,
        subscription_id: str,
        *,
        status: DeliveryStatus | None = None,
        after: str | None = None,
        limit: int = 100,
        entitled: frozenset[tuple[str, PartnerId]] | None = None,
    ) -> tuple[DeliveryEntry, ...]:
        """Deliveries of one subscription, the newest event first, beginning after the delivery `after`.

        With `entitled` (kinds of event, each with its publisher) only those that were sent, or that are of these.
        """
        if not all_keys(subscription_id, after):
            return ()
        query = _ENTRIES.where(_D.subscription_id == subscription_id).order_by(_D.event_sequence.desc()).limit(limit)
        if status is not None:
            query = query.where(_D.status == status.value)
        if entitled is not None:
            query = query.where(sa.or_(_D.attempts > 0, sa.tuple_(_E.name, _E.provider).in_(sorted(entitled))))
        if after is not None:
            begin = deliveries.alias("begin")
            query = query.where(
                _D.event_sequence < sa.select(begin.c.event_sequence).where(begin.c.id == after).scalar_subquery()
            )
        async with reading(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(msgspec.convert(plain(row), DeliveryEntry) for row in rows)

    async def attempts(self, subscription_id: str, delivery_id: str) -> tuple[AttemptEntry, ...] | None:
        """The attempts of a delivery in order, or None where there is no such delivery."""
        if not all_keys(subscription_id, delivery_id):
            return None
        known = sa.select(_D.id).where(_D.id == delivery_id, _D.subscription_id == subscription_id)
        columns = (_A.number, _A.at, _A.duration_ms, _A.status_code, _A.reason)
        query = sa.select(*columns).where(_A.delivery_id == delivery_id).order_by(_A.number)
        async with reading(self._engine) as connection:
            if (await connection.execute(known)).first() is None:
                return None
            rows = (await connection.execute(query)).mappings().all()
        return tuple(msgspec.convert(plain(row), AttemptEntry) for row in rows)


def _living(partner: PartnerId) -> tuple[sa.ColumnElement[bool], ...]:
    return subscriptions.c.partner == partner, subscriptions.c.status != SubscriptionStatus.ENDED.value


async def _find(connection: AsyncConnection, subscription_id: str) -> Subscription | None:
    if not is_key(subscription_id):
        return None
    query = sa.select(subscriptions).where(subscriptions.c.id == subscription_id)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else subscription_of(row)


async def _secrets(connection: AsyncConnection, subscription_id: str) -> tuple[SealedSecret, ...]:
    query = sa.select(webhook_secrets).where(_S.subscription_id == subscription_id)
    rows = (await connection.execute(query.order_by(_S.created_at.desc(), _S.id.desc()))).mappings()
    return tuple(sealed_secret_of(row) for row in rows)
