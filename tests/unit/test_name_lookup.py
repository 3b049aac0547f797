"""Looking names up: slow name servers hold up nobody else."""

import asyncio
import threading

import pytest

from gateway import name_lookup
from gateway.name_lookup import AT_ONCE, NameLookup


@pytest.fixture
def tarpit(monkeypatch):
    """Names below `tarpit.example` are answered when it is released; all others at once."""
    released = threading.Event()

    def answers(host, port, *, flags=0):
        if host.endswith("tarpit.example"):
            released.wait(10)
        return ["93.184.215.14"]

    monkeypatch.setattr(name_lookup, "system_answers", answers)
    monkeypatch.setattr(name_lookup, "SLOW_S", 0.05)
    yield released
    released.set()


@pytest.fixture
def lookup():
    """Its threads end with the test."""
    made = NameLookup("names")
    yield made
    made.close()


async def test_the_system_is_asked(lookup):
    """Each address once."""
    assert await lookup.answers("localhost", 443) in (
        ["127.0.0.1"],
        ["::1"],
        ["::1", "127.0.0.1"],
        ["127.0.0.1", "::1"],
    )


async def test_names_that_were_slow_wait_among_themselves(lookup, tarpit):
    """However many of them are asked for, also when whoever asked has given up."""
    names = [f"n{number}.tarpit.example" for number in range(AT_ONCE)]
    for first in range(0, AT_ONCE, 8):
        asked = [asyncio.create_task(lookup.answers(name, 443)) for name in names[first : first + 8]]
        await asyncio.sleep(0.1)
        tarpit.set()
        await asyncio.gather(*asked)
        tarpit.clear()
    stuck = [asyncio.create_task(lookup.answers(name, 443)) for name in names]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(1):
        assert ["93.184.215.14"] == await lookup.answers("hooks.example", 443)
    tarpit.set()
    await asyncio.gather(*stuck)


async def test_a_name_that_is_quick_again_is_so_after_a_while(lookup, tarpit, monkeypatch):
    """It is not remembered for ever."""
    monkeypatch.setattr(name_lookup, "SLOW_FOR_S", 0.0)
    asked = asyncio.create_task(lookup.answers("a.tarpit.example", 443))
    await asyncio.sleep(0.1)
    tarpit.set()
    await asked
    await lookup.answers("a.tarpit.example", 443)
    assert lookup._slow is None
