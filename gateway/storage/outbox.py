"""One worker's turns at the outbox: each is one transaction that settles, records, renews leases and claims.

Leases make it safe to be killed at any moment: what a worker held is claimed again once its lease has ended. What it
settles later than that no longer counts. On PostgreSQL rows are claimed by `FOR UPDATE SKIP LOCKED`, on SQLite
writers follow one another anyhow; the statements are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any

import sqlalchemy as sa
import structlog

from gateway.audit.record import AuditRecord
from gateway.errors import SealBroken
from gateway.ids import new_id
from gateway.life_events.delivery import Claimed, DeliveryStatus, Settled
from gateway.life_events.event import StoredEvent
from gateway.life_events.outbox import Room, Turn, Turned
from gateway.life_events.sealing import Sealer
from gateway.life_events.shares import Shares
from gateway.life_events.signature import Scheme, SigningSecret
from gateway.life_events.subscription import Subscription, SubscriptionStatus, Webhook
from gateway.life_events.subscription_office import SealedSecret
from gateway.life_events.webhook_secrets import OpenSecrets
from gateway.storage import outbox_statements as say
from gateway.storage.audit_trail import insert_now
from gateway.storage.event_rows import WIPED, opened_event
from gateway.storage.life_event_tables import subscriptions
from gateway.storage.prepared import padded
from gateway.storage.sequence import CHANGES, EVENTS, announce_now, take
from gateway.storage.subscriptions import KIND, Live, live_subscriptions
from gateway.storage.transactor import Transactor

CLAIMED_PER_TURN = 500
_KEY_MAY_COME_IN = timedelta(seconds=60)
_log = structlog.get_logger("gateway.storage.outbox")


class StoredOutbox:
    """`Outbox` of the worker `owner` over the database."""

    def __init__(self, transactor: Transactor, *, sealer: Sealer, owner: str, disable_after: timedelta) -> None:
        self._transactor = transactor
        self._sealer = sealer
        self._owner = owner
        self._disable_after = disable_after
        self._next_in_turn = ""
        self._open_secrets = OpenSecrets(sealer)

    async def take_turn(self, turn: Turn) -> Turned:
        """Does all of it, or nothing. Raises `StoreUnavailable`."""
        return await self._transactor.run(partial(self._turn, turn=turn))

    async def waiting(self) -> int:
        """How many deliveries wait. Raises `StoreUnavailable`."""
        return await self._transactor.run(lambda connection: connection.execute(say.WAITING).scalar_one())

    async def disable(self, subscription_id: str, *, reason: str, now: datetime) -> bool:
        """Stops an active subscription, with an audit record; whether it was active. Raises `StoreUnavailable`."""
        return await self._transactor.run(partial(_disable, subscription_id=subscription_id, reason=reason, now=now))

    def _turn(self, connection: sa.Connection, *, turn: Turn) -> Turned:
        """The whole turn. The audit counter is taken last, as all others wait for it."""
        failing: tuple[str, ...] = ()
        if turn.settled:
            failing = self._settle(connection, turn)
        if turn.renewed:
            connection.execute(
                say.RENEW, {"ids": padded(turn.renewed), "owner": self._owner, "until": turn.lease_until}
            )
        claimed: list[Claimed] = []
        has_more, current = False, None
        if turn.room is not None:
            live = live_subscriptions(connection)
            self._open_secrets.keep(chain.from_iterable(live.secrets.values()), version=live.version, now=turn.now)
            claimed, has_more = self._claim(connection, turn, turn.room, live=live)
            current = live.by_id
        if turn.records:
            insert_now(connection, turn.records)
        return Turned(claimed=tuple(claimed), failing=failing, has_more=has_more, current=current)

    def _settle(self, connection: sa.Connection, turn: Turn) -> tuple[str, ...]:
        """Writes what became of each; the subscriptions whose failure has lasted too long."""
        arrived = [it.id for it in turn.settled if it.status is DeliveryStatus.DELIVERED]
        others = [it for it in turn.settled if it.status is not DeliveryStatus.DELIVERED]
        if arrived:
            connection.execute(say.ARRIVED, {"ids": padded(arrived), "owner": self._owner, "now": turn.now})
        if others:
            connection.execute(say.SETTLE, [_settled_row(it, owner=self._owner, now=turn.now) for it in others])
        attempts = [_attempt_row(it) for it in turn.settled if it.attempt is not None]
        if attempts:
            connection.execute(say.INSERT_ATTEMPTS, attempts)
        behind = [
            {"subscription": it.subscription_id, "key": it.order_key, "at": it.next_at}
            for it in turn.settled
            if it.status is DeliveryStatus.WAITING and it.attempt is not None
        ]
        if behind:
            connection.execute(say.PUT_BEHIND, behind)
        well = {it.subscription_id for it in turn.settled if it.status is DeliveryStatus.DELIVERED}
        failed = {it.subscription_id for it in turn.settled if it.attempt is not None} - well
        if well:
            connection.execute(say.END_FAILING, {"ids": sorted(well)})
        if not failed:
            return ()
        connection.execute(say.BEGIN_FAILING, {"ids": sorted(failed), "now": turn.now})
        before = turn.now - self._disable_after
        return tuple(connection.execute(say.FAILING_LONG, {"ids": sorted(failed), "before": before}).scalars())

    def _claim(self, connection: sa.Connection, turn: Turn, room: Room, *, live: Live) -> tuple[list[Claimed], bool]:
        """Leases what is due, a subscription after the other, beginning where the last turn ended."""
        ready = connection.execute(say.READY, {"now": turn.now}).scalars().all()
        shares, left, has_more = Shares(room, subscriptions=live.by_id), CLAIMED_PER_TURN, False
        found: list[tuple[Subscription, Sequence[Mapping[Any, Any]]]] = []
        for subscription_id in self._in_turn(ready):
            subscription = live.by_id.get(subscription_id)
            if subscription is None or (count := min(shares.of(subscription), left)) <= 0:
                continue
            due = {"subscription": subscription_id, "now": turn.now, "count": count}
            rows = connection.execute(say.DUE, due).mappings().all()
            found.append((subscription, rows))
            shares.take(subscription, len(rows))
            has_more = has_more or len(rows) == count
            left -= len(rows)
            if left <= 0:
                self._next_in_turn, has_more = subscription_id, True
                break
        if ids := [row["delivery_id"] for _, rows in found for row in rows]:
            connection.execute(say.LEASE, {"ids": padded(ids), "owner": self._owner, "until": turn.lease_until})
        claimed = [
            it
            for subscription, rows in found
            for it in self._opened(connection, rows, subscription=subscription, live=live, turn=turn)
        ]
        return claimed, has_more

    def _in_turn(self, ready: Sequence[str]) -> Iterable[str]:
        """Those that were not reached the last time come first."""
        order = sorted(ready)
        return [it for it in order if it > self._next_in_turn] + [it for it in order if it <= self._next_in_turn]

    def _opened(
        self,
        connection: sa.Connection,
        rows: Iterable[Mapping[Any, Any]],
        *,
        subscription: Subscription,
        live: Live,
        turn: Turn,
    ) -> Iterable[Claimed]:
        """The claims with their events open. One that does not open is a dead letter, and holds up nobody."""
        secrets = self._secrets(live.secrets.get(subscription.id, ()), subscription=subscription, now=turn.now)
        for row in rows:
            event, again = self._event(row, now=turn.now)
            if event is None:
                reason = "expired" if row["key_id"] == WIPED else "unreadable"
                left = _unopened_row(row, owner=self._owner, now=turn.now, again=again, reason=reason)
                connection.execute(say.SETTLE, left)
                continue
            yield Claimed(
                id=row["delivery_id"],
                event=event,
                subscription=subscription,
                secrets=secrets,
                attempts=row["attempts"],
                failures=row["failures"],
                first_due_at=row["first_due_at"],
                lease_until=turn.lease_until,
            )

    def _event(self, row: Mapping[Any, Any], *, now: datetime) -> tuple[StoredEvent | None, datetime | None]:
        """The event, open; or None, and when to try again if that can help."""
        if row["key_id"] == WIPED:
            return None, None
        try:
            return opened_event(row, sealer=self._sealer), None
        except SealBroken as error:
            cause = error.parameters.get("cause")
            _log.error("delivery.unreadable", delivery=row["delivery_id"], cause=cause)
            # A key that is not there yet may be on its way from another node.
            return None, now + _KEY_MAY_COME_IN if cause == "no-such-key" else None

    def _secrets(
        self, sealed: Iterable[SealedSecret], *, subscription: Subscription, now: datetime
    ) -> tuple[SigningSecret, ...]:
        """The live ones, open. One that does not open signs nothing."""
        target = subscription.target
        if not isinstance(target, Webhook):
            return ()
        live = (it for it in sealed if it.is_live(now))
        return tuple(filter(None, (self._secret(it, scheme=Scheme(target.signature)) for it in live)))

    def _secret(self, sealed: SealedSecret, *, scheme: Scheme) -> SigningSecret | None:
        try:
            return self._open_secrets.opened(sealed, scheme=scheme)
        except SealBroken:
            _log.error("webhook_secret.unreadable", secret=sealed.id)
            return None


def _settled_row(settled: Settled, *, owner: str, now: datetime) -> dict[str, Any]:
    return {
        "delivery": settled.id,
        "owner": owner,
        "status": settled.status.value,
        "attempts": settled.attempts,
        "failures": settled.failures,
        "reason": settled.reason,
        "next_at": settled.next_at,
        "settled_at": None if settled.status is DeliveryStatus.WAITING else now,
    }


def _unopened_row(
    row: Mapping[Any, Any], *, owner: str, now: datetime, again: datetime | None, reason: str
) -> dict[str, Any]:
    status = DeliveryStatus.DEAD if again is None else DeliveryStatus.WAITING
    return {
        "delivery": row["delivery_id"],
        "owner": owner,
        "status": status.value,
        "attempts": row["attempts"],
        "failures": row["failures"],
        "reason": reason,
        "next_at": again or now,
        "settled_at": now if again is None else None,
    }


def _attempt_row(settled: Settled) -> dict[str, Any]:
    attempt = settled.attempt
    assert attempt is not None
    return {
        "delivery_id": settled.id,
        "number": settled.attempts,
        "subscription_id": settled.subscription_id,
        "at": attempt.at,
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.status_code,
        "reason": attempt.reason,
    }


def _disable(connection: sa.Connection, *, subscription_id: str, reason: str, now: datetime) -> bool:
    take(connection, CHANGES, count=0)  # changes wait for one another, and cannot deadlock
    row = connection.execute(sa.select(subscriptions).where(subscriptions.c.id == subscription_id)).mappings().first()
    if row is None or row["status"] != SubscriptionStatus.ACTIVE.value:
        return False
    changed: dict[str, Any] = {"status": SubscriptionStatus.DISABLED.value, "status_reason": reason, "updated_at": now}
    changed["missed_after"] = (
        take(connection, EVENTS, count=0) - 1 if row["missed_after"] is None else row["missed_after"]
    )
    connection.execute(sa.update(subscriptions).where(subscriptions.c.id == subscription_id).values(changed))
    announce_now(connection, KIND, keys=(subscription_id,))
    record = AuditRecord(
        id=new_id("aud"),
        at=now,
        kind="subscription.disable",
        outcome="answered",
        reason=reason,
        client_id=row["client_id"],
        partner=row["partner"],
        purpose=row["purpose"],
        subject=subscription_id,
    )
    insert_now(connection, [record])
    return True
