"""Applications as they come to the administration's desk."""

from datetime import date

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.access.client import Profile
from gateway.administration.draft_agreement import NewAgreement
from gateway.administration.register_client import NewClient
from gateway.agreements.agreement import GrantedField, GrantedResource, Quota

BY = "Rina Wulandari"


def a_public_key() -> str:
    """A new P-256 public key as PEM."""
    key = generate_private_key(SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def a_new_client(**changes) -> NewClient:
    """Jakarta wants a client with a secret."""
    values = {
        "partner": "jakarta",
        "name": "JAKI",
        "profile": Profile.BASIC,
        "scopes": frozenset({"facilities:read"}),
        "purposes": frozenset({"pelayanan-publik"}),
        "id": "jaki",
    }
    return NewClient(**(values | changes))


def a_new_agreement(**changes) -> NewAgreement:
    """Sumedang is to let Jakarta have its facilities."""
    values = {
        "provider": "sumedang",
        "consumer": "jakarta",
        "title": "Pertukaran data fasilitas",
        "resources": (GrantedResource("facility", (GrantedField("@public", "UU 14/2008"),)),),
        "purposes": frozenset({"pelayanan-publik"}),
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2027, 12, 31),
        "quota": Quota(1000, 86_400),
        "id": "PKS-1",
    }
    return NewAgreement(**(values | changes))
