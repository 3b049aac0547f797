"""What is old and settled leaves the outbox, over SQLite and PostgreSQL; what waits stays for as long as it takes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.storage.engine import reading
from gateway.storage.life_event_tables import deliveries, delivery_attempts
from gateway.storage.old_deliveries import StoredOldDeliveries
from tests.support.deliveries import START, Line, a_subscription, arrived, failed

YEAR = timedelta(days=365)


@pytest.fixture
async def line(engine, tmp_path):
    """Five births: the first two have arrived, the third was tried in vain, two were never tried."""
    made = Line(engine, tmp_path)
    await made.subscribe(a_subscription())
    await made.births(5)
    worker = made.worker()
    first, second, third = await made.claim(worker, total=12)  # a quarter of it is one receiver's
    await made.settle(worker, arrived(first), arrived(second), failed(third))
    yield made
    await made.transactor.close()


async def kept(engine):
    """The events whose deliveries are kept, and how many attempts are."""
    async with reading(engine) as connection:
        sequences = (await connection.execute(sa.select(deliveries.c.event_sequence))).scalars().all()
        attempts = (await connection.execute(sa.select(sa.func.count()).select_from(delivery_attempts))).scalar_one()
    return sorted(sequences), attempts


async def forgotten(line, *, before, limit):
    """What each stretch forgot, until all that is left is young."""
    old, steps, reached = StoredOldDeliveries(line.transactor), [], 0
    while reached is not None:
        step = await old.forget(before=before, after=reached, limit=limit)
        steps.append(step.count)
        reached = step.reached
    return steps


async def test_settled_deliveries_go_with_their_attempts_and_waiting_ones_stay(line, engine):
    """A stretch of two events at a time; what was tried and waits keeps its attempt."""
    assert ([1, 2, 3, 4, 5], 3) == await kept(engine)
    assert [2, 0, 0, 0] == await forgotten(line, before=START + YEAR, limit=2)
    assert ([3, 4, 5], 1) == await kept(engine)


async def test_nothing_young_is_forgotten(line, engine):
    """By when they were settled; and where the event itself is young, nothing is looked at."""
    assert [0] == await forgotten(line, before=START - YEAR, limit=2)
    assert ([1, 2, 3, 4, 5], 3) == await kept(engine)


async def test_an_old_event_delivered_lately_is_kept(line, engine):
    """As by a replay: its attempts can be looked at for as long as any other's."""
    worker = line.worker()
    later = START + YEAR
    await line.settle(worker, arrived(*await line.claim(worker, now=later, total=1), now=later), now=later)
    assert 2 == sum(await forgotten(line, before=START + timedelta(days=1), limit=100))
    assert ([3, 4, 5], 2) == await kept(engine)
