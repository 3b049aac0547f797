"""GET `/.well-known/oauth-authorization-server` (RFC 8414) and `/oauth/jwks` (RFC 7517)."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.access.server_metadata import JWKS_PATH, METADATA_PATH
from gateway.access.signing_keys import JWKS_MAX_AGE_S
from gateway.access.token_issuer import TokenIssuer
from gateway.api.reply import Reply, json_reply

_SHARED = (b"cache-control", f"public, max-age={JWKS_MAX_AGE_S}".encode())


def authorization_server_doors(issuer: TokenIssuer) -> list[HTTPRouteHandler]:
    """The two doors."""
    metadata = json_reply(issuer.metadata, _SHARED)

    @get(METADATA_PATH, name="showAuthorizationServer", sync_to_thread=False)
    def show_authorization_server() -> Reply:
        return metadata

    @get(JWKS_PATH, name="listSigningKeys", sync_to_thread=False)
    def list_signing_keys() -> Reply:
        return json_reply(issuer.jwks(), _SHARED)

    return [show_authorization_server, list_signing_keys]
