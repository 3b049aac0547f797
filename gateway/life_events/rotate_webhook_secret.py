"""Gives a webhook a new signing secret; until the old one ends, both sign."""

from datetime import timedelta

import msgspec

from gateway.life_events.signature import public_key, shown_secret
from gateway.life_events.subscribe import Subscribed
from gateway.life_events.subscription import SubscriptionStatus, Webhook
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    check_reason,
    made_secret,
    misfit,
    record_act,
    refuse_state,
    require_master,
)

GRACE = timedelta(days=1)
LONGEST_GRACE = timedelta(days=30)


async def rotate_webhook_secret(
    desk: SubscriptionDesk, subscription_id: str, *, actor: Actor, grace: timedelta = GRACE, reason: str = ""
) -> Subscribed:
    """The subscription and its new secret. Two live at most; an older one ends now. Raises `BadRequest`."""
    check_reason(reason)
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        misfit("/grace_s", f"between 0 and {int(LONGEST_GRACE.total_seconds())}")
    now = desk.clock.now()
    async with desk.office.changing() as change:
        subscription = require_master(await change.find(subscription_id), subscription_id, actor=actor)
        if subscription.status is SubscriptionStatus.ENDED:
            refuse_state(subscription, possible=[])
        if not isinstance(subscription.target, Webhook):
            misfit("", "a webhook: a platform has no signing secret")
        secret, sealed = made_secret(desk, subscription.target, now=now)
        newest = (await change.secrets(subscription_id))[:1]
        ending = tuple(msgspec.structs.replace(it, expires_at=now + grace) for it in newest if grace)
        await change.put_secrets(subscription_id, (sealed, *ending))
        subscription = msgspec.structs.replace(subscription, updated_at=now)
        await change.put(subscription)  # so that what waits to be sent is signed anew
        await record_act(
            change,
            "rotate-secret",
            subscription,
            actor=actor,
            now=now,
            secret_id=secret.id,
            grace_s=int(grace.total_seconds()),
            reason=reason,
        )
    return Subscribed(subscription=subscription, secret=shown_secret(secret), public_key=public_key(secret))
