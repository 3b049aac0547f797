"""The history of contract checks and their turns, over SQLite and PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.contracts.history import CheckRecord
from gateway.contracts.report import Finding, Outcome, Severity, Stage, StageReport
from gateway.ids import DatasetId, new_id
from gateway.storage.contract_checks import LatestChecks, StoredContractChecks

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOSPITALS, TREES = DatasetId("jakarta/hospitals"), DatasetId("jakarta/trees")
HOUR_S = 3600.0


@pytest.fixture
def history(engine):
    """The history of one process."""
    return StoredContractChecks(engine, keep=timedelta(days=30))


def check(dataset=HOSPITALS, *, at=NOON, outcome=Outcome.OK):
    """A check that was made."""
    finding = Finding(code="field-gone", severity=Severity.NOTE, message="gone", pointer="/data/*/nama", since="2026")
    report = StageReport(stage=Stage.LIVE, outcome=outcome, seconds=0.25, counts={"records_in": 3}, findings=(finding,))
    return CheckRecord(id=new_id("chk"), dataset=dataset, checked_at=at, origin="schedule", report=report)


async def test_a_check_comes_back_as_it_was_kept(history):
    """Findings, counts, instants."""
    kept = check()
    await history.keep(kept)
    assert {HOSPITALS: kept} == await history.latest()
    assert [kept] == await history.of(HOSPITALS, limit=5)


async def test_the_newest_check_of_each_dataset_is_the_latest(history):
    """Older ones stay in the history, the newest first."""
    first, second, other = check(), check(at=NOON + timedelta(hours=1)), check(TREES)
    for one in (first, second, other):
        await history.keep(one)
    assert {HOSPITALS: second, TREES: other} == await history.latest()
    assert [second, first] == await history.of(HOSPITALS, limit=5)


async def test_checks_older_than_is_kept_go(history):
    """A year of checks every hour must not stay."""
    await history.keep(check(at=NOON - timedelta(days=31)))
    await history.keep(check())
    assert 1 == len(await history.of(HOSPITALS, limit=5))


async def test_first_turns_are_spread_over_the_interval(history):
    """Not all platforms are asked at once."""
    await history.plan([HOSPITALS, TREES], now=NOON, every_s=HOUR_S)
    assert [] == await history.due(now=NOON)
    assert [HOSPITALS] == await history.due(now=NOON + timedelta(minutes=16))
    assert [HOSPITALS, TREES] == await history.due(now=NOON + timedelta(minutes=46))


async def test_planning_again_moves_no_turn_but_those_beyond_the_interval(history):
    """A restart brings no burst, and a shorter interval holds at once."""
    await history.plan([HOSPITALS], now=NOON, every_s=HOUR_S)
    await history.plan([HOSPITALS], now=NOON + timedelta(minutes=20), every_s=HOUR_S)
    assert [HOSPITALS] == await history.due(now=NOON + timedelta(minutes=31))
    await history.plan([HOSPITALS], now=NOON, every_s=60.0)
    assert [HOSPITALS] == await history.due(now=NOON + timedelta(minutes=1))


async def test_a_dataset_that_is_gone_has_no_turn(history):
    """What the settings do not name any more is not checked."""
    await history.plan([HOSPITALS, TREES], now=NOON, every_s=HOUR_S)
    await history.plan([TREES], now=NOON, every_s=HOUR_S)
    assert [TREES] == await history.due(now=NOON + timedelta(hours=2))


async def test_one_of_many_processes_gets_a_turn(engine, history):
    """Eight ask for it at once; the next turn comes after the interval."""
    await history.plan([HOSPITALS], now=NOON, every_s=HOUR_S)
    now = NOON + timedelta(minutes=40)
    others = [StoredContractChecks(engine, keep=timedelta(days=30)) for _ in range(8)]
    turns = [
        other.take_turn(HOSPITALS, now=now, next_at=now + timedelta(hours=1), until=now + timedelta(minutes=2))
        for other in others
    ]
    assert 1 == sum(await asyncio.gather(*turns))
    assert [] == await history.due(now=now + timedelta(minutes=59))
    assert [HOSPITALS] == await history.due(now=now + timedelta(minutes=61))


async def test_a_check_that_is_under_way_keeps_others_from_beginning_one(history):
    """Neither by command nor by schedule, until it is kept, or its time is over."""
    soon, later = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    assert await history.begin(HOSPITALS, now=NOON, until=NOON + timedelta(minutes=2))
    assert not await history.begin(HOSPITALS, now=soon, until=later)
    assert await history.begin(HOSPITALS, now=later, until=later + timedelta(minutes=2))
    await history.keep(check())
    assert await history.begin(HOSPITALS, now=later, until=later + timedelta(minutes=2))


async def test_a_command_keeps_a_turn_from_being_taken(history):
    """The turn stays due, and is taken once the command has ended."""
    await history.plan([HOSPITALS], now=NOON - timedelta(hours=1), every_s=HOUR_S)
    await history.begin(HOSPITALS, now=NOON, until=NOON + timedelta(minutes=2))
    turn = {"next_at": NOON + timedelta(hours=1), "until": NOON + timedelta(minutes=2)}
    assert not await history.take_turn(HOSPITALS, now=NOON, **turn)
    await history.keep(check())
    assert await history.take_turn(HOSPITALS, now=NOON, **turn)


async def test_every_process_hears_of_a_check(history, watch):
    """The newest checks are in memory without being asked for, and the meter is told."""
    told = []
    latest = LatestChecks(history, watch, told=told.append)
    await latest.reload()
    before = latest.version
    kept = check()
    await history.keep(kept)
    await watch.poll()
    assert (kept, [kept]) == (latest.by_dataset[HOSPITALS], told)
    assert latest.version > before
