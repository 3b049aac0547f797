"""The audit trail, over SQLite and PostgreSQL."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import msgspec
import pytest
import sqlalchemy as sa

from gateway.administration.office import AuditQuestion
from gateway.errors import AuditUnavailable
from gateway.settings import Database
from gateway.storage.audit_trail import GroupCommitTrail
from gateway.storage.engine import open_engine, reading, writing
from gateway.storage.office import StoredOffice
from gateway.storage.tables import audit_records
from tests.support.registers import NOON, an_audit_record


@pytest.fixture
async def trail(engine):
    """A trail that is open."""
    opened = GroupCommitTrail(engine)
    await opened.open()
    yield opened
    await opened.close()


async def kept(engine):
    """Number and leaf of every record, in order."""
    async with reading(engine) as connection:
        query = sa.select(audit_records.c.number, audit_records.c.leaf).order_by(audit_records.c.number)
        return [(number, bytes(leaf)) for number, leaf in (await connection.execute(query)).all()]


async def test_a_record_is_kept_byte_for_byte(engine, trail):
    """What is in the database is the leaf, and the number is its own."""
    record = an_audit_record(details={"reason": "uji “coba”"}, gaps=("partner-timeout",))
    number = await trail.append(record)
    assert [(number, record.leaf())] == await kept(engine)


@pytest.mark.parametrize("claimed", ["a\x00b", "x" * 9000, "\x1b[31m"], ids=["nul", "long", "control"])
async def test_a_claimed_id_cannot_spoil_its_neighbours(engine, trail, claimed):
    """What the database cannot keep in a column is in the leaf all the same."""
    records = [an_audit_record(), an_audit_record(client_id=claimed), an_audit_record()]
    assert [1, 2, 3] == await asyncio.gather(*map(trail.append, records))
    assert claimed == msgspec.json.decode((await kept(engine))[1][1])["client_id"]


async def test_numbers_are_gapless_and_in_order_of_appending(engine, trail):
    """A hundred that wait together get a hundred numbers in their order, from 1."""
    records = [an_audit_record() for _ in range(100)]
    numbers = await asyncio.gather(*map(trail.append, records))
    assert list(range(1, 101)) == numbers
    assert [record.leaf() for record in records] == [leaf for _, leaf in await kept(engine)]


async def test_records_that_wait_together_share_a_commit(engine, trail):
    """A hundred records need two transactions: the first that comes, and those that gathered meanwhile."""
    commits = []
    written_by = trail._transactor._local or engine.sync_engine
    sa.event.listen(written_by, "commit", lambda _: commits.append(1))
    await trail.append(an_audit_record())
    assert len(commits) == 1
    await asyncio.gather(*(trail.append(an_audit_record()) for _ in range(100)))
    assert 2 <= len(commits) <= 3


async def test_processes_number_without_gaps_or_repeats(engine, database_url):
    """Three processes of eight writers each: every number once, none missing, each told to whom it belongs."""
    writers = [start_writer(database_url, f"writer-{n}", 5) for n in range(3)]
    outputs = [(await asyncio.to_thread(writer.communicate))[0] for writer in writers]
    told = dict(line.split() for output in outputs for line in output.splitlines())
    stored = {str(number): msgspec.json.decode(leaf)["id"] for number, leaf in await kept(engine)}
    assert [0, 0, 0] == [writer.returncode for writer in writers]
    assert [str(number) for number in range(1, 121)] == list(stored)
    assert stored == told


async def test_every_number_that_was_told_outlives_kill_9(engine, database_url):
    """A process is killed in the middle of its work: what it was told is durable is there."""
    writer = start_writer(database_url, "victim")
    lines = [await asyncio.to_thread(writer.stdout.readline) for _ in range(40)]
    writer.kill()
    rest, _ = await asyncio.to_thread(writer.communicate)
    told = dict(line.split() for line in [*lines, *rest.splitlines(keepends=True)] if line.endswith("\n"))
    stored = {str(number): msgspec.json.decode(leaf)["id"] for number, leaf in await kept(engine)}
    assert len(told) >= 40
    assert told.items() <= stored.items()
    assert [str(number) for number in range(1, len(stored) + 1)] == list(stored)


def start_writer(url, name, count=None):
    """A process that appends."""
    command = [sys.executable, "-m", "tests.support.audit_writer", url, name, *([str(count)] if count else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_without_its_table_nothing_is_told_to_be_durable(engine, trail):
    """A write that fails is `AuditUnavailable`, and takes no number."""
    first = await trail.append(an_audit_record())
    async with writing(engine) as connection:
        await connection.execute(sa.text("ALTER TABLE audit_records RENAME TO elsewhere"))
    with pytest.raises(AuditUnavailable):
        await trail.append(an_audit_record())
    async with writing(engine) as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO audit_records"))
    assert first + 1 == await trail.append(an_audit_record())


async def test_a_write_that_takes_too_long_is_unavailable(engine):
    """Another transaction holds the counter: after the limit the caller is told, and later appends work again."""
    hasty = GroupCommitTrail(engine, limit_s=0.2)
    await hasty.open()
    async with writing(engine) as connection:
        await connection.execute(sa.text("UPDATE counters SET value = value WHERE name = 'audit'"))
        with pytest.raises(AuditUnavailable):
            await hasty.append(an_audit_record())
    patient = GroupCommitTrail(engine)
    await patient.open()
    number = await patient.append(an_audit_record())
    assert list(range(1, number + 1)) == [number for number, _ in await kept(engine)]
    await hasty.close()
    await patient.close()


async def test_too_many_waiting_records_are_refused_at_once(engine):
    """The queue is bounded: beyond it the caller is told, rather than memory filled."""
    narrow = GroupCommitTrail(engine, queue=5)
    await narrow.open()
    outcomes = await asyncio.gather(*(narrow.append(an_audit_record()) for _ in range(8)), return_exceptions=True)
    assert [1, 2, 3, 4, 5] == outcomes[:5]
    assert [AuditUnavailable] * 3 == [type(outcome) for outcome in outcomes[5:]]
    await narrow.close()


async def test_closing_writes_what_waits(engine):
    """Nothing that was taken on is lost by an orderly stop; afterwards nothing more is taken on."""
    trail = GroupCommitTrail(engine)
    await trail.open()
    waiting = [asyncio.create_task(trail.append(an_audit_record())) for _ in range(20)]
    await asyncio.sleep(0)
    await trail.close()
    assert list(range(1, 21)) == [await task for task in waiting]
    with pytest.raises(AuditUnavailable):
        await trail.append(an_audit_record())


async def test_a_caller_that_goes_away_spoils_nothing(engine, trail):
    """Its record is written all the same, and its neighbours get their numbers."""
    leaving = asyncio.create_task(trail.append(an_audit_record()))
    staying = asyncio.create_task(trail.append(an_audit_record()))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 2
    assert len(await kept(engine)) == 2


async def test_a_database_that_is_not_there_is_unavailable():
    """Nothing can be recorded, so nothing may be answered."""
    lost = open_engine(Database(url="postgresql://gateway@127.0.0.1:1/none"))
    trail = GroupCommitTrail(lost)
    await trail.open()
    with pytest.raises(AuditUnavailable):
        await trail.append(an_audit_record())
    await trail.close()
    await lost.dispose()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (AuditQuestion(), [6, 5, 4, 3, 2, 1]),
        (AuditQuestion(client_id="jaki"), [5, 3, 1]),
        (AuditQuestion(outcome="refused"), [4, 3]),
        (AuditQuestion(kind="admin."), [6]),
        (AuditQuestion(kind="token"), [5]),
        (AuditQuestion(kind="token%"), []),
        (AuditQuestion(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4)), [4, 3]),
        (AuditQuestion(client_id="jaki", before=5, limit=1), [3]),
    ],
    ids=["all", "client", "outcome", "family", "kind", "no-pattern", "time", "page"],
)
async def test_records_are_found_newest_first(engine, trail, question, expected):
    """By client, kind, outcome and time; pages go on before a number."""
    for minute, (kind, outcome, client) in enumerate(
        [
            ("exchange", "answered", "jaki"),
            ("exchange", "answered", "other"),
            ("exchange", "refused", "jaki"),
            ("exchange", "refused", "other"),
            ("token", "answered", "jaki"),
            ("admin.register-client", "answered", None),
        ]
    ):
        at = NOON + timedelta(minutes=minute)
        await trail.append(an_audit_record(kind=kind, outcome=outcome, client_id=client, at=at))
    assert expected == [entry.number for entry in await StoredOffice(engine).audit(question)]
