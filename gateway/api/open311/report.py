"""A service request of the common model in GeoReport's members."""

from datetime import datetime
from typing import Any

import msgspec


class _Point(msgspec.Struct):
    coordinates: tuple[float, float]


class Report(msgspec.Struct, kw_only=True):
    """As much of a released service request as GeoReport has a place for. What was not granted is None.

    Who reported has no place in an answer of GeoReport, so no Personal field is ever asked for.
    """

    id: str
    partner: str
    service_request_id: str | None = None
    status: str | None = None
    partner_status: str | None = None
    status_notes: str | None = None
    service_code: str | None = None
    service_name: str | None = None
    description: str | None = None
    agency_responsible: str | None = None
    requested_datetime: datetime | None = None
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    region: str | None = None
    address: str | None = None
    postal_code: str | None = None
    location: _Point | None = None
    media_urls: list[str] = []

    @property
    def code(self) -> str | None:
        """The category's code; its name, where the partner has no codes."""
        return self.service_code or self.service_name

    def is_called(self, id: str) -> bool:
        """Whether `id` is the citizen's number for it, or the record's own id."""
        return id in (self.service_request_id, self.id)

    def members(self, *, extended: bool) -> dict[str, Any]:
        """In the order of the standard; `extended` adds what it has no place for."""
        longitude, latitude = self.location.coordinates if self.location is not None else (None, None)
        members: dict[str, Any] = {
            "service_request_id": self.service_request_id or self.id,
            "status": self.status,
            "status_notes": self.status_notes or self.partner_status,
            "service_name": self.service_name,
            "service_code": self.code,
            "description": self.description,
            "agency_responsible": self.agency_responsible,
            "service_notice": None,
            "requested_datetime": _instant(self.requested_datetime),
            "updated_datetime": _instant(self.updated_datetime),
            "expected_datetime": _instant(self.expected_datetime),
            "address": self.address,
            "address_id": None,
            "zipcode": self.postal_code,
            "lat": latitude,
            "long": longitude,
            "media_url": self.media_urls[0] if self.media_urls else None,
        }
        if extended:
            members["extended_attributes"] = {
                "record_id": self.id,
                "partner_status": self.partner_status,
                "region": self.region,
            }
        return members


def service_members(code: str, name: str | None) -> dict[str, Any]:
    """A category as a GeoReport service; reports are not taken here, so it asks for nothing."""
    return {
        "service_code": code,
        "service_name": name or code,
        "description": None,
        "metadata": False,
        "type": "realtime",
        "keywords": None,
        "group": None,
    }


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
