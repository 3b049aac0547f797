"""A receiver of webhooks on loopback: a raw HTTP server that behaves as the test says."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

import msgspec
import pytest

from gateway.life_events.signature import SigningSecret, shown_secret
from tests.support.deliveries import a_subscription

Behaviour = Callable[["Received", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]

    @property
    def data(self):
        """The `data` of the CloudEvent."""
        return msgspec.json.decode(self.body)["data"]


def answering(status: int = 204, body: bytes = b"", **headers: str) -> Behaviour:
    """Answers at once."""

    async def answer(received: Received, writer: asyncio.StreamWriter) -> None:
        del received
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return answer


async def agreeing(received: Received, writer: asyncio.StreamWriter) -> None:
    """Agrees to verifications, and takes everything else."""
    body = msgspec.json.decode(received.body)
    answer = body["challenge"].encode() if body.get("type") == "webhook.verification" else b""
    await answering(200, answer)(received, writer)


async def hanging(received: Received, writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(60)


async def resetting(received: Received, writer: asyncio.StreamWriter) -> None:
    """Closes the connection without a word."""
    writer.transport.abort()


async def answering_head_byte_by_byte(received: Received, writer: asyncio.StreamWriter) -> None:
    """Keeps the connection alive for ever without ever finishing its head."""
    for byte in b"HTTP/1.1 204 " + b"x" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def answering_body_byte_by_byte(received: Received, writer: asyncio.StreamWriter) -> None:
    """Says 200, and then takes its time."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


@dataclass
class Flood:
    """Says 200 and sends a gigabyte, as far as anybody takes it. `sent` is how far that was."""

    sent: int = 0

    async def __call__(self, received: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
        piece = b"x" * 65_536
        for _ in range(16_384):
            writer.write(piece)
            await writer.drain()
            self.sent += len(piece)


@dataclass
class Receiver:
    """Listens while it lasts. `behave` may be changed at any time."""

    behave: Behaviour = field(default_factory=answering)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    async def __aenter__(self) -> Self:
        self._arrived = asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"
        self._writers: set[asyncio.StreamWriter] = set()
        return self

    async def __aexit__(self, *_error) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while request := await _read(reader, writer):
                self.received.append(request)
                self._arrived.set()
                await self.behave(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def until(self, count: int, *, within_s: float = 10.0) -> list[Received]:
        """What has been received, once it is so many."""
        async with asyncio.timeout(within_s):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.received


def events_at(receiver: Receiver, count: int, *, within_s: float = 10.0) -> list[Received]:
    """The CloudEvents that arrived, once they are so many."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        found = [it for it in receiver.received if it.headers["content-type"].startswith("application/cloudevents")]
        if len(found) >= count:
            return found
        time.sleep(0.01)
    pytest.fail(f"{len(found)} of {count} events arrived")


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, path, headers, body, writer.get_extra_info("peername"))


def verified(received: Received, secret: SigningSecret):
    """The body, if another implementation of Standard Webhooks verifies it."""
    from standardwebhooks.webhooks import Webhook

    return Webhook(shown_secret(secret)).verify(received.body, received.headers)


def subscribed_at(receiver: Receiver, id="sub_disdukcapil", **changes):
    """A subscription whose webhook is the receiver."""
    from gateway.life_events.subscription import Webhook

    return a_subscription(id, target=Webhook(receiver.url), **changes)
