"""Contract checks in the database: the history, the turns, and the newest check of each dataset in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.contracts.history import CheckRecord
from gateway.contracts.report import StageReport
from gateway.ids import DatasetId
from gateway.storage.contract_check_tables import contract_check_turns, contract_checks
from gateway.storage.engine import reading, writing
from gateway.storage.sequence import announce
from gateway.storage.watch import Watch

KIND = "contract-check"
_TURNS = contract_check_turns.c
_FREE = sa.or_(_TURNS.busy_until.is_(None), _TURNS.busy_until <= sa.bindparam("now"))
_BY_AGE = (contract_checks.c.checked_at.desc(), contract_checks.c.id.desc())
_PLACED = sa.select(
    contract_checks, sa.func.row_number().over(partition_by=contract_checks.c.dataset, order_by=_BY_AGE).label("place")
).subquery()
_NEWEST = sa.select(_PLACED).where(_PLACED.c.place == 1)


class StoredContractChecks:
    """`CheckHistory` over the database."""

    def __init__(self, engine: AsyncEngine, *, keep: timedelta) -> None:
        self._engine = engine
        self._keep = keep
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    async def plan(self, datasets: Sequence[DatasetId], *, now: datetime, every_s: float) -> None:
        """Spreads the turns that are not there yet; brings in those that an older, longer interval left far away."""
        latest = now + timedelta(seconds=every_s)
        rows = [
            {"dataset": dataset, "due_at": now + timedelta(seconds=every_s * (place + 0.5) / len(datasets))}
            for place, dataset in enumerate(datasets)
        ]
        statement = self._insert(contract_check_turns)
        changed = {"due_at": statement.excluded.due_at}
        unset = sa.or_(_TURNS.due_at.is_(None), _TURNS.due_at > latest)
        spread = statement.on_conflict_do_update(index_elements=["dataset"], set_=changed, where=unset)
        async with writing(self._engine) as connection:
            await connection.execute(sa.delete(contract_check_turns).where(_TURNS.dataset.not_in(datasets)))
            if rows:
                await connection.execute(spread, rows)

    async def due(self, *, now: datetime) -> list[DatasetId]:
        """Those whose turn has come and that nobody checks."""
        query = sa.select(_TURNS.dataset).where(_TURNS.due_at <= now, _FREE).order_by(_TURNS.due_at)
        async with reading(self._engine) as connection:
            return [DatasetId(name) for name in (await connection.execute(query, {"now": now})).scalars()]

    async def take_turn(self, dataset: DatasetId, *, now: datetime, next_at: datetime, until: datetime) -> bool:
        """Whether we were the first to move its turn on."""
        statement = (
            sa.update(contract_check_turns)
            .where(_TURNS.dataset == dataset, _TURNS.due_at <= now, _FREE)
            .values(due_at=next_at, busy_until=until)
        )
        async with writing(self._engine) as connection:
            return (await connection.execute(statement, {"now": now})).rowcount == 1

    async def begin(self, dataset: DatasetId, *, now: datetime, until: datetime) -> bool:
        """Whether nobody was checking it; its next turn stays where it is."""
        statement = self._insert(contract_check_turns).values(dataset=dataset, busy_until=until)
        free = sa.or_(_TURNS.busy_until.is_(None), _TURNS.busy_until <= now)
        begun = statement.on_conflict_do_update(index_elements=["dataset"], set_={"busy_until": until}, where=free)
        async with writing(self._engine) as connection:
            return (await connection.execute(begun)).rowcount == 1

    async def keep(self, record: CheckRecord) -> None:
        """Adds the check, ends its turn, drops what is too old, and tells every process."""
        row = {
            "id": record.id,
            "dataset": record.dataset,
            "checked_at": record.checked_at,
            "origin": record.origin,
            "outcome": record.report.outcome.value,
            "report": record.report,
        }
        old = sa.and_(
            contract_checks.c.dataset == record.dataset, contract_checks.c.checked_at < record.checked_at - self._keep
        )
        async with writing(self._engine) as connection:
            await connection.execute(sa.insert(contract_checks).values(row))
            await connection.execute(sa.delete(contract_checks).where(old))
            ended = sa.update(contract_check_turns).where(_TURNS.dataset == record.dataset).values(busy_until=None)
            await connection.execute(ended)
            await announce(connection, KIND, keys=(record.dataset,))

    async def latest(self) -> Mapping[DatasetId, CheckRecord]:
        """The newest check of each dataset."""
        async with reading(self._engine) as connection:
            found = await _records(connection, _NEWEST)
        return {record.dataset: record for record in found}

    async def of(self, dataset: DatasetId, *, limit: int) -> list[CheckRecord]:
        """The newest first."""
        query = sa.select(contract_checks).where(contract_checks.c.dataset == dataset)
        async with reading(self._engine) as connection:
            return await _records(connection, query.order_by(*_BY_AGE).limit(limit))


class LatestChecks:
    """The newest check of each dataset, in memory, at most 2 s behind. `version` changes with it."""

    def __init__(
        self, history: StoredContractChecks, watch: Watch, *, told: Callable[[CheckRecord], None] = lambda _: None
    ) -> None:
        self._history = history
        self._told = told
        self.version = 0
        self.by_dataset: Mapping[DatasetId, CheckRecord] = {}
        watch.tell(KIND, self)

    async def reload(self) -> None:
        """Reads them anew."""
        self.by_dataset = await self._history.latest()
        self.version += 1
        for record in self.by_dataset.values():
            self._told(record)

    async def follow(self, keys: Sequence[str]) -> None:
        """Reads them anew too: they are few, and change seldom."""
        del keys
        await self.reload()


async def _records(connection: AsyncConnection, query: "sa.Select[Any]") -> list[CheckRecord]:
    return [
        CheckRecord(
            id=row["id"],
            dataset=DatasetId(row["dataset"]),
            checked_at=row["checked_at"],
            origin=row["origin"],
            report=msgspec.convert(row["report"], StageReport),
        )
        for row in (await connection.execute(query)).mappings()
    ]
