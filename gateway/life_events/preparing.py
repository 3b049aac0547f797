"""Makes of a claimed delivery what may leave, and the audit record that must be durable before it does."""

from datetime import datetime

import msgspec

from gateway.agreements.check import Entitlement
from gateway.audit.record import AuditRecord
from gateway.clock import Clock
from gateway.decision import Refused
from gateway.ids import new_id
from gateway.life_events.delivery import Claimed, Parcel, Settled
from gateway.life_events.entitlement import Entitlements
from gateway.life_events.outgoing import OutgoingEvents
from gateway.life_events.settling import withheld


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
            parcel=Parcel(claimed=claimed, fields=entitlement.fields, data=data, body=body),
        )


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
