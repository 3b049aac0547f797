"""The list of the common model's resources."""

from dataclasses import dataclass

from schemas.facility import Facility
from schemas.indicator import Indicator
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
