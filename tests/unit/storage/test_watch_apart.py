"""The watch, beside everybody else who needs the database."""

import asyncio
from contextlib import AsyncExitStack

from gateway.settings import Database, Settings, Shared
from gateway.storage.engine import reading
from gateway.wiring.stores import opened_stores


async def test_changes_are_heard_of_while_all_connections_are_taken(tmp_path):
    """Else a crowd at one door would make the gateway refuse everybody, who could have been revoked."""
    settings = Settings(
        database=Database(url=f"sqlite:///{tmp_path}/gateway.db", pool_size=1),
        shared=Shared(url=f"embedded:{tmp_path}/valkey"),
    )
    async with AsyncExitStack() as stack:
        stores = await opened_stores(stack, settings)
        for _ in range(2):
            await stack.enter_async_context(reading(stores.engine))
        async with asyncio.timeout(2):
            await stores.watch.poll()
        assert stores.watch.is_current
