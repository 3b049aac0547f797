"""The transport, against servers that mean it ill."""

import asyncio
import gzip
import socket
import ssl
import zlib

import pytest
import structlog
from aiohttp import web

from adapters.base import AdapterError, Fault, Request
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.certificates import Certificates
from tests.support.platform_server import PlatformServer, answering, endless, hanging

LIMIT = 200_000


@pytest.fixture
async def server():
    """Answers a small document."""
    async with PlatformServer(answering(b"[]")) as running:
        yield running


@pytest.fixture
async def transport():
    """With a small limit."""
    async with HttpTransport(Upstream(max_bytes=LIMIT, connect_timeout_s=0.2), user_agent="gerbang/1") as opened:
        yield opened


async def fault(transport, **request):
    """What sending raises."""
    with pytest.raises(AdapterError) as caught:
        await transport.send(Request(**request))
    return caught.value


async def test_a_platform_that_hangs_leaves_the_others_their_connections(server):
    """With more questions waiting for it than the whole pool holds."""
    async with PlatformServer(hanging) as stuck, HttpTransport(Upstream(pool_size=100, pool_per_host=32)) as pool:
        waiting = [asyncio.create_task(pool.send(Request(url=stuck.url))) for _ in range(150)]
        await asyncio.sleep(0.05)
        response = await pool.send(Request(url=server.url, timeout_s=2))
        assert (200, 150) == (response.status, sum(not task.done() for task in waiting))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_response_is_whole_and_its_headers_are_lower_case(transport, server):
    """Repeated headers are joined."""

    async def twice(_):
        response = web.Response(body=b"isi", status=418)
        response.headers.add("Link", "<a>; rel=prev")
        response.headers.add("Link", "<b>; rel=next")
        return response

    server.answer = twice
    response = await transport.send(Request(url=server.url))
    assert (418, b"isi", "<a>; rel=prev, <b>; rel=next") == (response.status, response.body, response.headers["link"])


async def test_a_url_is_sent_as_it_is_written(transport, server):
    """Encoded once, with the query behind it."""
    await transport.send(Request(url=f"{server.url}/a%2Fb/%C3%A9?x=%26", query={"y": "1 & 2", "z[]": "é"}))
    (request,) = server.requests
    assert "/a%2Fb/%C3%A9" == request.raw_path.partition("?")[0]
    assert {"x": "&", "y": "1 & 2", "z[]": "é"} == dict(request.query)


async def test_a_platform_learns_who_asks_and_for_which_trace(transport, server):
    """A trace goes on with a span of its own; without one there is none."""
    await transport.send(Request(url=server.url))
    with structlog.contextvars.bound_contextvars(trace_id="4bf92f3577b34da6a3ce929d0e0e4736"):
        await transport.send(Request(url=server.url))
    plain, traced = server.requests
    assert ("gerbang/1", None) == (plain.headers["User-Agent"], plain.headers.get("traceparent"))
    version, trace, span, flags = traced.headers["traceparent"].split("-")
    assert ("00", "4bf92f3577b34da6a3ce929d0e0e4736", 16, "00") == (version, trace, len(span), flags)


async def test_a_packed_body_is_unpacked(transport, server):
    """Also where it is made of several parts."""
    server.answer = answering(gzip.compress(b"[1,") + gzip.compress(b"2]"), Content_Encoding="gzip")
    assert b"[1,2]" == (await transport.send(Request(url=server.url))).body
    assert "gzip" == server.requests[0].headers["Accept-Encoding"]


async def test_a_gigabyte_of_zeros_packed_small_is_too_large(transport, server):
    """A megabyte on the wire; unpacking stops at the limit."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\0" * 1_048_576
    begin = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)  # no reference to what was before
    bomb = begin + again * 1022 + packer.flush()
    assert len(bomb) < 1_100_000
    server.answer = answering(bomb, Content_Encoding="gzip")
    assert Fault.TOO_LARGE == (await fault(transport, url=server.url)).fault


async def test_a_packed_stream_without_end_is_too_large(transport, server):
    """It is not read to its end, which it does not have."""
    written = []
    whole = gzip.compress(b"y" * 50_000, compresslevel=0)
    server.answer = endless(whole, "application/json", written=written, **{"Content-Encoding": "gzip"})
    assert Fault.TOO_LARGE == (await fault(transport, url=server.url)).fault
    assert sum(written) < 20_000_000


async def test_a_body_that_is_announced_too_large_is_not_read(transport, server):
    """By its Content-Length."""
    server.answer = answering(b"x" * (LIMIT + 1))
    assert Fault.TOO_LARGE == (await fault(transport, url=server.url)).fault
    server.answer = answering(b"x" * LIMIT)
    assert LIMIT == len((await transport.send(Request(url=server.url))).body)


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (gzip.compress(b"[1,2,3]")[:-9], "gzip", Fault.UNREACHABLE),
        (b"[1,2,3]", "gzip", Fault.UNREADABLE),
        (gzip.compress(b"[1]") + b"sampah", "gzip", Fault.UNREADABLE),
        (b"[1]", "br", Fault.UNREADABLE),
        (zlib.compress(b"[1]"), "deflate", Fault.UNREADABLE),
    ],
    ids=["cut off", "not packed", "garbage behind", "br", "deflate"],
)
async def test_a_body_that_does_not_unpack_is_a_fault(transport, server, body, encoding, expected):
    """Never a part of it."""
    server.answer = answering(body, Content_Encoding=encoding)
    assert expected == (await fault(transport, url=server.url)).fault


async def test_nothing_of_the_environment_stands_between(transport, server, monkeypatch):
    """No proxy, no `.netrc`."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with HttpTransport(Upstream()) as fresh:
        assert 200 == (await fresh.send(Request(url=server.url))).status


async def test_cookies_are_forgotten(transport, server):
    """One caller's session is never another's."""
    server.answer = answering(b"[]", Set_Cookie="sesi=1; Path=/")
    await transport.send(Request(url=server.url))
    await transport.send(Request(url=server.url))
    assert [None, None] == [it.headers.get("Cookie") for it in server.requests]


async def test_a_redirect_is_a_response(transport, server):
    """It is not followed."""
    server.answer = answering(status=302, content_type=None, Location=f"{server.url}/lain")
    assert 302 == (await transport.send(Request(url=server.url))).status
    assert 1 == len(server.requests)


async def test_a_port_where_nobody_listens_is_unreachable(transport):
    """At once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = await fault(transport, url=f"http://127.0.0.1:{port}")
    assert (Fault.UNREACHABLE, True) == (error.fault, error.is_transient)


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "tanpa-skema", "http://[::1/", "http://x:99999/"])
async def test_an_address_that_is_none_is_a_fault(transport, url):
    """Not a crash."""
    assert Fault.UNREACHABLE == (await fault(transport, url=url)).fault


@pytest.mark.parametrize(
    "reply",
    [
        b"bukan http\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 5_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"",
    ],
    ids=["no http", "no status", "many headers", "long header", "length", "chunk", "nothing"],
)
async def test_what_is_no_http_is_a_fault(transport, reply):
    """Whatever is said instead."""

    async def talk(reader, writer):
        await reader.read(100)
        writer.write(reply)
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    error = await fault(transport, url=f"http://127.0.0.1:{port}/", timeout_s=1.0)
    assert Fault.UNREACHABLE == error.fault
    listening.close()


async def test_a_certificate_is_verified(transport, tmp_path):
    """One that nobody vouches for is refused; one that the request trusts is not, and for that request alone."""
    certificates = Certificates(tmp_path / "tls")
    trust = ssl.create_default_context(cafile=str(certificates.authority))
    async with PlatformServer(answering(b"[]"), certificates=certificates) as server:
        error = await fault(transport, url=server.url)
        assert (Fault.UNREACHABLE, False) == (error.fault, error.is_transient)
        assert "certificate" in error.message
        assert 200 == (await transport.send(Request(url=server.url, tls=trust))).status
        assert "certificate" in (await fault(transport, url=server.url)).message


async def test_a_transport_that_is_not_open_says_so():
    """A fault of ours, not of a platform."""
    with pytest.raises(RuntimeError):
        await HttpTransport(Upstream()).send(Request(url="http://x"))
