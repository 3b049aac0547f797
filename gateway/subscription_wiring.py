"""Puts the desk of subscriptions together, without the rest of the gateway: for the command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.clock import SystemClock
from gateway.life_events.sealing import Sealer
from gateway.life_events.subscription_desk import SubscriptionDesk
from gateway.life_events.target_guard import TargetGuard
from gateway.life_events.webhook_sender import WebhookSender
from gateway.settings import Settings
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from gateway.storage.subscription_office import StoredSubscriptionOffice


@asynccontextmanager
async def opened_subscriptions(settings: Settings) -> AsyncIterator[SubscriptionDesk]:
    """A desk over the database, migrated. It manages; nobody can subscribe at it.

    Raises `StoreUnavailable` or `BadConfiguration`.
    """
    clock, life_events = SystemClock(), settings.life_events
    sealer = await asyncio.to_thread(Sealer.opened, Path(life_events.keys), clock=clock)
    guard = TargetGuard(ports=life_events.target_ports, private=life_events.private_targets)
    sender = WebhookSender(guard=guard, clock=clock, timeout_s=life_events.attempt_timeout_s)
    await sender.open()
    engine = open_engine(settings.database)
    try:
        await migrate(engine)
        office = StoredSubscriptionOffice(engine)
        yield SubscriptionDesk(office=office, sealer=sealer, clock=clock, guard=guard, sender=sender)
    finally:
        await engine.dispose()
        await sender.close()
