"""Revocation (RFC 7009) and introspection (RFC 7662) of access tokens, as pure functions of the request."""

from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from gateway.access.oauth_request import ClientView, CoreRequest
from gateway.access.scopes import Scope
from gateway.access.token_verifier import ReadToken


def require_token_parameter(request: CoreRequest) -> None:
    """Raises where `token` is missing. `token_type_hint` may say anything: there is one kind."""
    if "token" not in request.form:
        raise InvalidRequestError("token is missing")


class Revoke(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    """Revokes by the token's `jti`; its text has many spellings, and a hash of it would catch only one."""

    def __init__(self, methods: tuple[str, ...]) -> None:
        super().__init__()
        self.CLIENT_AUTH_METHODS = list(methods)

    def authenticate_token(self, request: CoreRequest, client: ClientView) -> ReadToken | None:
        """The client's own token; None for what is no token, or counts no longer anyhow (RFC 7009 §2.2)."""
        require_token_parameter(request)
        token = request.token
        if token is not None and token.claims.client_id != client.get_client_id():
            raise InvalidGrantError("the token was issued to another client")
        return token if token is not None and token.claims.exp > request.now else None

    def revoke_token(self, token: ReadToken, request: CoreRequest) -> None:
        """Leaves the claims for the shell, which revokes."""
        request.revoked = token.claims


class Introspect(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib has no types
    """Tells a client about its own tokens, and about all where it has the scope `introspect`."""

    def __init__(self, methods: tuple[str, ...]) -> None:
        super().__init__()
        self.CLIENT_AUTH_METHODS = list(methods)

    def authenticate_token(self, request: CoreRequest, client: ClientView) -> ReadToken | None:
        """The token, if it counts and the client may know of it."""
        require_token_parameter(request)
        token = request.token
        if token is None or not request.token_counts or client.client is None:
            return None
        may = token.claims.client_id == client.client.id or Scope.INTROSPECT in client.client.scopes
        return token if may else None

    def create_introspection_payload(self, token: ReadToken | None) -> dict[str, Any]:
        """What may be told."""
        if token is None:
            return {"active": False}
        claims = token.claims
        return {
            "active": True,
            "token_type": "Bearer",
            **{name: getattr(claims, name) for name in _TOLD},
            "profile": claims.profile.value,
        }


_TOLD = ("scope", "client_id", "exp", "iat", "nbf", "sub", "aud", "iss", "jti", "partner", "purpose")
