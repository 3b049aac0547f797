"""A place where the public is served, after schema.org `GovernmentOffice`, `Hospital`, `School`."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.record import Amount, KodeWilayah, Line, Point, PostalCode, Record
from schemas.sensitivity import personal, public


class FacilityKind(StrEnum):
    """What a facility is for."""

    CLINIC = "clinic"
    FIRE_STATION = "fire-station"
    HEALTH_CENTRE = "health-centre"
    HOSPITAL = "hospital"
    LIBRARY = "library"
    MARKET = "market"
    MUSEUM = "museum"
    OFFICE = "office"
    OTHER = "other"
    PHARMACY = "pharmacy"
    SCHOOL = "school"
    SPECIALIST_HOSPITAL = "specialist-hospital"
    WASTE_SITE = "waste-site"


class Facility(Record, frozen=True, kw_only=True):
    """A hospital, health centre, school, office or other place that serves the public."""

    name: Annotated[Line, public("Nama", "Name")]
    kind: Annotated[FacilityKind, public("Jenis", "Kind")]
    region: Annotated[
        KodeWilayah | None,
        public("Kode wilayah", "Region code", "Kemendagri code of the smallest region known."),
    ] = None
    address: Annotated[Line | None, public("Alamat", "Address")] = None
    postal_code: Annotated[PostalCode | None, public("Kode pos", "Postal code")] = None
    location: Annotated[Point | None, public("Lokasi", "Location")] = None
    phones: Annotated[list[str], public("Telepon", "Telephone numbers")] = []
    emails: Annotated[list[str], public("Surel", "E-mail addresses")] = []
    website: Annotated[Line | None, public("Situs web", "Website")] = None
    opened_on: Annotated[date | None, public("Tanggal mulai beroperasi", "Opened on")] = None
    beds: Annotated[Amount | None, public("Jumlah tempat tidur", "Beds")] = None
    head_name: Annotated[Line | None, personal("Nama pimpinan", "Name of its head")] = None
