"""The gateway, put together: what the doors, the command line and the demo work with."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.access.rate_limit import RateLimits
from gateway.access.token_issuer import TokenIssuer
from gateway.access.token_verifier import TokenVerifier
from gateway.administration.desk import Desk
from gateway.api.catalogue import DatasetEntry, PartnerEntry
from gateway.api.exchange_data import LimitPolicy
from gateway.api.health import Readiness, Version
from gateway.api.metrics import Meters
from gateway.api.problems import Problems
from gateway.audit.record import AuditTrail
from gateway.cases.read_cases import CaseReading
from gateway.cases.recipe import Recipe
from gateway.clock import Clock
from gateway.contracts.history import ChecksBoard
from gateway.exchange.offers import CompiledMapping
from gateway.exchange.path import ExchangePath
from gateway.ids import DatasetId
from gateway.life_events.event_sources import EventSources
from gateway.life_events.feed import Feed
from gateway.life_events.feed_stream import FeedStreams
from gateway.life_events.ports import Bell
from gateway.life_events.publish import Publishing
from gateway.life_events.subscription_desk import SubscriptionDesk
from gateway.messages import Language, Words
from gateway.settings import Settings
from gateway.upstream.ask import Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The collaborators, open. `wiring.opened` makes one, and closes it in order."""

    settings: Settings
    clock: Clock
    version: Version
    words: Mapping[Language, Words]
    problems: Problems
    meters: Meters
    exchange: ExchangePath
    issuer: TokenIssuer
    tokens: TokenVerifier
    desk: Desk
    trail: AuditTrail
    recipes: Mapping[str, Recipe]
    cases: CaseReading
    event_sources: EventSources
    publishing: Publishing
    feed: Feed
    streams: FeedStreams
    subscriptions: SubscriptionDesk
    bell: Bell
    rates: RateLimits
    upstream: Upstream
    mappings: Mapping[DatasetId, CompiledMapping]
    readiness: Readiness
    limit_policies: Mapping[str, LimitPolicy]
    partner_entries: tuple[PartnerEntry, ...]
    dataset_entries: Mapping[str, tuple[DatasetEntry, ...]]
    contract_checks: ChecksBoard
