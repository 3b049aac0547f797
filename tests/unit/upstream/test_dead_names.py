"""Platforms whose name servers do not answer, and the platforms beside them."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import web

from adapters.base import AdapterError, Fault, Request
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering

_LOOP_THREADS = 4
"""So many has uvloop, whose loop serves; asyncio's own would have a few more."""


@pytest.fixture
async def dead_names(monkeypatch):
    """Names below `dead.example` keep the thread that asks for them until the test ends; yields who asked."""
    released, asked = threading.Event(), []
    system = socket.getaddrinfo

    def getaddrinfo(host, *given, **named):
        if str(host).endswith("dead.example"):
            asked.append(threading.current_thread().name)
            released.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "no name server answered")
        return system(host, *given, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    pool = ThreadPoolExecutor(_LOOP_THREADS)
    asyncio.get_running_loop().set_default_executor(pool)
    yield asked
    released.set()
    pool.shutdown()


async def test_dead_names_do_not_hold_up_a_platform_whose_name_is_found(dead_names):
    """More of them than the event loop has threads; the connection to the other is its first."""
    async with PlatformServer(answering(b"[]")) as server, HttpTransport(Upstream(deadline_s=30)) as transport:
        names = [f"p{number}.dead.example" for number in range(2 * _LOOP_THREADS)]
        waiting = [asyncio.create_task(transport.send(Request(url=f"http://{name}/"))) for name in names]
        while len(dead_names) < _LOOP_THREADS:  # noqa: ASYNC110  (they are asked in threads, which know no such event)
            await asyncio.sleep(0.01)
        response = await transport.send(Request(url=f"http://localhost:{server.port}/", timeout_s=2))
        assert (200, True) == (response.status, not any(task.done() for task in waiting))
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_dead_name_is_asked_for_once_at_a_time(dead_names):
    """However many questions wait for it, and though each gives up."""
    async with HttpTransport(Upstream()) as transport:
        request = Request(url="http://a.dead.example/", timeout_s=0.1)
        for _ in range(2):
            asking = (transport.send(request) for _ in range(10))
            errors = await asyncio.gather(*asking, return_exceptions=True)
            assert {Fault.TIMEOUT} == {error.fault for error in errors}
    assert 1 == len(dead_names)


async def test_names_are_asked_for_in_threads_of_the_platforms_own(dead_names):
    """Neither the event loop's nor those of webhooks' receivers."""
    async with HttpTransport(Upstream()) as transport:
        with pytest.raises(AdapterError):
            await transport.send(Request(url="http://a.dead.example/", timeout_s=0.1))
    assert ["platform-names_0"] == dead_names


@pytest.mark.parametrize("host", ["tidak-ada.invalid", "a..example", "x" * 64 + ".example"])
async def test_a_name_that_is_not_found_is_a_fault(host):
    """As is one that can be no name."""
    async with HttpTransport(Upstream()) as transport:
        with pytest.raises(AdapterError) as caught:
            await transport.send(Request(url=f"http://{host}/"))
    assert Fault.UNREACHABLE == caught.value.fault


@pytest.mark.parametrize("listening", ["127.0.0.1", "::1"])
async def test_both_kinds_of_addresses_are_dialled(monkeypatch, listening):
    """A platform that listens on one of its name's two addresses is reached, whichever it is."""
    system = socket.getaddrinfo

    def getaddrinfo(host, port, *given, **named):
        if host != "both.example":
            return system(host, port, *given, **named)
        return [answer for address in ("::1", "127.0.0.1") for answer in system(address, port, *given, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, listening, 0).start()
    async with HttpTransport(Upstream()) as transport:
        response = await transport.send(Request(url=f"http://both.example:{runner.addresses[0][1]}/"))
    assert 404 == response.status
    await runner.cleanup()
