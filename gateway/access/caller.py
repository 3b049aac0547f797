"""Who a checked token says is asking."""

from typing import Protocol

import msgspec

from gateway.access.client import Profile
from gateway.decision import Decision
from gateway.ids import ClientId, PartnerId


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The client behind a valid access token. Only `token_verifier` makes one."""

    client_id: ClientId
    partner: PartnerId
    profile: Profile
    purpose: str
    scopes: frozenset[str]
    token_id: str


class TokenCheck(Protocol):
    """Who a token says is asking."""

    async def check(self, token: str | None, *, scope: str) -> Decision[Caller]:
        """The caller, if the token is valid and has the scope."""
        ...
