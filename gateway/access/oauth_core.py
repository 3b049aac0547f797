"""The authorization server as a pure function: a request with everything fetched in, an outcome out.

Authlib's grant, client-authentication, revocation and introspection classes do the work, with no
I/O and no state of their own; `token_issuer` does the I/O before and after. Where a stock class is
at fault (security notes in `docs/security-properties.md`), its method is overridden here or in
`client_assertion`, and a test of the same name would fail without it.
"""

import secrets as randomness
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.authenticate_client import ClientAuthentication
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from gateway.access import client_assertion
from gateway.access.access_token import AccessToken, audience_of, sign_access_token
from gateway.access.client import Client, ClientStatus
from gateway.access.client_assertion import ClientAssertion
from gateway.access.jose import HOSTILE
from gateway.access.oauth_endpoints import Introspect, Revoke
from gateway.access.oauth_form import basic_credentials
from gateway.access.oauth_outcome import Introspection, Issued, OAuthError, OAuthRefused, Revoked, TokenAnswer
from gateway.access.oauth_request import BASIC_METHOD, GRANT_TYPE, ClientView, CoreRequest
from gateway.access.secrets import SecretKeeper
from gateway.access.signing_keys import SigningKeys
from gateway.errors import BadConfiguration

AUTH_METHODS = (client_assertion.METHOD, BASIC_METHOD)
NOT_PROVED = "client authentication failed"
_SHORTEST_TTL_S, _LONGEST_TTL_S = 30, 3600


class _InvalidTarget(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    error = "invalid_target"


class OAuthCore:
    """Decides about requests. `issuer` is the gateway's public URL.

    Raises `BadConfiguration` for a life of tokens that nobody should want: the denylist remembers an
    hour, and less than 30 s is over before it is used.
    """

    def __init__(self, *, issuer: str, keys: SigningKeys, secrets: SecretKeeper, token_ttl_s: int) -> None:
        if not _SHORTEST_TTL_S <= token_ttl_s <= _LONGEST_TTL_S:
            raise BadConfiguration(
                f"gateway.toml: access.token_ttl_s: {token_ttl_s} is out of range;"
                f" write {_SHORTEST_TTL_S} to {_LONGEST_TTL_S} seconds"
            )
        self.issuer = issuer
        self.audience = audience_of(issuer)
        self.keys = keys
        self.secrets = secrets
        self.token_ttl_s = token_ttl_s
        self._server = _Server(self)

    def issue(self, request: CoreRequest) -> Issued | OAuthRefused:
        """A token, or why not."""
        body = self._server.create_token_response(request)
        if isinstance(body, OAuthRefused):
            return body
        assert request.issued is not None
        return Issued(TokenAnswer(**body, purpose=request.purpose), request.issued)

    def revoke(self, request: CoreRequest) -> Revoked | OAuthRefused:
        """What is to be revoked, or why not."""
        body = self._server.create_endpoint_response(Revoke.ENDPOINT_NAME, request)
        return body if isinstance(body, OAuthRefused) else Revoked(request.revoked)

    def introspect(self, request: CoreRequest) -> Introspection | OAuthRefused:
        """What may be told about the token, or why nothing."""
        body = self._server.create_endpoint_response(Introspect.ENDPOINT_NAME, request)
        return body if isinstance(body, OAuthRefused) else Introspection(**body)


class _Server(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Authlib's server without a framework; all that belongs to one request stands on the request."""

    def __init__(self, core: OAuthCore) -> None:
        super().__init__()
        self.core = core
        self.register_grant(_Grant)
        self.register_endpoint(Revoke(AUTH_METHODS))
        self.register_endpoint(Introspect(AUTH_METHODS))

    def create_oauth2_request(self, request: CoreRequest) -> CoreRequest:
        """The request, which is one already."""
        return request

    def handle_response(self, _status: int, body: dict[str, Any], _headers: object) -> dict[str, Any]:
        """The body alone: status and headers are the door's."""
        return body

    def handle_error_response(self, request: CoreRequest, error: OAuth2Error) -> OAuthRefused:
        """The error in words of ours, so that no text of the caller comes back."""
        code = OAuthError(error.error)
        if code is OAuthError.UNSUPPORTED_GRANT_TYPE:
            if "grant_type" not in request.form:
                code, description = OAuthError.INVALID_REQUEST, f"grant_type is missing; it must be {GRANT_TYPE}"
            else:
                description = f"grant_type must be {GRANT_TYPE}"
        else:
            description = error.description or NOT_PROVED
        return OAuthRefused(error=code, description=description, reason=request.failed_proof or code.value)

    def send_signal(self, *_: object, **__: object) -> None:
        """Nobody listens."""

    def save_token(self, _token: dict[str, Any], _request: CoreRequest) -> None:
        """Nothing to save: the claims stand on the request."""

    def authenticate_client(self, request: CoreRequest, methods: list[str], endpoint: str = "token") -> ClientView:
        """The client, proved. Raises `InvalidClientError`, in the same words whatever was wrong."""
        require_one_authentication(request)
        claimed = ClientView(request.claimed, secrets=self.core.secrets, at=request.at)
        nobody = ClientView(None, secrets=self.core.secrets, at=request.at)
        authentication = ClientAuthentication(
            lambda client_id: claimed if client_id == claimed.get_client_id() else nobody,
        )
        authentication.register(BASIC_METHOD, authenticate_by_secret)
        authentication.register(client_assertion.METHOD, ClientAssertion(request, issuer=self.core.issuer))
        try:
            client: ClientView = authentication(request, methods, endpoint)
        except (InvalidClientError, *HOSTILE):
            request.failed_proof = request.failed_proof or "client-unknown-or-secret-wrong"
            raise InvalidClientError(NOT_PROVED) from None
        assert client.client is not None
        if request.form.get("client_id", client.client.id) != client.client.id:
            request.failed_proof = "client-id-of-another"
            raise InvalidClientError(NOT_PROVED)
        request.authenticated = client.client
        if client.client.status is not ClientStatus.ACTIVE:
            request.failed_proof = "client-disabled"
            raise UnauthorizedClientError("the client is disabled; ask the admin")
        return client


def require_one_authentication(request: CoreRequest) -> None:
    """Raises where there is none, or more than one (RFC 6749 §2.3), or one that we don't offer."""
    form = request.form
    by_assertion = "client_assertion" in form or "client_assertion_type" in form
    in_body = "client_secret" in form
    if request.oauth_form.tries_basic + by_assertion + in_body > 1:
        raise InvalidRequestError("use one client authentication, not several")
    if in_body:
        request.failed_proof = "secret-in-body"
        raise InvalidClientError("client_secret is not taken from the body: send it by HTTP Basic")
    if by_assertion and form.get("client_assertion_type") != ASSERTION_TYPE:
        request.failed_proof = "assertion-type"
        raise InvalidClientError(f"client_assertion_type must be {ASSERTION_TYPE}")
    if not by_assertion and not request.oauth_form.tries_basic:
        request.failed_proof = "no-authentication"
        raise InvalidClientError("authenticate the client, by HTTP Basic or by client_assertion")


def authenticate_by_secret(query_client: Any, request: CoreRequest) -> ClientView | None:
    """The client whose secret was sent by HTTP Basic, or None.

    The stock function decodes any text and fails on what isn't UTF-8, and words an unknown client
    differently from a wrong secret.
    """
    credentials = basic_credentials(request.oauth_form.authorization)
    if credentials is None:
        return None
    client: ClientView = query_client(credentials[0])
    return client if client.check_client_secret(credentials[1]) else None


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    """Client credentials, for exactly one purpose."""

    TOKEN_ENDPOINT_AUTH_METHODS = list(AUTH_METHODS)

    def validate_token_request(self) -> None:
        """Raises where the client is not proved, or purpose or resource are not its own."""
        super().validate_token_request()
        form = self.request.form
        self.request.purpose = _purpose(self.request.authenticated, form.get("purpose"))
        if form.get("resource", self.server.core.audience) != self.server.core.audience:
            raise _InvalidTarget(f"resource must be {self.server.core.audience}, or be left out")

    def generate_token(self, *, scope: str | None = None, **_: object) -> dict[str, Any]:
        """The token answer, without a refresh token."""
        generator = _Generator(self.server.core, self.request)
        answer: dict[str, Any] = generator(GRANT_TYPE, self.client, scope=scope, include_refresh_token=False)
        return answer


class _Generator(BearerTokenGenerator):  # type: ignore[misc]  # Authlib has no types
    """Makes the token of one request. Authlib's own life for this grant is ten days."""

    def __init__(self, core: OAuthCore, request: CoreRequest) -> None:
        super().__init__(self._signed, expires_generator=core.token_ttl_s)
        self._core = core
        self._request = request

    def _signed(self, *, client: ClientView, scope: str, **_: object) -> str:
        proved = client.client
        assert proved is not None
        issued_at = int(self._request.now)
        self._request.issued = AccessToken(
            iss=self._core.issuer,
            aud=self._core.audience,
            sub=proved.id,
            client_id=proved.id,
            partner=proved.partner,
            purpose=self._request.purpose,
            scope=scope,
            profile=proved.profile,
            iat=issued_at,
            nbf=issued_at,
            exp=issued_at + self._core.token_ttl_s,
            jti=randomness.token_urlsafe(18),
        )
        return sign_access_token(self._request.issued, self._core.keys.signing())


def _purpose(client: Client, asked: str | None) -> str:
    """The one purpose of the token: the one asked for, or the only one that there is."""
    purposes = sorted(client.purposes)
    if asked is None and len(purposes) == 1:
        return purposes[0]
    if asked in client.purposes:
        return str(asked)
    may = _told(", ".join(purposes)) or "none yet; the admin can add some"
    if asked is None:
        raise InvalidRequestError(f"purpose is missing; the client may use: {may}")
    raise InvalidRequestError(f"purpose is not one that the client may use: {may}")


def _told(text: str) -> str:
    """The text as an error description may hold it (RFC 6749 §5.2)."""
    return "".join(char if " " <= char <= "~" and char not in '"\\' else "?" for char in text)
