"""When a platform may be asked, and when asking once more is worth it."""

import asyncio

import pytest

from adapters.base import AdapterError, Fault
from gateway.settings import Upstream
from gateway.upstream.platform_health import CircuitOpenError, PlatformHealth

SICK = AdapterError(Fault.UNREACHABLE, "500", is_transient=True)


class CountingBoard:
    """The real board, with a count of what it is asked and told."""

    def __init__(self, board):
        self._board = board
        self.calls = []

    async def may_ask(self, key, open_s):
        self.calls.append("may_ask")
        return await self._board.may_ask(key, open_s)

    async def succeeded(self, key):
        self.calls.append("succeeded")
        await self._board.succeeded(key)

    async def failed(self, key, threshold, open_s):
        self.calls.append("failed")
        return await self._board.failed(key, threshold, open_s)


@pytest.fixture
def board(breakers):
    """Counted."""
    return CountingBoard(breakers)


def health(board, meter, **settings):
    """One platform, as one process sees it."""
    chosen = Upstream(**{"breaker_threshold": 3, "breaker_open_s": 5.0, **settings})
    return PlatformHealth("kota/p", settings=chosen, board=board, meter=meter)


def delay(platform, error, *, retries=0, left_s=10.0):
    """The wait before asking again, with so much time left."""
    return platform.delay_before_retry(error, retries=retries, ends=asyncio.get_running_loop().time() + left_s)


async def test_a_platform_that_just_answered_is_asked_without_the_board(board, meter):
    """A hundred questions in a row cost it one look and one word."""
    platform = health(board, meter)
    for _ in range(100):
        await platform.require_askable()
        await platform.answered()
    assert board.calls.count("may_ask") == board.calls.count("succeeded") < 20


async def test_a_failure_ends_that_trust(board, meter):
    """The next question looks, and the next answer is told."""
    platform = health(board, meter)
    await platform.require_askable()
    await platform.answered()
    await platform.failed(SICK)
    await platform.require_askable()
    await platform.answered()
    assert ["may_ask", "succeeded", "failed", "may_ask", "succeeded"] == board.calls


async def test_failures_in_a_row_open_the_circuit_and_others_do_not(board, meter):
    """An answer in between begins the count anew; a fault of one dataset is an answer."""
    platform = health(board, meter)
    for error in (SICK, SICK, AdapterError(Fault.UNREADABLE, "html"), SICK, SICK):
        assert await platform.failed(error)
    assert not await platform.failed(SICK)
    with pytest.raises(CircuitOpenError):
        await platform.require_askable()


async def test_a_wish_for_quiet_is_bounded(board, meter):
    """A platform that asks for a year gets a minute."""
    platform = health(board, meter)
    await platform.failed(AdapterError(Fault.UNREACHABLE, "429", is_transient=True, retry_after_s=31_536_000))
    with pytest.raises(CircuitOpenError) as caught:
        await platform.require_askable()
    assert 59 < caught.value.retry_after_s <= 60


async def test_the_wait_grows_and_differs(board, meter):
    """Within half of its bound, so that those who failed together do not return together."""
    platform = health(board, meter, retries=5)
    waits = [[delay(platform, SICK, retries=retries) for _ in range(2)] for retries in range(5)]
    for (one, other), bound in zip(waits, [0.1, 0.2, 0.4, 0.8, 1.0], strict=True):
        assert bound / 2 <= one <= bound
        assert one != other


@pytest.mark.parametrize(
    ("error", "retries", "left_s"),
    [
        (AdapterError(Fault.UNREADABLE, "html"), 0, 10.0),
        (SICK, 2, 10.0),
        (SICK, 0, 0.1),
        (AdapterError(Fault.UNREACHABLE, "429", is_transient=True, retry_after_s=9.95), 0, 10.0),
    ],
    ids=["will not pass", "often enough", "no time", "asked to wait too long"],
)
async def test_asking_again_is_not_always_worth_it(board, meter, error, retries, left_s):
    """Then there is no wait, but an end."""
    assert delay(health(board, meter), error, retries=retries, left_s=left_s) is None


async def test_a_wish_to_wait_is_waited_for(board, meter):
    """Where there is time for it."""
    error = AdapterError(Fault.UNREACHABLE, "429", is_transient=True, retry_after_s=2.0)
    assert 2.0 < delay(health(board, meter), error) <= 2.1


async def test_retries_are_saved_up_by_questions(board, meter):
    """Ten in hand; spent, each question gives its share of one."""
    platform = health(board, meter, retry_budget=0.5)
    assert 10 == sum(delay(platform, SICK) is not None for _ in range(30))
    for _ in range(4):
        await platform.require_askable()
    assert 2 == sum(delay(platform, SICK) is not None for _ in range(30))
