"""What the outbox says to the database: the same on both engines."""

import sqlalchemy as sa

from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.subscription import SubscriptionStatus
from gateway.storage.event_rows import READ
from gateway.storage.life_event_tables import deliveries, delivery_attempts, events, subscriptions

# As a literal, or the planners would not use the indexes of what waits.
_WAITS: sa.ColumnClause[str] = sa.literal_column("'waiting'")
_D, _EARLIER = deliveries.c, deliveries.alias("earlier")
IS_DUE = sa.and_(
    _D.status == _WAITS,
    _D.next_at <= sa.bindparam("now"),
    sa.or_(_D.lease_until.is_(None), _D.lease_until <= sa.bindparam("now")),
)
# Not as `NOT EXISTS`: PostgreSQL would join all that waits with itself, each time, where a few rows are wanted.
IS_FIRST = _D.event_sequence == (
    sa.select(sa.func.min(_EARLIER.c.event_sequence))
    .where(
        _EARLIER.c.subscription_id == _D.subscription_id,
        _EARLIER.c.order_key == _D.order_key,
        _EARLIER.c.status == _WAITS,
    )
    .correlate(deliveries)
    .scalar_subquery()
)
READY = (
    sa.select(subscriptions.c.id)
    .where(subscriptions.c.status == SubscriptionStatus.ACTIVE.value)
    .where(sa.exists().where(_D.subscription_id == subscriptions.c.id, IS_DUE).correlate(subscriptions))
)
DUE = (
    sa.select(
        _D.id.label("delivery_id"),
        _D.subscription_id,
        _D.attempts,
        _D.failures,
        _D.first_due_at,
        *READ,
    )
    .join(events, events.c.sequence == _D.event_sequence)
    .where(_D.subscription_id == sa.bindparam("subscription"), IS_DUE, IS_FIRST)
    .order_by(_D.next_at, _D.event_sequence)
    .limit(sa.bindparam("count"))
    .with_for_update(of=deliveries, skip_locked=True)
)
LEASE = (
    sa.update(deliveries)
    .where(_D.id.in_(sa.bindparam("ids", expanding=True)))
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"))
)
RENEW = (
    sa.update(deliveries)
    .where(_D.id.in_(sa.bindparam("ids", expanding=True)), _D.lease_owner == sa.bindparam("owner"))
    .values(lease_until=sa.bindparam("until"))
)
SETTLE = (
    sa.update(deliveries)
    .where(_D.id == sa.bindparam("delivery"), _D.lease_owner == sa.bindparam("owner"))
    .values(
        {name: sa.bindparam(name) for name in ("status", "attempts", "failures", "reason", "next_at", "settled_at")}
        | {"lease_owner": None, "lease_until": None}
    )
)
# Most arrive, and what is then written of each is the same.
ARRIVED = (
    sa.update(deliveries)
    .where(_D.id.in_(sa.bindparam("ids", expanding=True)), _D.lease_owner == sa.bindparam("owner"))
    .values(
        status=DeliveryStatus.DELIVERED.value,
        attempts=_D.attempts + 1,
        reason=None,
        settled_at=sa.bindparam("now"),
        lease_owner=None,
        lease_until=None,
    )
)
# What waits behind one that is tried again later need not be looked at before.
PUT_BEHIND = (
    sa.update(deliveries)
    .where(
        _D.subscription_id == sa.bindparam("subscription"),
        _D.order_key == sa.bindparam("key"),
        _D.status == _WAITS,
    )
    # Compared here and not above, or it would be looked for by time, among all that waits.
    .values(next_at=sa.case((_D.next_at < sa.bindparam("at"), sa.bindparam("at")), else_=_D.next_at))
)
_S = subscriptions.c
BEGIN_FAILING = (
    sa.update(subscriptions)
    .where(_S.id.in_(sa.bindparam("ids", expanding=True)), _S.failing_since.is_(None))
    .values(failing_since=sa.bindparam("now"))
)
END_FAILING = (
    sa.update(subscriptions)
    .where(_S.id.in_(sa.bindparam("ids", expanding=True)), _S.failing_since.is_not(None))
    .values(failing_since=None)
)
FAILING_LONG = sa.select(_S.id).where(
    _S.id.in_(sa.bindparam("ids", expanding=True)),
    _S.failing_since <= sa.bindparam("before"),
    _S.status == SubscriptionStatus.ACTIVE.value,
)
WAITING = sa.select(sa.func.count()).select_from(deliveries).where(_D.status == _WAITS)
# An attempt that stands there already stays: another worker made it, when this one's lease had ended.
INSERT_ATTEMPTS = sa.text(
    "INSERT INTO delivery_attempts (delivery_id, number, subscription_id, at, duration_ms, status_code, reason) "
    "VALUES (:delivery_id, :number, :subscription_id, :at, :duration_ms, :status_code, :reason) "
    "ON CONFLICT DO NOTHING"
).bindparams(*(sa.bindparam(column.name, type_=column.type) for column in delivery_attempts.c))
