"""An OAuth2 client, and the register that keeps them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from gateway.ids import ClientId, PartnerId


class Profile(StrEnum):
    """How a client authenticates, which bounds what it may see.

    `BASIC`: a shared secret; Public and Restricted fields. `FAPI`: `private_key_jwt`; Personal
    fields too.
    """

    BASIC = "basic"
    FAPI = "fapi"


class ClientStatus(StrEnum):
    """Whether a client may be given tokens, and whether those it has still count."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Secret(msgspec.Struct, frozen=True):
    """One live secret, kept as HMAC-SHA-256 under the pepper. Two may live while one is rotated."""

    id: str
    digest: bytes
    created_at: datetime
    expires_at: datetime | None = None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One OAuth2 client of one partner. `jwks` holds public keys only, each with a `kid`."""

    id: ClientId
    partner: PartnerId
    name: str
    profile: Profile
    scopes: frozenset[str]
    purposes: frozenset[str]
    status: ClientStatus = ClientStatus.ACTIVE
    secrets: tuple[Secret, ...] = ()
    jwks: dict[str, Any] | None = None
    created_at: datetime
    updated_at: datetime


class ClientRegister(Protocol):
    """The clients, as the doors and checks read them. Raises `StoreUnavailable`."""

    async def find(self, client_id: ClientId) -> Client | None:
        """The client as it stands at most 2 s ago, or None if there is none with that id."""
        ...
