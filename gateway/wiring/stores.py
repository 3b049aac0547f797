"""Both engines, open, and everything that is kept in them."""

from contextlib import AsyncExitStack
from typing import NamedTuple

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.settings import Settings
from gateway.storage.adoptions import StoredAdoptions
from gateway.storage.agreements import StoredAgreements
from gateway.storage.audit_trail import GroupCommitTrail
from gateway.storage.clients import StoredClients
from gateway.storage.denylist import StoredDenylist
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from gateway.storage.office import StoredOffice
from gateway.storage.redis_breaker_board import RedisBreakerBoard
from gateway.storage.redis_document_cache import RedisDocumentCache
from gateway.storage.redis_rate_limiter import RedisRateLimiter
from gateway.storage.redis_replay_guard import RedisReplayGuard
from gateway.storage.shared_store import SharedStore, open_shared
from gateway.storage.transactor import Transactor
from gateway.storage.watch import Watch


class Stores(NamedTuple):
    """The truth in the database, the short-lived in the shared store."""

    engine: AsyncEngine
    shared: SharedStore
    watch: Watch
    transactor: Transactor
    trail: GroupCommitTrail
    clients: StoredClients
    agreements: StoredAgreements
    adoptions: StoredAdoptions
    denylist: StoredDenylist
    office: StoredOffice
    limiter: RedisRateLimiter
    replay: RedisReplayGuard
    documents: RedisDocumentCache
    breakers: RedisBreakerBoard


async def migrated(settings: Settings) -> None:
    """Brings the database to the newest migration. Raises `BadConfiguration` or `StoreUnavailable`."""
    engine = open_engine(settings.database)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


async def opened_stores(stack: AsyncExitStack, settings: Settings) -> Stores:
    """Migrated, and followed; `stack` closes them in the opposite order, so that the trail can still write."""
    engine = open_engine(settings.database)
    stack.push_async_callback(engine.dispose)
    await migrate(engine)
    shared = await open_shared(settings.shared)
    stack.push_async_callback(shared.close)
    # A connection of its own: while others queue for theirs it must hear in time, or everybody is refused.
    watching = open_engine(msgspec.structs.replace(settings.database, pool_size=1))
    stack.push_async_callback(watching.dispose)
    watch = Watch(watching)
    clients, agreements = StoredClients(engine, watch), StoredAgreements(engine, watch)
    denylist, adoptions = StoredDenylist(engine, watch), StoredAdoptions(engine, watch)
    await watch.open()
    stack.push_async_callback(watch.close)
    transactor = Transactor(engine)
    stack.push_async_callback(transactor.close)
    trail = GroupCommitTrail(engine, transactor=transactor)
    await trail.open()
    stack.push_async_callback(trail.close)
    return Stores(
        engine=engine,
        shared=shared,
        watch=watch,
        transactor=transactor,
        trail=trail,
        clients=clients,
        agreements=agreements,
        adoptions=adoptions,
        denylist=denylist,
        office=StoredOffice(engine, watch),
        limiter=RedisRateLimiter(shared.client),
        replay=RedisReplayGuard(shared.client),
        documents=RedisDocumentCache(shared.client),
        breakers=RedisBreakerBoard(shared.client),
    )
