"""The outermost layer: what no door may ever see, and what every answer carries.

Refuses what the HTTP server lets through (no or two Hosts, a GET with a body), bounds URLs, headers,
bodies and the time a body may take, answers HEAD as GET without its body, gives each request its id,
and writes one log line and one measurement for each.
"""

import asyncio
import logging
import time
from typing import Any, Protocol

import structlog
from litestar.types import ASGIApp, Message, Receive, Send

from gateway.api.problems import DoorCode, DoorError, Problems
from gateway.api.reply import HttpRequest
from gateway.api.request_facts import SCOPE_KEY, RequestFacts, facts_of
from gateway.api.request_head import MAX_TARGET_BYTES, read_head
from gateway.errors import BadRequest, BadRequestCode
from gateway.settings import Server

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class DoorMeter(Protocol):
    """Counts requests."""

    def answered(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        ...


async def refuse_unexpected_body(request: HttpRequest) -> None:
    """Raises where a GET has a body. Asked once the route is found, so that a wrong method is told first."""
    if facts_of(request.scope).has_unexpected_body:
        raise DoorError(DoorCode.BODY_UNEXPECTED, "this method takes no body", method=request.method)


class Guard:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp, *, server: Server, problems: Problems, meter: DoorMeter) -> None:
        self._app = app
        self._max_body = server.max_body_bytes
        self._body_timeout_s = server.body_timeout_s
        self._problems = problems
        self._meter = meter
        self._log = structlog.get_logger("gateway.api").bind()  # bound once: the lazy one binds itself each time
        self._security = _security_headers(is_https=server.public_url.startswith("https://"))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answers one request, always."""
        if scope["type"] != "http":
            return await self._other(scope, receive, send)
        started = time.perf_counter()
        sender = _Sender(send, security=self._security, is_head=scope["method"] == "HEAD")
        facts, length, fault = read_head(scope)
        scope[SCOPE_KEY] = facts
        sender.request_id = facts.request_id.encode()
        structlog.contextvars.bind_contextvars(request_id=facts.request_id, trace_id=facts.trace_id)
        method = scope["method"]
        try:
            self._check(length=length, fault=fault)
            facts.has_unexpected_body = bool(length) and method in _BODILESS
            if method == "HEAD":
                scope["method"] = "GET"
            if method not in _BODILESS:
                receive = _BoundedBody(receive, max_bytes=self._max_body, timeout_s=self._body_timeout_s)
            await self._app(scope, receive, sender)
        except Exception as error:  # noqa: BLE001
            await self._answer(error, facts=facts, scope=scope, sender=sender)
        self._done(scope, method=method, sender=sender, facts=facts, seconds=time.perf_counter() - started)
        return None

    def _check(self, *, length: int, fault: DoorError | None) -> None:
        if fault is not None:
            raise fault
        if length > self._max_body:
            raise BadRequest(BadRequestCode.BODY_TOO_LARGE, "body too large", max_bytes=self._max_body)

    async def _answer(self, error: Exception, *, facts: RequestFacts, scope: Any, sender: "_Sender") -> None:
        """Answers what no handler did; what has begun cannot be taken back, so it is only logged."""
        if not isinstance(error, DoorError | BadRequest):
            self._log.error("unexpected error", error=type(error).__name__, exc_info=error)
        if sender.status:
            return
        reply = self._problems.reply(error, facts=facts, path=scope["path"][:MAX_TARGET_BYTES])
        await reply(scope, _nothing, sender)

    def _done(self, scope: Any, *, method: str, sender: "_Sender", facts: RequestFacts, seconds: float) -> None:
        route = scope.get("path_template") or "-"
        self._meter.answered(route=route, method=method, status=sender.status, seconds=seconds)
        if not self._log.is_enabled_for(logging.INFO):
            return
        self._log.info(
            "request",
            method=method,
            route=route,
            status=sender.status,
            duration_ms=round(seconds * 1000, 3),
            client_id=facts.client_id or structlog.contextvars.get_contextvars().get("client_id"),
            reason=facts.reason,
            **facts.counts,
        )

    async def _other(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        await send({"type": "websocket.close", "code": 1008, "reason": ""})


def _with_head(allow: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """`Allow` with HEAD where there is GET: the guard answers it."""
    methods = {method.strip() for method in allow[1].split(b",")}
    return (b"allow", b", ".join(sorted(methods | {b"HEAD"} if b"GET" in methods else methods)))


async def _nothing() -> Any:
    return {"type": "http.disconnect"}


class _Sender:
    """Puts the headers on that every answer has, and takes the body off an answer to HEAD."""

    __slots__ = ("_is_head", "_security", "_send", "request_id", "status")

    def __init__(self, send: Send, *, security: list[tuple[bytes, bytes]], is_head: bool) -> None:
        self._send = send
        self._security = security
        self._is_head = is_head
        self.status = 0
        self.request_id = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message["headers"]
            own = {name for name, _ in given}
            if b"allow" in own:
                given = [_with_head(pair) if pair[0] == b"allow" else pair for pair in given]
            missing = [pair for pair in self._security if pair[0] not in own]
            message["headers"] = [*given, (b"x-request-id", self.request_id), *missing]
        elif self._is_head and message["type"] == "http.response.body":
            message["body"] = b""
        await self._send(message)


class _BoundedBody:
    """The body, no longer and no slower than is allowed. Raises `BadRequest` or `DoorError`."""

    __slots__ = ("_deadline", "_is_whole", "_left", "_max", "_receive")

    def __init__(self, receive: Receive, *, max_bytes: int, timeout_s: float) -> None:
        self._receive = receive
        self._left = self._max = max_bytes
        self._is_whole = False
        self._deadline = asyncio.get_running_loop().time() + timeout_s

    async def __call__(self) -> Any:
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise DoorError(DoorCode.BODY_TIMEOUT, "the body did not come in time") from error
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._left < 0:
                raise BadRequest(BadRequestCode.BODY_TOO_LARGE, "body too large", max_bytes=self._max)
        return message


def _security_headers(*, is_https: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    if is_https:
        headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    return headers
