"""Opens the short-lived shared store: `embedded:DIR`, `redis://…`, `rediss://…` or `unix://PATH`."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import structlog
from redis.asyncio import BlockingConnectionPool, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from gateway.errors import BadConfiguration, StoreUnavailable
from gateway.settings import Shared
from gateway.storage.embedded_valkey import EmbeddedValkey

CONNECTIONS = 32
_COMPLAIN_EVERY_S = 10.0
_LOOK_EVERY_S = 1.0
_log = structlog.get_logger("gateway.storage.shared_store")


class SharedStore:
    """A client of the shared store, and the embedded server if it is ours."""

    def __init__(self, client: Redis, server: EmbeddedValkey | None = None) -> None:
        self.client = client
        self._server = server
        self._keeper = asyncio.create_task(_keep(server), name="embedded-valkey") if server else None

    async def ping(self) -> None:
        """Returns when the store answers. Raises `StoreUnavailable`."""
        with shared_errors():
            await self.client.ping()

    async def close(self) -> None:
        """Closes the connections; stops the embedded server if nobody else uses it."""
        await self.client.aclose()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)


async def open_shared(shared: Shared) -> SharedStore:
    """The store, started if it is embedded. Raises `BadConfiguration` or `StoreUnavailable`."""
    scheme, separator, rest = shared.url.partition(":")
    if not separator or not rest or scheme not in {"embedded", "redis", "rediss", "unix"}:
        raise BadConfiguration(
            "[shared] url is not understood; expected `embedded:DIR`, `redis://…`, `rediss://…` or `unix:///PATH`",
            key="shared.url",
        )
    if scheme != "embedded":
        return SharedStore(_client(shared.url, timeout_s=shared.timeout_s))
    server = EmbeddedValkey(Path(rest))
    path = await asyncio.to_thread(server.start)
    return SharedStore(_client(f"unix://{path}", timeout_s=shared.timeout_s), server)


async def _keep(server: EmbeddedValkey) -> None:
    """Starts the embedded server again where it has died, for ever."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            await asyncio.to_thread(server.revive)
        except StoreUnavailable as error:
            _log.error("embedded_valkey.down", reason=error.message)
        except Exception as error:  # noqa: BLE001 (a keeper that ended would never start it again)
            _log.error("embedded_valkey.down", reason=type(error).__name__)


def _client(url: str, *, timeout_s: float) -> Redis:
    """A client that waits for a free connection rather than opening one per question."""
    try:
        pool: ConnectionPool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            health_check_interval=0,
            # One more try, at once: a connection that the server closed while idle is opened anew.
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
        )
    except ValueError:
        raise BadConfiguration("[shared] url is not a store's URL", key="shared.url") from None
    return Redis.from_pool(pool)


@contextmanager
def shared_errors() -> Iterator[None]:
    """Turns what redis-py raises into `StoreUnavailable`."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreUnavailable("the shared store did not answer", store="shared", cause=type(error).__name__) from error


class FailingOpen:
    """Swallows what redis-py raises, where the work goes on without the store; logged every 10 s, with a count."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failures = 0
        self._logged_at = float("-inf")

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """A block that ends early when the store fails."""
        try:
            yield
        except (RedisError, OSError, TimeoutError) as error:
            self._failures += 1
            if monotonic() - self._logged_at > _COMPLAIN_EVERY_S:
                _log.warning(
                    "shared_store.failed_open", store=self._name, reason=type(error).__name__, n=self._failures
                )
                self._failures, self._logged_at = 0, monotonic()
