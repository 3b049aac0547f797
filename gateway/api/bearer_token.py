"""The access token of a request, unchecked."""

from collections.abc import Iterable


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str | None, str | None]:
    """The bearer token and `If-None-Match`, found in one pass.

    The token is None where there is none, or the scheme is another. Two `Authorization` headers give
    something that no verifier takes.
    """
    token: str | None = None
    if_none_match: str | None = None
    for name, value in headers:
        if name == b"authorization":
            scheme, _, rest = value.decode("latin-1").partition(" ")
            if scheme.lower() == "bearer":
                token = rest.strip() if token is None else f"{token} {rest}"
        elif name == b"if-none-match":
            if_none_match = value.decode("latin-1")
    return token, if_none_match
