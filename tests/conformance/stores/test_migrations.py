"""The migrations, over SQLite and PostgreSQL."""

import asyncio

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.settings import Database
from gateway.storage import contract_check_tables, life_event_tables  # noqa: F401 (their tables join the metadata)
from gateway.storage.engine import open_engine, reading, writing
from gateway.storage.migrate import migrate, newest, revision
from gateway.storage.tables import metadata


async def test_migrations_make_exactly_the_tables_of_the_code(engine):
    """Nothing differs between what the migrations made and what the code says."""
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert [] == [difference for difference in differences if "alembic_version" not in str(difference)]


async def test_processes_that_start_together_migrate_once(database_url):
    """Eight engines migrate an empty database at once; all succeed."""
    engines = [open_engine(Database(url=database_url)) for _ in range(8)]
    await asyncio.gather(*(migrate(engine) for engine in engines))
    assert [newest()] * 8 == [await revision(engine) for engine in engines]
    for engine in engines:
        await engine.dispose()


async def test_what_fails_in_a_transaction_leaves_nothing(engine):
    """A block that raises is rolled back whole."""
    with pytest.raises(RuntimeError, match="stop"):
        await _spoil(engine)
    async with reading(engine) as connection:
        value = await connection.scalar(sa.text("SELECT value FROM counters WHERE name = 'audit'"))
    assert value == 0


async def _spoil(engine):
    """Changes something, then fails."""
    async with writing(engine) as connection:
        await connection.execute(sa.text("UPDATE counters SET value = 41 WHERE name = 'audit'"))
        raise RuntimeError("stop")
