"""Sends a webhook a signed test, now and once: no event, and nothing of any."""

from typing import Any

import msgspec

from gateway.ids import new_id
from gateway.life_events.outgoing import CLOUD_EVENT
from gateway.life_events.subscription import SubscriptionStatus, Webhook
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    misfit,
    open_secrets,
    record_act,
    refuse_state,
    require_master,
)
from gateway.life_events.webhook_sender import NotAnswered, failure_of

TEST_TYPE = "webhook.test"


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """How it went: it arrived where there is no `reason`."""

    id: str
    duration_ms: int
    status_code: int | None = None
    reason: str | None = None


async def send_test(desk: SubscriptionDesk, subscription_id: str, *, actor: Actor) -> Tested:
    """How the receiver took the test. Raises `BadRequest`."""
    subscription = require_master(await desk.office.find(subscription_id), subscription_id, actor=actor)
    if subscription.status is SubscriptionStatus.ENDED:
        refuse_state(subscription, possible=[])
    if not isinstance(subscription.target, Webhook):
        misfit("", "a webhook: a platform is sent no tests")
    began, id_ = desk.clock.now(), new_id("tst")
    envelope: dict[str, Any] = {
        "specversion": "1.0",
        "id": id_,
        "source": "/gateway",
        "type": TEST_TYPE,
        "time": began,
        "datacontenttype": "application/json",
        "data": {"subscription": subscription.id},
    }
    status, reason = None, None
    secrets = await open_secrets(desk, subscription)
    try:
        answer = await desk.sender.post(
            subscription.target.url, msgspec.json.encode(envelope), id=id_, secrets=secrets, content_type=CLOUD_EVENT
        )
        status, reason = answer.status, failure_of(answer.status)
    except NotAnswered as error:
        reason = error.reason
    now = desk.clock.now()
    async with desk.office.changing() as change:
        await record_act(change, "test", subscription, actor=actor, now=now, result=reason or "arrived")
    milliseconds = round((now - began).total_seconds() * 1000)
    return Tested(id=id_, duration_ms=milliseconds, status_code=status, reason=reason)
