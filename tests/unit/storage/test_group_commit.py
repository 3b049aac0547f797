"""What waits together is committed together."""

import asyncio

import pytest

from gateway.errors import StoreUnavailable
from gateway.storage.group_commit import GroupCommit


class Disk:
    """Commits as its test says, and remembers its batches."""

    def __init__(self):
        self.batches = []
        self.free = asyncio.Event()
        self.free.set()
        self.fault = None

    async def commit(self, items):
        """Each item, upper-cased."""
        self.batches.append(list(items))
        await self.free.wait()
        if self.fault is not None:
            raise self.fault
        return [item.upper() for item in items]


def unavailable(cause):
    """What those are told whose item did not become durable."""
    return StoreUnavailable("not kept", store="disk", cause=cause)


@pytest.fixture
def disk():
    """A disk that is free."""
    return Disk()


@pytest.fixture
async def commits(disk):
    """Batches of three at most, five waiting."""
    opened = GroupCommit(disk.commit, name="test", unavailable=unavailable, batch=3, queue=5, limit_s=0.2)
    opened.open()
    yield opened
    disk.free.set()
    await opened.close()


async def add_all(commits, *items, weight=1):
    """What became of each, or how it failed."""
    return await asyncio.gather(*(commits.add(it, weight=weight) for it in items), return_exceptions=True)


async def test_each_gets_its_own_result_and_batches_follow_one_another(disk, commits):
    """The first batch takes what waits, as far as it may; the next one the rest."""
    assert ["A", "B", "C", "D", "E"] == await add_all(commits, "a", "b", "c", "d", "e")
    assert [["a", "b", "c"], ["d", "e"]] == disk.batches


async def test_a_batch_is_filled_by_weight(disk, commits):
    """Two of weight two are one too many for a batch of three."""
    assert ["A", "B"] == await add_all(commits, "a", "b", weight=2)
    assert [["a"], ["b"]] == disk.batches


async def test_what_outweighs_a_batch_is_committed_alone(disk, commits):
    """It must not wait for ever."""
    assert ["A"] == await add_all(commits, "a", weight=4)
    assert [["a"]] == disk.batches


async def test_what_the_queue_cannot_take_is_told_at_once(commits):
    """By weight; and what waited is committed all the same."""
    *kept, refused = await add_all(commits, "a", "b", "c", weight=2)
    assert ["A", "B"] == kept
    assert refused.parameters["cause"] == "queue-full"


async def test_room_comes_back_with_each_batch(commits):
    """What is committed does not count as waiting."""
    for item in "abcdefgh":
        assert item.upper() == await commits.add(item, weight=5)


async def test_a_failed_batch_is_told_to_its_own_and_the_next_is_tried(disk, commits):
    """By the type of what failed."""
    disk.fault = OSError("no space left")
    assert ["OSError"] * 2 == [it.parameters["cause"] for it in await add_all(commits, "a", "b")]
    disk.fault = None
    assert ["C"] == await add_all(commits, "c")


async def test_a_disk_that_hangs_is_told_to_all_who_wait_and_used_again(disk, commits):
    """Those whose batch has not begun are told when their own time is up."""
    disk.free.clear()
    first = asyncio.create_task(add_all(commits, "a"))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(add_all(commits, "b"))
    assert {"timeout", "TimeoutError"} >= {it.parameters["cause"] for it in [*await first, *await second]}
    disk.free.set()
    assert ["C"] == await add_all(commits, "c")


async def test_closing_commits_what_waits_and_takes_nothing_more(disk, commits):
    """An orderly stop loses nothing."""
    waiting = [asyncio.create_task(commits.add(item)) for item in "ab"]
    await asyncio.sleep(0)
    await commits.close()
    assert ["A", "B"] == [await it for it in waiting]
    (refused,) = await add_all(commits, "c")
    assert refused.parameters["cause"] == "closed"
    assert [["a", "b"]] == disk.batches
