"""The path, put together of what the deployment has."""

from collections.abc import Mapping

from gateway.access.caller import TokenCheck
from gateway.access.rate_limit import RateLimits
from gateway.agreements.agreement import AgreementBook
from gateway.agreements.check import AgreementCheck
from gateway.agreements.coverage import providers
from gateway.agreements.field_classes import field_classes
from gateway.audit.record import AuditTrail
from gateway.clock import Clock
from gateway.exchange.composition import Composer
from gateway.exchange.cursor import Cursors
from gateway.exchange.limits import ExchangeLimits
from gateway.exchange.offers import CompiledMapping, Offers
from gateway.exchange.page import Pages
from gateway.exchange.path import ExchangePath, Partners
from gateway.exchange.plan import Planner
from gateway.exchange.pushdown import RegionCodes
from gateway.exchange.recording import Recorder
from gateway.exchange.released import Releases
from gateway.exchange.understanding import Reader
from gateway.ids import DatasetId
from gateway.minimisation import Minimisation
from gateway.settings import Settings
from schemas.resources import RESOURCES


def exchange_path(
    settings: Settings,
    *,
    mappings: Mapping[DatasetId, CompiledMapping],
    regions: RegionCodes | None,
    tokens: TokenCheck,
    book: AgreementBook,
    rates: RateLimits,
    upstream: Partners,
    trail: AuditTrail,
    clock: Clock,
    cursor_secret: bytes,
) -> ExchangePath:
    """The path over all partners of the settings. `mappings` has one for each of their datasets."""
    classes = field_classes(RESOURCES)
    offers = Offers(partners=settings.partners, mappings=mappings, regions=regions)
    cursors = Cursors(cursor_secret)
    releases = Releases(minimisation=Minimisation(RESOURCES), classes=classes)
    agreements = AgreementCheck(
        book=book,
        clock=clock,
        providers=providers(settings.partners),
        classes=classes,
        purposes=frozenset(settings.purposes),
    )
    return ExchangePath(
        tokens=tokens,
        reader=Reader(offers=offers, cursors=cursors, classes=classes),
        agreements=agreements,
        limits=ExchangeLimits(rates),
        planner=Planner(offers),
        upstream=upstream,
        pages=Pages(releases=releases),
        composer=Composer(cursors=cursors, clock=clock),
        recorder=Recorder(trail=trail, clock=clock),
        resources=RESOURCES,
    )
