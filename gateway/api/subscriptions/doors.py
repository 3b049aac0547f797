"""All doors of subscriptions."""

from collections.abc import Callable

from litestar.handlers import HTTPRouteHandler

from gateway.api.subscriptions import views
from gateway.api.subscriptions.admission import SubscriptionCounter
from gateway.api.subscriptions.deliver import WebhookSecretRotation, act_doors, delivery_doors
from gateway.api.subscriptions.manage import manage_doors, reading_doors
from gateway.life_events.change_subscription import SubscriptionPatch
from gateway.life_events.replay_deliveries import Replay
from gateway.life_events.send_test import Tested
from gateway.life_events.subscribe import NewSubscription

SCHEMAS: tuple[type, ...] = (
    *views.SCHEMAS,
    NewSubscription,
    Replay,
    SubscriptionPatch,
    Tested,
    WebhookSecretRotation,
)
"""The shapes that the doors' descriptions refer to."""


def subscription_doors(counter: SubscriptionCounter, *, wake: Callable[[], None]) -> list[HTTPRouteHandler]:
    """Managing, acting, looking."""
    return [
        *manage_doors(counter),
        *reading_doors(counter),
        *act_doors(counter, wake=wake),
        *delivery_doors(counter),
    ]
