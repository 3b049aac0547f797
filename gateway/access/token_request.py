"""The request for an access token, from the client's side: what a tool or a partner's system sends."""

import time
from base64 import b64encode
from typing import NamedTuple
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE_S = 60


class TokenRequest(NamedTuple):
    """Form and headers of `POST /oauth/token` (RFC 6749 §4.4)."""

    form: dict[str, str]
    headers: dict[str, str]


def token_request(
    client_id: str, *, issuer: str, scope: str, purpose: str, secret: str | None = None, key: str | bytes | None = None
) -> TokenRequest:
    """What the client sends: proved by its private key (PEM, P-256) where there is one, else by its secret."""
    form = {"grant_type": "client_credentials", "scope": scope, "purpose": purpose}
    if key is None:
        pair = f"{client_id}:{secret}".encode()
        return TokenRequest(form, {"Authorization": f"Basic {b64encode(pair).decode()}"})
    assertion = _assertion(client_id, issuer=issuer, key=key)
    return TokenRequest(form | {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}, {})


def _assertion(client_id: str, *, issuer: str, key: str | bytes) -> str:
    """Proof of the private key (RFC 7523). It does not name the key, whose name is whatever it was registered under."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": str(uuid4()),
        "iat": now,
        "exp": now + _ASSERTION_LIFE_S,
    }
    return jwt.encode({"alg": "ES256"}, claims, ECKey.import_key(key))
