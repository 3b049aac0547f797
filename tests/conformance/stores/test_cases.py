"""Cases, over SQLite and PostgreSQL: what events make of them, how they are found, what they say together."""

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from gateway.cases.case import CaseStatus, StepStatus
from gateway.cases.indicators import month_bounds
from gateway.cases.late_event import LateEvents
from gateway.cases.ports import CaseQuestion
from gateway.cases.view import CaseViews, Effect
from gateway.clock import SystemClock
from gateway.errors import StoreUnavailable
from gateway.life_events.sealing import Sealer
from gateway.storage.cases import StoredCases
from gateway.storage.engine import reading, writing
from gateway.storage.event_log import GroupCommitLog
from gateway.storage.late_steps import StoredLateSteps
from gateway.storage.life_event_tables import case_steps, events
from gateway.storage.tables import audit_records
from gateway.storage.transactor import Transactor
from tests.support.case_world import CARDS, NOON, RECIPE, a_follow_up, an_opening
from tests.support.life_events import SilentBell, a_publication, an_event

DAY = timedelta(days=1)
WIB = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def sealer(tmp_path):
    """Keys that processes of one test share."""
    return Sealer.opened(tmp_path / "event-keys", clock=SystemClock())


@pytest.fixture
async def log(engine, transactor, sealer):
    """The log that places events in their cases."""
    made = GroupCommitLog(engine, transactor=transactor, sealer=sealer, bell=SilentBell())
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def accept(log):
    """Takes events in one publication."""

    async def accepting(*accepted):
        await log.accept(a_publication(*accepted))

    return accepting


@pytest.fixture
def cases(engine):
    """The register."""
    return StoredCases(engine)


@pytest.fixture
def late_in(engine, transactor, sealer):
    """Makes what tells of late steps, with the bell that it rings."""

    def made(*, recipes=None, transactor=transactor):
        bell = SilentBell()
        told = LateEvents({RECIPE.name: RECIPE} if recipes is None else recipes)
        return StoredLateSteps(engine, transactor=transactor, sealer=sealer, bell=bell, events=told), bell

    return made


async def found(cases, opening):
    """The case that the event opened."""
    return (await cases.find(opening.case_id, partner=opening.provider)).case


async def done(cases, opening):
    """The names of the steps that are done."""
    return {step.name for step in (await found(cases, opening)).steps if step.done_at is not None}


async def test_an_opening_makes_a_case_with_all_its_steps(cases, accept):
    """Each with its own deadline, none done."""
    opening = an_opening()
    await accept(opening)
    case = await found(cases, opening)
    assert ("bayi", "sumedang", NOON, None) == (case.recipe, case.partner, case.opened_at, case.completed_at)
    assert {"akta": NOON + 3 * DAY, "kk": NOON + 3 * DAY, "told": NOON + 4 * DAY} == {
        step.name: step.due_at for step in case.steps
    }
    assert (CaseStatus.OPEN, CaseStatus.LATE) == (case.status(NOON), case.status(NOON + 3 * DAY))


async def test_a_case_is_complete_with_its_last_step(cases, accept):
    """And not before; each step has the time of its event."""
    opening = an_opening()
    await accept(opening)
    for day, step in enumerate(("kk", "akta", "told"), 1):
        assert (await found(cases, opening)).completed_at is None
        await accept(a_follow_up(opening, step, at=NOON + day * DAY))
    case = await found(cases, opening)
    assert (NOON + 3 * DAY, CaseStatus.COMPLETE) == (case.completed_at, case.status(NOON + 9 * DAY))
    assert {StepStatus.DONE} == {step.status(NOON) for step in case.steps}


async def test_one_batch_may_hold_all_follow_ups(cases, accept):
    """They are placed in their order: told, which stands before the last card, does not count."""
    one, other = an_opening(), an_opening()
    await accept(one, other)
    await accept(
        *(a_follow_up(one, step) for step in ("akta", "kk", "told")),
        *(a_follow_up(other, step) for step in ("akta", "told", "kk")),
    )
    assert {"akta", "kk", "told"} == await done(cases, one)
    assert {"akta", "kk"} == await done(cases, other)
    assert (await found(cases, one)).completed_at is not None
    assert (await found(cases, other)).completed_at is None


async def test_the_timeline_says_what_each_event_was_to_the_case(cases, accept):
    """Opened, early, done, repeated, noted, in order of acceptance."""
    opening = an_opening()
    await accept(opening)
    for step in ("told", "akta", "akta", None, "kk", "told"):
        await accept(a_follow_up(opening, step))
    detail = CaseViews({RECIPE.name: RECIPE}).detail(
        await cases.find(opening.case_id, partner=opening.provider), adoption=None, now=NOON
    )
    expected = [Effect.OPENED, Effect.EARLY, Effect.DONE, Effect.REPEATED, Effect.NOTED, Effect.DONE, Effect.DONE]
    assert expected == [entry.effect for entry in detail.timeline]
    assert CaseStatus.COMPLETE is detail.status


async def test_a_repeated_opening_opens_no_second_case(cases, accept):
    """The same source and id is the same event, whatever case id the second attempt would have had."""
    opening = an_opening()
    again = msgspec.structs.replace(an_opening(), source_event_id=opening.source_event_id)
    await accept(opening)
    await accept(again)
    assert await cases.head(again.case_id) is None
    assert 1 == len(await cases.page(opening.provider, CaseQuestion(), now=NOON))


async def test_a_case_belongs_to_its_partner(cases, accept):
    """Another one's is not there."""
    opening = an_opening()
    await accept(opening)
    assert await cases.find(opening.case_id, partner="jakarta") is None
    assert () == await cases.page("jakarta", CaseQuestion(), now=NOON)
    assert "sumedang" == (await cases.head(opening.case_id)).partner


@pytest.mark.parametrize("case_id", ["case_x", "", "a\x00b", "x" * 500])
async def test_what_is_no_case_is_not_found(cases, case_id):
    """Whatever it is."""
    assert await cases.head(case_id) is None
    assert await cases.find(case_id, partner="sumedang") is None


async def test_pages_go_back_from_the_newest_and_can_be_filtered(cases, accept):
    """By status, as it is now, by recipe and by the day of opening."""
    openings = [an_opening(at=NOON + day * DAY) for day in range(5)]
    for opening in openings:
        await accept(opening)
    await accept(*(a_follow_up(openings[0], step, at=NOON + DAY) for step in ("akta", "kk", "told")))
    now = NOON + 5 * DAY

    async def ids(**question):
        return [it.id for it in await cases.page("sumedang", CaseQuestion(**question), now=now)]

    newest_first = [it.case_id for it in reversed(openings)]
    assert newest_first == await ids()
    assert newest_first[:2] == await ids(limit=2)
    assert newest_first[2:4] == await ids(limit=2, before=newest_first[1])
    assert [openings[0].case_id] == await ids(status=CaseStatus.COMPLETE)
    assert [it.case_id for it in (openings[2], openings[1])] == await ids(status=CaseStatus.LATE)
    assert [it.case_id for it in (openings[4], openings[3])] == await ids(status=CaseStatus.OPEN)
    assert newest_first[:2] == await ids(opened_since=NOON + 3 * DAY)
    assert [] == await ids(recipe="lain")
    assert [] == await ids(recipe="a\x00b")


async def test_late_steps_are_told_to_each_role_once(engine, cases, accept, late_in):
    """One event for each role that is to hear, sealed and recorded, in the case's order; then no more."""
    opening = an_opening()
    await accept(opening, a_follow_up(opening, "akta"))
    steps, bell = late_in()
    assert 0 == await steps.tell(NOON + 2 * DAY, limit=10)
    now = NOON + 3 * DAY
    assert [1, 0] == [await steps.tell(now, limit=10) for _ in range(2)]
    assert 1 == bell.rings
    async with reading(engine) as connection:
        rows = (await connection.execute(sa.select(events).where(events.c.name == "case-late"))).mappings().all()
        leaves = (await connection.execute(sa.select(audit_records.c.leaf))).scalars()
        recorded = [it for it in map(msgspec.json.decode, leaves) if it["kind"] == "case.late"]
    assert {("kk", "capil"), ("kk", "notifier")} == {(it["facts"]["step"], it["facts"]["role"]) for it in rows}
    assert {opening.case_id} == {it["case_id"] for it in rows} == {it["order_key"] for it in rows}
    assert {it["id"] for it in rows} == {it["subject"] for it in recorded}
    (told,) = [it for it in (await found(cases, opening)).steps if it.told_late_at is not None]
    assert ("kk", now) == (told.name, told.told_late_at)


async def test_many_workers_tell_of_each_step_once(engine, accept, late_in):
    """However many look at the same moment."""
    await accept(*(an_opening() for _ in range(20)))
    transactors = [Transactor(engine) for _ in range(3)]
    workers = [late_in(transactor=it)[0] for it in transactors]

    async def tell_all(worker):
        told = 0
        while count := await worker.tell(NOON + 9 * DAY, limit=7):
            told += count
        return told

    told = await asyncio.gather(*map(tell_all, workers))
    for it in transactors:
        await it.close()
    assert 60 == sum(told)
    async with reading(engine) as connection:
        count = sa.select(sa.func.count()).where(events.c.name == "case-late")
        assert 20 * (2 + 2 + 1) == (await connection.execute(count)).scalar_one()


async def test_where_telling_fails_the_step_is_told_the_next_time(engine, accept, late_in):
    """Without its audit record nothing is told, and the step is not marked."""
    opening = an_opening()
    await accept(opening)
    async with writing(engine) as connection:
        await connection.execute(sa.text("ALTER TABLE audit_records RENAME TO elsewhere"))
    steps, _ = late_in()
    with pytest.raises(StoreUnavailable):
        await steps.tell(NOON + 9 * DAY, limit=10)
    async with writing(engine) as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO audit_records"))
    assert 3 == await steps.tell(NOON + 9 * DAY, limit=10)


async def test_a_late_step_of_a_recipe_that_is_gone_is_told_to_nobody(engine, accept, late_in):
    """It is marked, so that it is not looked at for ever."""
    await accept(an_opening())
    steps, _ = late_in(recipes={})
    assert [3, 0] == [await steps.tell(NOON + 9 * DAY, limit=10) for _ in range(2)]
    async with reading(engine) as connection:
        count = sa.select(sa.func.count()).where(events.c.name == "case-late")
        assert 0 == (await connection.execute(count)).scalar_one()


async def test_a_late_step_can_still_be_done(cases, accept, late_in):
    """Then the case is complete, and says that it was late."""
    opening = an_opening()
    await accept(opening)
    steps, _ = late_in()
    await steps.tell(NOON + 9 * DAY, limit=10)
    await accept(*(a_follow_up(opening, step, at=NOON + 10 * DAY) for step in ("akta", "kk", "told")))
    case = await found(cases, opening)
    assert CaseStatus.COMPLETE is case.status(NOON + 10 * DAY)
    view = CaseViews({RECIPE.name: RECIPE}).case(case, now=NOON + 11 * DAY)
    assert {"akta": 7 * 86_400, "kk": 7 * 86_400, "told": 6 * 86_400} == {it.name: it.late_by_s for it in view.steps}


async def test_the_sums_of_months_are_those_of_their_cases(cases, accept):
    """Counts, medians and shares, beside the same sums made case by case; months begin at midnight in the zone."""
    random = Random(7)
    first = datetime(2026, 1, 1, tzinfo=WIB)
    now = first + 100 * DAY
    openings = [an_opening(at=first + timedelta(hours=random.uniform(0, 24 * 90))) for _ in range(60)]
    openings += [an_opening(at=first + 31 * DAY), an_opening(at=first + 31 * DAY - timedelta(microseconds=1))]
    follow_ups = []
    for opening in openings:
        at = opening.accepted_at
        for step in ("akta", "kk", "told")[: random.choice((1, 2, 2, 3, 3, 3, 3))]:
            at += timedelta(hours=random.choice((1, 5, 20, 60)))
            follow_ups.append(a_follow_up(opening, step, at=at))
    await accept(*openings, an_opening(partner="jakarta", at=first), an_event())
    await accept(*follow_ups)

    bounds = month_bounds(now.astimezone(WIB), months=3)
    assert first == bounds[0]
    months = await cases.months("sumedang", "bayi", bounds=bounds, measured=CARDS, now=now)
    for (begin, end), month in zip(pairwise(bounds), months, strict=True):
        inside = [await found(cases, it) for it in openings if begin <= it.accepted_at < end]
        times = [took for case in inside if (took := _measured(case)) is not None]
        late = [any((it.done_at or now) > it.due_at for it in case.steps) for case in inside]
        complete = [case.completed_at is not None for case in inside]
        assert len(inside) == month.opened
        assert len(times) == month.measured
        assert (median(times) if times else None) == pytest.approx(month.median_s)
        assert sum(a or b for a, b in zip(late, complete, strict=True)) == month.judged
        assert sum(b and not a for a, b in zip(late, complete, strict=True)) == month.in_time
        assert all(complete) == month.is_final
    assert sum(it.opened for it in months) == len(openings)


def _measured(case):
    """Seconds until the last measured step, where all are done."""
    done_at = [step.done_at for step in case.steps if step.name in CARDS]
    return None if None in done_at else (max(done_at) - case.opened_at).total_seconds()


async def test_a_month_without_cases_is_empty(cases):
    """Zeros, and nothing that would be divided by them."""
    bounds = month_bounds(NOON, months=2)
    months = await cases.months("sumedang", "bayi", bounds=bounds, measured=CARDS, now=NOON)
    assert [(0, 0, None, 0)] * 2 == [(it.opened, it.measured, it.median_s, it.judged) for it in months]


async def test_what_is_late_is_found_in_an_index(engine):
    """However many steps there are that were told of, or are done."""
    query = sa.select(case_steps.c.case_id).where(
        case_steps.c.done_at.is_(None), case_steps.c.told_late_at.is_(None), case_steps.c.due_at <= NOON
    )
    text = str(query.compile(engine.sync_engine, compile_kwargs={"literal_binds": True}))
    async with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            plan = (await connection.execute(sa.text(f"EXPLAIN QUERY PLAN {text}"))).all()
        else:
            await connection.execute(sa.text("SET enable_seqscan = off"))
            plan = (await connection.execute(sa.text(f"EXPLAIN {text}"))).all()
    assert "ix_case_steps_untold_due_at" in str(plan)
