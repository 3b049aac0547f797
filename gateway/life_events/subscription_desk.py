"""What every act on subscriptions works with, and who acts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Protocol

import msgspec

from gateway.agreements.field_classes import FieldClasses
from gateway.audit.record import AuditRecord
from gateway.clock import Clock
from gateway.errors import BadRequest, BadRequestCode, Refusal, RefusalCode
from gateway.ids import DatasetId, PartnerId, new_id
from gateway.life_events.entitlement import Entitlements
from gateway.life_events.sealing import Sealer
from gateway.life_events.signature import Scheme, SigningSecret, new_key
from gateway.life_events.subscription import PlatformDataset, Subscription, Webhook
from gateway.life_events.subscription_office import SealedSecret, SubscriptionChange, SubscriptionOffice
from gateway.life_events.target_guard import TargetGuard, TargetRefused
from gateway.life_events.webhook_secrets import opened_secret, sealed_secret
from gateway.life_events.webhook_sender import WebhookSender


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts. `partner` bounds what can be seen; None is an administrator, who sees all. `by` is the person.

    `purpose` and `proves_key` are those of the client's token.
    """

    partner: PartnerId | None = None
    client_id: str | None = None
    purpose: str | None = None
    proves_key: bool = False
    by: str | None = None
    request_id: str | None = None
    remote: str | None = None


class PlatformTargets(Protocol):
    """Which datasets of which partner's platforms take records."""

    def refusal(self, subscription: Subscription) -> str | None:
        """Why this subscription's dataset cannot be its target; None where it can."""
        ...

    def takes_one(self, dataset: DatasetId) -> bool:
        """Whether one subscription alone may have the dataset as its target."""
        ...


class NoPlatformTargets:
    """No platform takes records."""

    def refusal(self, subscription: Subscription) -> str | None:
        """None takes any."""
        del subscription
        return "a dataset that takes records"

    def takes_one(self, dataset: DatasetId) -> bool:
        """None takes any."""
        del dataset
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDesk:
    """The collaborators. `classes` are the fields of each life event by its name, `facts` those to filter by.

    Without `entitlements` nobody can subscribe: the command line only manages what is there.
    """

    office: SubscriptionOffice
    sealer: Sealer
    clock: Clock
    guard: TargetGuard
    sender: WebhookSender
    entitlements: Entitlements | None = None
    partners: frozenset[PartnerId] = frozenset()
    classes: Mapping[str, FieldClasses] = field(default_factory=dict)
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    platforms: PlatformTargets = field(default_factory=NoPlatformTargets)


def require_own(found: Subscription | None, subscription_id: str, *, actor: Actor) -> Subscription:
    """The subscription, if the actor may know of it. Raises `BadRequest` (not found) else, whichever the reason."""
    if found is None or (actor.partner is not None and found.partner != actor.partner):
        not_found(subscription_id)
    return found


def require_master(found: Subscription | None, subscription_id: str, *, actor: Actor) -> Subscription:
    """The subscription, if the actor may change what it brings, and where to.

    A client of the same partner must be able to have asked for it itself: else one with a secret could point another
    one's Personal data at itself. Raises `BadRequest` (not found), or the `Refusal` that says what it lacks.
    """
    found = require_own(found, subscription_id, actor=actor)
    if actor.partner is None:
        return found
    if actor.purpose != found.purpose:
        message = f"{found.id} is for the purpose {found.purpose}"
        parameters = {"purpose": actor.purpose, "covered": [found.purpose], "client_id": actor.client_id}
        raise Refusal(RefusalCode.PURPOSE_NOT_COVERED, message, **parameters)
    if found.proves_key and not actor.proves_key:
        message = f"{found.id} is of a client that proves a private key"
        raise Refusal(RefusalCode.PROFILE_INSUFFICIENT, message, client_id=actor.client_id)
    return found


def not_found(id_: str) -> NoReturn:
    """Raises `BadRequest`: there is none with this id."""
    raise BadRequest(BadRequestCode.NOT_FOUND, f"there is no {id_[:100]}", id=id_[:100])


def refuse_state(subscription: Subscription, *, possible: list[str]) -> NoReturn:
    """Raises `BadRequest`: as it stands, this cannot be done."""
    state = subscription.status.value
    message = f"{subscription.id} is {state}"
    raise BadRequest(BadRequestCode.CONFLICT, message, id=subscription.id, state=state, possible=possible)


def misfit(pointer: str, expected: str) -> NoReturn:
    """Raises `BadRequest`: what stands there cannot be."""
    message = f"{pointer or 'the body'} must be {expected}"
    raise BadRequest(BadRequestCode.SUBSCRIPTION_INVALID, message, pointer=pointer, expected=expected)


def check_reason(reason: str) -> None:
    """Raises `BadRequest` for what is no line of text: it is shown to administrators."""
    if not reason.isprintable():
        misfit("/reason", "one line of text, without control characters")


async def record_act(
    change: SubscriptionChange,
    act: str,
    subscription: Subscription,
    *,
    actor: Actor,
    now: datetime,
    **details: Any,
) -> None:
    """Writes that the actor did this, in the transaction of the change itself. No detail is a secret or a URL."""
    await change.record(
        AuditRecord(
            id=new_id("aud"),
            at=now,
            kind=f"subscription.{act}",
            outcome="answered",
            client_id=actor.client_id,
            partner=subscription.partner,
            purpose=subscription.purpose,
            subject=subscription.id,
            by=actor.by,
            details=details,
            request_id=actor.request_id,
            remote=actor.remote,
        )
    )


async def check_target(desk: SubscriptionDesk, subscription: Subscription) -> None:
    """Returns where the target may be one. Raises `BadRequest`."""
    target = subscription.target
    if isinstance(target, PlatformDataset):
        expected = desk.platforms.refusal(subscription)
        if expected is not None:
            misfit("/target/dataset", expected)
        return
    try:
        await desk.guard.check(target.url)
    except TargetRefused as error:
        raise target_refused(f"target-{error.reason}") from None


def target_refused(reason: str) -> BadRequest:
    """The error of a URL that webhooks may not go to."""
    return BadRequest(
        BadRequestCode.TARGET_REFUSED, "deliveries may not go there", pointer="/target/url", reason=reason
    )


def made_secret(desk: SubscriptionDesk, target: Webhook, *, now: datetime) -> tuple[SigningSecret, SealedSecret]:
    """A new signing secret, open and sealed."""
    secret = SigningSecret(new_id("whs"), Scheme(target.signature), new_key())
    return secret, sealed_secret(secret, sealer=desk.sealer, now=now)


async def open_secrets(desk: SubscriptionDesk, subscription: Subscription) -> tuple[SigningSecret, ...]:
    """The live secrets of a webhook, the newest first. Raises `SealBroken`."""
    target = subscription.target
    if not isinstance(target, Webhook):
        return ()
    now, scheme = desk.clock.now(), Scheme(target.signature)
    kept = await desk.office.secrets(subscription.id)
    return tuple(opened_secret(it, sealer=desk.sealer, scheme=scheme) for it in kept if it.is_live(now))
