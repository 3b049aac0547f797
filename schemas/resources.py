"""The list of the common model's resources, and of its life events."""

from dataclasses import dataclass

from schemas.facility import Facility
from schemas.indicator import Indicator
from schemas.life_event import Birth, CaseLate, CitizenNotified, Death, DocumentIssued, Move
from schemas.record import Record
from schemas.service import Service
from schemas.service_request import ServiceRequest


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its name in ids and mappings, its plural in paths and scopes, and its shape."""

    name: str
    plural: str
    type: type[Record]


RESOURCES = {
    resource.name: resource
    for resource in (
        Resource("facility", "facilities", Facility),
        Resource("indicator", "indicators", Indicator),
        Resource("service", "services", Service),
        Resource("service-request", "service-requests", ServiceRequest),
    )
}
"""What can be asked for."""

LIFE_EVENTS = {
    event.name: event
    for event in (
        Resource("birth", "births", Birth),
        Resource("case-late", "cases-late", CaseLate),
        Resource("citizen-notified", "citizens-notified", CitizenNotified),
        Resource("death", "deaths", Death),
        Resource("document-issued", "documents-issued", DocumentIssued),
        Resource("move", "moves", Move),
    )
}
"""What can happen. Never asked for: published, kept, delivered."""

MADE_HERE = frozenset({"case-late"})
"""Life events that the gateway makes itself. No partner publishes them."""

PUBLISHABLE = {name: event for name, event in LIFE_EVENTS.items() if name not in MADE_HERE}
"""What partners publish."""

SHAPES = {**RESOURCES, **LIFE_EVENTS}
"""Everything that a mapping can yield and an agreement can grant."""


def event_type(name: str) -> str:
    """The CloudEvents `type` of a life event, by its name: `document-issued` → `document.issued`."""
    return name.replace("-", ".")


def event_name(type_: str) -> str:
    """The name of a life event, by its CloudEvents `type`: `document.issued` → `document-issued`."""
    return type_.replace(".", "-")
