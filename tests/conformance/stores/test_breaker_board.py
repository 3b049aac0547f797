"""The circuit breakers' board, over the embedded Valkey and Redis."""

import asyncio

import pytest

from gateway.settings import Shared
from gateway.storage.redis_breaker_board import RedisBreakerBoard
from gateway.storage.shared_store import open_shared

LONG = 60.0
SHORT = 0.05


@pytest.fixture
def board(shared):
    """The board as one process sees it."""
    return RedisBreakerBoard(shared.client)


@pytest.fixture
def other(shared):
    """The board as another process sees it."""
    return RedisBreakerBoard(shared.client)


async def fail(board, times, *, open_s=LONG):
    """Fails that often; what was said each time."""
    return [await board.failed("platform", 3, open_s) for _ in range(times)]


async def test_a_platform_that_never_failed_may_be_asked(board):
    """The circuit is closed."""
    assert await board.may_ask("platform", LONG)


async def test_failures_in_a_row_open_the_circuit_for_everybody(board, other):
    """The third failure opens it, whoever counted the others."""
    assert [False, False] == await fail(board, 2)
    assert [True] == await fail(other, 1)
    assert [False, False] == [await each.may_ask("platform", LONG) for each in (board, other)]


async def test_a_success_begins_the_count_anew(board, other):
    """Failures are counted in a row only."""
    await fail(board, 2)
    await other.may_ask("platform", LONG)
    await other.succeeded("platform")
    assert [False, False] == await fail(board, 2)


async def test_after_a_while_one_of_the_whole_fleet_may_try(board, other):
    """Half open: of ten that ask at once, exactly one may."""
    await fail(board, 3, open_s=SHORT)
    await asyncio.sleep(SHORT + 0.01)
    may = await asyncio.gather(*((board, other)[n % 2].may_ask("platform", LONG) for n in range(10)))
    assert sum(may) == 1


async def test_a_trial_that_succeeds_closes_the_circuit(board, other):
    """Everybody may ask again."""
    await fail(board, 3, open_s=SHORT)
    await asyncio.sleep(SHORT + 0.01)
    assert await board.may_ask("platform", LONG)
    await board.succeeded("platform")
    assert [True, True] == [await each.may_ask("platform", LONG) for each in (board, other)]


async def test_a_trial_that_fails_opens_it_again_at_once(board):
    """One failure suffices."""
    await fail(board, 3, open_s=SHORT)
    await asyncio.sleep(SHORT + 0.01)
    assert await board.may_ask("platform", LONG)
    assert [True] == await fail(board, 1)
    assert not await board.may_ask("platform", LONG)


async def test_a_trial_that_never_reports_back_is_followed_by_another(board, other):
    """The process that tried was killed: after the same while, the next may."""
    await fail(board, 3, open_s=SHORT)
    await asyncio.sleep(SHORT + 0.01)
    assert await board.may_ask("platform", SHORT)
    assert not await other.may_ask("platform", SHORT)
    await asyncio.sleep(SHORT + 0.01)
    assert await other.may_ask("platform", SHORT)


async def test_platforms_do_not_share_a_circuit(board):
    """One partner's failure never takes another partner's data away."""
    await fail(board, 3)
    assert await board.may_ask("other-platform", LONG)


async def test_success_on_a_clean_circuit_costs_no_question(shared, board):
    """Where nothing had failed when we asked, nothing is sent."""
    assert await board.may_ask("platform", LONG)
    before = (await shared.client.info("commandstats")).get("cmdstat_del", {}).get("calls", 0)
    await board.succeeded("platform")
    after = (await shared.client.info("commandstats")).get("cmdstat_del", {}).get("calls", 0)
    assert before == after


async def test_a_store_that_is_down_is_a_closed_circuit():
    """Fails open: the platform may be asked, and nothing is raised."""
    store = await open_shared(Shared(url="unix:///nonexistent/valkey.sock", timeout_s=0.2))
    board = RedisBreakerBoard(store.client)
    assert await board.may_ask("platform", LONG)
    assert await board.failed("platform", 1, LONG) is False
    await board.succeeded("platform")
    await store.close()
