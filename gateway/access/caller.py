"""Who a checked token says is asking."""

import msgspec

from gateway.access.client import Profile
from gateway.ids import ClientId, PartnerId


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The client behind a valid access token. Only `token_verifier` makes one."""

    client_id: ClientId
    partner: PartnerId
    profile: Profile
    purpose: str
    scopes: frozenset[str]
    token_id: str
