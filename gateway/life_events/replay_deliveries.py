"""Delivers again: one delivery, or those of a window of time. Whether they may be delivered is checked anew."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from gateway.life_events.subscription import SubscriptionStatus
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    check_reason,
    misfit,
    not_found,
    record_act,
    refuse_state,
    require_master,
)
from gateway.life_events.subscription_office import Window

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Replay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `delivery`; or the events accepted from `since` on, and before `until` or else now.

    Of a window only what is dead or was withheld is sent again; with `everything` also what arrived, and what was
    never in line: so a new subscription gets what happened before it.
    """

    delivery: str | None = None
    since: _Instant | None = None
    until: _Instant | None = None
    everything: bool = False
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


async def replay_deliveries(desk: SubscriptionDesk, subscription_id: str, replay: Replay, *, actor: Actor) -> int:
    """How many wait again. Raises `BadRequest`."""
    check_reason(replay.reason)
    subscription = require_master(await desk.office.find(subscription_id), subscription_id, actor=actor)
    if subscription.status is SubscriptionStatus.ENDED:
        refuse_state(subscription, possible=[])
    if (replay.delivery is None) == (replay.since is None):
        misfit("", "either a delivery or since")
    if replay.delivery is not None:
        return await _one(desk, subscription_id, replay.delivery, actor=actor, reason=replay.reason)
    assert replay.since is not None
    now = desk.clock.now()
    # What was accepted at this very moment belongs to a window that is open.
    window = Window(
        since=replay.since,
        until=replay.until or now + timedelta(seconds=1),
        everything=replay.everything,
        # How many there are of what it may not have is none of the subscriber's business.
        entitled=None if desk.entitlements is None else await desk.entitlements.entitled(subscription),
    )
    if window.since >= window.until:
        misfit("/until", "later than since")
    count, last, is_first = 0, 0, True
    while last or is_first:
        is_first = False
        async with desk.office.changing() as change:
            part = await change.replay_window(subscription, window, after=last, now=desk.clock.now())
            count, last = count + part.count, part.last or 0
            if not last:
                span = {"since": window.since, "until": window.until, "everything": window.everything}
                details = {**span, "count": count, "reason": replay.reason}
                await record_act(change, "replay", subscription, actor=actor, now=now, **details)
    return count


async def _one(desk: SubscriptionDesk, subscription_id: str, delivery_id: str, *, actor: Actor, reason: str) -> int:
    now = desk.clock.now()
    async with desk.office.changing() as change:
        subscription = require_master(await change.find(subscription_id), subscription_id, actor=actor)
        if not await change.replay_one(subscription_id, delivery_id, now=now):
            not_found(delivery_id)
        await record_act(change, "replay", subscription, actor=actor, now=now, delivery=delivery_id, reason=reason)
    return 1
