"""The two applications: the public one, and the administrators' on a listener of its own."""

from collections.abc import Sequence
from typing import Any

import structlog
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from gateway.api.admin.acting import Counter
from gateway.api.admin.doors import SCHEMAS as ADMIN_SCHEMAS
from gateway.api.admin.doors import admin_doors
from gateway.api.cases import CASE_SCHEMAS, case_doors
from gateway.api.catalogue import catalogue_doors
from gateway.api.data_front import DataFront
from gateway.api.docs import description_door, docs_doors
from gateway.api.event_feed import UnreadableEventEntry, WithheldEvents, event_feed_doors
from gateway.api.exchange_data import ExchangeDoor
from gateway.api.guard import Guard, refuse_unexpected_body
from gateway.api.health import health_doors
from gateway.api.litestar_errors import ErrorHandlers
from gateway.api.metrics import metrics_door
from gateway.api.oauth_description import oauth_description
from gateway.api.oauth_doors import oauth_doors
from gateway.api.open311.doors import Open311Door
from gateway.api.open311.errors import PREFIX as OPEN311
from gateway.api.open311.errors import GeoReportErrors
from gateway.api.openapi import ApiDescription
from gateway.api.options import options_doors
from gateway.api.problem_pages import problem_doors
from gateway.api.publish_events import EventResult, publish_events_door
from gateway.api.recipes import RECIPE_SCHEMAS, recipe_doors
from gateway.api.reply import Kept, kept_json
from gateway.api.subscriptions.admission import SubscriptionCounter
from gateway.api.subscriptions.doors import SCHEMAS as SUBSCRIPTION_SCHEMAS
from gateway.api.subscriptions.doors import subscription_doors
from gateway.exchange.filters import FILTERS
from gateway.messages import Language
from gateway.wiring import Gateway
from schemas.resources import RESOURCES

EVENT_SCHEMAS: tuple[type, ...] = (EventResult, UnreadableEventEntry, WithheldEvents)
"""The shapes that the descriptions of the doors of life events refer to."""


def public_app(gateway: Gateway) -> ASGIApp:
    """What partners reach: exchange, catalogue, OAuth, health, documentation."""
    url = gateway.settings.server.public_url
    exchange = _exchange_doors(gateway, url)
    handlers: list[HTTPRouteHandler] = [
        *(handler for door in exchange for handler in door.handlers()),
        publish_events_door(
            gateway.publishing,
            sources=sorted(gateway.event_sources.by_source),
            types=sorted({type_ for it in gateway.event_sources.by_source.values() for type_ in it.types}),
        ),
        *event_feed_doors(gateway.feed, gateway.streams, partners=sorted(gateway.event_sources.partners)),
        *subscription_doors(_subscription_counter(gateway), wake=gateway.bell.ring),
        *case_doors(gateway.cases, recipes=sorted(gateway.recipes)),
        *recipe_doors(gateway.recipes),
        *catalogue_doors(
            partners=gateway.partner_entries, datasets=gateway.dataset_entries, checks=gateway.contract_checks
        ),
        *health_doors(readiness=gateway.readiness, version=gateway.version),
        *problem_doors(words=gateway.words),
    ]
    open311 = Open311Door(
        exchange=gateway.exchange,
        partners=gateway.partner_entries,
        datasets=gateway.dataset_entries,
        public_url=url,
    )
    handlers += open311.handlers()
    oauth = oauth_doors(gateway.issuer, body_timeout_s=gateway.settings.server.body_timeout_s)
    framework = _described(
        gateway,
        handlers,
        title="Data exchange gateway",
        url=url,
        undescribed=[*oauth, *docs_doors()],
        more=oauth_description(gateway.settings.purposes),
        schemas=(*EVENT_SCHEMAS, *SUBSCRIPTION_SCHEMAS, *CASE_SCHEMAS, *RECIPE_SCHEMAS),
    )
    return DataFront(framework, doors=exchange, problems=gateway.problems)


def _exchange_doors(gateway: Gateway, url: str) -> list[ExchangeDoor]:
    return [
        ExchangeDoor(
            resource,
            exchange=gateway.exchange,
            filters=tuple(FILTERS[resource.name]),
            partners=[it.id for it in gateway.partner_entries if resource.name in it.resources],
            public_url=url,
            policies=gateway.limit_policies,
        )
        for resource in RESOURCES.values()
    ]


def _subscription_counter(gateway: Gateway) -> SubscriptionCounter:
    return SubscriptionCounter(
        desk=gateway.subscriptions,
        tokens=gateway.tokens,
        rates=gateway.rates,
        trail=gateway.trail,
        clock=gateway.clock,
    )


def admin_app(gateway: Gateway) -> Litestar:
    """What administrators reach: clients, agreements, audit, metrics."""
    server = gateway.settings.server
    counter = Counter(desk=gateway.desk, tokens=gateway.tokens, trail=gateway.trail, clock=gateway.clock)
    handlers: list[HTTPRouteHandler] = [
        *admin_doors(counter),
        *health_doors(readiness=gateway.readiness, version=gateway.version),
        *problem_doors(words=gateway.words),
        metrics_door(gateway.meters),
    ]
    url = f"http://{server.admin_host}:{server.admin_port}"
    return _described(
        gateway,
        handlers,
        title="Data exchange gateway: administration",
        url=url,
        undescribed=docs_doors(),
        schemas=ADMIN_SCHEMAS,
    )


def guarded(app: ASGIApp, gateway: Gateway) -> ASGIApp:
    """The application behind its guard: what a server is given."""
    return Guard(app, server=gateway.settings.server, problems=gateway.problems, meter=gateway.meters)


def _described(
    gateway: Gateway,
    handlers: list[HTTPRouteHandler],
    *,
    title: str,
    url: str,
    undescribed: Sequence[HTTPRouteHandler] = (),
    more: dict[str, Any] | None = None,
    schemas: tuple[type, ...] = (),
) -> Litestar:
    """The application, its description made of its own handlers."""
    kept: list[Kept] = []
    handlers = [*handlers, description_door(kept)]
    describe = ApiDescription(
        title=title,
        version=gateway.version.version,
        url=url,
        public_url=gateway.settings.server.public_url,
        words=gateway.words[Language.ENGLISH],
    )
    kept.append(kept_json(describe.document(handlers, more=more or {}, schemas=schemas)))
    georeport = GeoReportErrors(gateway.problems, words=gateway.words)
    errors = ErrorHandlers(
        problems=gateway.problems, log=structlog.get_logger("gateway.api"), dialects={OPEN311: georeport}
    )
    doors = [*handlers, *undescribed]
    return Litestar(
        [*options_doors(doors), *doors],  # in this order, or Litestar makes doors of its own for OPTIONS
        openapi_config=None,
        before_request=refuse_unexpected_body,
        exception_handlers=errors.mapping(),
        logging_config=None,
        request_max_body_size=gateway.settings.server.max_body_bytes,
    )
