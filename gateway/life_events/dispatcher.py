"""Delivers what is due: claims in turns, records, sends, settles.

One turn is one transaction that does everything at hand: it settles what was sent, writes the audit records of what
will be, renews leases and claims more. A claimed delivery is checked and narrowed between two turns, and is sent only
after the turn that made its record durable. Whatever fails is tried again by the next turn; whoever is killed loses
its leases, and another worker goes on.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.life_events.backoff import SCHEDULE_S
from gateway.life_events.delivery import Attempt, Claimed, DeliveryStatus, Parcel, Settled
from gateway.life_events.delivery_meter import DeliveryMeter
from gateway.life_events.lane import Lane
from gateway.life_events.outbox import Outbox, Room, Sender, Turn, Turned
from gateway.life_events.pace import Pace
from gateway.life_events.preparing import Preparation, Prepared
from gateway.life_events.settling import after_attempt, given_back
from gateway.life_events.subscription import PlatformDataset, Subscription

LEASE = timedelta(seconds=10)
_RENEWED_BEFORE = LEASE / 2
_LEAST_LEASE = timedelta(seconds=1)
HELD_AT_MOST = 1_000
POLL_S = 1.0
_PAUSE_S = 0.004
"""Between two turns, so that each has enough to do."""
_PAUSE_AFTER_FAILURE_S = 0.5
_GRACE_S = 5.0
_COUNTED_EVERY_S = 15.0
_AGAIN_IN = timedelta(seconds=2)
_YIELD_EVERY = 25
_log = structlog.get_logger("gateway.life_events.dispatcher")


class Dispatcher:
    """One worker. Several share the outbox, within a process or not."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        preparation: Preparation,
        senders: Mapping[str, Sender],
        pace: Pace,
        clock: Clock,
        meter: DeliveryMeter,
        retry_pauses_s: Sequence[float] = SCHEDULE_S,
    ) -> None:
        self._outbox = outbox
        self._preparation = preparation
        self._senders = senders
        self._pace = pace
        self._clock = clock
        self._meter = meter
        self._retry_pauses_s = retry_pauses_s
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._current: Mapping[str, Subscription] = {}
        self._lanes: dict[str, Lane] = {}
        self._held: dict[str, Claimed] = {}
        self._prepared: list[Prepared] = []
        self._settled: list[Settled] = []
        self._to_disable: dict[str, str] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._counted_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Starts to deliver."""
        self._woken.set()
        self._task = asyncio.create_task(self._run(), name="dispatcher")

    def wake(self) -> None:
        """Looks for deliveries now rather than at the next second."""
        self._woken.set()

    async def close(self) -> None:
        """Claims nothing more, lets what is under way end, gives the rest back."""
        self._is_stopping = True
        self._woken.set()
        self._give_back_waiting(at=self._clock.now())
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=_GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._task is not None:
            # A turn that has begun is waited for: one that is broken off may be committed all the same.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._task, _GRACE_S)
        self._prepared = []  # nothing was recorded of these
        self._settled += [given_back(it, at=self._clock.now()) for it in self._held_unsettled()]
        try:
            await self._take_turn()
        except StoreUnavailable as error:
            _log.warning("dispatcher.not_settled", reason=error.message, deliveries=len(self._held))

    async def _run(self) -> None:
        while not self._is_stopping:
            await self._wait()
            try:
                await self._take_turn()
                await self._stop_failing()
                await self._count()
            except StoreUnavailable as error:
                _log.warning("dispatcher.waits", reason=error.message)
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_S)
            except Exception as error:  # noqa: BLE001 (a dispatcher that ended would deliver nothing for ever)
                _log.error("dispatcher.failed", reason=type(error).__name__)
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_S)

    async def _wait(self) -> None:
        """Returns when there is something to do, or after a second."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._woken.wait()
        await asyncio.sleep(_PAUSE_S)
        self._woken.clear()

    async def _take_turn(self) -> None:
        now = self._clock.now()
        settled, prepared = self._settled, self._prepared
        self._settled, self._prepared = [], []
        turn = self._turn(now, settled=settled, prepared=prepared)
        try:
            turned = await self._outbox.take_turn(turn)
        except BaseException:
            self._settled, self._prepared = settled + self._settled, prepared + self._prepared
            raise
        if turned.current is not None:
            self._current = turned.current
        self._settle(turn, prepared=prepared)
        for subscription_id in turned.failing:
            self._to_disable.setdefault(subscription_id, "failing")
        await self._prepare(turned)
        if turned.has_more or self._prepared:
            self._woken.set()

    def _turn(self, now: datetime, *, settled: Sequence[Settled], prepared: Sequence[Prepared]) -> Turn:
        done = {it.id for it in settled} | {it.settled.id for it in prepared if it.settled is not None}
        return Turn(
            now=now,
            lease_until=now + LEASE,
            settled=(*settled, *(it.settled for it in prepared if it.settled is not None)),
            records=tuple(it.record for it in prepared),
            renewed=tuple(
                it.id for it in self._held.values() if it.id not in done and it.lease_until - now < _RENEWED_BEFORE
            ),
            room=None if self._is_stopping else self._room(besides=done),
        )

    def _room(self, *, besides: set[str]) -> Room:
        """What there is room for once the deliveries `besides` are settled."""
        now = self._clock.seconds()
        busy = Counter(it.subscription.id for id_, it in self._held.items() if id_ not in besides)
        return Room(
            total=HELD_AT_MOST - busy.total(),
            busy=busy,
            held_back=frozenset(it for it, lane in self._lanes.items() if lane.held_until > now),
            narrowed=frozenset(it for it, lane in self._lanes.items() if lane.is_narrowed),
            quick=frozenset(it for it, lane in self._lanes.items() if lane.is_quick),
        )

    def _settle(self, turn: Turn, *, prepared: Sequence[Prepared]) -> None:
        """Lets go of what is settled, and sends what is recorded."""
        for settled in turn.settled:
            self._held.pop(settled.id, None)
            if settled.status is DeliveryStatus.WITHHELD:
                self._meter.delivery_withheld(str(settled.reason))
            elif settled.status is DeliveryStatus.DEAD:
                self._meter.delivery_died()
                _log.warning("delivery.dead", delivery=settled.id, reason=settled.reason)
        for id_ in turn.renewed:
            if id_ in self._held:
                self._held[id_] = msgspec.structs.replace(self._held[id_], lease_until=turn.lease_until)
        touched = {it.parcel.claimed.subscription.id for it in prepared if it.parcel is not None}
        for one in prepared:
            if one.parcel is not None:
                self._lane(one.parcel.claimed.subscription.id).waiting.append(one.parcel)
        for subscription_id in touched:
            self._send_next(subscription_id)

    async def _prepare(self, turned: Turned) -> None:
        """Checks and narrows what was claimed; what cannot be known now is given back."""
        for number, claimed in enumerate(turned.claimed):
            self._held[claimed.id] = claimed
            if number % _YIELD_EVERY == _YIELD_EVERY - 1:
                await asyncio.sleep(0)
            try:
                self._prepared.append(await self._preparation.prepare(claimed))
            except StoreUnavailable as error:
                _log.warning("delivery.undecided", delivery=claimed.id, reason=error.message)
                self._settled.append(given_back(claimed, at=self._clock.now() + _AGAIN_IN))
            except Exception as error:  # noqa: BLE001 (one event must not hold up the others)
                _log.error("delivery.unprepared", delivery=claimed.id, reason=type(error).__name__)
                attempt = Attempt(at=self._clock.now(), duration_ms=0, reason="internal")
                self._settled.append(self._after(claimed, attempt, now=self._clock.now()))

    def _send_next(self, subscription_id: str) -> None:
        """Sends of this subscription what there is room for."""
        lane = self._lane(subscription_id)
        while not self._is_stopping and (parcel := lane.next()) is not None:
            task = asyncio.create_task(self._send(parcel, lane))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _send(self, parcel: Parcel, lane: Lane) -> None:
        claimed = parcel.claimed
        attempt = None
        try:
            await self._pace.wait(claimed.subscription)
            if await self._may_leave(parcel):
                kind = "platform" if isinstance(claimed.subscription.target, PlatformDataset) else "webhook"
                attempt = await self._senders[kind].send(parcel)
        except Exception as error:  # noqa: BLE001 (as above)
            _log.error("delivery.failed", delivery=claimed.id, reason=type(error).__name__)
            attempt = Attempt(at=self._clock.now(), duration_ms=0, reason="internal")
        finally:
            now = self._clock.now()
            lane.ended(attempt, now=now.timestamp())
            if attempt is None:
                self._settled.append(given_back(claimed, at=now))
            else:
                self._sent(claimed, attempt, now=now)
            if lane.held_until > now.timestamp():
                self._give_back(lane, at=now + timedelta(seconds=lane.held_until - now.timestamp()))
            elif lane.is_narrowed:
                self._give_back(lane, at=now)  # the room that it was given is for those that answer
            self._send_next(claimed.subscription.id)
            self._forget(claimed.subscription.id, lane)
            self._woken.set()

    async def _may_leave(self, parcel: Parcel) -> bool:
        """Whether it is still ours to send, and may still be had; it may have waited for its receiver."""
        claimed = parcel.claimed
        held = self._held.get(claimed.id)
        if held is None or held.lease_until - self._clock.now() <= _LEAST_LEASE:
            return False
        try:
            return await self._preparation.holds(parcel, current=self._current.get(claimed.subscription.id))
        except StoreUnavailable as error:
            _log.warning("delivery.undecided", delivery=claimed.id, reason=error.message)
            return False

    def _sent(self, claimed: Claimed, attempt: Attempt, *, now: datetime) -> None:
        self._settled.append(self._after(claimed, attempt, now=now))
        if attempt.reason is None:
            self._meter.delivered(max(0.0, (now - claimed.first_due_at).total_seconds()))
        else:
            self._meter.delivery_failed(attempt.reason)
        if attempt.is_gone:
            self._to_disable[claimed.subscription.id] = "gone"

    def _after(self, claimed: Claimed, attempt: Attempt, *, now: datetime) -> Settled:
        return after_attempt(claimed, attempt, now=now, pauses_s=self._retry_pauses_s)

    def _lane(self, subscription_id: str) -> Lane:
        return self._lanes.setdefault(subscription_id, Lane())

    def _forget(self, subscription_id: str, lane: Lane) -> None:
        if lane.is_forgettable and len(self._lanes) > HELD_AT_MOST:
            self._lanes.pop(subscription_id, None)

    def _give_back(self, lane: Lane, *, at: datetime) -> None:
        """The receiver asked for a pause, or fails: what has not begun waits in the outbox."""
        while lane.waiting:
            self._settled.append(given_back(lane.waiting.popleft().claimed, at=at))

    def _give_back_waiting(self, *, at: datetime) -> None:
        for lane in self._lanes.values():
            self._give_back(lane, at=at)

    def _held_unsettled(self) -> list[Claimed]:
        settled = {it.id for it in self._settled}
        return [it for id_, it in self._held.items() if id_ not in settled]

    async def _stop_failing(self) -> None:
        """Disables subscriptions whose receiver is gone, or has failed for too long. Raises `StoreUnavailable`."""
        for subscription_id, reason in list(self._to_disable.items()):
            if await self._outbox.disable(subscription_id, reason=reason, now=self._clock.now()):
                _log.warning("subscription.disabled", subscription=subscription_id, reason=reason)
                self._meter.subscription_disabled(reason)
            del self._to_disable[subscription_id]

    async def _count(self) -> None:
        """Tells now and then how many deliveries wait."""
        now = self._clock.seconds()
        if now - self._counted_at >= _COUNTED_EVERY_S:
            self._counted_at = now
            self._meter.deliveries_waiting(await self._outbox.waiting())
