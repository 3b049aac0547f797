"""How agreements are described to administrators."""

from typing import Any

from gateway.agreements.agreement import Agreement
from gateway.api.operation import Answered, Parameter
from gateway.api.reply import UNKEPT, Reply, json_reply

AGREEMENT_ID = Parameter(
    "agreement_id",
    "path",
    "The agreement's id.",
    {"type": "string", "minLength": 1},
    is_required=True,
    example="agreement_01kaw0000000000000000000000",
)
DRAFT_EXAMPLE: dict[str, Any] = {
    "provider": "sumedang",
    "consumer": "jakarta",
    "title": "PKS pertukaran data layanan Sumedang dan Jakarta",
    "resources": [
        {"resource": "facility", "fields": [{"name": "@public", "legal_basis": "Perpres 39/2019 pasal 2"}]},
    ],
    "purposes": ["pelayanan-publik"],
    "valid_from": "2026-01-01",
    "valid_until": "2027-12-31",
    "quota": {"limit": 10000, "window_s": 86400},
}
AGREEMENT_EXAMPLE: dict[str, Any] = {
    "id": "agreement_01kaw0000000000000000000000",
    **DRAFT_EXAMPLE,
    "status": "draft",
    "status_reason": "Nota dinas 7/2026",
}
AGREEMENT_ANSWER = Answered(
    "The agreement as it stands now.", {"$ref": "#/components/schemas/Agreement"}, AGREEMENT_EXAMPLE
)


def agreement_reply(agreement: Agreement, *headers: tuple[bytes, bytes], status: int = 200) -> Reply:
    """The agreement, as an answer that nobody keeps."""
    return json_reply(agreement, UNKEPT, *headers, status=status)
