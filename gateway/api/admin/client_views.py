"""A client as administrators see it: everything but the digests of its secrets."""

from datetime import datetime
from typing import Any

import msgspec

from gateway.access.client import Client, ClientStatus, Profile
from gateway.api.operation import Answered, Parameter
from gateway.api.reply import UNKEPT, Reply, json_reply


class SecretView(msgspec.Struct, frozen=True):
    """One live secret; what it is, is known to its client alone."""

    id: str
    created_at: datetime
    expires_at: datetime | None


class ClientView(msgspec.Struct, frozen=True, kw_only=True):
    """One client."""

    id: str
    partner: str
    name: str
    profile: Profile
    scopes: list[str]
    purposes: list[str]
    status: ClientStatus
    secrets: list[SecretView]
    jwks: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime


class ClientWithSecret(msgspec.Struct, frozen=True):
    """A client, and its new secret in the clear: it is shown this once."""

    client: ClientView
    secret: str | None = None


def view(client: Client) -> ClientView:
    """What may be seen of the client."""
    return ClientView(
        id=client.id,
        partner=client.partner,
        name=client.name,
        profile=client.profile,
        scopes=sorted(client.scopes),
        purposes=sorted(client.purposes),
        status=client.status,
        secrets=[SecretView(it.id, it.created_at, it.expires_at) for it in client.secrets],
        jwks=client.jwks,
        created_at=client.created_at,
        updated_at=client.updated_at,
    )


def client_reply(client: Client) -> Reply:
    """The client, as an answer that nobody keeps."""
    return json_reply(view(client), UNKEPT)


CLIENT_ID = Parameter(
    "client_id",
    "path",
    "The client's id.",
    {"type": "string", "minLength": 1},
    is_required=True,
    example="jakarta-dashboard",
)
CLIENT_EXAMPLE: dict[str, Any] = {
    "id": "jakarta-dashboard",
    "partner": "jakarta",
    "name": "Dasbor Jakarta",
    "profile": "basic",
    "scopes": ["facilities:read"],
    "purposes": ["pelayanan-publik"],
    "status": "active",
    "secrets": [{"id": "sec_1", "created_at": "2026-02-03T04:05:06Z", "expires_at": None}],
    "jwks": None,
    "created_at": "2026-02-03T04:05:06Z",
    "updated_at": "2026-02-03T04:05:06Z",
}
CLIENT_ANSWER = Answered("The client as it stands now.", {"$ref": "#/components/schemas/ClientView"}, CLIENT_EXAMPLE)
SECRET_ANSWER = Answered(
    "The client, and its new secret: it is shown this once.",
    {"$ref": "#/components/schemas/ClientWithSecret"},
    {"client": CLIENT_EXAMPLE, "secret": "pgs_…"},
)
