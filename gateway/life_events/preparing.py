"""Makes of a claimed delivery what may leave, and the audit record that must be durable before it does."""

from datetime import datetime, timedelta

import msgspec

from gateway.agreements.check import Entitlement
from gateway.audit.record import AuditRecord
from gateway.clock import Clock
from gateway.decision import Allowed, Refused
from gateway.ids import new_id
from gateway.life_events.delivery import Claimed, Parcel, Settled
from gateway.life_events.entitlement import Entitlements
from gateway.life_events.outgoing import OutgoingEvents
from gateway.life_events.settling import withheld
from gateway.life_events.subscription import Subscription, SubscriptionStatus

_FRESH = timedelta(seconds=0.25)


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed delivery with its record: a parcel to send, or what it is settled as because it may not be sent."""

    record: AuditRecord
    parcel: Parcel | None = None
    settled: Settled | None = None


class Preparation:
    """Checks, narrows and records, one delivery at a time."""

    def __init__(self, *, entitlements: Entitlements, outgoing: OutgoingEvents, clock: Clock) -> None:
        self._entitlements = entitlements
        self._outgoing = outgoing
        self._clock = clock

    async def prepare(self, claimed: Claimed) -> Prepared:
        """What may leave of it, or that nothing may. Raises `StoreUnavailable` where that cannot be known."""
        now = self._clock.now()
        decision = await self._entitlements.check_event(claimed.subscription, claimed.event)
        if isinstance(decision, Refused):
            reason = decision.code.value
            return Prepared(
                record=_record(claimed, now=now, outcome="refused", reason=reason),
                settled=withheld(claimed, reason=reason, now=now),
            )
        entitlement = decision.grant
        data = self._outgoing.data(claimed.event, entitlement.fields)
        body = self._outgoing.envelope(claimed.event, data)
        return Prepared(
            record=_record(claimed, now=now, outcome="answered", entitlement=entitlement),
            parcel=Parcel(claimed=claimed, prepared_at=now, fields=entitlement.fields, data=data, body=body),
        )

    async def holds(self, parcel: Parcel, *, current: Subscription | None) -> bool:
        """Whether the parcel may still leave as it is; `current` is its subscription as it stands now.

        It may have waited for its receiver since it was prepared. Raises `StoreUnavailable`.
        """
        if self._clock.now() - parcel.prepared_at <= _FRESH:
            return True
        was = parcel.claimed.subscription
        if current is None or current.status is not SubscriptionStatus.ACTIVE or current.updated_at != was.updated_at:
            return False
        decision = await self._entitlements.check_event(current, parcel.claimed.event)
        return isinstance(decision, Allowed) and decision.grant.fields == parcel.fields


def _record(
    claimed: Claimed,
    *,
    now: datetime,
    outcome: str,
    reason: str | None = None,
    entitlement: Entitlement | None = None,
) -> AuditRecord:
    subscription, event = claimed.subscription, claimed.event
    return AuditRecord(
        id=new_id("aud"),
        at=now,
        kind="delivery",
        outcome=outcome,
        reason=reason,
        client_id=subscription.client_id,
        partner=subscription.partner,
        purpose=subscription.purpose,
        resource=event.name,
        providers=(event.provider,),
        agreements=tuple(sorted(it.id for it in entitlement.agreements)) if entitlement else (),
        fields=tuple(sorted(entitlement.fields)) if entitlement else (),
        released={event.provider: 1} if entitlement else {},
        subject=event.id,
        details={"subscription": subscription.id, "delivery": claimed.id, "attempt": claimed.attempts + 1},
    )
