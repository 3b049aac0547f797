"""The cases as they are read: one, a page of them, or summed up by month."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from gateway.cases.case import Case, CaseEvent, CaseStatus, CaseStep, CaseWithTimeline, MonthOfCases
from gateway.cases.ports import CaseHead, CaseQuestion
from gateway.ids import ClientId, PartnerId
from gateway.storage.case_months import month_of, month_query
from gateway.storage.engine import reading
from gateway.storage.life_event_tables import case_steps, cases, events
from gateway.storage.tables import all_keys, is_key

TIMELINE_AT_MOST = 1_000
_HEAD = sa.select(cases.c.recipe, cases.c.partner).where(cases.c.id == sa.bindparam("id"))
_FIND = sa.select(cases).where(cases.c.id == sa.bindparam("id"), cases.c.partner == sa.bindparam("partner"))
_STEPS = sa.select(case_steps).where(case_steps.c.case_id.in_(sa.bindparam("ids", expanding=True)))
_TIMELINE = (
    sa.select(
        events.c.sequence,
        events.c.id,
        events.c.name,
        events.c.client_id,
        events.c.time,
        events.c.accepted_at,
        events.c.facts,
    )
    .where(events.c.case_id == sa.bindparam("id"), events.c.provider == sa.bindparam("partner"))
    .order_by(events.c.sequence)
    .limit(TIMELINE_AT_MOST)
)


class StoredCases:
    """`CaseRegister` over the database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def head(self, case_id: str) -> CaseHead | None:
        """What never changes of the case, or None."""
        if not is_key(case_id):
            return None
        async with reading(self._engine) as connection:
            row = (await connection.execute(_HEAD, {"id": case_id})).first()
        return None if row is None else CaseHead(row.recipe, PartnerId(row.partner))

    async def page(self, partner: PartnerId, question: CaseQuestion, *, now: datetime) -> tuple[Case, ...]:
        """The partner's cases, the newest first."""
        if not all_keys(question.recipe, question.before):
            return ()
        async with reading(self._engine) as connection:
            rows = (await connection.execute(_page(partner, question, now=now))).mappings().all()
            return await _with_steps(connection, rows)

    async def find(self, case_id: str, *, partner: PartnerId) -> CaseWithTimeline | None:
        """The partner's case with all that happened in it, or None."""
        if not is_key(case_id):
            return None
        key = {"id": case_id, "partner": partner}
        async with reading(self._engine) as connection:
            row = (await connection.execute(_FIND, key)).mappings().first()
            if row is None:
                return None
            (case,) = await _with_steps(connection, [row])
            found = (await connection.execute(_TIMELINE, key)).mappings().all()
        return CaseWithTimeline(case, tuple(_event(it) for it in found))

    async def months(
        self, partner: PartnerId, recipe: str, *, bounds: Sequence[datetime], measured: Sequence[str], now: datetime
    ) -> tuple[MonthOfCases, ...]:
        """The cases that were opened between each bound and the next, summed up."""
        query = month_query(partner, recipe, bounds=bounds, measured=measured, now=now)
        async with reading(self._engine) as connection:
            rows = {row["month"]: row for row in (await connection.execute(query)).mappings()}
        return tuple(month_of(rows.get(index)) for index in range(len(bounds) - 1))


def _page(partner: PartnerId, question: CaseQuestion, *, now: datetime) -> sa.Select[Any]:
    """By keyset: a page costs the same however far back it is."""
    query = sa.select(cases).where(cases.c.partner == partner).order_by(cases.c.opened_by.desc()).limit(question.limit)
    if question.recipe is not None:
        query = query.where(cases.c.recipe == question.recipe)
    if question.opened_since is not None:
        query = query.where(cases.c.opened_at >= question.opened_since)
    if question.before is not None:
        last = sa.select(cases.c.opened_by).where(cases.c.id == question.before, cases.c.partner == partner)
        query = query.where(cases.c.opened_by < last.correlate(None).scalar_subquery())
    if question.status is CaseStatus.COMPLETE:
        return query.where(cases.c.completed_at.is_not(None))
    if question.status is not None:
        late = sa.exists().where(
            case_steps.c.case_id == cases.c.id, case_steps.c.done_at.is_(None), case_steps.c.due_at <= now
        )
        query = query.where(cases.c.completed_at.is_(None), late if question.status is CaseStatus.LATE else ~late)
    return query


async def _with_steps(connection: AsyncConnection, rows: Iterable[Mapping[Any, Any]]) -> tuple[Case, ...]:
    """The rows as cases, with the steps of all of them read at once."""
    rows = list(rows)
    steps: dict[str, list[CaseStep]] = {row["id"]: [] for row in rows}
    if rows:
        for row in (await connection.execute(_STEPS, {"ids": sorted(steps)})).mappings():
            steps[row["case_id"]].append(_step(row))
    return tuple(_case(row, steps[row["id"]]) for row in rows)


def _case(row: Mapping[Any, Any], steps: Iterable[CaseStep]) -> Case:
    return Case(
        id=row["id"],
        recipe=row["recipe"],
        partner=PartnerId(row["partner"]),
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
        completed_at=row["completed_at"],
        missing=tuple(row["missing"]),
        steps=tuple(sorted(steps, key=lambda step: (step.due_at, step.name))),
    )


def _step(row: Mapping[Any, Any]) -> CaseStep:
    return CaseStep(
        name=row["step"],
        due_at=row["due_at"],
        done_at=row["done_at"],
        done_by=row["event_sequence"],
        told_late_at=row["told_late_at"],
    )


def _event(row: Mapping[Any, Any]) -> CaseEvent:
    return CaseEvent(
        sequence=row["sequence"],
        id=row["id"],
        name=row["name"],
        client_id=ClientId(row["client_id"]),
        time=row["time"],
        accepted_at=row["accepted_at"],
        facts=row["facts"],
    )
