"""Asks a receiver whether it wants the deliveries: a signed challenge, which its answer must echo.

So nobody can be made to receive what they did not ask for, and the receiver has checked a signature with its secret
before the first event arrives.
"""

import secrets
from typing import Any

import msgspec

from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import new_id
from gateway.life_events.change_subscription import collecting
from gateway.life_events.subscription import Subscription, SubscriptionStatus, Webhook
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    misfit,
    open_secrets,
    record_act,
    refuse_state,
    require_master,
)
from gateway.life_events.webhook_sender import Answer, NotAnswered

VERIFICATION = "webhook.verification"
_JSON = "application/json"


async def verify_webhook(desk: SubscriptionDesk, subscription_id: str, *, actor: Actor) -> Subscription:
    """The subscription, active now. Raises `BadRequest` that says what the receiver did instead of agreeing."""
    found = require_master(await desk.office.find(subscription_id), subscription_id, actor=actor)
    if found.status is not SubscriptionStatus.PENDING:
        refuse_state(found, possible=[])
    target = found.target
    if not isinstance(target, Webhook):
        misfit("", "a webhook: a platform needs no verification")
    reason = await _challenge(desk, found, target)
    now = desk.clock.now()
    async with desk.office.changing() as change:
        before = require_master(await change.find(subscription_id), subscription_id, actor=actor)
        if reason is None and (before.target, before.status) == (target, SubscriptionStatus.PENDING):
            after = msgspec.structs.replace(before, status=SubscriptionStatus.ACTIVE, status_reason="", updated_at=now)
            after = await collecting(change, after, before=before, now=now)
            await change.put(after)
        await record_act(change, "verify", before, actor=actor, now=now, result=reason or "verified")
    if reason is not None:
        raise BadRequest(BadRequestCode.TARGET_UNVERIFIED, "the receiver did not agree", reason=reason)
    return require_master(await desk.office.find(subscription_id), subscription_id, actor=actor)


async def _challenge(desk: SubscriptionDesk, subscription: Subscription, target: Webhook) -> str | None:
    """Why the receiver has not agreed; None where it has."""
    challenge = secrets.token_urlsafe(32)
    body = msgspec.json.encode({"type": VERIFICATION, "challenge": challenge, "subscription": subscription.id})
    try:
        answer = await desk.sender.post(
            target.url,
            body,
            id=new_id("vfy"),
            secrets=await open_secrets(desk, subscription),
            content_type=_JSON,
            wants_body=True,
        )
    except NotAnswered as error:
        return error.reason
    return _judged(answer, challenge, body)


def _judged(answer: Answer, challenge: str, sent: bytes) -> str | None:
    """The challenge alone, or in the member `challenge` of a JSON object; with a status of success.

    Whoever only sends back what it gets has not agreed to anything.
    """
    if not 200 <= answer.status < 300:
        return f"http-{answer.status}"
    body = answer.body.strip()
    if body == challenge.encode():
        return None
    try:
        told: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "challenge-missing"
    if told == msgspec.json.decode(sent):
        return "challenge-mirrored"
    is_echo = isinstance(told, dict) and told.get("challenge") == challenge
    return None if is_echo else "challenge-missing"
