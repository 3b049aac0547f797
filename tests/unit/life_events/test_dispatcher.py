"""The dispatcher: what is due arrives, in order, only where it may, and one bad receiver slows nobody else."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from gateway.agreements.agreement import AgreementStatus
from gateway.errors import StoreUnavailable
from gateway.life_events.delivery import DeliveryStatus
from gateway.life_events.subscription import SubscriptionStatus, Webhook
from gateway.settings import Database
from gateway.storage.engine import open_engine, reading
from gateway.storage.migrate import migrate
from gateway.storage.tables import audit_records
from tests.support.deliveries import a_subscription, statuses
from tests.support.dispatching import World, own_agreement, registry_client
from tests.support.receiver import Receiver, answering, hanging, subscribed_at, verified

WAITING, DELIVERED, DEAD, WITHHELD = DeliveryStatus
FIELDS = ("@public", "mother_nik")


@pytest.fixture
async def engine(tmp_path):
    """SQLite; the outbox itself is held against both engines elsewhere."""
    opened = open_engine(Database(url=f"sqlite:///{tmp_path}/gateway.db"))
    await migrate(opened)
    yield opened
    await opened.dispose()


@pytest.fixture
async def world(engine, tmp_path):
    """An outbox, an agreement of Sumedang with itself, and its registry's client."""
    made = World(engine, tmp_path)
    yield made
    await made.line.transactor.close()


@pytest.fixture
async def receiver():
    """One that takes everything."""
    async with Receiver() as made:
        yield made


async def eventually(ask, *, within_s=10.0):
    """What `ask` says, once it says anything that is true."""
    async with asyncio.timeout(within_s):
        while not (found := await ask()):  # noqa: ASYNC110 (what is waited for is in the database)
            await asyncio.sleep(0.01)
        return found


async def disabled(world):
    """The subscription, once the gateway has disabled it."""

    async def ask():
        found = await world.line.office.find("sub_disdukcapil")
        return found if found.status is SubscriptionStatus.DISABLED else None

    return await eventually(ask)


async def settled(world, count, *, id="sub_disdukcapil", within_s=10.0):
    """The deliveries, once so many wait no more."""

    async def ask():
        entries = await world.line.entries(id)
        return entries if sum(it.status is not WAITING for it in entries) >= count else None

    return await eventually(ask, within_s=within_s)


async def deliveries_recorded(engine):
    """The audit records of deliveries, in order."""
    query = sa.select(audit_records.c.leaf).where(audit_records.c.kind == "delivery").order_by(audit_records.c.number)
    async with reading(engine) as connection:
        return [msgspec.json.decode(leaf) for leaf in (await connection.execute(query)).scalars()]


async def test_an_event_arrives_signed_with_the_granted_fields_only(world, engine, receiver):
    """What was granted, wanted and named; nothing else is there, and the record of it is."""
    secrets = await world.line.subscribe(subscribed_at(receiver, fields=FIELDS))
    (event,) = await world.births(1)
    async with world.dispatching():
        await settled(world, 1)
    (request,) = receiver.received
    envelope = verified(request, secrets["sub_disdukcapil"])
    assert (event.id, "birth", "/sumedang/hospital-births") == (envelope["id"], envelope["type"], envelope["source"])
    assert {"id", "partner", "source_updated_at", "case_id", "facility_name", "mother_nik"} == set(envelope["data"])
    (record,) = await deliveries_recorded(engine)
    assert (event.id, "answered", ["SK-1"]) == (record["subject"], record["outcome"], record["agreements"])
    assert {"sumedang": 1} == record["released"]
    assert b"3211104405950002" not in msgspec.json.encode(record)


async def test_a_case_arrives_in_order_and_cases_do_not_wait_for_each_other(world, receiver):
    """Forty events of four cases."""
    await world.line.subscribe(subscribed_at(receiver))
    events = []
    for number in range(10):
        for case in range(4):
            first = number * 4 + case + 1
            events += await world.births(1, first=first, order_key=f"case_{case}", case_id=f"case_{case}")
    async with world.dispatching():
        await settled(world, 40)
    order = [msgspec.json.decode(it.body) for it in receiver.received]
    for case in range(4):
        sent = [event.id for event in events if event.case_id == f"case_{case}"]
        assert sent == [it["id"] for it in order if it["caseid"] == f"case_{case}"]


async def test_a_receiver_that_hangs_slows_nobody_else(world, receiver):
    """Its own line waits; everything of the other arrives meanwhile."""
    async with world.dispatching(timeout_s=3.0) as dispatcher, Receiver(behave=hanging) as stuck:
        await world.line.subscribe(subscribed_at(receiver), subscribed_at(stuck, "sub_stuck"))
        await world.births(100)
        dispatcher.wake()
        await settled(world, 100, within_s=2.5)
        assert stuck.connections <= 8
    assert 100 == len(receiver.received)


async def test_of_one_subscription_no_more_is_under_way_than_it_takes(world):
    """`max_in_flight`, also when it answers quickly."""
    under_way, most = 0, 0

    async def counting(received, writer):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        await answering()(received, writer)

    async with Receiver(behave=counting) as careful:
        await world.line.subscribe(subscribed_at(careful, max_in_flight=3))
        await world.births(30)
        async with world.dispatching():
            await settled(world, 30)
    assert 3 == most


async def test_what_fails_is_tried_again_later_under_the_same_id(world, receiver):
    """The attempts are in the log with their codes."""
    receiver.behave = answering(500)
    await world.line.subscribe(subscribed_at(receiver))
    await world.births(1)
    async with world.dispatching(retry_pauses_s=(0.2, 300)):
        await receiver.until(1)
        receiver.behave = answering(204)
        entries = await settled(world, 1)
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == entries[0].id
    attempts = await world.line.office.attempts("sub_disdukcapil", entries[0].id)
    assert [(500, "http-500"), (204, None)] == [(it.status_code, it.reason) for it in attempts]
    assert 1.0 == world.counted("gateway_delivery_failures_total", reason="http-500")
    assert 1.0 == world.counted("gateway_deliveries_total", outcome="delivered")


async def test_retry_after_holds_the_whole_line(world, receiver):
    """What has not begun waits as long as the receiver asked."""
    receiver.behave = answering(429, Retry_After="3600")
    await world.line.subscribe(subscribed_at(receiver, max_in_flight=1))
    await world.births(5)
    async with world.dispatching():
        await receiver.until(1)
        await asyncio.sleep(1.2)
    assert 1 == len(receiver.received)
    assert [WAITING] * 5 == statuses(await world.line.entries())


async def test_without_an_agreement_it_is_withheld_and_can_be_replayed(world, engine, receiver):
    """It left no trace at the receiver; once there is an agreement, a replay brings it."""
    world.book.agreements = ()
    await world.line.subscribe(subscribed_at(receiver))
    await world.births(1)
    async with world.dispatching() as dispatcher:
        (entry,) = await settled(world, 1)
        assert (WITHHELD, "agreement-missing", []) == (entry.status, entry.reason, receiver.received)
        (record,) = await deliveries_recorded(engine)
        assert ("refused", "agreement-missing") == (record["outcome"], record["reason"])
        world.book.agreements = (own_agreement(),)
        async with world.line.office.changing() as change:
            assert await change.replay_one("sub_disdukcapil", entry.id, now=datetime.now(UTC))
        dispatcher.wake()
        assert 1 == len(await receiver.until(1))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda world: setattr(world.book, "agreements", ()), "agreement-missing"),
        (
            lambda world: setattr(world.book, "agreements", (own_agreement(status=AgreementStatus.SUSPENDED),)),
            "agreement-suspended",
        ),
        (lambda world: setattr(world.book, "agreements", (own_agreement(),)), "field-not-granted"),
        (lambda world: world.clients.put(registry_client(status="disabled")), "client-disabled"),
        (lambda world: world.clients.put(registry_client(purposes=frozenset({"statistik"}))), "purpose-not-covered"),
        (lambda world: world.clients.put(registry_client(profile="basic")), "profile-insufficient"),
    ],
)
async def test_what_was_true_when_it_subscribed_is_asked_again(world, receiver, change, reason):
    """The agreement, its state, the fields, the client, its purposes and its profile."""
    change(world)
    await world.line.subscribe(subscribed_at(receiver, fields=FIELDS))
    await world.births(1)
    async with world.dispatching():
        (entry,) = await settled(world, 1)
    assert (reason, []) == (entry.reason, receiver.received)


async def test_nothing_is_sent_that_could_not_be_recorded(world, receiver):
    """A database that fails in the turn of the record; once it is back, all arrives."""
    await world.line.subscribe(subscribed_at(receiver))
    async with world.dispatching() as dispatcher:
        outbox, is_down = dispatcher._outbox, True
        take_turn = outbox.take_turn

        async def failing(turn):
            if is_down and turn.records:
                raise StoreUnavailable("down")
            return await take_turn(turn)

        outbox.take_turn = failing
        await world.births(3)
        dispatcher.wake()
        await asyncio.sleep(0.3)
        assert [] == receiver.received
        is_down = False
        await settled(world, 3)
    assert 3 == len(receiver.received)


async def test_where_entitlement_cannot_be_known_nothing_is_sent(world, receiver):
    """The register of clients is down; it waits, without an attempt."""
    world.clients.is_down = True
    await world.line.subscribe(subscribed_at(receiver))
    await world.births(1)
    async with world.dispatching():
        await asyncio.sleep(0.3)
        assert [] == receiver.received
        world.clients.is_down = False
        (entry,) = await settled(world, 1)
    assert (DELIVERED, 1) == (entry.status, entry.attempts)


async def test_410_disables_the_subscription_at_once(world, receiver):
    """Nothing more goes there; what waits goes on waiting."""
    receiver.behave = answering(410)
    await world.line.subscribe(subscribed_at(receiver, max_in_flight=1))
    await world.births(3)
    async with world.dispatching():
        found = await disabled(world)
    assert "gone" == found.status_reason
    assert [WAITING] * 3 == statuses(await world.line.entries())


async def test_days_of_failure_disable_the_subscription(world, receiver):
    """It has failed since six days; one more failure ends it."""
    receiver.behave = answering(503)
    since = datetime.now(UTC) - timedelta(days=6)
    await world.line.subscribe(subscribed_at(receiver, failing_since=since))
    await world.births(1)
    async with world.dispatching():
        assert "failing" == (await disabled(world)).status_reason
    assert 1.0 == world.counted("gateway_subscriptions_disabled_total", reason="failing")


async def test_a_rate_is_kept(world, receiver):
    """The shared limiter is asked for each; one that is down lets them through."""
    world.limiter.is_down = True
    await world.line.subscribe(subscribed_at(receiver, rate_per_s=100.0))
    await world.births(5)
    async with world.dispatching():
        await settled(world, 5)
    assert ["webhook:sub_disdukcapil"] * 5 == world.limiter.asked


async def test_stopping_finishes_what_is_under_way_and_gives_the_rest_back(world):
    """Another worker can have it at once; no attempt is counted for what did not begin."""

    async def slow(received, writer):
        await asyncio.sleep(0.2)
        await answering()(received, writer)

    async with Receiver(behave=slow) as unhurried:
        await world.line.subscribe(subscribed_at(unhurried, max_in_flight=2))
        await world.births(10)
        async with world.dispatching():
            await unhurried.until(2)
    entries = await world.line.entries()
    arrived = [it for it in entries if it.status is DELIVERED]
    assert len(arrived) == len(unhurried.received)
    assert {0} == {it.attempts for it in entries if it.status is WAITING}
    claimed = await world.line.claim(world.line.worker("wrk_2"), now=datetime.now(UTC))
    assert min(2, 10 - len(arrived)) == len(claimed)


async def test_two_dispatchers_share_the_work_without_sending_anything_twice(world, receiver):
    """Each delivery once, as long as nobody is killed."""
    await world.line.subscribe(subscribed_at(receiver))
    await world.births(200)
    async with world.dispatching("wrk_1"), world.dispatching("wrk_2"):
        await settled(world, 200)
    ids = [it.headers["webhook-id"] for it in receiver.received]
    assert 200 == len(ids) == len(set(ids))


async def test_a_target_that_is_refused_now_fails_as_others_do(world):
    """The operator closed the network that it lies in."""
    await world.line.subscribe(a_subscription(target=Webhook("http://10.0.0.1/hook")))
    await world.births(1)

    async def attempted():
        (entry,) = await world.line.entries()
        return entry if entry.attempts else None

    async with world.dispatching():
        assert "target-address" == (await eventually(attempted)).reason


async def test_a_receiver_that_was_quick_and_hangs_slows_nobody_else(world, receiver):
    """It has much at hand by then, and no more than its share; when it fails, that goes back into its line."""
    async with Receiver() as stuck:
        await world.line.subscribe(subscribed_at(stuck, "sub_a_stuck", max_in_flight=64))
        await world.births(1_500)
        async with world.dispatching(timeout_s=0.5) as dispatcher:
            await stuck.until(64)
            stuck.behave = hanging
            await world.line.subscribe(subscribed_at(receiver))
            await world.births(60, first=2_001)
            dispatcher.wake()
            await settled(world, 60, within_s=2.5)
            await eventually(lambda: held_at_most(dispatcher, "sub_a_stuck", 1))


async def held_at_most(dispatcher, subscription_id, most):
    """Whether the dispatcher holds so few of it."""
    return sum(it.subscription.id == subscription_id for it in dispatcher._held.values()) <= most


def narrowed(**changes):
    """Puts a subscription in place of the one that there is."""

    async def change(world):
        found = await world.line.office.find("sub_disdukcapil")
        async with world.line.office.changing() as office:
            await office.put(msgspec.structs.replace(found, updated_at=datetime.now(UTC), **changes))

    return change


async def without_agreement(world):
    """The agreement has ended."""
    world.book.agreements = ()


async def disabled_client(world):
    """The client has been disabled."""
    world.clients.put(registry_client(status="disabled"))


@pytest.mark.parametrize(
    "stop",
    [
        without_agreement,
        disabled_client,
        narrowed(status=SubscriptionStatus.ENDED),
        narrowed(status=SubscriptionStatus.PAUSED),
        narrowed(target=Webhook("http://127.0.0.1:9/elsewhere")),
        narrowed(fields=("@public",)),
    ],
)
async def test_what_waits_for_its_receiver_is_not_sent_once_it_may_not_be(world, receiver, stop):
    """The agreement, the client and the subscription are looked at again when its turn comes."""

    async def slower_and_slower(received, writer):
        await asyncio.sleep(0 if len(receiver.received) <= 3 else 0.15)
        await answering()(received, writer)

    receiver.behave = slower_and_slower
    await world.line.subscribe(subscribed_at(receiver, max_in_flight=1, fields=("@public", "mother_nik")))
    await world.births(16)
    async with world.dispatching(timeout_s=3.0):
        until = len(await receiver.until(5)) + 2
        await stop(world)
        await asyncio.sleep(1.0)
        wrongly = [it for it in receiver.received[until:] if "mother_nik" in it.data]
    assert [] == wrongly
