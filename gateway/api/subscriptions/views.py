"""A subscription and its deliveries as their partner sees them: no secret, nothing of an event's content."""

from datetime import datetime
from typing import Any

import msgspec

from gateway.api.operation import Answered, Parameter
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.signature import Scheme, SigningSecret, public_key
from gateway.life_events.subscription import PlatformDataset, Subscription, SubscriptionStatus, Webhook
from gateway.life_events.subscription_office import AttemptEntry, DeliveryEntry
from schemas.resources import event_type


class TargetView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where deliveries go. `public_keys` verify `v1a`, the newest first."""

    kind: str
    url: str | None = None
    signature: Scheme | None = None
    public_keys: list[str] = []
    dataset: str | None = None


class SubscriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription. While it is `pending` again or `disabled` it misses events, and catches up afterwards."""

    id: str
    client_id: str
    types: list[str]
    partners: list[str] | None
    filter: dict[str, str]
    fields: list[str] | None
    purpose: str
    target: TargetView
    status: SubscriptionStatus
    status_reason: str
    max_in_flight: int
    rate_per_s: float | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


class SubscriptionWithSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, and its new signing secret (`whsec_…`), which is shown this once; null for `v1a`."""

    subscription: SubscriptionView
    secret: str | None


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery. `reason` is why it has not arrived; `next_at` when it is tried again."""

    id: str
    event_id: str
    type: str
    partner: str
    case_id: str | None
    status: DeliveryStatus
    attempts: int
    reason: str | None
    due_at: datetime
    next_at: datetime | None
    settled_at: datetime | None


class ReplayCount(msgspec.Struct, frozen=True):
    """How many deliveries wait again."""

    count: int


def subscription_view(it: Subscription, secrets: tuple[SigningSecret, ...] = ()) -> SubscriptionView:
    """What may be seen of the subscription."""
    return SubscriptionView(
        id=it.id,
        client_id=it.client_id,
        types=[event_type(name) for name in it.names],
        partners=None if it.providers is None else list(it.providers),
        filter=it.filters,
        fields=None if it.fields is None else list(it.fields),
        purpose=it.purpose,
        target=_target_view(it.target, secrets),
        status=it.status,
        status_reason=it.status_reason,
        max_in_flight=it.max_in_flight,
        rate_per_s=it.rate_per_s,
        failing_since=it.failing_since,
        created_at=it.created_at,
        updated_at=it.updated_at,
    )


def _target_view(target: Webhook | PlatformDataset, secrets: tuple[SigningSecret, ...]) -> TargetView:
    if isinstance(target, PlatformDataset):
        return TargetView(kind="platform", dataset=target.dataset)
    keys = [key for key in map(public_key, secrets) if key is not None]
    return TargetView(kind="webhook", url=target.url, signature=Scheme(target.signature), public_keys=keys)


def delivery_view(it: DeliveryEntry) -> DeliveryView:
    """What may be seen of the delivery."""
    return DeliveryView(
        id=it.id,
        event_id=it.event_id,
        type=event_type(it.event_name),
        partner=it.provider,
        case_id=it.case_id,
        status=it.status,
        attempts=it.attempts,
        reason=it.reason,
        due_at=it.due_at,
        next_at=it.next_at,
        settled_at=it.settled_at,
    )


SUBSCRIPTION_ID = Parameter(
    "subscription_id", "path", "The subscription.", {"type": "string"}, is_required=True, example="sub_01kaw1"
)
DELIVERY_ID = Parameter(
    "delivery_id", "path", "The delivery, as `webhook-id` names it.", {"type": "string"}, is_required=True
)
NEW_EXAMPLE: dict[str, Any] = {
    "types": ["birth"],
    "partners": ["sumedang"],
    "filter": {"region": "32.11"},
    "fields": ["@public", "mother_nik", "child_name"],
    "target": {"kind": "webhook", "url": "https://capil.sumedangkab.example/peristiwa", "signature": "v1"},
}
SUBSCRIPTION_EXAMPLE: dict[str, Any] = {
    "id": "sub_01kaw0000000000000000000000",
    "client_id": "disdukcapil-sumedang",
    "types": ["birth"],
    "partners": ["sumedang"],
    "filter": {"region": "32.11"},
    "fields": ["@public", "mother_nik", "child_name"],
    "purpose": "pencatatan-sipil",
    "target": {"kind": "webhook", "url": "https://capil.sumedangkab.example/peristiwa", "signature": "v1"},
    "status": "active",
    "status_reason": "",
    "max_in_flight": 8,
    "rate_per_s": None,
    "failing_since": None,
    "created_at": "2026-02-03T04:05:06Z",
    "updated_at": "2026-02-03T04:05:06Z",
}
DELIVERY_EXAMPLE: dict[str, Any] = {
    "id": "dlv_01kaw0000000000000000000000",
    "event_id": "evt_01kaw0000000000000000000000",
    "type": "birth",
    "partner": "sumedang",
    "case_id": "case_01kaw0000000000000000000000",
    "status": "waiting",
    "attempts": 1,
    "reason": "http-503",
    "due_at": "2026-02-03T04:05:06Z",
    "next_at": "2026-02-03T04:05:11Z",
    "settled_at": None,
}
SUBSCRIPTION_ANSWER = Answered(
    "The subscription.", {"$ref": "#/components/schemas/SubscriptionView"}, SUBSCRIPTION_EXAMPLE
)
SECRET_ANSWER = Answered(
    "The subscription, and its signing secret: it is shown this once.",
    {"$ref": "#/components/schemas/SubscriptionWithSecret"},
    {
        "subscription": {**SUBSCRIPTION_EXAMPLE, "status": "pending"},
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=",
    },
)
SCHEMAS: tuple[type, ...] = (AttemptEntry, DeliveryView, ReplayCount, SubscriptionView, SubscriptionWithSecret)
