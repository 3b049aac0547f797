"""The late steps, and the telling of them: once among all workers, in one transaction with the events that tell."""

from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.cases.late_event import LateEvents, LateStep
from gateway.ids import PartnerId
from gateway.life_events.ports import Bell
from gateway.life_events.sealing import Sealer
from gateway.storage.accepting import Accepting
from gateway.storage.engine import reading
from gateway.storage.life_event_tables import case_steps, cases
from gateway.storage.sequence import EVENTS, take
from gateway.storage.transactor import Transactor

_LATE = (
    sa.select(
        case_steps.c.case_id,
        case_steps.c.step,
        cases.c.recipe,
        cases.c.partner,
        cases.c.opened_at,
        case_steps.c.due_at,
    )
    .join(cases, cases.c.id == case_steps.c.case_id)
    .where(
        case_steps.c.done_at.is_(None),
        case_steps.c.told_late_at.is_(None),
        case_steps.c.due_at <= sa.bindparam("now"),
    )
    .order_by(case_steps.c.due_at)
    .limit(sa.bindparam("limit"))
)
_TOLD = (
    sa.update(case_steps)
    .where(case_steps.c.case_id == sa.bindparam("at_case"), case_steps.c.step == sa.bindparam("at_step"))
    .values(told_late_at=sa.bindparam("at"))
)
_log = structlog.get_logger("gateway.storage.late_steps")


class StoredLateSteps:
    """`LateSteps` over the database."""

    def __init__(
        self, engine: AsyncEngine, *, transactor: Transactor, sealer: Sealer, bell: Bell, events: LateEvents
    ) -> None:
        self._engine = engine
        self._transactor = transactor
        self._sealer = sealer
        self._bell = bell
        self._events = events

    async def tell(self, now: datetime, *, limit: int) -> int:
        """Makes the events that tell of up to `limit` late steps; how many steps. Raises `StoreUnavailable`."""
        async with reading(self._engine) as connection:
            if (await connection.execute(_LATE, {"now": now, "limit": 1})).first() is None:
                return 0
        told = await self._transactor.run(lambda connection: self._tell(connection, now, limit))
        if told:
            self._bell.ring()
        for late in told:
            _log.warning("case.late", case_id=late.case_id, step=late.step, recipe=late.recipe, partner=late.partner)
        return len(told)

    def _tell(self, connection: sa.Connection, now: datetime, limit: int) -> list[LateStep]:
        # Holding the counter of events from here on, no other worker looks before this one has told.
        take(connection, EVENTS, count=0)
        rows = connection.execute(_LATE, {"now": now, "limit": limit})
        late = [
            LateStep(
                case_id=row.case_id,
                step=row.step,
                recipe=row.recipe,
                partner=PartnerId(row.partner),
                opened_at=row.opened_at,
                due_at=row.due_at,
            )
            for row in rows
        ]
        publications = [made for it in late if (made := self._events.publication(it, now=now)) is not None]
        if publications:
            Accepting(publications, sealer=self._sealer).run(connection)
        if late:
            connection.execute(_TOLD, [{"at_case": it.case_id, "at_step": it.step, "at": now} for it in late])
        return late
