"""A response that is ready to be sent: bytes and headers, nothing left to work out."""

import hashlib
from typing import Any

import msgspec
from litestar import Request
from litestar.types import Receive, Scope, Send

HttpRequest = Request[Any, Any, Any]
Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
UNKEPT = (b"cache-control", b"no-store")
HTML = (b"content-type", b"text/html; charset=utf-8")
JAVASCRIPT = (b"content-type", b"text/javascript; charset=utf-8")
STYLESHEET = (b"content-type", b"text/css; charset=utf-8")


class Reply(msgspec.Struct, frozen=True):
    """One response; it is its own ASGI application."""

    status: int
    headers: Headers
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI names them)
        """Sends it."""
        length = (b"content-length", str(len(self.body)).encode())
        headers = self.headers if self.status in _BODILESS else [*self.headers, length]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})

    def to_asgi_response(self, *_arguments: Any, **_options: Any) -> "Reply":
        """Itself: what Litestar asks of the answer to an exception."""
        return self


_BODILESS = frozenset({204, 304})


class Kept:
    """A document that is the same for everyone until the next start: answered from memory, with its ETag."""

    def __init__(self, body: bytes, *headers: tuple[bytes, bytes], max_age_s: int = 60) -> None:
        self._etag = etag_of(body)
        shared = [
            (b"etag", self._etag.encode()),
            (b"cache-control", f"public, max-age={max_age_s}".encode()),
            *headers,
        ]
        self._whole = Reply(200, shared, body)
        self._unchanged = Reply(304, [pair for pair in shared if pair[0] != b"content-type"])

    def reply(self, request: HttpRequest) -> Reply:
        """The document, or 304 where the caller has it already."""
        return self._unchanged if matches(request.headers.get("if-none-match"), self._etag) else self._whole


def kept_json(value: Any, *, max_age_s: int = 60) -> Kept:
    """`value` as JSON, to be answered again and again."""
    return Kept(msgspec.json.encode(value), JSON, max_age_s=max_age_s)


def etag_of(body: bytes) -> str:
    """A strong tag of the body, in its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def matches(header: str | None, etag: str) -> bool:
    """Whether `If-None-Match` (RFC 9110 §13.1.2) names this `etag`, compared weakly."""
    if not header:
        return False
    if header.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == etag for part in header[:4096].split(","))


def json_reply(value: Any, *headers: tuple[bytes, bytes], status: int = 200) -> Reply:
    """`value` as JSON."""
    return Reply(status, [JSON, *headers], _encode(value))


_encode = msgspec.json.Encoder(enc_hook=str).encode
