"""The rate limiter, over the embedded Valkey and Redis."""

import asyncio
import subprocess
import sys

import pytest

from gateway.access.shared import RateRule
from gateway.errors import StoreUnavailable
from gateway.settings import Shared
from gateway.storage.redis_rate_limiter import AHEAD_S, RedisRateLimiter
from gateway.storage.shared_store import open_shared

SLOW = RateRule("slow", limit=1, window_s=3600, burst=20)


@pytest.fixture
def limiter(shared):
    """The limiter of one process."""
    return RedisRateLimiter(shared.client)


async def test_sixty_at_once_with_a_burst_of_twenty_admit_exactly_twenty(limiter):
    """The first twenty are admitted, counting down; the rest are told when to come back."""
    spent = await asyncio.gather(*(limiter.spend("jaki", SLOW) for _ in range(60)))
    assert [True] * 20 + [False] * 40 == [one.admitted for one in spent]
    assert [*range(19, -1, -1), *[0] * 40] == [one.remaining for one in spent]
    assert all(3590 < one.retry_after_s <= 3600 for one in spent[20:])
    assert all(one.retry_after_s == 0 for one in spent[:20])


async def test_two_processes_admit_exactly_twenty_together(shared, shared_url):
    """Sixty spends by two processes at once, burst twenty: no more and no fewer are admitted."""
    processes = [start_spender(shared_url) for _ in range(2)]
    for process in processes:
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    admitted = [int((await asyncio.to_thread(process.communicate))[0]) for process in processes]
    assert sum(admitted) == 20


def start_spender(url):
    """A process that waits for a line, then spends thirty at once."""
    command = [sys.executable, "-m", "tests.support.spender", url, "together", "30", "20"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def test_what_was_spent_comes_back_with_time(limiter):
    """One is free again after window ÷ limit."""
    rule = RateRule("quick", limit=20, window_s=1, burst=1)
    first, second = await limiter.spend("jaki", rule), await limiter.spend("jaki", rule)
    assert (True, False) == (first.admitted, second.admitted)
    assert 0 < second.retry_after_s <= 0.05
    await asyncio.sleep(second.retry_after_s + 0.002)
    assert (await limiter.spend("jaki", rule)).admitted


async def test_keys_and_rules_do_not_share(limiter):
    """Another client, or another rule's name, has its own burst."""
    one = RateRule("one", limit=1, window_s=3600, burst=1)
    other = RateRule("other", limit=1, window_s=3600, burst=1)
    spent = [await limiter.spend(key, rule) for key, rule in (("a", one), ("b", one), ("a", other), ("a", one))]
    assert [True, True, True, False] == [each.admitted for each in spent]


async def test_reset_is_when_the_whole_burst_is_free_again(limiter):
    """Three of a burst spent: three times the interval."""
    rule = RateRule("reset", limit=1, window_s=100, burst=5)
    spent = [await limiter.spend("jaki", rule) for _ in range(3)]
    assert spent[-1].reset_s == pytest.approx(300, abs=1)


async def test_what_is_free_again_leaves_nothing_behind(shared, limiter):
    """Keys expire with what they hold back."""
    await limiter.spend("jaki", RateRule("ttl", limit=1, window_s=10, burst=2))
    assert 9_000 < await shared.client.pttl("rate:ttl:jaki") <= 10_000


async def test_a_process_that_spends_much_asks_in_few_round_trips(shared, limiter):
    """Calls that wait together go together."""
    await limiter.spend("warm", SLOW)
    before = await evaluations(shared)
    await asyncio.gather(*(limiter.spend(f"key-{n}", SLOW) for n in range(200)))
    assert before + 1 == await evaluations(shared)


async def evaluations(shared):
    """How many scripts the server has run."""
    return (await shared.client.info("commandstats"))["cmdstat_evalsha"]["calls"]


async def test_a_store_that_is_down_is_told_to_every_caller():
    """The caller decides whether to admit; nobody waits for ever."""
    store = await open_shared(Shared(url="unix:///nonexistent/valkey.sock", timeout_s=0.2))
    limiter = RedisRateLimiter(store.client)
    outcomes = await asyncio.gather(*(limiter.spend("jaki", SLOW) for _ in range(5)), return_exceptions=True)
    assert [StoreUnavailable] * 5 == [type(outcome) for outcome in outcomes]
    with pytest.raises(StoreUnavailable):
        await limiter.spend("jaki", SLOW)
    await store.close()


async def test_a_caller_that_goes_away_spoils_nothing(limiter):
    """Its neighbours are answered."""
    leaving = asyncio.create_task(limiter.spend("jaki", SLOW))
    staying = asyncio.create_task(limiter.spend("jaki", SLOW))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).admitted


MANY = RateRule("many", limit=1, window_s=3600, burst=2_000)


async def test_a_busy_process_spends_ahead_and_counts_down_by_one(shared, limiter):
    """A thousand, one after the other, need few round trips; each is told one less than the one before."""
    await limiter.spend("warm", SLOW)
    before = await evaluations(shared)
    remaining = [(await limiter.spend("jaki", MANY)).remaining for _ in range(1_000)]
    assert [*range(1_999, 999, -1)] == remaining
    assert await evaluations(shared) - before < 500


async def test_what_is_spent_ahead_is_spent_for_every_process(shared, limiter):
    """Another process never finds more than was left beside what is held here."""
    for _ in range(500):
        here = await limiter.spend("jaki", MANY)
    elsewhere = await RedisRateLimiter(shared.client).spend("jaki", MANY)
    assert elsewhere.remaining < here.remaining


async def test_busy_processes_admit_no_more_than_the_burst_together(shared):
    """Two that ask ten at a time until they are refused: never more, and hardly fewer."""
    limiters = [RedisRateLimiter(shared.client) for _ in range(2)]
    admitted = await asyncio.gather(*(spent_until_refused(it, MANY) for it in limiters for _ in range(10)))
    assert 1_500 < sum(admitted) <= 2_000


async def spent_until_refused(limiter, rule):
    """How many are admitted, one after the other."""
    admitted = 0
    while (await limiter.spend("jaki", rule)).admitted:
        admitted += 1
        await asyncio.sleep(0.0005)
    return admitted


async def test_what_comes_while_a_round_trip_lasts_is_served_from_what_it_brings(shared, limiter):
    """Those who come too late for the second round trip need no third one."""
    await limiter.spend("warm", SLOW)
    before = await evaluations(shared)
    await asyncio.gather(*(limiter.spend("jaki", MANY) for _ in range(30)))
    second = [asyncio.create_task(limiter.spend("jaki", MANY)) for _ in range(30)]
    for _ in range(3):  # they wait, the sender begins, the question is on its way
        await asyncio.sleep(0)
    late = [asyncio.create_task(limiter.spend("jaki", MANY)) for _ in range(20)]
    told = [(await one).remaining for one in (*second, *late)]
    assert [*range(1_969, 1_919, -1)] == told
    assert before + 2 == await evaluations(shared)


async def test_what_was_spent_ahead_lapses(shared, limiter):
    """After a rest the store is asked, and what was held is not admitted any more."""
    for _ in range(500):
        last = await limiter.spend("jaki", MANY)
    await asyncio.sleep(2 * AHEAD_S)
    before = await evaluations(shared)
    rested = await limiter.spend("jaki", MANY)
    assert before + 1 == await evaluations(shared)
    assert rested.remaining < last.remaining


async def test_who_asks_seldom_spends_nothing_ahead(shared, limiter):
    """Each is one round trip, and takes one."""
    remaining = []
    for _ in range(4):
        remaining.append((await limiter.spend("jaki", MANY)).remaining)
        await asyncio.sleep(2 * AHEAD_S)
    elsewhere = await RedisRateLimiter(shared.client).spend("jaki", MANY)
    assert [1_999, 1_998, 1_997, 1_996, 1_995] == [*remaining, elsewhere.remaining]
