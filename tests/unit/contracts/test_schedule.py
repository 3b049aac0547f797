"""Live checks by schedule and by command: whose turn, what is kept, what happens when the database is away."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from adapters.base import Document
from gateway.contracts.live_checks import LiveChecks
from gateway.contracts.report import Outcome
from gateway.contracts.schedule import CheckSchedule
from gateway.errors import StoreUnavailable
from gateway.ids import DatasetId
from tests.support.contract_files import ContractFiles

HOSPITALS = DatasetId("jakarta/hospitals")
BIRTHS = DatasetId("sumedang/hospital-births")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class StillClock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.at = NOON

    def now(self):
        return self.at

    def seconds(self):
        return self.at.timestamp()


class Platform:
    """Answers with one document, and counts how often it was asked."""

    finds_by_id = False

    def __init__(self, body):
        self.body = body
        self.asked = 0

    async def fetch(self, question):
        del question
        self.asked += 1
        return Document(body=self.body)


class History:
    """One dataset's turns, in memory; `down` raises as the database does."""

    def __init__(self):
        self.planned = []
        self.kept = []
        self.busy = False
        self.is_due = True
        self.down = False

    def _ask(self):
        if self.down:
            raise StoreUnavailable("the database did not answer", store="database", cause="OSError")

    async def plan(self, datasets, *, now, every_s):
        self._ask()
        self.planned.append((list(datasets), now, every_s))

    async def due(self, *, now):
        del now
        self._ask()
        return [HOSPITALS] if self.is_due and not self.busy else []

    async def take_turn(self, dataset, *, now, next_at, until):
        self._ask()
        assert (timedelta(hours=1), timedelta(seconds=90)) == (next_at - now, until - now)
        taken, self.is_due = self.is_due and not self.busy and dataset == HOSPITALS, False
        return taken

    async def begin(self, dataset, *, now, until):
        del dataset, now, until
        self._ask()
        return not self.busy

    async def keep(self, record):
        self._ask()
        self.kept.insert(0, record)

    async def latest(self):
        return {}

    async def of(self, dataset, *, limit):
        del dataset
        self._ask()
        return self.kept[:limit]


@pytest.fixture
def history():
    """A history in memory."""
    return History()


@pytest.fixture
def platform(tmp_path):
    """The platform of Jakarta's hospitals, as recorded."""
    files = ContractFiles(tmp_path / "jakarta", "jakarta/hospitals")
    return Platform((files.samples / "list.json").read_bytes())


@pytest.fixture
def checks(tmp_path, history, platform):
    """Live checks of a dataset and an event source."""
    contracts = {
        HOSPITALS: ContractFiles(tmp_path / "a", HOSPITALS).contract(),
        BIRTHS: ContractFiles(tmp_path / "b", BIRTHS).contract(),
    }
    return LiveChecks(contracts, {HOSPITALS: platform}, history=history, clock=StillClock())


async def test_a_command_checks_and_keeps(checks, history):
    """The history says who asked, and when."""
    report = await checks.by_command(HOSPITALS)
    assert Outcome.OK is report.outcome
    assert [(HOSPITALS, "command", NOON, report)] == [
        (it.dataset, it.origin, it.checked_at, it.report) for it in history.kept
    ]


async def test_a_command_leaves_alone_what_is_being_checked(checks, history, platform):
    """Two crons at once ask a platform once."""
    history.busy = True
    report = await checks.by_command(HOSPITALS)
    assert (Outcome.SKIPPED, 0, []) == (report.outcome, platform.asked, history.kept)


async def test_life_events_are_not_asked_for(checks, history):
    """They come to us."""
    report = await checks.by_command(BIRTHS)
    assert (Outcome.SKIPPED, []) == (report.outcome, history.kept)
    assert [HOSPITALS] == checks.datasets
    assert {HOSPITALS, BIRTHS} == set(await checks.side_by_side())


async def test_without_a_history_a_check_is_told_all_the_same(checks, history, platform):
    """In a partner's own repository there is none; where there is one, nobody checks without asking it."""
    report = await LiveChecks(
        {HOSPITALS: checks._contracts[HOSPITALS]}, {HOSPITALS: platform}, history=None, clock=StillClock()
    ).by_command(HOSPITALS)
    assert Outcome.OK is report.outcome
    history.down = True
    with pytest.raises(StoreUnavailable):
        await checks.by_command(HOSPITALS)


async def test_the_schedule_checks_what_is_due_and_survives_a_database_that_is_away(checks, history, platform):
    """Nothing is asked while nothing is known; afterwards the turn is taken once."""
    history.down = True
    schedule = CheckSchedule(checks, history=history, clock=StillClock(), every_s=3600.0)
    schedule._pause_s = 0.01
    await schedule.open()
    await asyncio.sleep(0.05)
    assert 0 == platform.asked
    history.down = False
    for _ in range(200):
        await asyncio.sleep(0.01)
        if history.kept:
            break
    await schedule.close()
    assert ([([HOSPITALS], NOON, 3600.0)], 1, "schedule") == (history.planned, platform.asked, history.kept[0].origin)


def test_a_process_that_serves_loads_neither_hypothesis_nor_a_validator():
    """They are for the command; a process that serves would carry them for nothing."""
    script = (
        "import sys, json, gateway.wiring.build, gateway.app, gateway.contracts.schedule\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [] == [it for it in ("hypothesis", "jsonschema_rs", "genson", "pytest") if it in json.loads(done.stdout)]
