"""A partner's platform on loopback, whose answers a test decides."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web

from tests.support.certificates import Certificates

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PlatformServer:
    """An async context: a real HTTP server. `answer` may be changed while it runs; `requests` are kept in order.

    With `certificates` it speaks TLS, and sends its certificate alone, without those above it.
    """

    def __init__(self, answer: Answer, *, certificates: Certificates | None = None) -> None:
        self.answer = answer
        self._certificates = certificates
        self.requests: list[web.Request] = []
        self.bodies: list[bytes] = []
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._certificates else 'http'}://127.0.0.1:{self.port}"

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        self.requests.append(request)
        return await self.answer(request)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls())
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    def _tls(self) -> ssl.SSLContext | None:
        if self._certificates is None:
            return None
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self._certificates.certificate, self._certificates.key)
        return made

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


def answering(
    body: bytes | str = b"", *, status: int = 200, content_type: str | None = "application/json", **headers: str
) -> Answer:
    """Always the same answer; `retry_after="3"` becomes a header."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type is not None:
        given["Content-Type"] = content_type

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body if isinstance(body, bytes) else body.encode(), status=status, headers=given)

    return answer


async def hanging(_: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.sleep(3600)
    raise AssertionError


async def resetting(request: web.Request) -> web.StreamResponse:
    """Drops the connection instead of an answer."""
    request.transport.abort()
    return web.Response()


def dripping(content_type: str) -> Answer:
    """One byte at a time, without end."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    return answer


def cut_off(body: bytes, content_type: str) -> Answer:
    """Promises twice the body, and drops the connection behind it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type, "Content-Length": str(2 * len(body))})
        await response.prepare(request)
        await response.write(body)
        await asyncio.sleep(0.01)
        request.transport.abort()
        return response

    return answer


def endless(piece: bytes, content_type: str, *, written: list[int], **headers: str) -> Answer:
    """A gigabyte, written piece by piece; `written` tells how far it got."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type, **headers})
        await response.prepare(request)
        try:
            for _ in range(1_073_741_824 // len(piece)):
                await response.write(piece)
                written.append(len(piece))
        except ConnectionError:
            return response
        return response

    return answer
