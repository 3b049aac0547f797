"""Subscriptions and their delivery, put together."""

from contextlib import AsyncExitStack
from datetime import timedelta

from gateway.api.metrics import Meters
from gateway.clock import Clock
from gateway.ids import new_id
from gateway.life_events.dispatcher import Dispatcher
from gateway.life_events.entitlement import Entitlements
from gateway.life_events.intakes import Intakes
from gateway.life_events.pace import Pace
from gateway.life_events.platform_sender import PlatformSender
from gateway.life_events.preparing import Preparation
from gateway.life_events.subscription_desk import SubscriptionDesk
from gateway.settings import Settings
from gateway.storage.outbox import StoredOutbox
from gateway.storage.subscription_office import StoredSubscriptionOffice
from gateway.subscription_wiring import target_guard, webhook_sender
from gateway.wiring.life_events import LifeEventParts
from gateway.wiring.stores import Stores


async def opened_deliveries(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    stores: Stores,
    life_events: LifeEventParts,
    intakes: Intakes,
    clock: Clock,
    meters: Meters,
) -> SubscriptionDesk:
    """What the doors work with. `stack` ends the dispatcher, if this process delivers, before the sender."""
    sender = webhook_sender(settings, guard=target_guard(settings), clock=clock)
    await sender.open()
    stack.push_async_callback(sender.close)
    # With threads of its own, so that slow names that somebody asks about hold up no delivery.
    guard = target_guard(settings)
    stack.callback(guard.close)
    entitlements = _entitlements(life_events, stores=stores)
    desk = SubscriptionDesk(
        office=StoredSubscriptionOffice(stores.engine),
        sealer=life_events.sealer,
        clock=clock,
        guard=guard,
        sender=sender,
        entitlements=entitlements,
        partners=life_events.sources.partners,
        classes=life_events.shapes.classes,
        facts=life_events.shapes.facts,
        platforms=intakes,
    )
    if not settings.life_events.deliver:
        return desk
    preparation = Preparation(entitlements=entitlements, outgoing=life_events.shapes.outgoing, clock=clock)
    dispatcher = _dispatcher(
        settings, stores=stores, desk=desk, intakes=intakes, preparation=preparation, meters=meters
    )
    life_events.bell.tell(dispatcher.wake)
    await dispatcher.open()
    stack.push_async_callback(dispatcher.close)
    return desk


def _entitlements(life_events: LifeEventParts, *, stores: Stores) -> Entitlements:
    sources = life_events.sources
    return Entitlements(
        check=life_events.check,
        clients=stores.clients,
        classes=life_events.shapes.classes,
        offers=sources.offers(),
        partners=sources.partners,
    )


def _dispatcher(
    settings: Settings,
    *,
    stores: Stores,
    desk: SubscriptionDesk,
    intakes: Intakes,
    preparation: Preparation,
    meters: Meters,
) -> Dispatcher:
    return Dispatcher(
        outbox=StoredOutbox(
            stores.transactor,
            sealer=desk.sealer,
            owner=new_id("wrk"),
            disable_after=timedelta(seconds=settings.life_events.disable_after_s),
        ),
        preparation=preparation,
        senders={"webhook": desk.sender, "platform": PlatformSender(intakes, clock=desk.clock)},
        pace=Pace(stores.limiter),
        clock=desk.clock,
        meter=meters,
        retry_pauses_s=settings.life_events.retry_pauses_s,
    )
