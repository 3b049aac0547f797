"""Acts run at a desk over a real database: once SQLite, once PostgreSQL."""

import msgspec
import pytest
import sqlalchemy as sa

from gateway.access.secrets import SecretKeeper
from gateway.administration.desk import DeclaredSource, Desk
from gateway.administration.office import AuditQuestion
from gateway.agreements.field_classes import field_classes
from gateway.clock import SystemClock
from gateway.storage.engine import writing
from gateway.storage.office import StoredOffice
from schemas.resources import RESOURCES
from tests.support.engines import database_url, engine, postgres_server, postgres_url  # noqa: F401


class Files:
    """What the registers hold, and how to break them."""

    def __init__(self, opened):
        self.engine = opened
        self.office = StoredOffice(opened)

    async def acts(self):
        """The audit records, oldest first."""
        entries = await self.office.audit(AuditQuestion(kind="admin."))
        return [msgspec.json.decode(entry.record) for entry in reversed(entries)]

    async def lose_audit(self):
        """From now on no audit record can be written."""
        async with writing(self.engine) as connection:
            await connection.execute(sa.text("ALTER TABLE audit_records RENAME TO elsewhere"))

    async def denied(self):
        """The clients whose tokens are refused."""
        async with self.engine.connect() as connection:
            return set((await connection.execute(sa.text("SELECT client_id FROM denied_clients"))).scalars())


@pytest.fixture
def files(engine):  # noqa: F811
    """The registers behind the desk."""
    return Files(engine)


def births_of(partner):
    """Its hospital, which fills all that recipes of births need."""
    fields = frozenset({"id", "born_at", "child_sex", "mother_nik", "mother_name", "contact_phone"})
    return (DeclaredSource(id=f"{partner}/lahir", event="birth", fields=fields, file=f"{partner}/lahir.toml"),)


@pytest.fixture
def desk(files):
    """A desk with two partners and two purposes."""
    return Desk(
        office=files.office,
        secrets=SecretKeeper(b"merica-hitam-0123456789"),
        clock=SystemClock(),
        partners=frozenset({"jakarta", "sumedang"}),
        purposes=frozenset({"pelayanan-publik", "statistik"}),
        fields=field_classes(RESOURCES),
        declared_sources=births_of,
    )
