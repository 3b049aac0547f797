"""Builders of clients, agreements and audit records."""

from datetime import UTC, date, datetime

from gateway.access.client import Client, Profile, Secret
from gateway.agreements.agreement import Agreement, AgreementStatus, GrantedField, GrantedResource, Quota
from gateway.audit.record import AuditRecord
from gateway.ids import AgreementId, ClientId, PartnerId, new_id

NOON = datetime(2026, 3, 2, 5, 0, 0, 123_456, tzinfo=UTC)


def a_client(id="jaki", **changes) -> Client:
    """A client of Jakarta with one secret."""
    values = {
        "id": ClientId(id),
        "partner": PartnerId("jakarta"),
        "name": "JAKI",
        "profile": Profile.BASIC,
        "scopes": frozenset({"facilities:read", "indicators:read"}),
        "purposes": frozenset({"pelayanan-publik"}),
        "secrets": (Secret(id=f"secret_of_{id}", digest=b"\x00\xff" * 16, created_at=NOON),),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Client(**(values | changes))


def an_agreement(id="PKS-1", **changes) -> Agreement:
    """Sumedang lets Jakarta have the public fields of facilities."""
    values = {
        "id": AgreementId(id),
        "provider": PartnerId("sumedang"),
        "consumer": PartnerId("jakarta"),
        "title": "Pertukaran data fasilitas",
        "resources": (GrantedResource("facility", (GrantedField("@public", "UU 14/2008"),)),),
        "purposes": frozenset({"pelayanan-publik", "statistik"}),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 12, 31),
        "quota": Quota(10_000, 86_400),
        "status": AgreementStatus.ACTIVE,
        "status_reason": "disetujui",
    }
    return Agreement(**(values | changes))


def an_audit_record(**changes) -> AuditRecord:
    """One answered exchange."""
    values = {
        "id": new_id("aud"),
        "at": NOON,
        "kind": "exchange",
        "outcome": "answered",
        "client_id": "jaki",
        "resource": "facility",
        "released": {"sumedang": 20},
    }
    return AuditRecord(**(values | changes))
