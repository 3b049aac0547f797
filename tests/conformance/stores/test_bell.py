"""The bell, over Valkey and Redis: heard in every process, missed without harm."""

import asyncio

import pytest

from gateway.settings import Shared
from gateway.storage.redis_bell import CHANNEL, RedisBell
from gateway.storage.shared_store import open_shared


@pytest.fixture
async def bells(shared):
    """Those of two processes."""
    made = [RedisBell(shared.client) for _ in range(2)]
    for bell in made:
        await bell.open()
    await heard_by(shared, 2)
    yield made
    for bell in made:
        await bell.close()


async def heard_by(shared, count):
    """Returns once so many listen."""
    async with asyncio.timeout(5):
        while dict(await shared.client.pubsub_numsub(CHANNEL))[CHANNEL.encode()] != count:  # noqa: ASYNC110 (the store's)
            await asyncio.sleep(0.005)


class Listener:
    """Counts what it hears."""

    def __init__(self, bell) -> None:
        self.rung = asyncio.Event()
        self.times = 0
        bell.tell(self)

    def __call__(self) -> None:
        self.times += 1
        self.rung.set()


async def test_a_ring_is_heard_here_at_once_and_elsewhere_soon(bells):
    """Here before `ring` returns, also while the store is slow."""
    here, elsewhere = map(Listener, bells)
    bells[0].ring()
    assert 1 == here.times
    await asyncio.wait_for(elsewhere.rung.wait(), 5)
    assert (1, 1) == (here.times, elsewhere.times)


async def test_those_that_wait_are_woken_in_both_processes(bells):
    """Long before their time is over."""
    waiting = [asyncio.create_task(bell.wait(10)) for bell in bells]
    await asyncio.sleep(0)
    bells[1].ring()
    await asyncio.wait_for(asyncio.gather(*waiting), 5)


async def test_many_rings_at_once_are_few_messages(bells):
    """So that a burst of events does not become a burst of messages."""
    elsewhere = Listener(bells[1])
    for _ in range(1000):
        bells[0].ring()
    await asyncio.wait_for(elsewhere.rung.wait(), 5)
    await asyncio.sleep(0.05)
    assert elsewhere.times < 10


async def test_silence_is_no_lost_connection(bells, shared):
    """Longer than the store's own timeout; then a ring is heard as ever."""
    clients = {it["id"] for it in await shared.client.client_list(_type="pubsub")}
    await asyncio.sleep(1.5)
    assert clients == {it["id"] for it in await shared.client.client_list(_type="pubsub")}
    elsewhere = Listener(bells[1])
    bells[0].ring()
    await asyncio.wait_for(elsewhere.rung.wait(), 5)


async def test_a_lost_connection_is_made_anew(bells, shared):
    """What rang meanwhile was missed; what rings afterwards is heard."""
    before = {it["id"] for it in await shared.client.client_list(_type="pubsub")}
    await shared.client.client_kill_filter(_type="pubsub")
    await heard_by(shared, 2)
    assert before.isdisjoint({it["id"] for it in await shared.client.client_list(_type="pubsub")})
    elsewhere = Listener(bells[1])
    bells[0].ring()
    await asyncio.wait_for(elsewhere.rung.wait(), 5)


async def test_without_the_store_a_process_still_hears_itself():
    """And says nothing to others."""
    store = await open_shared(Shared(url="redis://127.0.0.1:1", timeout_s=0.1))
    bell = RedisBell(store.client)
    await bell.open()
    here = Listener(bell)
    bell.ring()
    await asyncio.sleep(0.05)
    assert 1 == here.times
    await bell.close()
    await store.close()


async def test_a_bell_is_closed_whenever_that_is_wanted(shared):
    """Also while it still connects, and the client loses the cancellation."""
    for pause in range(10):
        bell = RedisBell(shared.client)
        await bell.open()
        await asyncio.sleep(pause / 2_000)
        async with asyncio.timeout(5):
            await bell.close()
