"""Builds the gateway from its settings, opens it, and closes it in order."""

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import gateway
from gateway.access.rate_limit import RateLimits
from gateway.administration_wiring import build_desk
from gateway.api.exchange_data import LimitPolicy
from gateway.api.health import Version
from gateway.api.metrics import Meters
from gateway.api.problems import Problems
from gateway.clock import Clock, SystemClock
from gateway.contracts.history import ChecksBoard
from gateway.exchange.assembly import exchange_path
from gateway.exchange.path import ExchangePath
from gateway.ids import DatasetId
from gateway.life_events.intakes import Intakes
from gateway.life_events.subscription_desk import SubscriptionDesk
from gateway.messages import read_words
from gateway.settings import Settings
from gateway.upstream.ask import Upstream
from gateway.upstream.asked_dataset import AskedDataset, build_asked_datasets
from gateway.upstream.http import HttpTransport
from gateway.wiring.access import AccessParts, opened_access
from gateway.wiring.cases import CaseParts, case_datasets, case_parts, watch_late_steps
from gateway.wiring.catalogue_entries import dataset_entries, partner_entries
from gateway.wiring.contract_checks import opened_contract_checks
from gateway.wiring.contracts import SCHEMAS, Contracts, read_contracts
from gateway.wiring.deliveries import opened_deliveries
from gateway.wiring.gateway import Gateway
from gateway.wiring.intakes import build_intakes
from gateway.wiring.life_events import LifeEventParts, opened_life_events
from gateway.wiring.readiness import StoresReady
from gateway.wiring.stores import Stores, opened_stores


@asynccontextmanager
async def opened(
    settings: Settings, *, secrets: Callable[[str], str], clock: Clock | None = None, folder: Path = SCHEMAS
) -> AsyncIterator[Gateway]:
    """The gateway, ready to answer; everything is closed at the end, the audit trail after it has written all.

    `secrets` finds secrets by name; `folder` holds the partners' mappings. Raises `BadConfiguration`
    (mappings that do not check, with all their findings) or `StoreUnavailable`.
    """
    clock = clock or SystemClock()
    meters = Meters()
    async with AsyncExitStack() as stack:
        contracts = read_contracts(settings, folder=folder)
        stores = await opened_stores(stack, settings)
        access = opened_access(stack, settings, stores=stores, clock=clock, meters=meters)
        cases = case_parts(stores=stores, access=access, folder=folder, clock=clock)
        base = _Base(settings, folder, contracts, stores, access, cases, clock, meters)
        transport = await stack.enter_async_context(HttpTransport(settings.upstream))
        asked = build_asked_datasets(
            settings.partners,
            transport=transport,
            secrets=secrets,
            personal=contracts.personal,
            given=case_datasets(settings, cases.recipes, register=cases.register, clock=clock),
        )
        intakes = build_intakes(settings, contracts=contracts, transport=transport, secrets=secrets)
        yield _gateway(base, await _opened_rooms(stack, base, asked=asked, intakes=intakes))


class _Base(NamedTuple):
    """What every room stands on."""

    settings: Settings
    folder: Path
    contracts: Contracts
    stores: Stores
    access: AccessParts
    cases: CaseParts
    clock: Clock
    meters: Meters


class _Rooms(NamedTuple):
    """What is built on it."""

    upstream: Upstream
    checks: ChecksBoard
    life_events: LifeEventParts
    subscriptions: SubscriptionDesk


async def _opened_rooms(
    stack: AsyncExitStack, base: _Base, *, asked: Mapping[DatasetId, AskedDataset], intakes: Intakes
) -> _Rooms:
    """The rooms, open; `stack` closes them in the opposite order."""
    settings, folder, contracts, stores, access, cases, clock, meters = base
    upstream = _opened_upstream(stack, settings, stores=stores, asked=asked, clock=clock, meters=meters)
    checks = await opened_contract_checks(
        stack, settings, stores=stores, contracts=contracts, asked=asked, folder=folder, clock=clock, meters=meters
    )
    life_events = await opened_life_events(
        stack,
        settings,
        stores=stores,
        access=access,
        contracts=contracts,
        cases=cases.cases,
        clock=clock,
        meters=meters,
    )
    watch_late_steps(stack, settings, cases=cases, stores=stores, life_events=life_events, clock=clock, meters=meters)
    subscriptions = await opened_deliveries(
        stack, settings, stores=stores, life_events=life_events, intakes=intakes, clock=clock, meters=meters
    )
    return _Rooms(upstream, checks, life_events, subscriptions)


def _opened_upstream(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    stores: Stores,
    asked: Mapping[DatasetId, AskedDataset],
    clock: Clock,
    meters: Meters,
) -> Upstream:
    upstream = Upstream(
        asked,
        cache=stores.documents,
        breakers=stores.breakers,
        settings=settings.upstream,
        clock=clock,
        meter=meters,
    )
    stack.push_async_callback(upstream.close)
    return upstream


def _gateway(base: _Base, rooms: _Rooms) -> Gateway:
    settings, folder, contracts, stores, access, cases, clock, meters = base
    upstream, checks, life_events, subscriptions = rooms
    office, recipes, words = stores.office, cases.recipes, read_words()
    return Gateway(
        settings=settings,
        clock=clock,
        version=Version(name="pertukaran", version=gateway.__version__),
        words=words,
        problems=Problems(public_url=settings.server.public_url, words=words),
        meters=meters,
        exchange=_path(settings, stores=stores, access=access, contracts=contracts, upstream=upstream, clock=clock),
        issuer=access.issuer,
        tokens=access.tokens,
        desk=build_desk(settings, office=office, secrets=access.keeper, clock=clock, recipes=recipes, folder=folder),
        trail=stores.trail,
        recipes=recipes,
        cases=cases.reading,
        event_sources=life_events.sources,
        publishing=life_events.publishing,
        feed=life_events.feed,
        streams=life_events.streams,
        subscriptions=subscriptions,
        bell=life_events.bell,
        rates=access.rates,
        upstream=upstream,
        mappings=contracts.mappings,
        readiness=StoresReady(engine=stores.engine, shared=stores.shared, watch=stores.watch, keys=access.keys),
        limit_policies=_policies(access.rates),
        partner_entries=partner_entries(settings.partners, contracts.mappings),
        dataset_entries=dataset_entries(settings.partners, contracts.mappings),
        contract_checks=checks,
    )


def _path(
    settings: Settings,
    *,
    stores: Stores,
    access: AccessParts,
    contracts: Contracts,
    upstream: Upstream,
    clock: Clock,
) -> ExchangePath:
    return exchange_path(
        settings,
        mappings=contracts.mappings,
        regions=contracts.crosswalk,
        tokens=access.tokens,
        book=stores.agreements,
        rates=access.rates,
        upstream=upstream,
        trail=stores.trail,
        clock=clock,
        cursor_secret=hmac.digest(access.pepper, b"cursor", hashlib.sha256),
    )


def _policies(rates: RateLimits) -> dict[str, LimitPolicy]:
    rule = rates.client_rule
    return {rule.name: LimitPolicy(rule.name, rule.limit, rule.window_s)}
