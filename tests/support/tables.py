"""Tables of real databases: one way to fill PostgreSQL and MariaDB, and the adapters over them."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import sqlalchemy as sa

from adapters.config import Auth, Paging
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform
from tests.support.mariadb import PASSWORD, MariaDb

READER = "pembaca"


@dataclass
class Tables:
    """One database. `words` are the types that the products call differently."""

    name: str
    base_url: str
    auth: Auth
    words: dict[str, str]
    server: MariaDb | None = None
    url: str = ""
    adapters: list[Any] = field(default_factory=list)

    async def run(self, statements: str) -> None:
        """Runs statements as the owner."""
        if self.server is not None:
            self.server.run(statements, database=self.base_url.rpartition("/")[2])
            return
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()

    async def fill(self, records: list[dict[str, str]]) -> None:
        """The table `daftar` with these records and no others."""
        await self.run("DELETE FROM daftar")
        if records:
            rows = ", ".join(f"({it['id']}, '{it['nama']}', '{it['kode']}')" for it in records)
            await self.run(f"INSERT INTO daftar (id, nama, kode) VALUES {rows}")

    def adapter(self, *, platform: dict[str, Any] | None = None, **dataset: Any) -> Any:
        """The adapter over one table; `daftar` by its id, unless said."""
        dataset = {"path": "daftar", "by_id": "id", "paging": Paging(kind="cursor"), **dataset}
        settings = Platform(
            **{
                "adapter": "sql_table",
                "base_url": self.base_url,
                "auth": self.auth,
                "timeout_s": 3.0,
                **(platform or {}),
            }
        )
        made = build_adapter(
            "sql_table",
            platform=settings,
            dataset=Dataset(platform="p", **dataset),
            transport=None,
            secrets={"KEY": PASSWORD, "SALAH": "kata-sandi-salah"}.__getitem__,
        )
        self.adapters.append(made)
        return made

    async def close(self) -> None:
        for adapter in self.adapters:
            await adapter.close()


async def postgres_tables(url: str) -> Tables:
    """A database of its own; the server trusts whoever comes from this machine."""
    parts = sa.make_url(url)
    base_url = f"postgresql://{parts.host}:{parts.port}/{parts.database}"
    auth = Auth(kind="basic", user=parts.username, secret="KEY")
    words = {"time": "timestamptz", "clock": "timestamp", "bytes": "bytea", "float": "float8", "json": "jsonb"}
    tables = Tables("PostgreSQL", base_url, auth, words, url=url)
    await tables.run("CREATE TABLE daftar (id int PRIMARY KEY, nama text, kode varchar(20))")
    return tables


async def mariadb_tables(server: MariaDb, database: str) -> Tables:
    """A database of its own, and a user who may only read it."""
    server.run(
        f"CREATE DATABASE {database} CHARACTER SET utf8mb4; "
        f"CREATE OR REPLACE USER '{READER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'; "
        f"GRANT SELECT ON {database}.* TO '{READER}'@'127.0.0.1'"
    )
    auth = Auth(kind="basic", user=READER, secret="KEY")
    words = {"time": "timestamp", "clock": "datetime", "bytes": "blob", "float": "double", "json": "json"}
    tables = Tables("MariaDB", f"mysql://127.0.0.1:{server.port}/{database}", auth, words, server=server)
    await tables.run("CREATE TABLE daftar (id int PRIMARY KEY, nama text, kode varchar(20))")
    return tables
