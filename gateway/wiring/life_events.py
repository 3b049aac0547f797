"""Life events, put together: what takes them, keeps them, and lets them be read."""

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from gateway.agreements.check import AgreementCheck
from gateway.agreements.coverage import providers
from gateway.agreements.field_classes import FieldClasses, field_classes
from gateway.api.metrics import Meters
from gateway.clock import Clock
from gateway.life_events.event_sources import EventSources
from gateway.life_events.feed import Feed
from gateway.life_events.feed_cursor import FeedCursors
from gateway.life_events.feed_entitlements import FeedEntitlements
from gateway.life_events.feed_stream import FeedStreams
from gateway.life_events.outgoing import OutgoingEvents
from gateway.life_events.ports import Cases
from gateway.life_events.publish import Publishing
from gateway.life_events.recording import EventRecorder
from gateway.life_events.sealing import Sealer
from gateway.life_events.understanding import Understanding, fact_names
from gateway.life_events.upkeep import Upkeep
from gateway.minimisation import Minimisation
from gateway.settings import Settings
from gateway.storage.event_log import GroupCommitLog
from gateway.storage.old_deliveries import StoredOldDeliveries
from gateway.storage.redis_bell import RedisBell
from gateway.storage.seals import StoredSeals
from gateway.wiring.access import AccessParts
from gateway.wiring.background import run_beside
from gateway.wiring.contracts import Contracts
from gateway.wiring.stores import Stores
from schemas.resources import LIFE_EVENTS


class EventShapes(NamedTuple):
    """What each life event has, by its name: its fields, and the facts to filter by; and how any of them leaves."""

    classes: Mapping[str, FieldClasses]
    facts: Mapping[str, tuple[str, ...]]
    outgoing: OutgoingEvents


class LifeEventParts(NamedTuple):
    """What the doors work with, and what deliveries and cases need too."""

    publishing: Publishing
    feed: Feed
    streams: FeedStreams
    sources: EventSources
    shapes: EventShapes
    check: AgreementCheck
    sealer: Sealer
    bell: RedisBell


async def opened_life_events(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    stores: Stores,
    access: AccessParts,
    contracts: Contracts,
    clock: Clock,
    meters: Meters,
    cases: Cases,
) -> LifeEventParts:
    """The parts, open; `stack` closes the log after it has written all. Raises `BadConfiguration`."""
    sealer = await opened_sealer(stack, settings, clock=clock)
    bell = RedisBell(stores.shared.client)
    await bell.open()
    stack.push_async_callback(bell.close)
    log = GroupCommitLog(stores.engine, transactor=stores.transactor, sealer=sealer, bell=bell)
    await log.open()
    stack.push_async_callback(log.close)
    _keep_up(stack, settings, stores=stores, sealer=sealer, clock=clock)
    sources = EventSources(partners=settings.partners, mappings=contracts.events)
    shapes = _shapes()
    check = _check(settings, stores=stores, shapes=shapes, clock=clock)
    recorder = EventRecorder(trail=stores.trail, clock=clock, meter=meters)
    secret = _derived(access, b"event-content")
    understanding = Understanding(sources=sources, cases=cases, clock=clock, secret=secret, facts=shapes.facts)
    publishing = Publishing(
        tokens=access.tokens,
        rates=access.rates,
        understanding=understanding,
        log=log,
        recorder=recorder,
        meter=meters,
    )
    feed = _feed(access, sources=sources, shapes=shapes, check=check, log=log, bell=bell, recorder=recorder)
    streams = FeedStreams(feed, recorder=recorder)
    return LifeEventParts(publishing, feed, streams, sources, shapes, check, sealer, bell)


def _shapes() -> EventShapes:
    return EventShapes(
        field_classes(LIFE_EVENTS),
        {name: fact_names(event) for name, event in LIFE_EVENTS.items()},
        OutgoingEvents(minimisation=Minimisation(LIFE_EVENTS), events=LIFE_EVENTS),
    )


def _check(settings: Settings, *, stores: Stores, shapes: EventShapes, clock: Clock) -> AgreementCheck:
    return AgreementCheck(
        book=stores.agreements,
        clock=clock,
        providers=providers(settings.partners),
        classes=shapes.classes,
        purposes=frozenset(settings.purposes),
    )


def _feed(
    access: AccessParts,
    *,
    sources: EventSources,
    shapes: EventShapes,
    check: AgreementCheck,
    log: GroupCommitLog,
    bell: RedisBell,
    recorder: EventRecorder,
) -> Feed:
    return Feed(
        tokens=access.tokens,
        rates=access.rates,
        entitlements=FeedEntitlements(
            check=check,
            classes=shapes.classes,
            offers=sources.offers(),
            partners=sources.partners,
        ),
        log=log,
        bell=bell,
        cursors=FeedCursors(_derived(access, b"feed-cursor")),
        outgoing=shapes.outgoing,
        recorder=recorder,
    )


def _keep_up(stack: AsyncExitStack, settings: Settings, *, stores: Stores, sealer: Sealer, clock: Clock) -> None:
    """Starts the task that forgets what is old; `stack` ends it."""
    seals = StoredSeals(stores.engine, transactor=stores.transactor, sealer=sealer)
    keep, old = timedelta(days=settings.life_events.keep_days), StoredOldDeliveries(stores.transactor)
    upkeep = Upkeep(seals=seals, deliveries=old, clock=clock, keep=keep)
    run_beside(stack, upkeep.run(), name="event-upkeep")


async def opened_sealer(stack: AsyncExitStack, settings: Settings, *, clock: Clock) -> Sealer:
    """The sealer, its keys followed until `stack` closes. Raises `BadConfiguration`."""
    sealer = await asyncio.to_thread(Sealer.opened, Path(settings.life_events.keys), clock=clock)
    run_beside(stack, sealer.watch(), name="sealing-keys-watch")
    return sealer


def _derived(access: AccessParts, use: bytes) -> bytes:
    """A key of its own for each use, the same in every process."""
    return hmac.digest(access.pepper, use, hashlib.sha256)
