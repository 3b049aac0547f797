"""The access token: an RFC 9068 JWT, signed with ES256, that carries exactly one purpose."""

from typing import Any

import msgspec
from joserfc.jwk import ECKey, KeySet

from gateway.access.client import Profile
from gateway.access.jose import HOSTILE, TOKEN_ALGORITHM, JoseUnreadable, TokenReader, sign_token

TYPE = "at+jwt"


class AccessToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The claims, all of them required. Instants in whole seconds since 1970.

    `aud` is the one string that `audience_of` gives, `sub` is the client too (RFC 9068 §2.2: no
    person is involved). `cnf` is where a proof-of-possession key will stand (RFC 9449, RFC 8705);
    until proofs are checked, a token that has it is refused.
    """

    iss: str
    aud: str
    sub: str
    client_id: str
    partner: str
    purpose: str
    scope: str
    profile: Profile
    iat: int
    nbf: int
    exp: int
    jti: str
    cnf: dict[str, Any] | None = None


_READER = TokenReader(algorithms=(TOKEN_ALGORITHM,), types=frozenset({TYPE}))
_DECODER = msgspec.json.Decoder(AccessToken)
_ENCODER = msgspec.json.Encoder()


def audience_of(public_url: str) -> str:
    """The audience of access tokens: `<public_url>/v1`.

    It names the gateway's API, `/admin/v1` included. It is not the issuer, which is the audience of
    client assertions: no token of one kind can then be taken for the other.
    """
    return f"{public_url.rstrip('/')}/v1"


def sign_access_token(claims: AccessToken, key: ECKey) -> str:
    """The token as it goes over the wire."""
    return sign_token(_ENCODER.encode(claims), key, typ=TYPE)


def read_access_token(text: str, keys: KeySet) -> tuple[str, AccessToken]:
    """The id of the signing key, and the claims; times and names are the caller's to check.

    Raises `JoseUnreadable` for a bad form, signature, algorithm or kind, and where a claim is
    missing or of another type.
    """
    kid, payload = _READER.read(text, keys)
    try:
        return kid, _DECODER.decode(payload)
    except HOSTILE:
        raise JoseUnreadable("a claim is missing or of another type") from None
