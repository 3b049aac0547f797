"""A citizen's report, after Open311 GeoReport v2."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from schemas.record import KodeWilayah, Line, Point, PostalCode, Record, Term, Text
from schemas.sensitivity import personal, public, restricted


class ServiceRequestStatus(StrEnum):
    """Open311 knows two states; the partner's finer one stands in `partner_status`."""

    CLOSED = "closed"
    OPEN = "open"


class ServiceRequest(Record, frozen=True, kw_only=True):
    """One report of one citizen, as JAKI, JakLapor, Sapawarga or SP4N-LAPOR take them."""

    service_request_id: Annotated[
        Term, public("Nomor laporan", "Service request id", "The number that the citizen was given.")
    ]
    status: Annotated[ServiceRequestStatus, public("Status", "Status")]
    partner_status: Annotated[Line | None, public("Status menurut mitra", "Status in the partner's words")] = None
    status_notes: Annotated[Text | None, restricted("Catatan status", "Status notes")] = None
    service_code: Annotated[Term | None, public("Kode kategori", "Service code")] = None
    service_name: Annotated[Line | None, public("Kategori", "Service name")] = None
    description: Annotated[
        Text | None,
        restricted("Uraian", "Description", "Free text of the citizen; may name persons, so never Public."),
    ] = None
    agency_responsible: Annotated[Line | None, public("Instansi penanggung jawab", "Agency responsible")] = None
    requested_datetime: Annotated[datetime | None, public("Waktu laporan", "Requested at")] = None
    updated_datetime: Annotated[datetime | None, public("Waktu pembaruan", "Updated at")] = None
    expected_datetime: Annotated[datetime | None, public("Batas waktu", "Expected at")] = None
    region: Annotated[KodeWilayah | None, public("Kode wilayah", "Region code")] = None
    address: Annotated[Line | None, restricted("Alamat", "Address")] = None
    postal_code: Annotated[PostalCode | None, restricted("Kode pos", "Postal code")] = None
    location: Annotated[Point | None, restricted("Lokasi", "Location")] = None
    media_urls: Annotated[list[str], restricted("Foto dan berkas", "Media")] = []
    reporter_name: Annotated[Line | None, personal("Nama pelapor", "Reporter's name")] = None
    reporter_email: Annotated[Line | None, personal("Surel pelapor", "Reporter's e-mail")] = None
    reporter_phone: Annotated[Term | None, personal("Telepon pelapor", "Reporter's telephone")] = None
