"""The log of accepted events, over SQLite and PostgreSQL."""

import asyncio

import pytest
import sqlalchemy as sa

from gateway.clock import SystemClock
from gateway.errors import BadRequest, BadRequestCode, SealBroken, StoreUnavailable
from gateway.life_events.ports import Acceptance, Conflict
from gateway.life_events.sealing import Sealer
from gateway.storage.engine import reading, writing
from gateway.storage.event_log import GroupCommitLog
from gateway.storage.life_event_tables import events
from gateway.storage.transactor import Transactor
from tests.support.life_events import BIRTH, SilentBell, a_publication, an_event, audited

EVERYTHING = {"birth": frozenset({"sumedang", "jakarta"}), "death": frozenset({"sumedang"})}


@pytest.fixture
def log_in(engine, transactor, tmp_path):
    """Makes a log; those of one test share the keys, as processes do."""
    return lambda **changes: GroupCommitLog(
        engine,
        **{
            "transactor": transactor,
            "sealer": Sealer.opened(tmp_path / "event-keys", clock=SystemClock()),
            "bell": SilentBell(),
        }
        | changes,
    )


@pytest.fixture
async def log(log_in):
    """A log that is open."""
    made = log_in()
    await made.open()
    yield made
    await made.close()


async def stored(engine, column):
    """One column of every event, in order."""
    async with reading(engine) as connection:
        return list((await connection.execute(sa.select(column).order_by(events.c.sequence))).scalars())


async def test_an_accepted_event_is_kept_with_its_audit_record(engine, log):
    """One transaction holds both; the record names the event."""
    event = an_event()
    (verdict,) = await log.accept(a_publication(event))
    assert Acceptance(id=event.id, accepted_at=event.accepted_at, case_id=None, is_repetition=False) == verdict
    found = await log.find(event.id)
    assert (1, BIRTH, {"region": "32.11"}) == (found.sequence, found.record, found.facts)
    assert [("event.publish", "answered", event.id)] == [
        (it["kind"], it["outcome"], it["subject"]) for it in await audited(engine)
    ]


async def test_personal_data_is_not_in_the_database_in_the_clear(engine, log):
    """The column holds something else, and the key that it was sealed with."""
    await log.accept(a_publication(an_event()))
    (sealed,) = await stored(engine, events.c.sealed)
    assert b"3211104405950002" not in bytes(sealed)
    assert [log._sealer.sealing_kid()] == await stored(engine, events.c.key_id)


async def test_sequences_are_gapless_in_the_order_of_acceptance(engine, log):
    """A hundred that come together get a hundred numbers, from 1."""
    made = [an_event(number) for number in range(100)]
    await asyncio.gather(*(log.accept(a_publication(event)) for event in made))
    assert [event.id for event in made] == await stored(engine, events.c.id)
    assert list(range(1, 101)) == await stored(engine, events.c.sequence)


async def test_logs_of_several_processes_number_without_gaps_or_repeats(engine, log_in):
    """Three logs with writers of their own: every number once, and what comes twice is kept once."""
    own = [Transactor(engine) for _ in range(3)]
    logs = [log_in(transactor=it) for it in own]
    for it in logs:
        await it.open()
    publications = [a_publication(an_event(number)) for number in range(30)]
    verdicts = await asyncio.gather(*(it.accept(each) for it in logs for each in publications))
    for it in [*logs, *own]:
        await it.close()
    assert list(range(1, 31)) == await stored(engine, events.c.sequence)
    assert 30 == sum(not verdict.is_repetition for (verdict,) in verdicts)
    assert 30 == len({verdict.id for (verdict,) in verdicts})
    assert 90 == len(await audited(engine))


async def test_a_repetition_gets_the_first_answer_and_is_recorded(engine, log):
    """Same source, id and content: nothing new is kept."""
    first = an_event(case_id="case_1")
    await log.accept(a_publication(first))
    (verdict,) = await log.accept(a_publication(an_event(case_id="case_2")))
    assert Acceptance(id=first.id, accepted_at=first.accepted_at, case_id="case_1", is_repetition=True) == verdict
    assert 1 == await log.newest()
    record = (await audited(engine))[1]
    assert (first.id, {"repeated": True}) == (record["subject"], record["details"])


async def test_the_same_name_with_other_content_is_a_conflict(engine, log):
    """It is not kept, and recorded as refused."""
    await log.accept(a_publication(an_event()))
    (verdict,) = await log.accept(a_publication(an_event(fingerprint=b"other")))
    assert Conflict() == verdict
    assert 1 == await log.newest()
    record = (await audited(engine))[1]
    assert ("refused", "event-conflict") == (record["outcome"], record["reason"])


async def test_an_event_that_stands_twice_in_a_request_is_taken_once(log):
    """The second is a repetition, or a conflict where it differs."""
    same, other = an_event(), an_event(fingerprint=b"other")
    verdicts = await log.accept(a_publication(an_event(), same, other))
    assert [False, True] == [it.is_repetition for it in verdicts[:2]]
    assert Conflict() == verdicts[2]


async def test_two_sources_may_use_the_same_id(log):
    """The name of an event is source and id together."""
    verdicts = await log.accept(a_publication(an_event(), an_event(source="/sumedang/clinic-births")))
    assert [False, False] == [it.is_repetition for it in verdicts]


async def test_an_idempotency_key_stands_for_one_request(engine, log):
    """The same request is answered again; another under the key is refused whole, and recorded."""
    first, second = a_publication(an_event(1), idempotency_key="k"), a_publication(an_event(2), idempotency_key="k")
    await log.accept(first)
    assert (await log.accept(first))[0].is_repetition
    assert BadRequestCode.IDEMPOTENCY_CONFLICT is (await log.accept(second)).code
    assert 1 == await log.newest()
    assert "idempotency-conflict" == (await audited(engine))[2]["reason"]


async def test_an_idempotency_key_counts_also_within_one_batch(log):
    """Two requests that come together under one key: the later is refused."""
    answers = await asyncio.gather(
        *(log.accept(a_publication(an_event(number), idempotency_key="k")) for number in (1, 1, 2))
    )
    assert [tuple, tuple, BadRequest] == [type(it) for it in answers]


async def test_two_clients_may_use_the_same_idempotency_key(log):
    """A key belongs to the client that sent it."""
    await log.accept(a_publication(an_event(1), idempotency_key="k"))
    (verdict,) = await log.accept(a_publication(an_event(2, client_id="rs-lain"), idempotency_key="k"))
    assert not verdict.is_repetition


async def test_events_are_read_in_order_of_what_may_be_seen(log):
    """Only the wanted names of the wanted providers, from the cursor on, page by page."""
    kinds = [("birth", "sumedang"), ("death", "sumedang"), ("birth", "jakarta"), ("move", "sumedang")] * 3
    made = [an_event(n, name=name, provider=provider) for n, (name, provider) in enumerate(kinds)]
    await log.accept(a_publication(*made))
    wanted = {"birth": frozenset({"sumedang"}), "death": frozenset({"sumedang"})}
    seen, sequence, has_more = [], 0, True
    while has_more:
        batch = await log.after(sequence, wanted=wanted, limit=2)
        seen += batch.events
        sequence, has_more = batch.reached, batch.has_more
    assert [made[n].id for n in (0, 1, 4, 5, 8, 9)] == [it.id for it in seen]
    assert 12 == sequence
    assert () == (await log.after(12, wanted=wanted, limit=2)).events


async def test_who_may_see_nothing_reads_nothing(log):
    """No name, no event; the place goes on all the same."""
    await log.accept(a_publication(an_event()))
    batch = await log.after(0, wanted={}, limit=10)
    assert ((), 1, False) == (batch.events, batch.reached, batch.has_more)


async def test_an_event_that_was_tampered_with_is_told_without_content_and_stops_nobody(engine, log):
    """One row's seal is put into another row: neither opens, the third is read, and each refusal names its row."""
    made = [an_event(number) for number in range(3)]
    await log.accept(a_publication(*made))
    first, second, _ = await stored(engine, events.c.sealed)
    async with writing(engine) as connection:
        for event, sealed in ((made[0], second), (made[1], first)):
            await connection.execute(sa.update(events).where(events.c.id == event.id).values(sealed=sealed))
    batch = await log.after(0, wanted=EVERYTHING, limit=10)
    assert [made[2].id] == [it.id for it in batch.events]
    assert [made[0].id, made[1].id] == [it.id for it in batch.unreadable]
    with pytest.raises(SealBroken, match=made[0].id) as raised:
        await log.find(made[0].id)
    assert "3211" not in str(raised.value)


@pytest.mark.parametrize("event_id", ["evt_0", "", "a\x00b", "x" * 9000], ids=["unknown", "empty", "nul", "long"])
async def test_an_unknown_id_finds_nothing(log, event_id):
    """Whatever somebody asks for."""
    assert await log.find(event_id) is None


async def test_the_bell_rings_for_what_was_accepted_only(log_in):
    """A repetition wakes nobody."""
    bell = SilentBell()
    log = log_in(bell=bell)
    await log.open()
    await log.accept(a_publication(an_event()))
    await log.accept(a_publication(an_event()))
    await log.close()
    assert 1 == bell.rings


async def test_a_full_queue_refuses_the_next_publisher(log_in):
    """Nothing grows without bound where the database is slower than those who publish."""
    log = log_in(queue=5)
    await log.open()
    answers = await asyncio.gather(
        *(log.accept(a_publication(an_event(number))) for number in range(8)), return_exceptions=True
    )
    await log.close()
    assert [StoreUnavailable] * 3 == [type(it) for it in answers[5:]]
    assert all(isinstance(it, tuple) for it in answers[:5])


async def test_a_closed_log_takes_nothing(log_in):
    """What came before it closed is durable; what comes later is refused."""
    log = log_in()
    await log.open()
    waiting = asyncio.create_task(log.accept(a_publication(an_event())))
    await asyncio.sleep(0)
    await log.close()
    assert not (await waiting)[0].is_repetition
    with pytest.raises(StoreUnavailable):
        await log.accept(a_publication(an_event(2)))


async def test_an_event_that_cannot_be_kept_leaves_nothing_behind(engine, log):
    """The transaction is whole or not at all; the next one is tried."""
    async with writing(engine) as connection:
        await connection.execute(sa.text("DROP TABLE deliveries"))
        await connection.execute(sa.text("ALTER TABLE subscriptions RENAME TO elsewhere"))
    with pytest.raises(StoreUnavailable):
        await log.accept(a_publication(an_event()))
    assert [] == await audited(engine)
    assert 0 == await log.newest()
    async with writing(engine) as connection:
        await connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO subscriptions"))
    await log.accept(a_publication(an_event()))
    assert 1 == await log.newest()
