"""Who asks: keys, tokens, limits, put together."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from gateway.access.access_token import audience_of
from gateway.access.oauth_core import OAuthCore
from gateway.access.rate_limit import RateLimits
from gateway.access.secrets import SecretKeeper, pepper_of
from gateway.access.server_metadata import issuer_of, server_metadata
from gateway.access.signing_keys import SigningKeys
from gateway.access.token_issuer import TokenIssuer
from gateway.access.token_verifier import TokenVerifier
from gateway.api.metrics import Meters
from gateway.api.token_records import TokenRecords
from gateway.clock import Clock
from gateway.settings import Settings
from gateway.wiring.background import run_beside
from gateway.wiring.stores import Stores


class AccessParts(NamedTuple):
    """What checks and issues tokens. `pepper` keys whatever else must be kept from guessing."""

    keys: SigningKeys
    keeper: SecretKeeper
    tokens: TokenVerifier
    rates: RateLimits
    issuer: TokenIssuer
    pepper: bytes


def opened_access(
    stack: AsyncExitStack, settings: Settings, *, stores: Stores, clock: Clock, meters: Meters
) -> AccessParts:
    """The parts; `stack` ends the task that follows the signing keys. Raises `BadConfiguration`. Blocks."""
    url = issuer_of(settings.server.public_url)
    ttl_s = settings.access.token_ttl_s
    keys = SigningKeys.opened(Path(settings.access.signing_keys), clock=clock, token_ttl_s=ttl_s)
    run_beside(stack, keys.watch(), name="signing-keys-watch")
    pepper = pepper_of(settings.access)
    keeper = SecretKeeper(pepper)
    tokens = TokenVerifier(
        keys=keys,
        clients=stores.clients,
        denylist=stores.denylist,
        clock=clock,
        issuer=url,
        audience=audience_of(url),
    )
    rates = RateLimits(stores.limiter, settings.access, clock=clock, meter=meters)
    issuer = TokenIssuer(
        core=OAuthCore(issuer=url, keys=keys, secrets=keeper, token_ttl_s=ttl_s),
        clients=stores.clients,
        verifier=tokens,
        replay=stores.replay,
        denylist=stores.denylist,
        limits=rates,
        records=TokenRecords(stores.trail),
        clock=clock,
        metadata=server_metadata(url, purposes=settings.purposes),
    )
    return AccessParts(keys, keeper, tokens, rates, issuer, pepper)
