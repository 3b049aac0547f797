"""`/v1/subscriptions/{id}/…`: verify, test, rotate the secret, look at deliveries, replay."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from gateway.api.admin.pages import AFTER, LIMIT, page_reply, page_schema, read_page
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import read_choice
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.api.subscriptions.admission import PROBLEMS, SCOPE, SubscriptionCounter
from gateway.api.subscriptions.manage import ONE, subscription_id_of
from gateway.api.subscriptions.views import (
    DELIVERY_EXAMPLE,
    DELIVERY_ID,
    SECRET_ANSWER,
    SUBSCRIPTION_ANSWER,
    SUBSCRIPTION_ID,
    ReplayCount,
    SubscriptionWithSecret,
    delivery_view,
    subscription_view,
)
from gateway.errors import BadRequestCode, RefusalCode
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.replay_deliveries import Replay, replay_deliveries
from gateway.life_events.rotate_webhook_secret import GRACE, LONGEST_GRACE, rotate_webhook_secret
from gateway.life_events.send_test import Tested, send_test
from gateway.life_events.subscription_desk import not_found, open_secrets, require_own
from gateway.life_events.verify_webhook import verify_webhook

_ACT_PROBLEMS = (
    *PROBLEMS,
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.PURPOSE_NOT_COVERED,
    BadRequestCode.NOT_FOUND,
    BadRequestCode.CONFLICT,
    BadRequestCode.SUBSCRIPTION_INVALID,
)
_GRACE_S = int(GRACE.total_seconds())


class WebhookSecretRotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old secret signs beside the new one, in seconds, and why it is rotated."""

    grace_s: Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_GRACE.total_seconds()))] = _GRACE_S
    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


VERIFY = Operation(
    id="verifySubscription",
    tag=Tag.SUBSCRIPTIONS,
    summary="Verify a webhook",
    description='Sends the receiver a signed challenge, `{"type": "webhook.verification", "challenge": "…"}`. It '
    "agrees by a status 2xx and a body that is the challenge, or a JSON object that has it as `challenge`. From then "
    "on events are delivered.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    answers={200: SUBSCRIPTION_ANSWER},
    problems=(*_ACT_PROBLEMS, BadRequestCode.TARGET_UNVERIFIED),
)
TEST = Operation(
    id="testSubscription",
    tag=Tag.SUBSCRIPTIONS,
    summary="Send a test",
    description="Sends the webhook a signed CloudEvent of the type `webhook.test`, once, now, with no event's data.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    answers={
        200: Answered(
            "How the receiver took it; it arrived where `reason` is null.",
            schema_of(Tested),
            {"id": "tst_01kaw0000000000000000000000", "duration_ms": 48, "status_code": 204, "reason": None},
        )
    },
    problems=_ACT_PROBLEMS,
)
ROTATE = Operation(
    id="rotateWebhookSecret",
    tag=Tag.SUBSCRIPTIONS,
    summary="Give a webhook a new signing secret",
    description="Until the old one ends, every delivery carries a signature by each, so that nothing is lost while the "
    "receiver changes over. Two live at most.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    body=schema_of(WebhookSecretRotation),
    body_example={"grace_s": 86400, "reason": "Pergantian tahunan"},
    answers={200: SECRET_ANSWER},
    problems=_ACT_PROBLEMS,
)
DELIVERIES = Operation(
    id="listDeliveries",
    tag=Tag.SUBSCRIPTIONS,
    summary="List the deliveries of a subscription",
    description="The newest event first; `after` is the last id of the page before. Nothing is told of events that "
    "you may not have now and were never sent.",
    scope=SCOPE,
    parameters=(
        SUBSCRIPTION_ID,
        Parameter(
            "status", "query", "Only in this status.", {"type": "string", "enum": [it.value for it in DeliveryStatus]}
        ),
        AFTER,
        LIMIT,
    ),
    answers={
        200: Answered("The deliveries.", page_schema("DeliveryView"), {"data": [DELIVERY_EXAMPLE], "next_after": None})
    },
    problems=(*PROBLEMS, BadRequestCode.NOT_FOUND),
)
ATTEMPTS = Operation(
    id="listAttempts",
    tag=Tag.SUBSCRIPTIONS,
    summary="List the attempts of a delivery",
    description="When, how long it took, and what came back: a status or the reason why nothing did.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID, DELIVERY_ID),
    answers={
        200: Answered(
            "The attempts, in order.",
            {
                "type": "object",
                "required": ["data"],
                "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/AttemptEntry"}}},
            },
            {
                "data": [
                    {
                        "number": 1,
                        "at": "2026-02-03T04:05:06Z",
                        "duration_ms": 15000,
                        "status_code": None,
                        "reason": "timeout",
                    }
                ]
            },
        )
    },
    problems=(*PROBLEMS, BadRequestCode.NOT_FOUND),
)
REPLAY = Operation(
    id="replayDeliveries",
    tag=Tag.SUBSCRIPTIONS,
    summary="Deliver again",
    description="One delivery, or those of a window of time: dead and withheld ones, with `everything` also those that "
    "arrived and events from before the subscription. `webhook-id` stays the same, so that a receiver can tell. "
    "Whether you may have them is checked anew.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    body=schema_of(Replay),
    body_example={"since": "2026-02-03T00:00:00+07:00", "until": "2026-02-04T00:00:00+07:00"},
    answers={202: Answered("They wait again.", schema_of(ReplayCount), {"count": 12})},
    problems=_ACT_PROBLEMS,
)


def act_doors(counter: SubscriptionCounter, *, wake: Callable[[], None]) -> list[HTTPRouteHandler]:
    """The acts: verify, test, rotate, replay. `wake` makes the dispatchers look."""
    desk, rotation, replay_body = counter.desk, JsonBody(WebhookSecretRotation), JsonBody(Replay)

    @post(ONE + "/verify", opt=VERIFY.opt(), name=VERIFY.id, status_code=200)
    async def verify(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="verify") as (_, actor):
            found = await verify_webhook(desk, subscription_id_of(request), actor=actor)
        wake()
        return json_reply(subscription_view(found, await open_secrets(desk, found)), UNKEPT)

    @post(ONE + "/test", opt=TEST.opt(), name=TEST.id, status_code=200)
    async def test(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="test") as (_, actor):
            return json_reply(await send_test(desk, subscription_id_of(request), actor=actor), UNKEPT)

    @post(ONE + "/secret", opt=ROTATE.opt(), name=ROTATE.id, status_code=200)
    async def rotate(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="rotate-secret") as (_, actor):
            asked = await rotation.read(request)
            grace = timedelta(seconds=asked.grace_s)
            made = await rotate_webhook_secret(
                desk, subscription_id_of(request), actor=actor, grace=grace, reason=asked.reason
            )
        shown = subscription_view(made.subscription, await open_secrets(desk, made.subscription))
        return json_reply(SubscriptionWithSecret(subscription=shown, secret=made.secret), UNKEPT)

    @post(ONE + "/replay", opt=REPLAY.opt(), name=REPLAY.id, status_code=202)
    async def replay(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="replay") as (_, actor):
            asked = await replay_body.read(request)
            count = await replay_deliveries(desk, subscription_id_of(request), asked, actor=actor)
        wake()
        return json_reply(ReplayCount(count), UNKEPT, status=202)

    return [verify, test, rotate, replay]


def delivery_doors(counter: SubscriptionCounter) -> list[HTTPRouteHandler]:
    """Looking at deliveries and attempts."""
    desk, office = counter.desk, counter.desk.office

    @get(ONE + "/deliveries", opt=DELIVERIES.opt(), name=DELIVERIES.id)
    async def list_deliveries(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="deliveries") as (_, actor):
            id_ = request.path_params["subscription_id"]
            values, after, limit = read_page(request, "status")
            subscription = require_own(await office.find(id_), id_, actor=actor)
            status = read_choice("status", values.get("status"), among=DeliveryStatus)
            assert desk.entitlements is not None
            entitled = await desk.entitlements.entitled(subscription)
            found = await office.deliveries(id_, status=status, after=after, limit=limit + 1, entitled=entitled)
        return page_reply([delivery_view(it) for it in found], limit=limit)

    @get(ONE + "/deliveries/{delivery_id:str}/attempts", opt=ATTEMPTS.opt(), name=ATTEMPTS.id)
    async def list_attempts(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="attempts") as (_, actor):
            id_, delivery_id = subscription_id_of(request), request.path_params["delivery_id"]
            require_own(await office.find(id_), id_, actor=actor)
            found = await office.attempts(id_, delivery_id)
            if found is None:
                not_found(delivery_id)
        return json_reply({"data": found}, UNKEPT)

    return [list_deliveries, list_attempts]
