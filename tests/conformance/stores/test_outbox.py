"""The outbox, over SQLite and PostgreSQL: leases, order, fairness, dead letters."""

import asyncio
from datetime import timedelta
from functools import partial

import msgspec
import pytest
import sqlalchemy as sa

from gateway.ids import PartnerId
from gateway.life_events.backoff import ATTEMPTS
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.outbox import Turn
from gateway.life_events.settling import given_back, withheld
from gateway.life_events.subscription import PlatformDataset, SubscriptionStatus
from gateway.life_events.subscription_office import Window
from gateway.storage.engine import writing
from gateway.storage.life_event_tables import events
from gateway.storage.transactor import Transactor
from tests.support.deliveries import DISABLE_AFTER, LEASE, START, Line, a_subscription, arrived, failed, statuses
from tests.support.life_events import BIRTH, an_event, audited
from tests.support.registers import an_audit_record

WAITING, DELIVERED, DEAD, WITHHELD = DeliveryStatus
SECOND = timedelta(seconds=1)


@pytest.fixture
async def line(engine, tmp_path):
    """An outbox with one active subscription."""
    made = Line(engine, tmp_path)
    await made.subscribe(a_subscription())
    yield made
    await made.transactor.close()


async def test_a_claimed_delivery_has_its_event_open_and_its_secret(line):
    """What a sender needs is all there."""
    (event,) = await line.births(1)
    (claimed,) = await line.claim(line.worker())
    assert (BIRTH, event.id, 1) == (claimed.event.record, claimed.event.id, len(claimed.secrets))
    assert START + LEASE == claimed.lease_until


async def test_a_worker_forgets_secrets_with_the_next_turn_after_they_end(line):
    """Also where it has nothing to send; one of another subscription stays open."""
    await line.subscribe(a_subscription("sub_other"))
    await line.births(1)
    worker = line.worker()
    assert 2 == len(await line.claim(worker)) == len(worker._open_secrets)
    async with line.office.changing() as change:
        await change.put(a_subscription(status=SubscriptionStatus.ENDED))
        await change.put_secrets("sub_disdukcapil", ())
    await line.claim(worker)
    assert 1 == len(worker._open_secrets)
    async with line.office.changing() as change:
        await change.put(a_subscription("sub_other", status=SubscriptionStatus.PAUSED))
    await line.claim(worker)
    assert 0 == len(worker._open_secrets)


async def test_two_workers_never_hold_one_delivery_at_once(line, engine):
    """Four workers on connections of their own claim at once, over and over: each delivery once."""
    await line.births(60)
    transactors = [Transactor(engine) for _ in range(4)]
    workers = [line.worker(f"wrk_{index}", transactor=it) for index, it in enumerate(transactors)]

    async def claim_all(worker):
        found = []
        for _ in range(12):
            found += await line.claim(worker, total=12, busy={"sub_disdukcapil": 0})
        return found

    claimed = [it.id for found in await asyncio.gather(*map(claim_all, workers)) for it in found]
    assert 60 == len(claimed) == len(set(claimed))
    for transactor in transactors:
        await transactor.close()


async def test_of_one_case_only_the_earliest_is_claimed(line):
    """The next follows in the very turn that settles the one before; other cases do not wait."""
    await line.births(2, order_key="case_1")
    await line.births(1, first=3, order_key="case_2")
    worker = line.worker()
    first, other = await line.claim(worker)
    assert ["case_1", "case_2"] == [first.event.order_key, other.event.order_key]
    (second,) = await line.claim(worker, settled=[arrived(first)])
    assert ("case_1", 2) == (second.event.order_key, second.event.sequence)


async def test_what_fails_holds_up_its_own_case_only(line):
    """It waits out its pause; what comes behind it in the same case waits too, and arrives later."""
    await line.births(2, order_key="case_1")
    await line.births(1, first=3, order_key="case_2")
    worker = line.worker()
    first, other = await line.claim(worker)
    assert [] == await line.claim(worker, settled=[failed(first), arrived(other)])
    assert [] == await line.claim(worker, now=START + 3 * SECOND)
    (again,) = await line.claim(worker, now=START + 10 * SECOND)
    assert (first.id, 1, 1) == (again.id, again.attempts, again.failures)


async def test_a_lease_that_has_ended_is_claimed_by_another(line):
    """Its worker was killed; what it settles later does not count."""
    await line.births(1)
    killed, other = line.worker("wrk_killed"), line.worker("wrk_other")
    (lost,) = await line.claim(killed)
    assert [] == await line.claim(other, now=START + LEASE - SECOND)
    (found,) = await line.claim(other, now=START + LEASE)
    assert lost.id == found.id
    await line.settle(killed, failed(lost))
    assert [WAITING] == statuses(await line.entries())
    await line.settle(other, arrived(found))
    assert [DELIVERED] == statuses(await line.entries())


async def test_a_renewed_lease_is_kept(line):
    """A worker that lives holds what it holds."""
    await line.births(1)
    worker, other = line.worker("wrk_1"), line.worker("wrk_2")
    (held,) = await line.claim(worker)
    later = START + 10 * SECOND
    await worker.take_turn(Turn(now=later, lease_until=later + LEASE, renewed=(held.id,)))
    assert [] == await line.claim(other, now=START + LEASE + SECOND)


async def test_a_delivery_that_is_given_back_can_be_claimed_at_once(line):
    """No attempt is counted."""
    await line.births(1)
    worker = line.worker()
    (held,) = await line.claim(worker)
    (again,) = await line.claim(line.worker("wrk_2"), settled=[]) or await line.claim(
        worker, settled=[given_back(held, at=START)]
    )
    assert (held.id, 0) == (again.id, again.attempts)


async def test_after_the_last_attempt_it_is_a_dead_letter_and_the_next_goes_on(line):
    """Eight attempts over about 28 hours; the attempts are all in the log."""
    await line.births(2, order_key="case_1")
    worker, now = line.worker(), START
    for _ in range(ATTEMPTS):
        (claimed,) = await line.claim(worker, now=now)
        assert 1 == claimed.event.sequence
        await line.settle(worker, failed(claimed, now=now), now=now)
        now += timedelta(hours=13)
    first, second = await line.entries()
    assert (DEAD, ATTEMPTS, "http-500", WAITING) == (first.status, first.attempts, first.reason, second.status)
    log = await line.office.attempts("sub_disdukcapil", first.id)
    assert list(range(1, ATTEMPTS + 1)) == [it.number for it in log]
    assert {500} == {it.status_code for it in log}
    (claimed,) = await line.claim(worker, now=now)
    assert 2 == claimed.event.sequence


async def test_a_withheld_one_unblocks_the_next(line):
    """It may not be delivered, for a reason; the case goes on."""
    await line.births(2, order_key="case_1")
    worker = line.worker()
    (first,) = await line.claim(worker)
    (second,) = await line.claim(worker, settled=[withheld(first, reason="agreement-missing", now=START)])
    assert 2 == second.event.sequence
    entry = (await line.entries())[0]
    assert (WITHHELD, "agreement-missing", 0) == (entry.status, entry.reason, entry.attempts)


async def test_a_subscription_that_is_full_or_held_back_is_passed_over(line):
    """Others get what is theirs meanwhile."""
    await line.subscribe(a_subscription("sub_dinkes", max_in_flight=2))
    await line.births(5)
    worker = line.worker()
    claimed = await line.claim(worker, busy={"sub_disdukcapil": 8})
    assert ["sub_dinkes"] * 2 == [it.subscription.id for it in claimed]
    assert [] == await line.claim(worker, busy={"sub_dinkes": 2}, held_back=frozenset({"sub_disdukcapil"}))
    one = await line.claim(worker, busy={"sub_dinkes": 2}, narrowed=frozenset({"sub_disdukcapil"}))
    assert ["sub_disdukcapil"] == [it.subscription.id for it in one]


async def test_where_room_is_short_each_subscription_has_its_turn(line):
    """One with a long line does not keep another out."""
    await line.subscribe(a_subscription("sub_a"), a_subscription("sub_b"))
    await line.births(10)
    worker = line.worker()
    turns = [{it.subscription.id for it in await line.claim(worker, total=4)} for _ in range(3)]
    assert {"sub_a", "sub_b", "sub_disdukcapil"} == set.union(*turns)


async def test_a_paused_subscription_collects_and_a_disabled_one_does_not(line):
    """Nothing is claimed of either; the paused one has everything in line when it is resumed."""
    paused = a_subscription("sub_paused", status=SubscriptionStatus.PAUSED)
    disabled = a_subscription("sub_disabled", status=SubscriptionStatus.DISABLED)
    await line.subscribe(paused, disabled, a_subscription("sub_new", status=SubscriptionStatus.PENDING))
    await line.births(1)
    claimed = await line.claim(line.worker())
    assert ["sub_disdukcapil"] == [it.subscription.id for it in claimed]
    assert [1, 0, 0] == [len(await line.entries(it)) for it in ("sub_paused", "sub_disabled", "sub_new")]


async def test_a_change_of_a_subscription_holds_for_the_next_event_and_the_next_claim(line):
    """No process works with what stood before."""
    worker = line.worker()
    await line.births(1)
    await line.claim(worker)
    await line.subscribe(a_subscription(filters={"region": "31"}, max_in_flight=1))
    await line.births(1, first=2)
    await line.births(2, first=3, facts={"region": "31.71"})
    entries = await line.entries()
    assert 3 == len(entries)
    (claimed,) = await line.claim(worker)
    assert {"region": "31"} == claimed.subscription.filters


async def test_days_of_failure_are_told_and_success_ends_them(line):
    """`failing_since` is when it began; after `disable_after` the subscription is named."""
    await line.births(3)
    worker = line.worker()
    first, second, third = await line.claim(worker)
    assert () == (await line.settle(worker, failed(first))).failing
    assert START == (await line.office.find("sub_disdukcapil")).failing_since
    late = START + DISABLE_AFTER
    assert ("sub_disdukcapil",) == (await line.settle(worker, failed(second, now=late), now=late)).failing
    await line.settle(worker, arrived(third, now=late), now=late)
    assert (await line.office.find("sub_disdukcapil")).failing_since is None


async def test_disabling_leaves_a_record_and_stops_claims(line, engine):
    """Once; a second worker that would do the same finds it done."""
    await line.births(1)
    worker = line.worker()
    assert [True, False] == [await worker.disable("sub_disdukcapil", reason="failing", now=START) for _ in range(2)]
    found = await line.office.find("sub_disdukcapil")
    assert (SubscriptionStatus.DISABLED, "failing", 1) == (found.status, found.status_reason, found.missed_after)
    assert [] == await line.claim(worker)
    assert ["subscription.disable"] == [it["kind"] for it in await audited(engine) if "subscription" in it["kind"]]


async def test_audit_records_are_written_in_the_turn(line, engine):
    """Number by number behind those of the events."""
    await line.births(1)
    record = an_audit_record(kind="delivery")
    await line.worker().take_turn(Turn(now=START, lease_until=START + LEASE, records=(record,)))
    assert [record.id] == [it["id"] for it in await audited(engine) if it["kind"] == "delivery"]


async def test_an_event_that_was_tampered_with_is_a_dead_letter(line, engine):
    """It holds up nobody: the rest of its turn is claimed."""
    spoilt, whole = await line.births(2)
    async with writing(engine) as connection:
        sealed = await connection.scalar(sa.select(events.c.sealed).where(events.c.id == spoilt.id))
        bent = bytes(sealed)[:-1] + bytes([bytes(sealed)[-1] ^ 1])
        await connection.execute(sa.update(events).where(events.c.id == spoilt.id).values(sealed=bent))
    claimed = await line.claim(line.worker())
    assert [whole.id] == [it.event.id for it in claimed]
    first = (await line.entries())[0]
    assert (DEAD, "unreadable") == (first.status, first.reason)


async def test_an_event_whose_data_has_been_wiped_is_a_dead_letter(line, engine):
    """Also where somebody replays it."""
    (event,) = await line.births(1)
    async with writing(engine) as connection:
        await connection.execute(sa.update(events).where(events.c.id == event.id).values(key_id="", sealed=b""))
    assert [] == await line.claim(line.worker())
    assert ("dead", "expired") == ((await line.entries())[0].status, (await line.entries())[0].reason)


async def test_an_event_whose_key_is_not_there_waits_for_it(line, engine, tmp_path):
    """Another node may have made it just now."""
    await line.births(1)
    other = Line(engine, tmp_path / "other")
    assert [] == await line.claim(other.worker("wrk_other"))
    (entry,) = await line.entries()
    assert ("waiting", "unreadable", 0) == (entry.status, entry.reason, entry.attempts)
    later = START + timedelta(minutes=2)
    assert 1 == len(await line.claim(line.worker(), now=later))
    await other.transactor.close()


async def test_a_platform_target_is_claimed_without_secrets(line):
    """It needs none."""
    await line.subscribe(a_subscription("sub_platform", target=PlatformDataset("sumedang/civil-registry")))
    await line.births(1)
    claimed = {it.subscription.id: it for it in await line.claim(line.worker())}
    assert () == claimed["sub_platform"].secrets


async def test_how_many_wait_is_counted(line):
    """Leased ones wait too, until they are settled."""
    await line.births(3)
    worker = line.worker()
    (first, *_) = await line.claim(worker)
    await line.settle(worker, arrived(first))
    assert 2 == await worker.waiting()


async def test_events_of_another_kind_or_partner_are_not_put_in_line(line):
    """Only what was asked for."""
    await line.subscribe(a_subscription("sub_narrow", providers=("jakarta",)))
    await line.publish(an_event(1, name="death"), an_event(2))
    assert [1, 0] == [len(await line.entries(it)) for it in ("sub_disdukcapil", "sub_narrow")]


async def test_what_was_never_sent_is_listed_only_where_it_may_be_had(line):
    """By kind and publisher; what was sent stays listed, and an administrator sees all."""
    await line.births(2)
    worker = line.worker()
    first, _ = await line.claim(worker)
    await line.settle(worker, arrived(first))
    listed = partial(line.office.deliveries, "sub_disdukcapil")
    assert 2 == len(await listed())
    assert 2 == len(await listed(entitled=frozenset({("birth", PartnerId("sumedang"))})))
    for others in (frozenset(), frozenset({("birth", PartnerId("jakarta")), ("death", PartnerId("sumedang"))})):
        assert [first.id] == [it.id for it in await listed(entitled=others)]


async def test_a_window_is_replayed_as_far_as_its_events_may_be_had(line):
    """Neither put in line nor counted."""
    await line.births(2)
    window = Window(since=START, until=START + timedelta(seconds=1), everything=True)
    subscription = await line.office.find("sub_disdukcapil")
    worker = line.worker()
    await line.settle(worker, *[arrived(it) for it in await line.claim(worker)])
    async with line.office.changing() as change:
        replay = partial(change.replay_window, subscription, after=0, now=START)
        assert 0 == (await replay(msgspec.structs.replace(window, entitled=frozenset()))).count
        own = frozenset({("birth", PartnerId("sumedang"))})
        assert 2 == (await replay(msgspec.structs.replace(window, entitled=own))).count
