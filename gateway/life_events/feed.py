"""The feed: events for whoever has no address to deliver them to. Nothing is released that is not recorded before."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import structlog

from gateway.access.caller import Caller, TokenCheck
from gateway.access.rate_limit import RateLimits
from gateway.access.scopes import Scope
from gateway.agreements.check import Entitlement
from gateway.audit.ending import Origin
from gateway.decision import Refused, require
from gateway.errors import BadRequest, BadRequestCode, Refusal, RefusalCode
from gateway.ids import PartnerId
from gateway.life_events.event import StoredEvent
from gateway.life_events.feed_cursor import FeedCursors, invalid_cursor
from gateway.life_events.feed_entitlements import FeedEntitlements, FeedWish, Readable
from gateway.life_events.outgoing import OutgoingEvents
from gateway.life_events.ports import Bell, EventBatch, EventLog, UnreadableEvent
from gateway.life_events.recording import READ, EventRecorder
from schemas.resources import event_type

NEWEST = "newest"
"""In place of a cursor: begin with what comes from now on."""
LOOK_EVERY_S = 1.0
"""How often who waits looks by itself, and is looked at: whether its token still counts."""
POLLS_OF_A_CLIENT = 8
POLLS = 256
"""So many questions may wait at once in a process."""
LOOKS_AT_ONCE = 4
"""However many ask, the database's connections are left to others."""
_A_LOOK_S = 0.002


class FeedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `after` is a cursor, `newest`, or None for the beginning."""

    wish: FeedWish
    after: str | None
    limit: int
    wait_s: float
    origin: Origin


class FeedItem(msgspec.Struct, frozen=True):
    """One event as it leaves: its CloudEvents `type`, the CloudEvent as JSON, and the cursor behind it."""

    type: str
    event: bytes
    cursor: str


class FeedPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events in the order of acceptance, and where it goes on. `reached` is that place, for this process only."""

    items: tuple[FeedItem, ...]
    unreadable: tuple[UnreadableEvent, ...]
    withheld: tuple[tuple[str, PartnerId, RefusalCode], ...]
    next_cursor: str
    has_more: bool
    reached: int


class Look(msgspec.Struct, frozen=True):
    """What one look at the log has found, and what of it may be read."""

    readable: Readable
    batch: EventBatch

    @property
    def has_any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.batch.events or self.batch.unreadable)

    def entitled(self) -> list[tuple[StoredEvent, Entitlement]]:
        """Each event, and what of it may leave."""
        return [(it, self.readable.entitlements[it.name, it.provider]) for it in self.batch.events]


class Feed:
    """Answers readers. Holds no state of any."""

    def __init__(
        self,
        *,
        tokens: TokenCheck,
        rates: RateLimits,
        entitlements: FeedEntitlements,
        log: EventLog,
        bell: Bell,
        cursors: FeedCursors,
        outgoing: OutgoingEvents,
        recorder: EventRecorder,
    ) -> None:
        self._tokens = tokens
        self._rates = rates
        self._entitlements = entitlements
        self._log = log
        self._bell = bell
        self._cursors = cursors
        self._outgoing = outgoing
        self._recorder = recorder
        self._looking = asyncio.Semaphore(LOOKS_AT_ONCE)
        self._polling: Counter[str] = Counter()
        self._watching = 0

    async def page(self, query: FeedQuery, token: str | None) -> FeedPage:
        """The next events; where there are none, those that come within `wait_s`, or none.

        Raises `Refusal`, `BadRequest` or `StoreUnavailable`. Either way it is recorded before.
        """
        async with self._recorder.refusing(READ, scope=Scope.EVENTS_READ, origin=query.origin) as note:
            caller = note.caller = await self.admit(query, token)
            look = await self.look(caller, query, await self.position(query, caller))
            if not look.has_any and query.wait_s > 0:
                look = await self._awaited(look, caller, query, token=token)
            await self.spend_quotas(look, caller)
        return await self.release(look, caller=caller, query=query)

    async def one(self, event_id: str, *, fields: tuple[str, ...] | None, origin: Origin, token: str | None) -> bytes:
        """The CloudEvent. What is not there and what may not be seen are not told apart.

        Raises `Refusal`, `BadRequest` or `StoreUnavailable`. Either way it is recorded before.
        """
        query = FeedQuery(wish=FeedWish(fields=fields), after=None, limit=1, wait_s=0, origin=origin)
        async with self._recorder.refusing(READ, scope=Scope.EVENTS_READ, origin=origin) as note:
            caller = note.caller = await self.admit(query, token)
            event = await self._log.find(event_id)
            if event is None:
                raise _not_found()
            wish = FeedWish(names=(event.name,), partners=(event.provider,), fields=fields)
            readable = await self._entitlements.readable(caller, wish)
            if isinstance(readable, Refused) and readable.code not in _SEEN_BUT_NOT_ALL:
                raise _not_found()
            batch = EventBatch(events=(event,), unreadable=(), reached=event.sequence, has_more=False)
            look = Look(require(readable), batch)
            await self.spend_quotas(look, caller)
        return (await self.release(look, caller=caller, query=query)).items[0].event

    async def _awaited(self, look: Look, caller: Caller, query: FeedQuery, *, token: str | None) -> Look:
        """The next look that finds anything, or the last one. Raises `Refusal`, `StoreUnavailable`."""
        require_room(self._polling, caller, rule="long-polls", of_client=POLLS_OF_A_CLIENT, of_all=POLLS)
        self._polling[caller.client_id] += 1
        try:
            with self.watching():
                until = asyncio.get_running_loop().time() + query.wait_s
                while not look.has_any and (left := until - asyncio.get_running_loop().time()) > 0:
                    await self.next_look(min(left, LOOK_EVERY_S))
                    await self.still_admitted(token)
                    look = await self.look(caller, query, look.batch.reached)
        finally:
            self._polling[caller.client_id] -= 1
            self._polling += Counter()  # forgets those that have none
        return look

    @contextmanager
    def watching(self) -> Iterator[None]:
        """One more waits for events, as long as the block lasts."""
        self._watching += 1
        try:
            yield
        finally:
            self._watching -= 1

    async def next_look(self, timeout_s: float) -> None:
        """Returns when the bell rings or the time is over; later, the more there are who wait.

        All of them look when it rings: however often that is, together they leave the database to others.
        """
        await self._bell.wait(timeout_s)
        await asyncio.sleep(self._watching * _A_LOOK_S)

    async def admit(self, query: FeedQuery, token: str | None) -> Caller:
        """Who asks. Raises `Refusal`, or `BadRequest` for words that there are not."""
        caller = require(await self._tokens.check(token, scope=Scope.EVENTS_READ))
        structlog.contextvars.bind_contextvars(client_id=caller.client_id)
        require(await self._rates.check_and_spend(caller.client_id))
        self._entitlements.check_words(query.wish)
        return caller

    async def still_admitted(self, token: str | None) -> None:
        """Raises `Refusal` where the token counts no more."""
        require(await self._tokens.check(token, scope=Scope.EVENTS_READ))

    async def position(self, query: FeedQuery, caller: Caller) -> int:
        """Where the question goes on. Raises `BadRequest` for a cursor that leads nowhere."""
        if query.after is None:
            return 0
        newest = await self._log.newest()
        if query.after == NEWEST:
            return newest
        sequence = self._cursors.read(query.after, consumer=caller.partner)
        if sequence > newest:  # the database was put back to an earlier day: what came since would be passed over
            raise invalid_cursor()
        return sequence

    async def look(self, caller: Caller, query: FeedQuery, position: int) -> Look:
        """What there is behind the position, for this caller, at this moment. Raises `Refusal`."""
        readable = require(await self._entitlements.readable(caller, query.wish))
        async with self._looking:
            return Look(readable, await self._log.after(position, wanted=readable.wanted(), limit=query.limit))

    async def release(self, look: Look, *, caller: Caller, query: FeedQuery) -> FeedPage:
        """The page, once it is recorded. Raises `AuditUnavailable`."""
        entitled = look.entitled()
        await self._recorder.read(entitled, caller=caller, origin=query.origin, query=_spoken(query))
        return FeedPage(
            items=tuple(
                FeedItem(
                    event_type(event.name),
                    self._outgoing.envelope(event, self._outgoing.data(event, it.fields)),
                    self._cursors.write(event.sequence, consumer=caller.partner),
                )
                for event, it in entitled
            ),
            unreadable=look.batch.unreadable,
            withheld=look.readable.withheld,
            next_cursor=self._cursors.write(look.batch.reached, consumer=caller.partner),
            has_more=look.batch.has_more,
            reached=look.batch.reached,
        )

    async def spend_quotas(self, look: Look, caller: Caller) -> None:
        """One exchange under each agreement that something is released by. Raises `Refusal`."""
        agreements = {
            it.id: it for _, entitled in look.entitled() for it in entitled.agreements if it.quota is not None
        }
        for agreement in agreements.values():
            assert agreement.quota is not None
            limit, window_s = agreement.quota.limit, agreement.quota.window_s
            require(await self._rates.check_quota(agreement.id, caller.client_id, limit=limit, window_s=window_s))


def require_room(taken: Counter[str], caller: Caller, *, rule: str, of_client: int, of_all: int) -> None:
    """Raises `Refusal` where the client, or everybody, has as many as there may be."""
    for limit, count in ((of_client, taken[caller.client_id]), (of_all, taken.total())):
        if count >= limit:
            parameters = {"rule": rule, "limit": limit, "window_s": 1, "remaining": 0, "retry_after_s": 5}
            message = f"{limit} {rule} are open already"
            raise Refusal(RefusalCode.LIMIT_REACHED, message, client_id=caller.client_id, **parameters)


_SEEN_BUT_NOT_ALL = frozenset({RefusalCode.FIELD_NOT_GRANTED, RefusalCode.PROFILE_INSUFFICIENT})
"""Refusals of who may know of the event, but not what was asked of it."""


def _spoken(query: FeedQuery) -> dict[str, str]:
    """The question for the audit record."""
    wish = query.wish
    words = {"type": wish.names, "partner": wish.partners, "fields": wish.fields}
    return {name: ",".join(it) for name, it in words.items() if it is not None} | {"limit": str(query.limit)}


def _not_found() -> BadRequest:
    return BadRequest(BadRequestCode.NOT_FOUND, "there is no event with that id")
