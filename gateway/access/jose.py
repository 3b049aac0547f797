"""The one way this gateway reads and writes signed tokens: joserfc with every trap closed.

What joserfc does by default and this does not: take HS256 and RS256, refuse header members that it
doesn't know (RFC 7515 §4 says ignore), refuse the 550-byte header of a proof with an RSA key, take
unencoded payloads (`b64`), warn about the algorithm name `EdDSA`, and fail with a dozen kinds of
error on hostile text.
"""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError, UnsupportedHeaderError
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import JWSRegistry
from joserfc.registry import Header

ASSERTION_ALGORITHMS = ("ES256", "PS256", "Ed25519", "EdDSA")
"""What clients may sign with (FAPI 2.0 §5.4.1). `EdDSA` is the older name of `Ed25519`."""
TOKEN_ALGORITHM = "ES256"

HOSTILE = (JoseError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the libraries raise on hostile text; `binascii.Error` and `UnicodeError` are `ValueError`s."""


class JoseUnreadable(Exception):
    """The text is no token that we may trust. Its words never hold any of the text."""


class _Registry(JWSRegistry):
    """The allow-list of one kind of token."""

    max_header_length = 2048
    max_payload_length = 8192

    def __init__(self, algorithms: tuple[str, ...]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)
        self._named = {name: JWSRegistry.algorithms[name] for name in algorithms}

    def get_alg(self, name: str) -> Any:
        """The algorithm, only from the allow-list, and without a word about `EdDSA`."""
        if name not in self._named:
            raise UnsupportedAlgorithmError
        return self._named[name]

    def check_header(self, header: Header) -> None:
        """Refuses what would change how the token is read; we understand no critical extension."""
        if "crit" in header or "b64" in header:
            raise UnsupportedHeaderError
        super().check_header(header)


class TokenReader:
    """Reads one kind of signed token: its algorithms, and the `typ` values that name it."""

    def __init__(self, *, algorithms: tuple[str, ...], types: frozenset[str | None]) -> None:
        self._registry = _Registry(algorithms)
        self._types = types

    def read(self, text: str, keys: KeySet) -> tuple[str, bytes]:
        """The id of the key that signed the token, and its payload. Raises `JoseUnreadable`."""
        try:
            token = jws.deserialize_compact(text.encode("ascii"), keys, registry=self._registry)
            header = token.headers()
            kid = keys.get_by_kid(header.get("kid")).kid
            payload = token.payload
        except HOSTILE:
            raise JoseUnreadable("no readable token with a good signature") from None
        typ = header.get("typ")
        if (typ.lower().removeprefix("application/") if typ else None) not in self._types:
            raise JoseUnreadable("another kind of token")
        return kid or "", payload or b""


_TOKEN_REGISTRY = _Registry((TOKEN_ALGORITHM,))


def sign_token(payload: bytes, key: ECKey, *, typ: str) -> str:
    """The payload signed with ES256, with the key's `kid` and the kind of token in the header."""
    header = {"alg": TOKEN_ALGORITHM, "typ": typ, "kid": key.kid}
    return jws.serialize_compact(header, payload, key, registry=_TOKEN_REGISTRY)
