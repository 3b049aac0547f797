"""Brings the database to the newest migration; safe when many processes start at once.

Alembic is loaded only where something is missing: a process that serves would carry it for nothing.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.storage.engine import reading, writing

_MIGRATIONS = Path(__file__).parent / "migrations"
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
        if not await connection.run_sync(lambda sync: sa.inspect(sync).has_table("alembic_version")):
            return None
        found = await connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def newest() -> str:
    """The migration that this version of the gateway needs: the last by name, as `0002` of `0002_events.py`."""
    return max(path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _upgrade(connection: sa.Connection) -> None:
    """Runs Alembic on a connection that is in its transaction already; there is no `alembic.ini`."""
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
