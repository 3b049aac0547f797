"""The feed as server-sent events: an answer that goes on until its token ends, its reader leaves, or we stop."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Protocol

import msgspec
import structlog
from litestar.types import Receive, Scope, Send

from gateway.errors import GatewayError
from gateway.life_events.feed import FeedPage, FeedQuery
from gateway.life_events.feed_stream import Opened, code_of_end

HEARTBEAT_S = 15.0
_CHECK_EVERY_S = 0.4
_TOLD_WITHIN_S = 1.0
"""How long a reader whose token has ended may take to be told so."""
_SENT_WITHIN_S = 20.0
"""A reader that takes nothing for so long is gone."""
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept, authorization"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
]
_ENCODE = msgspec.json.Encoder().encode
_log = structlog.get_logger("gateway.api.event_stream")


class Streams(Protocol):
    """The streams, as the door needs them."""

    async def open(self, query: FeedQuery, token: str | None) -> Opened:
        """Lets a reader in, or raises why not."""
        ...

    def held(self, opened: Opened) -> AbstractAsyncContextManager[AsyncIterator[FeedPage | None]]:
        """Its pages; None each second in which nothing came."""
        ...

    async def require_admitted(self, opened: Opened) -> None:
        """Raises where its token counts no more."""
        ...


class EventStream:
    """One answer; it is its own ASGI application."""

    def __init__(self, streams: Streams, opened: Opened) -> None:
        self._streams = streams
        self._opened = opened
        self._sent_at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  (ASGI names them)
        """Sends it: by turns the events, and whether they may still be sent is looked at beside."""
        async with self._streams.held(self._opened) as pages:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            sending = asyncio.create_task(self._send(pages, send))
            leaving = asyncio.create_task(_left(receive))
            watching = asyncio.create_task(self._watch())
            tasks = (sending, leaving, watching)
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _stop(tasks)
            if sending.done() and not sending.cancelled() and sending.exception() is None:
                with suppress(OSError):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, pages: AsyncIterator[FeedPage | None], send: Send) -> None:
        """Events as they come, and why they end."""
        await _write(send, b"retry: 3000\n\n")
        try:
            async for page in pages:
                if page is not None:
                    await self._write(send, _text(page))
                elif time.monotonic() - self._sent_at >= HEARTBEAT_S:
                    await self._write(send, b": still here\n\n")
        except GatewayError as error:
            await _write(send, b"event: end\ndata: " + _ENCODE({"code": code_of_end(error)}) + b"\n\n")

    async def _write(self, send: Send, text: bytes) -> None:
        await _write(send, text)
        self._sent_at = time.monotonic()

    async def _watch(self) -> None:
        """Returns when nothing more may leave, also while a slow reader holds up what is being sent."""
        while True:
            await asyncio.sleep(_CHECK_EVERY_S)
            try:
                await self._streams.require_admitted(self._opened)
            except GatewayError:
                # Who takes what is sent is told why it ends; who does not is cut off.
                await asyncio.sleep(_TOLD_WITHIN_S)
                return


async def _write(send: Send, text: bytes) -> None:
    async with asyncio.timeout(_SENT_WITHIN_S):
        await send({"type": "http.response.body", "body": text, "more_body": True})


async def _left(receive: Receive) -> None:
    """Returns when the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(tasks: tuple["asyncio.Task[None]", ...]) -> None:
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception) and not isinstance(found, OSError | TimeoutError):
            _log.error("stream failed", error=type(found).__name__, exc_info=found)


def _text(page: FeedPage) -> bytes:
    """The page's events, each with the cursor behind it; a page without any still moves the cursor on."""
    found = [b"id: %s\nevent: %s\ndata: %s\n\n" % (it.cursor.encode(), it.type.encode(), it.event) for it in page.items]
    if page.unreadable:
        told: dict[str, Any] = {"unreadable": [it.id for it in page.unreadable]}
        found.append(b"id: %s\nevent: unreadable\ndata: %s\n\n" % (page.next_cursor.encode(), _ENCODE(told)))
    return b"".join(found)
