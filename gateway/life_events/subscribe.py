"""A client subscribes to life events. Nothing is delivered before its target has been verified."""

from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Literal

import msgspec

from gateway.access.caller import Caller
from gateway.access.client import Profile
from gateway.decision import require
from gateway.errors import Refusal, RefusalCode
from gateway.ids import DatasetId, PartnerId, new_id
from gateway.life_events.signature import Scheme, public_key, shown_secret
from gateway.life_events.subscription import PlatformDataset, Subscription, SubscriptionStatus, Target, Webhook
from gateway.life_events.subscription_desk import (
    Actor,
    SubscriptionDesk,
    check_target,
    made_secret,
    misfit,
    record_act,
)
from gateway.life_events.subscription_office import SubscriptionChange
from schemas.resources import event_name, event_type

AT_ONCE_AT_MOST = 64
PER_SECOND_AT_MOST = 1_000.0
SUBSCRIPTIONS_OF_A_PARTNER = 100
"""As each is looked at, and may get a delivery, whenever an event is accepted."""
_LONGEST_VALUE = 100


class WantedTarget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to: a webhook's `url` and how its deliveries are signed, or the platform's `dataset` that takes records."""

    kind: Literal["webhook", "platform"] = "webhook"
    url: str | None = None
    signature: Scheme | None = None
    dataset: str | None = None


class NewSubscription(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for. `types` as CloudEvents names them; without `partners`, of all that let the subscriber have it.

    `filter` compares an event's facts. `fields` are names and classes; without them every granted field that is not
    Personal. `max_in_flight` and `rate_per_s` say how much the target takes.
    """

    types: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=20)]
    partners: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100)] | None = None
    filter: Annotated[dict[str, str], msgspec.Meta(max_length=5)] = {}
    fields: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100)] | None = None
    target: WantedTarget
    max_in_flight: Annotated[int, msgspec.Meta(ge=1, le=AT_ONCE_AT_MOST)] = 8
    rate_per_s: Annotated[float, msgspec.Meta(ge=0.05, le=PER_SECOND_AT_MOST)] | None = None


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """The subscription. `secret` can be read this once; `public_key` is what verifies `v1a`."""

    subscription: Subscription
    secret: str | None = None
    public_key: str | None = None


async def subscribe(desk: SubscriptionDesk, new: NewSubscription, *, caller: Caller, actor: Actor) -> Subscribed:
    """The new subscription: pending for a webhook, active for a platform.

    Raises `BadRequest` for what cannot be, or the `Refusal` that names the agreement that is missing.
    """
    assert desk.entitlements is not None
    now = desk.clock.now()
    subscription = _made(desk, new, caller=caller, now=now)
    check_words(desk, subscription)
    require(await desk.entitlements.check_subscription(subscription))
    await check_target(desk, subscription)
    if isinstance(subscription.target, PlatformDataset):
        subscription = msgspec.structs.replace(subscription, status=SubscriptionStatus.ACTIVE)
    secret = sealed = None
    if isinstance(subscription.target, Webhook):
        secret, sealed = made_secret(desk, subscription.target, now=now)
    async with desk.office.changing() as change:
        _check_room(await change.count(subscription.partner), caller)
        await _check_alone(desk, change, subscription)
        await change.put(subscription)
        await change.put_secrets(subscription.id, (sealed,) if sealed else ())
        types = [event_type(name) for name in subscription.names]
        await record_act(change, "create", subscription, actor=actor, now=now, types=types)
    return Subscribed(
        subscription=subscription,
        secret=shown_secret(secret) if secret else None,
        public_key=public_key(secret) if secret else None,
    )


def _check_room(count: int, caller: Caller) -> None:
    """Raises `Refusal` where the partner has as many as there may be."""
    if count >= SUBSCRIPTIONS_OF_A_PARTNER:
        limit = SUBSCRIPTIONS_OF_A_PARTNER
        parameters = {"rule": "subscriptions", "limit": limit, "window_s": 1, "remaining": 0, "retry_after_s": 3600}
        message = f"{caller.partner} has {limit} subscriptions"
        raise Refusal(RefusalCode.LIMIT_REACHED, message, client_id=caller.client_id, **parameters)


async def _check_alone(desk: SubscriptionDesk, change: SubscriptionChange, subscription: Subscription) -> None:
    """Raises `BadRequest` where another one leads to an intake that only one may lead to."""
    target = subscription.target
    if not isinstance(target, PlatformDataset) or not desk.platforms.takes_one(target.dataset):
        return
    others = await change.leading_to(target, partner=subscription.partner)
    if others:
        what = f"{target.dataset} is asked by id before each record, so one subscription alone may lead there"
        misfit("/target/dataset", f"one that no other leads to: {what}; change {others[0]}, or end it first")


def check_words(desk: SubscriptionDesk, subscription: Subscription) -> None:
    """Raises `BadRequest` for fields and filters that the events do not have."""
    classes = [desk.classes[name] for name in subscription.names]
    for index, word in enumerate(subscription.fields or ()):
        if not any(it.knows(word) for it in classes):
            nearest = next(filter(None, (it.nearest(word) for it in classes)), None)
            misfit(f"/fields/{index}", "a field of these events" + (f"; did you mean {nearest}?" if nearest else ""))
    facts = [desk.facts[name] for name in subscription.names]
    for key, value in subscription.filters.items():
        if not all(key in it for it in facts):
            common = sorted(set(facts[0]).intersection(*facts))
            misfit("/filter", f"what all of these events can be filtered by: {', '.join(common) or 'nothing'}")
        if not (0 < len(value) <= _LONGEST_VALUE and value.isprintable()):
            misfit(f"/filter/{key}", f"1 to {_LONGEST_VALUE} characters, none of them a control character")


def _made(desk: SubscriptionDesk, new: NewSubscription, *, caller: Caller, now: datetime) -> Subscription:
    return Subscription(
        id=new_id("sub"),
        client_id=caller.client_id,
        partner=caller.partner,
        purpose=caller.purpose,
        proves_key=caller.profile is Profile.FAPI,
        names=_names(desk, new.types),
        providers=_providers(desk, new.partners),
        filters=new.filter,
        fields=new.fields,
        target=_target(new.target),
        max_in_flight=new.max_in_flight,
        rate_per_s=new.rate_per_s,
        created_at=now,
        updated_at=now,
    )


def _names(desk: SubscriptionDesk, types: tuple[str, ...]) -> tuple[str, ...]:
    assert desk.entitlements is not None
    known = sorted(event_type(name) for name in desk.classes)
    for index, type_ in enumerate(types):
        if type_ not in known:
            nearest = next(iter(get_close_matches(type_[:50], known, n=1)), None)
            misfit(f"/types/{index}", f"one of {', '.join(known)}" + (f"; did you mean {nearest}?" if nearest else ""))
        if not desk.entitlements.publishers(event_name(type_)):
            misfit(f"/types/{index}", "a type that some partner publishes")
    return tuple(dict.fromkeys(map(event_name, types)))


def _providers(desk: SubscriptionDesk, partners: tuple[str, ...] | None) -> tuple[PartnerId, ...] | None:
    if partners is None:
        return None
    for index, partner in enumerate(partners):
        if partner not in desk.partners:
            misfit(f"/partners/{index}", "a partner")
    return tuple(PartnerId(it) for it in dict.fromkeys(partners))


def _target(wanted: WantedTarget) -> Target:
    if wanted.kind == "platform":
        if wanted.dataset is None or wanted.url is not None or wanted.signature is not None:
            misfit("/target", "a dataset, and nothing else, for a platform")
        return PlatformDataset(DatasetId(wanted.dataset))
    if wanted.url is None or wanted.dataset is not None:
        misfit("/target", "a url for a webhook")
    return Webhook(wanted.url, (wanted.signature or Scheme.HMAC).value)
