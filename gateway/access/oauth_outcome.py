"""What the OAuth endpoints can answer. `gateway/api` gives each its status code and headers."""

from enum import StrEnum

import msgspec

from gateway.access.access_token import AccessToken


class OAuthError(StrEnum):
    """Why a request failed: RFC 6749 §5.2, RFC 7009 §2.2.1, RFC 8707 §2. Alphabetical."""

    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_REQUEST = "invalid_request"
    INVALID_SCOPE = "invalid_scope"
    INVALID_TARGET = "invalid_target"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A new access token. `expires_in` in seconds; `scope` and `purpose` as they were granted."""

    access_token: str
    token_type: str = "Bearer"
    expires_in: int
    scope: str
    purpose: str


class Issued(msgspec.Struct, frozen=True):
    """A token was issued: the answer, and the claims for the record."""

    answer: TokenAnswer
    claims: AccessToken


class Revoked(msgspec.Struct, frozen=True):
    """The request was good (RFC 7009 §2.2); `claims` where there was a token of the client to revoke."""

    claims: AccessToken | None = None


class Introspection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What introspection tells (RFC 7662 §2.2); of a token that doesn't count, only that it doesn't."""

    active: bool
    scope: str | None = None
    client_id: str | None = None
    token_type: str | None = None
    exp: int | None = None
    iat: int | None = None
    nbf: int | None = None
    sub: str | None = None
    aud: str | None = None
    iss: str | None = None
    jti: str | None = None
    partner: str | None = None
    profile: str | None = None
    purpose: str | None = None


class OAuthRefused(msgspec.Struct, frozen=True, kw_only=True):
    """The request failed. `description` is ASCII text of ours, without quotes and backslashes.

    `reason` is the finer cause, for the record and the logs only. `retry_after_s` is there where a
    limit was reached.
    """

    error: OAuthError
    description: str
    reason: str
    retry_after_s: float | None = None
