"""The log of accepted events, with group commit: publications that wait together share one transaction.

In that transaction each event is numbered, kept sealed, recorded in the audit trail, put in line for its
subscribers and placed in its case. Each batch holds the counter's row from its beginning, so that batches of
all processes follow one another: numbers are gapless in the order of commit, and no event is taken twice.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.errors import StoreUnavailable
from gateway.ids import PartnerId
from gateway.life_events.event import StoredEvent
from gateway.life_events.ports import Answer, Bell, EventBatch, Publication
from gateway.life_events.sealing import Sealer
from gateway.storage import event_rows
from gateway.storage.accepting import Accepting
from gateway.storage.engine import reading
from gateway.storage.group_commit import LIMIT_S, GroupCommit
from gateway.storage.transactor import Transactor

QUEUE = 10_000
"""Events that may wait: beyond, publishers are told to come again."""
BATCH = 500


class GroupCommitLog:
    """`EventLog` over the database; one writer task per process."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        transactor: Transactor,
        sealer: Sealer,
        bell: Bell,
        limit_s: float = LIMIT_S,
        queue: int = QUEUE,
    ) -> None:
        self._engine = engine
        self._transactor = transactor
        self._sealer = sealer
        self._bell = bell
        self._commits: GroupCommit[Publication, Answer] = GroupCommit(
            self._commit, name="events", unavailable=_unavailable, batch=BATCH, queue=queue, limit_s=limit_s
        )

    async def open(self) -> None:
        """Starts the writer."""
        self._commits.open()

    async def accept(self, publication: Publication) -> Answer:
        """What became of the events, once it is durable and recorded.

        Raises `StoreUnavailable`; after a timeout the events may yet become durable, which a repetition finds out.
        """
        return await self._commits.add(publication, weight=len(publication.events))

    async def after(self, sequence: int, *, wanted: Mapping[str, frozenset[PartnerId]], limit: int) -> EventBatch:
        """Up to `limit` events later than `sequence` that are of the wanted names and providers."""
        async with reading(self._engine) as connection:
            reached = (await connection.execute(event_rows.NEWEST)).scalar_one()
            if reached <= sequence or not wanted:
                return EventBatch(events=(), unreadable=(), reached=max(reached, sequence), has_more=False)
            query = event_rows.later(sequence, upto=reached, wanted=wanted, limit=limit + 1)
            rows = (await connection.execute(query)).mappings().all()
        events, unreadable = event_rows.opened(rows[:limit], sealer=self._sealer)
        has_more = len(rows) > limit
        return EventBatch(
            events=events,
            unreadable=unreadable,
            reached=rows[limit - 1]["sequence"] if has_more else reached,
            has_more=has_more,
        )

    async def find(self, event_id: str) -> StoredEvent | None:
        """The event, or None where there is none or its data has been wiped. Raises `SealBroken`."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(event_rows.by_id(event_id))).mappings().first()
        return None if row is None else event_rows.opened_event(row, sealer=self._sealer)

    async def newest(self) -> int:
        """The sequence of the newest event; 0 where there is none."""
        async with reading(self._engine) as connection:
            found: int = (await connection.execute(event_rows.NEWEST)).scalar_one()
            return found

    async def close(self) -> None:
        """Writes what waits, then stops."""
        await self._commits.close()

    async def _commit(self, publications: Sequence[Publication]) -> Sequence[Answer]:
        accepting = Accepting(publications, sealer=self._sealer)
        answers = await self._transactor.run(accepting.run)
        if accepting.accepted:
            self._bell.ring()
        return answers


def _unavailable(cause: str) -> StoreUnavailable:
    return StoreUnavailable("the events were not kept", store="database", cause=cause)
