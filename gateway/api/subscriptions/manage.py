"""`/v1/subscriptions`: make, read, change, end."""

from urllib.parse import quote

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler

from gateway.api.admin.pages import AFTER, LIMIT, page_reply, page_schema, read_page
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Answered, Operation, Tag
from gateway.api.query_parameters import require_no_parameters
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.api.subscriptions.admission import PROBLEMS, SCOPE, SubscriptionCounter
from gateway.api.subscriptions.views import (
    NEW_EXAMPLE,
    SECRET_ANSWER,
    SUBSCRIPTION_ANSWER,
    SUBSCRIPTION_EXAMPLE,
    SUBSCRIPTION_ID,
    SubscriptionWithSecret,
    subscription_view,
)
from gateway.errors import BadRequestCode, RefusalCode
from gateway.life_events.change_subscription import SubscriptionPatch, change_subscription, end_subscription
from gateway.life_events.subscribe import NewSubscription, subscribe
from gateway.life_events.subscription import Subscription
from gateway.life_events.subscription_desk import Actor, open_secrets, require_own

_REFUSALS = (
    RefusalCode.AGREEMENT_MISSING,
    RefusalCode.AGREEMENT_SUSPENDED,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.PURPOSE_NOT_COVERED,
    BadRequestCode.SUBSCRIPTION_INVALID,
    BadRequestCode.TARGET_REFUSED,
)
SUBSCRIBE = Operation(
    id="subscribe",
    tag=Tag.SUBSCRIPTIONS,
    summary="Subscribe to life events",
    description="The events are delivered to your target as long as an agreement lets you have them for the purpose "
    "of this token; that is checked again for every delivery. Personal fields must be named, and need a client that "
    "proves a private key. A webhook is `pending` until it is verified. The signing secret is shown this once.",
    scope=SCOPE,
    body=schema_of(NewSubscription),
    body_example=NEW_EXAMPLE,
    answers={201: SECRET_ANSWER},
    problems=(*PROBLEMS, *_REFUSALS),
)
LIST = Operation(
    id="listSubscriptions",
    tag=Tag.SUBSCRIPTIONS,
    summary="List your subscriptions",
    description="Those of your partner that have not ended, in order of their ids.",
    scope=SCOPE,
    parameters=(AFTER, LIMIT),
    answers={
        200: Answered(
            "The subscriptions.", page_schema("SubscriptionView"), {"data": [SUBSCRIPTION_EXAMPLE], "next_after": None}
        )
    },
    problems=PROBLEMS,
)
SHOW = Operation(
    id="showSubscription",
    tag=Tag.SUBSCRIPTIONS,
    summary="Show one subscription",
    description="As it stands, and why. For `v1a` the target holds the public keys.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    answers={200: SUBSCRIPTION_ANSWER},
    problems=(*PROBLEMS, BadRequestCode.NOT_FOUND),
)
CHANGE = Operation(
    id="changeSubscription",
    tag=Tag.SUBSCRIPTIONS,
    summary="Change, pause or resume a subscription",
    description="A paused one collects its deliveries. A disabled one catches up when it is made active. A new `url` "
    "must be verified before anything is delivered there.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    body=schema_of(SubscriptionPatch),
    body_example={"status": "paused", "reason": "Pemeliharaan server"},
    answers={200: SUBSCRIPTION_ANSWER},
    problems=(*PROBLEMS, *_REFUSALS, BadRequestCode.NOT_FOUND, BadRequestCode.CONFLICT),
)
END = Operation(
    id="endSubscription",
    tag=Tag.SUBSCRIPTIONS,
    summary="End a subscription",
    description="Nothing more is delivered, its secrets are deleted. What was delivered stays in the audit trail.",
    scope=SCOPE,
    parameters=(SUBSCRIPTION_ID,),
    answers={204: Answered("It has ended.")},
    problems=(
        *PROBLEMS,
        RefusalCode.PROFILE_INSUFFICIENT,
        RefusalCode.PURPOSE_NOT_COVERED,
        BadRequestCode.NOT_FOUND,
        BadRequestCode.CONFLICT,
    ),
)
PATH = "/v1/subscriptions"
ONE = PATH + "/{subscription_id:str}"


def manage_doors(counter: SubscriptionCounter) -> list[HTTPRouteHandler]:
    """The acts: make, change, end."""
    desk, new_body, patch_body = counter.desk, JsonBody(NewSubscription), JsonBody(SubscriptionPatch)

    @post(PATH, opt=SUBSCRIBE.opt(), name=SUBSCRIBE.id)
    async def make(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="create") as (caller, actor):
            made = await subscribe(desk, await new_body.read(request), caller=caller, actor=actor)
        secrets = await open_secrets(desk, made.subscription)
        shown = SubscriptionWithSecret(subscription=subscription_view(made.subscription, secrets), secret=made.secret)
        location = (b"location", f"{PATH}/{quote(made.subscription.id, safe='')}".encode())
        return json_reply(shown, UNKEPT, location, status=201)

    @patch(ONE, opt=CHANGE.opt(), name=CHANGE.id)
    async def change(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="change") as (_, actor):
            wanted = await patch_body.read(request)
            found = await change_subscription(desk, subscription_id_of(request), wanted, actor=actor)
        return json_reply(subscription_view(found, await open_secrets(desk, found)), UNKEPT)

    @delete(ONE, opt=END.opt(), name=END.id, status_code=200)  # Litestar lets no 204 be returned
    async def end(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="end") as (_, actor):
            await end_subscription(desk, subscription_id_of(request), actor=actor)
        return Reply(204, [UNKEPT])

    return [make, change, end]


def reading_doors(counter: SubscriptionCounter) -> list[HTTPRouteHandler]:
    """The list, and one."""
    desk = counter.desk

    @get(PATH, opt=LIST.opt(), name=LIST.id)
    async def list_subscriptions(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="list") as (caller, _):
            _, after, limit = read_page(request)
            found = await desk.office.all(partner=caller.partner, after=after, limit=limit + 1)
        return page_reply([subscription_view(it) for it in found], limit=limit)

    @get(ONE, opt=SHOW.opt(), name=SHOW.id)
    async def show(request: HttpRequest) -> Reply:
        async with counter.admitting(request, act="show") as (_, actor):
            found = await own_subscription(counter, request, actor=actor)
        return json_reply(subscription_view(found, await open_secrets(desk, found)), UNKEPT)

    return [list_subscriptions, show]


def subscription_id_of(request: HttpRequest) -> str:
    """The id in the path. Raises `BadRequest` for any parameter in the query."""
    require_no_parameters(request.scope["query_string"])
    id_: str = request.path_params["subscription_id"]
    return id_


async def own_subscription(counter: SubscriptionCounter, request: HttpRequest, *, actor: Actor) -> Subscription:
    """The subscription that the path names, if it is the caller's partner's. Raises `BadRequest` (not found)."""
    id_ = subscription_id_of(request)
    return require_own(await counter.desk.office.find(id_), id_, actor=actor)
