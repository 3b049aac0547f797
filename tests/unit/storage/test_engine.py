"""Opening the database."""

import ast
import asyncio
import stat
import sys
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from gateway.errors import BadConfiguration, StoreUnavailable
from gateway.settings import Database, Shared
from gateway.storage.engine import open_engine, reading, writing
from gateway.storage.shared_store import open_shared
from gateway.storage.tables import Instant

BESIDE = """
import sqlite3, sys
beside = sqlite3.connect(sys.argv[1], isolation_level=None)
beside.execute("PRAGMA journal_mode=WAL")
beside.execute("INSERT INTO notes VALUES (?)", (sys.argv[2],))
print(sorted(note for (note,) in beside.execute("SELECT note FROM notes")))
beside.close()
"""
"""Another process that writes, reads and closes the database."""


@pytest.mark.parametrize("url", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_a_url_that_cannot_be_served_stops_the_start(url):
    """Named by its key; never by its content, which may hold a password."""
    with pytest.raises(BadConfiguration) as raised:
        open_engine(Database(url=url))
    assert raised.value.parameters["key"] == "database.url"


async def test_sqlite_keeps_what_it_has_committed(tmp_path):
    """WAL, synced at every commit, foreign keys on, waiting for locks."""
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/deep/gateway.db"))
    async with reading(engine) as connection:
        pragmas = {
            name: await connection.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000} == pragmas
    assert stat.S_IMODE((tmp_path / "deep/gateway.db").stat().st_mode) == 0o600
    await engine.dispose()


async def test_a_password_is_in_no_error(caplog):
    """Neither in the message nor in what it is chained to."""
    engine = open_engine(Database(url="postgresql://gateway:hunter2@127.0.0.1:1/none"))
    with pytest.raises(StoreUnavailable) as raised:
        async with reading(engine) as connection:
            await connection.execute(sa.text("SELECT 1"))
    said = f"{raised.value} {raised.value.parameters} {raised.value.__cause__!r} {engine!r} {caplog.text}"
    assert "hunter2" not in said
    await engine.dispose()


async def test_parameters_are_in_no_error(tmp_path):
    """A failing statement does not show what it was to write."""
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/gateway.db"))
    with pytest.raises(StoreUnavailable) as raised:
        async with reading(engine) as connection:
            await connection.execute(sa.text("SELECT * FROM nowhere WHERE x = :value"), {"value": "rahasia"})
    assert "rahasia" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__cause__}"
    await engine.dispose()


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    """The message names the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_engine(Database(url=f"sqlite:///{tmp_path}/file/gateway.db"))


@pytest.mark.parametrize("url", ["memcached://h", "embedded:", "redis", "redis://h:notaport/0"])
async def test_a_shared_url_that_cannot_be_served_stops_the_start(url):
    """Named by its key."""
    with pytest.raises(BadConfiguration) as raised:
        await open_shared(Shared(url=url))
    assert raised.value.parameters["key"] == "shared.url"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_an_instant_that_utc_has_no_year_for_is_kept_as_one_that_can_be_read_back(text):
    """Such a row would fail whoever reads it, and with it all other rows."""
    instant, dialect = Instant(), sqlite.dialect()
    kept = instant.process_bind_param(datetime.fromisoformat(text), dialect)
    read = instant.process_result_value(kept, dialect)
    assert read in {datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)}


async def test_a_second_engine_takes_no_lock_from_the_first(tmp_path):
    """Another process that comes and goes does not think itself the last one, so that no committed record is lost."""
    database = Database(url=f"sqlite:///{tmp_path}/gateway.db")
    first = open_engine(database)

    async def noted(note):
        async with writing(first) as connection:
            await connection.execute(sa.text("INSERT INTO notes VALUES (:note)"), {"note": note})

    async def beside(note):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BESIDE, str(tmp_path / "gateway.db"), note, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return ast.literal_eval(out.decode())

    async with writing(first) as connection:
        await connection.execute(sa.text("CREATE TABLE notes (note TEXT)"))
    await noted("first")
    second = open_engine(database)
    assert ["beside", "first"] == await beside("beside")
    await noted("second")
    assert ["beside", "beside again", "first", "second"] == await beside("beside again")
    await second.dispose()
    await first.dispose()
