"""Every suite here runs over both engines of its store."""

import pytest

from gateway.storage.transactor import Transactor
from gateway.storage.watch import Watch
from tests.support.engines import (  # noqa: F401
    database_url,
    engine,
    postgres_server,
    postgres_url,
    redis_server,
    shared,
    shared_url,
    valkey_server,
)


@pytest.fixture
async def watch(engine):  # noqa: F811
    """A watch that has read everything once and is polled by hand, so that nothing waits for a clock."""
    made = Watch(engine)
    await made.poll()
    return made


@pytest.fixture
async def transactor(engine):  # noqa: F811
    """Where the writers of a process meet."""
    made = Transactor(engine)
    yield made
    await made.close()
