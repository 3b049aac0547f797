"""How the OAuth endpoints answer: RFC 6749 JSON, never kept by anybody, and a status for each error."""

import msgspec

from gateway.access.oauth_outcome import OAuthError, OAuthRefused
from gateway.api.reply import JSON, Headers, Reply, json_reply

UNKEPT = ((b"cache-control", b"no-store"), (b"pragma", b"no-cache"))
STORE_DOWN = OAuthRefused(
    error=OAuthError.TEMPORARILY_UNAVAILABLE,
    description="a store that must answer did not; try again soon",
    reason="store-unavailable",
)
_STATUS = {OAuthError.INVALID_CLIENT: 401, OAuthError.TEMPORARILY_UNAVAILABLE: 503}
_RETRY_SOON = (b"retry-after", b"2")


class OAuthErrorBody(msgspec.Struct, frozen=True):
    """RFC 6749 §5.2."""

    error: OAuthError
    error_description: str


def answer_reply(value: msgspec.Struct) -> Reply:
    """A good answer."""
    return json_reply(value, *UNKEPT)


def empty_reply() -> Reply:
    """A good answer that says nothing (RFC 7009 §2.2)."""
    return Reply(200, list(UNKEPT))


def error_reply(refused: OAuthRefused, *, issuer: str, status: int | None = None) -> Reply:
    """The error. A 401 always names the Basic scheme, so that no two failures differ in it."""
    headers: Headers = list(UNKEPT)
    if refused.retry_after_s is not None:
        status = 429
        headers.append((b"retry-after", str(max(1, round(refused.retry_after_s + 0.5))).encode()))
    status = status or _STATUS.get(refused.error, 400)
    if status == 401:
        headers.append((b"www-authenticate", f'Basic realm="{issuer}", charset="UTF-8"'.encode()))
    if status == 503:
        headers.append(_RETRY_SOON)
    body = msgspec.json.encode(OAuthErrorBody(refused.error, refused.description))
    return Reply(status, [JSON, *headers], body)
