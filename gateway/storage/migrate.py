"""Brings the database to the newest migration; safe when many processes start at once."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.engine import reading, writing

_LOCK = 5_873_422_016_114_901
"""Key of PostgreSQL's advisory lock; any number, but always the same."""


async def migrate(engine: AsyncEngine) -> None:
    """All missing migrations, in one transaction that other processes wait for. Raises `StoreUnavailable`."""
    if await revision(engine) == newest():
        return
    async with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            await connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        await connection.run_sync(_upgrade)


async def revision(engine: AsyncEngine) -> str | None:
    """The migration the database stands at, or None if it has none. Raises `StoreUnavailable`."""
    async with reading(engine) as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def newest() -> str | None:
    """The migration that this version of the gateway needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    """Alembic's configuration; there is no `alembic.ini`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _upgrade(connection: sa.Connection) -> None:
    """Runs Alembic on a connection that is in its transaction already."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
