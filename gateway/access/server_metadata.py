"""What the authorization server says of itself (RFC 8414)."""

from collections.abc import Iterable
from typing import Any

from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

from gateway.access.jose import ASSERTION_ALGORITHMS
from gateway.access.oauth_core import AUTH_METHODS
from gateway.access.oauth_request import GRANT_TYPE
from gateway.access.scopes import Scope
from gateway.errors import BadConfiguration

TOKEN_PATH = "/oauth/token"
REVOCATION_PATH = "/oauth/revoke"
INTROSPECTION_PATH = "/oauth/introspect"
JWKS_PATH = "/oauth/jwks"
METADATA_PATH = "/.well-known/oauth-authorization-server"


def issuer_of(public_url: str) -> str:
    """The issuer: the public URL, with no slash at its end.

    Raises `BadConfiguration` where RFC 8414 does not let it be one: plain HTTP other than loopback,
    a path, a query or a fragment.
    """
    issuer = public_url.rstrip("/")
    try:
        AuthorizationServerMetadata(issuer=issuer).validate_issuer()
    except ValueError as error:
        raise BadConfiguration(
            f"gateway.toml: server.public_url: {issuer!r} cannot issue tokens ({error});"
            " write https://<host>, or http://127.0.0.1:<port> on this machine alone"
        ) from None
    if issuer.count("/") > 2:
        raise BadConfiguration(f"gateway.toml: server.public_url: {issuer!r} has a path; write scheme and host alone")
    return issuer


def server_metadata(issuer: str, *, purposes: Iterable[str]) -> dict[str, Any]:
    """The metadata document. `purposes_supported` is ours: the values of the `purpose` parameter."""
    authentication: dict[str, list[str]] = {}
    for endpoint in ("token", "revocation", "introspection"):
        authentication[f"{endpoint}_endpoint_auth_methods_supported"] = list(AUTH_METHODS)
        authentication[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(ASSERTION_ALGORITHMS)
    metadata = AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=issuer + TOKEN_PATH,
        jwks_uri=issuer + JWKS_PATH,
        revocation_endpoint=issuer + REVOCATION_PATH,
        introspection_endpoint=issuer + INTROSPECTION_PATH,
        scopes_supported=[scope.value for scope in Scope],
        response_types_supported=["none"],  # required to be there; there is no authorization endpoint
        grant_types_supported=[GRANT_TYPE],
        purposes_supported=sorted(purposes),
        service_documentation=f"{issuer}/docs",
        **authentication,
    )
    metadata.validate()
    return dict(metadata)
