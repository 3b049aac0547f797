"""`private_key_jwt`: a client proves itself by a short assertion that it signed (RFC 7523, FAPI 2.0 §5.3.2.1)."""

import hashlib
from typing import Annotated, Any, Protocol

import msgspec
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.jwk import KeySet

from gateway.access.jose import ASSERTION_ALGORITHMS, HOSTILE, JoseUnreadable, TokenReader
from gateway.access.oauth_form import unproved_subject

METHOD = "private_key_jwt"
MAX_LIFE_S = 300
LEEWAY_S = 10


class UsedAssertion(msgspec.Struct, frozen=True):
    """A good assertion, to be remembered until it can no longer be good; only then does the client count as proved."""

    key: str
    until: float


class AssertionRequest(Protocol):
    """What checking an assertion needs of the request, and leaves there."""

    now: float
    used_assertion: UsedAssertion | None
    failed_proof: str | None


class _Claims(msgspec.Struct, frozen=True):
    """Every claim that an assertion must have; `aud` is one string, never a list."""

    iss: str
    sub: str
    aud: str
    exp: int | float
    jti: Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
    iat: int | float | None = None
    nbf: int | float | None = None


_READER = TokenReader(
    algorithms=ASSERTION_ALGORITHMS,
    types=frozenset({None, "jwt", "client-authentication+jwt"}),
)
_DECODER = msgspec.json.Decoder(_Claims)


class ClientAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib has no types
    """Authlib's check with its faults closed.

    The stock class reads the payload with no bound on its depth, takes joserfc's default algorithms,
    an `aud` that is a list, and an `exp` years ahead. One instance serves one request.
    """

    CLIENT_AUTH_METHOD = METHOD

    def __init__(self, request: AssertionRequest, *, issuer: str) -> None:
        super().__init__(leeway=LEEWAY_S)
        self._request = request
        self._issuer = issuer

    def get_audiences(self) -> list[str]:
        """The issuer, and nothing else (draft-ietf-oauth-rfc7523bis)."""
        return [self._issuer]

    def extract_assertion(self, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """No header, and the subject only: enough to find the client, and nothing to trust."""
        subject = unproved_subject(assertion)
        if subject is None:
            raise self._failed("assertion-unreadable")
        return {}, {"sub": subject}

    def resolve_client_public_key(self, client: Any) -> KeySet:
        """The keys that the client registered."""
        keys: KeySet | None = client.public_keys()
        if keys is None:
            raise self._failed("client-without-keys")
        return keys

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> _Claims:
        """The claims, once signature and claims are good. Raises `InvalidClientError`."""
        try:
            _, payload = _READER.read(assertion, resolve_key)
        except JoseUnreadable:
            raise self._failed("assertion-signature") from None
        try:
            claims = _DECODER.decode(payload)
        except HOSTILE:
            raise self._failed("assertion-claims") from None
        self.verify_claims(claims)
        digest = hashlib.sha256(claims.jti.encode("utf-8", "replace")).hexdigest()
        self._request.used_assertion = UsedAssertion(f"assertion:{claims.sub}:{digest}", claims.exp + LEEWAY_S)
        return claims

    def verify_claims(self, claims: _Claims) -> None:
        """Raises `InvalidClientError` where the assertion is by, for or of another, or out of time."""
        now = self._request.now
        if claims.iss != claims.sub:
            raise self._failed("assertion-issuer")
        if claims.aud != self._issuer:
            raise self._failed("assertion-audience")
        if claims.exp <= now - LEEWAY_S:
            raise self._failed("assertion-expired")
        if claims.exp > now + MAX_LIFE_S + LEEWAY_S:
            raise self._failed("assertion-too-long-lived")
        if max(claims.iat or 0, claims.nbf or 0) > now + LEEWAY_S:
            raise self._failed("assertion-in-the-future")

    def _failed(self, reason: str) -> InvalidClientError:
        self._request.failed_proof = reason
        return InvalidClientError(status_code=401)
