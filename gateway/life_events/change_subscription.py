"""A subscription is paused, resumed, pointed elsewhere, narrowed, or ended."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from gateway.decision import require
from gateway.life_events.subscribe import AT_ONCE_AT_MOST, PER_SECOND_AT_MOST, check_words
from gateway.life_events.subscription import COLLECTING, PlatformDataset, Subscription, SubscriptionStatus, Webhook
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    check_reason,
    check_target,
    misfit,
    record_act,
    refuse_state,
    require_master,
)
from gateway.life_events.subscription_office import SubscriptionChange

_UNCHANGED: Any = msgspec.UNSET
ENDED_REASON = "subscription-ended"


class SubscriptionPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays. `url` needs a new verification. `reason` is kept and shown."""

    status: Literal["active", "paused"] | msgspec.UnsetType = _UNCHANGED
    url: str | msgspec.UnsetType = _UNCHANGED
    filter: Annotated[dict[str, str], msgspec.Meta(max_length=5)] | msgspec.UnsetType = _UNCHANGED
    fields: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100)] | msgspec.UnsetType | None = (
        _UNCHANGED
    )
    max_in_flight: Annotated[int, msgspec.Meta(ge=1, le=AT_ONCE_AT_MOST)] | msgspec.UnsetType = _UNCHANGED
    rate_per_s: Annotated[float, msgspec.Meta(ge=0.05, le=PER_SECOND_AT_MOST)] | msgspec.UnsetType | None = _UNCHANGED
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


async def change_subscription(
    desk: SubscriptionDesk, subscription_id: str, patch: SubscriptionPatch, *, actor: Actor
) -> Subscription:
    """The subscription as it is now. Raises `BadRequest`, or the `Refusal` that its new words meet."""
    check_reason(patch.reason)
    found = require_master(await desk.office.find(subscription_id), subscription_id, actor=actor)
    await _check(desk, found, patch)
    now = desk.clock.now()
    async with desk.office.changing() as change:
        before = require_master(await change.find(subscription_id), subscription_id, actor=actor)
        after = _turned(_patched(before, patch, now=now), patch)
        after = await collecting(change, after, before=before, now=now)
        await change.put(after)
        changed = sorted(name for name in patch.__struct_fields__ if getattr(patch, name) is not msgspec.UNSET)
        await record_act(
            change, "change", after, actor=actor, now=now, changed=changed, status=after.status, reason=patch.reason
        )
    return after


async def end_subscription(desk: SubscriptionDesk, subscription_id: str, *, actor: Actor, reason: str = "") -> None:
    """Ends it for good: nothing more is delivered, its secrets are deleted. Raises `BadRequest`."""
    now = desk.clock.now()
    async with desk.office.changing() as change:
        before = require_master(await change.find(subscription_id), subscription_id, actor=actor)
        if before.status is SubscriptionStatus.ENDED:
            refuse_state(before, possible=[])
        after = msgspec.structs.replace(
            before, status=SubscriptionStatus.ENDED, status_reason=reason, missed_after=None, updated_at=now
        )
        await change.put(after)
        await change.put_secrets(subscription_id, ())
        await change.withhold_waiting(subscription_id, reason=ENDED_REASON, now=now)
        await record_act(change, "end", after, actor=actor, now=now, reason=reason)


async def collecting(
    change: SubscriptionChange, after: Subscription, *, before: Subscription, now: datetime
) -> Subscription:
    """The subscription with a note of where it ceased to collect, or with everything in line that it has missed."""
    if after.status in COLLECTING:
        if after.missed_after is not None:
            await change.catch_up(after, now=now)
        return msgspec.structs.replace(after, missed_after=None)
    if before.status in COLLECTING:
        return msgspec.structs.replace(after, missed_after=await change.last_event())
    return after


async def _check(desk: SubscriptionDesk, found: Subscription, patch: SubscriptionPatch) -> None:
    """Raises for what cannot be, before anything is changed: it may take a look-up."""
    wanted = _patched(found, patch, now=found.updated_at)
    if patch.url is not msgspec.UNSET:
        if not isinstance(found.target, Webhook):
            misfit("/url", "left out: the target is a platform")
        await check_target(desk, wanted)
    if (wanted.filters, wanted.fields) != (found.filters, found.fields) and desk.entitlements is not None:
        check_words(desk, wanted)
        if isinstance(wanted.target, PlatformDataset):
            await check_target(desk, wanted)
        require(await desk.entitlements.check_subscription(wanted))


def _patched(before: Subscription, patch: SubscriptionPatch, *, now: datetime) -> Subscription:
    """With the new words, before its status turns."""
    if before.status is SubscriptionStatus.ENDED:
        refuse_state(before, possible=[])
    changes: dict[str, Any] = {"updated_at": now}
    for name, field in (("filter", "filters"), ("fields", "fields"), ("rate_per_s", "rate_per_s")):
        if (value := getattr(patch, name)) is not msgspec.UNSET:
            changes[field] = value
    if patch.max_in_flight is not msgspec.UNSET:
        changes["max_in_flight"] = patch.max_in_flight
    if isinstance(patch.url, str) and isinstance(before.target, Webhook):
        changes["target"] = msgspec.structs.replace(before.target, url=patch.url)
    return msgspec.structs.replace(before, **changes)


def _turned(subscription: Subscription, patch: SubscriptionPatch) -> Subscription:
    """In its new status: pending where it is pointed elsewhere, for the new receiver must agree too."""
    status, reason = subscription.status, subscription.status_reason
    if patch.url is not msgspec.UNSET:
        status, reason = SubscriptionStatus.PENDING, patch.reason
    elif patch.status is not msgspec.UNSET and (wanted := SubscriptionStatus(patch.status)) is not status:
        if status is SubscriptionStatus.PENDING:
            refuse_state(subscription, possible=["verify"])
        if wanted is SubscriptionStatus.PAUSED and status is not SubscriptionStatus.ACTIVE:
            refuse_state(subscription, possible=["active"])
        status, reason = wanted, patch.reason
    failing = subscription.failing_since if status is subscription.status else None
    return msgspec.structs.replace(subscription, status=status, status_reason=reason, failing_since=failing)
