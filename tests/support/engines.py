"""The stores' engines for tests: PostgreSQL and Redis from the environment's URL, else started here, else skipped.

`GATEWAY_TEST_POSTGRES_URL` names a server on which databases may be made, `GATEWAY_TEST_REDIS_URL` a
database that may be flushed. Under CI=true a missing service fails. Import the fixtures into a
`conftest.py`: `database_url`, `engine` (each twice: SQLite, PostgreSQL) and `shared` (Valkey, Redis).
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from gateway.settings import Database, Shared
from gateway.storage.embedded_valkey import EmbeddedValkey
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from gateway.storage.shared_store import open_shared


def missing(reason: str) -> None:
    """Skips the test, or fails it under CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database."""
    if url := os.environ.get("GATEWAY_TEST_POSTGRES_URL"):
        yield url
        if _migrated.cache_info().currsize:
            asyncio.run(_command(url, f"DROP DATABASE {_migrated(url)}"))
        return
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(binaries[-1]) if binaries else shutil.which("initdb")
    if not initdb:
        missing("PostgreSQL is missing: apt-get install postgresql, or set GATEWAY_TEST_POSTGRES_URL")
    control = str(Path(initdb).with_name("pg_ctl"))
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # PostgreSQL refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    port = _free_port()
    data = str(folder / "data")

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    run(initdb, "-D", data, "-U", "gateway", "-A", "trust", "-E", "UTF8", "-N")
    options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=60"
    run(control, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://gateway@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server) -> Iterator[str]:
    """The URL of an empty database of its own."""
    with _database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """The URL of a database, once in SQLite, once in PostgreSQL: empty, or migrated where `engine` is asked for too."""
    if request.param == "sqlite":
        if "engine" in request.fixturenames:
            (tmp_path / "gateway.db").write_bytes(_migrated_file())
        yield f"sqlite:///{tmp_path}/gateway.db"
        return
    server = request.getfixturevalue("postgres_server")
    with _database(server, template=_migrated(server) if "engine" in request.fixturenames else None) as url:
        yield url


@pytest.fixture
async def engine(database_url):
    """An engine over a migrated database."""
    opened = open_engine(Database(url=database_url))
    await migrate(opened)
    yield opened
    await opened.dispose()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a Redis server's database that may be flushed."""
    if url := os.environ.get("GATEWAY_TEST_REDIS_URL"):
        yield url
        return
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if not binary:
        missing("Redis is missing: apt-get install redis-server, or set GATEWAY_TEST_REDIS_URL")
    folder = Path(tempfile.mkdtemp(prefix="rd-"))
    path = folder / "redis.sock"
    process = subprocess.Popen(
        [binary, "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )
    _wait_for(path)
    yield f"unix://{path}"
    process.terminate()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of an embedded Valkey."""
    folder = Path(tempfile.mkdtemp(prefix="vk-"))
    server = EmbeddedValkey(folder)
    server.start()
    yield f"embedded:{folder}"
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["valkey", "redis"])
def shared_url(request) -> str:
    """The URL of a shared store: once the embedded Valkey, once a Redis server."""
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
async def shared(shared_url):
    """An empty shared store."""
    store = await open_shared(Shared(url=shared_url))
    await store.client.flushdb()
    yield store
    await store.close()


@contextmanager
def _database(server: str, *, template: str | None = None) -> Iterator[str]:
    """A database of its own, like the template if there is one."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    asyncio.run(_command(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    yield _named(server, name)
    asyncio.run(_command(server, f"DROP DATABASE {name} WITH (FORCE)"))


@cache
def _migrated(server: str) -> str:
    """The name of a migrated database: copying it is three times quicker than migrating another."""
    name = f"test_{uuid.uuid4().hex[:12]}"

    async def make() -> None:
        await _command(server, f"CREATE DATABASE {name}")
        await _migrate(_named(server, name))

    asyncio.run(make())
    return name


@cache
def _migrated_file() -> bytes:
    """A migrated database of SQLite: writing it is thirty times quicker than migrating another."""
    with tempfile.TemporaryDirectory(prefix="sq-") as folder:
        asyncio.run(_migrate(f"sqlite:///{folder}/gateway.db"))
        return (Path(folder) / "gateway.db").read_bytes()


async def _migrate(url: str) -> None:
    opened = open_engine(Database(url=url))
    await migrate(opened)
    await opened.dispose()


def _named(server: str, name: str) -> str:
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


async def _command(url: str, statement: str) -> None:
    """Runs one statement outside a transaction."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(path: Path) -> None:
    """Returns when the server listens."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.01)
    pytest.fail(f"nothing listens on {path}")
