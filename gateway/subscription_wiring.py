"""Puts the desk of subscriptions together, without the rest of the gateway: for the command line, and for `wiring`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.clock import Clock, SystemClock
from gateway.life_events.sealing import Sealer
from gateway.life_events.subscription_desk import SubscriptionDesk
from gateway.life_events.target_guard import TargetGuard
from gateway.life_events.webhook_sender import WebhookSender
from gateway.settings import Settings
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from gateway.storage.subscription_office import StoredSubscriptionOffice


def target_guard(settings: Settings) -> TargetGuard:
    """Where webhooks may go, by the settings."""
    return TargetGuard(ports=settings.life_events.target_ports, private=settings.life_events.private_targets)


def webhook_sender(settings: Settings, *, guard: TargetGuard, clock: Clock) -> WebhookSender:
    """What sends to webhooks, by the settings; to be opened."""
    return WebhookSender(guard=guard, clock=clock, timeout_s=settings.life_events.attempt_timeout_s)


@asynccontextmanager
async def opened_subscriptions(settings: Settings) -> AsyncIterator[SubscriptionDesk]:
    """A desk over the database, migrated. It manages; nobody can subscribe at it.

    Raises `StoreUnavailable` or `BadConfiguration`.
    """
    clock = SystemClock()
    sealer = await asyncio.to_thread(Sealer.opened, Path(settings.life_events.keys), clock=clock)
    guard = target_guard(settings)
    sender = webhook_sender(settings, guard=guard, clock=clock)
    await sender.open()
    engine = open_engine(settings.database)
    try:
        await migrate(engine)
        office = StoredSubscriptionOffice(engine)
        yield SubscriptionDesk(office=office, sealer=sealer, clock=clock, guard=guard, sender=sender)
    finally:
        await engine.dispose()
        await sender.close()
