"""What the tests of asking have in common: real stores, and a clock that a test moves."""

from datetime import UTC, datetime

import pytest

from gateway.settings import Shared
from gateway.storage.embedded_valkey import EmbeddedValkey
from gateway.storage.redis_breaker_board import RedisBreakerBoard
from gateway.storage.redis_document_cache import RedisDocumentCache
from gateway.storage.shared_store import open_shared


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self):
        self.at = 1_800_000_000.0

    def now(self):
        return datetime.fromtimestamp(self.at, UTC)

    def seconds(self):
        return self.at


class Tally:
    """An `UpstreamMeter` that keeps what it is told."""

    def __init__(self):
        self.told = []

    def count(self, what):
        return sum(1 for it in self.told if it[0] == what)

    def asked(self, dataset, *, seconds):
        self.told.append(("asked", dataset, seconds))

    def failed(self, dataset, *, code, seconds):
        self.told.append(("failed", dataset, code, seconds))

    def retried(self, dataset):
        self.told.append(("retried", dataset))

    def served_cached(self, dataset):
        self.told.append(("served_cached", dataset))

    def served_stale(self, dataset):
        self.told.append(("served_stale", dataset))

    def circuit_opened(self, platform):
        self.told.append(("circuit_opened", platform))


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A real server, for one file of tests."""
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    yield f"unix://{server.start()}"
    server.stop()


@pytest.fixture
async def store(valkey):
    """A client of it; the store is empty."""
    opened = await open_shared(Shared(url=valkey))
    await opened.client.flushdb()
    yield opened.client
    await opened.close()


@pytest.fixture
def cache(store):
    """The shared cache."""
    return RedisDocumentCache(store)


@pytest.fixture
def breakers(store):
    """The shared breakers."""
    return RedisBreakerBoard(store)


@pytest.fixture
def clock():
    """Held still."""
    return MovedClock()


@pytest.fixture
def meter():
    """Counts."""
    return Tally()
