"""What is done for each event and delivery costs the same however many there have been: no whole table is read."""

import pytest
import sqlalchemy as sa

from gateway.settings import Database
from gateway.storage.accepting import Accepting
from gateway.storage.engine import open_engine
from gateway.storage.migrate import migrate
from gateway.storage.old_deliveries import StoredOldDeliveries
from gateway.storage.prepared import padded
from tests.support.deliveries import START, Line, a_subscription, arrived, failed
from tests.support.life_events import a_publication, an_event

THAT_GROW = {"audit_records", "case_steps", "cases", "deliveries", "delivery_attempts", "events", "idempotency_keys"}


@pytest.fixture
async def line(tmp_path):
    """An outbox over SQLite, whose planner is the simpler one."""
    engine = open_engine(Database(url=f"sqlite:///{tmp_path}/gateway.db"))
    await migrate(engine)
    made = Line(engine, tmp_path)
    yield made
    await made.transactor.close()
    await engine.dispose()


@pytest.fixture
def said(line):
    """What is said to the database from here on."""
    found = {}

    def note(_connection, _cursor, statement, parameters, _context, is_many):
        found[statement] = parameters[0] if is_many else parameters

    sa.event.listen(line.transactor._local, "before_cursor_execute", note)
    yield found
    sa.event.remove(line.transactor._local, "before_cursor_execute", note)


async def scanned(line, said):
    """The tables that one of the statements reads from one end to the other."""

    def explain(connection):
        found = set()
        for statement, parameters in list(said.items()):
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
                found |= {it.detail.split()[1] for it in rows if it.detail.startswith("SCAN")}
        return found

    return await line.transactor.run(explain)


async def test_accepting_reads_no_whole_table(line, said):
    """With and without an idempotency key; new ones and repetitions."""
    await line.subscribe(a_subscription())
    publication = a_publication(an_event(1), an_event(2), idempotency_key="k-1")
    for _ in range(2):
        await line.transactor.run(Accepting([publication], sealer=line.sealer).run)
    assert len(said) > 8
    assert set() == THAT_GROW & await scanned(line, said)


async def test_a_turn_reads_no_whole_table(line, said):
    """Claiming, settling what arrived and what did not, and counting attempts; and forgetting what is old."""
    await line.subscribe(a_subscription())
    await line.births(5)
    worker = line.worker()
    first, second, *_ = await line.claim(worker)
    await line.claim(worker, settled=(arrived(first), failed(second)))
    await StoredOldDeliveries(line.transactor).forget(before=START, after=0, limit=10)
    assert len(said) > 12
    assert set() == THAT_GROW & await scanned(line, said)


def test_lists_come_in_few_lengths():
    """And say the same."""
    assert [0, 1, 2, 4, 4, 8] == [len(padded("abcdefgh"[:count])) for count in range(6)]
    assert ["a", "b", "c", "c"] == padded("abc")
