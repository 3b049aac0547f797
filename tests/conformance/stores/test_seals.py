"""What is kept sealed, over SQLite and PostgreSQL: sealed anew, wiped, counted by key."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from gateway.errors import SealBroken
from gateway.life_events.sealing import Sealer
from gateway.life_events.sealing_keys import add_key, retire_key
from gateway.storage.engine import reading, writing
from gateway.storage.event_log import GroupCommitLog
from gateway.storage.event_register import StoredEventRegister
from gateway.storage.life_event_tables import deliveries, events, idempotency_keys, subscriptions, webhook_secrets
from gateway.storage.seals import StoredSeals
from tests.support.access import SetClock
from tests.support.life_events import BIRTH, NOON, SilentBell, a_publication, an_event

EVERYTHING = {"birth": frozenset({"sumedang"})}


class Vault:
    """A log with five events, and everything that can be done with what it keeps."""

    def __init__(self, engine, transactor, folder):
        self.engine, self.folder, self.clock = engine, folder, SetClock()
        self.sealer = Sealer.opened(folder, clock=self.clock)
        self.log = GroupCommitLog(engine, transactor=transactor, sealer=self.sealer, bell=SilentBell())
        self.seals = StoredSeals(engine, transactor=transactor, sealer=self.sealer)
        self.events = [an_event(number) for number in range(5)]

    async def rotate(self):
        """A new key, which seals from now on."""
        self.clock.pass_s(60)
        key = add_key(self.folder, now=self.clock.seconds(), announce_s=0)
        await self.sealer.reload()
        return key.kid

    async def reseal_all(self, *, limit):
        """How much was sealed anew in each batch, and what could not be opened."""
        steps, reached = [], ""
        while reached is not None:
            step = await self.seals.reseal(after=reached, limit=limit)
            steps.append(step)
            reached = step.reached
        return [step.count for step in steps], [it for step in steps for it in step.broken]


@pytest.fixture
async def vault(engine, transactor, tmp_path):
    """Five events are in it."""
    made = Vault(engine, transactor, tmp_path / "event-keys")
    await made.log.open()
    await made.log.accept(a_publication(*made.events))
    yield made
    await made.log.close()


async def test_after_a_rotation_everything_is_sealed_anew_in_batches(vault):
    """Batches of two; then nothing needs the old key, and everything opens without it."""
    old = vault.sealer.sealing_kid()
    new = await vault.rotate()
    assert {old: 5} == await vault.seals.counts()
    counts, broken = await vault.reseal_all(limit=2)
    assert ([2, 2, 1, 0], []) == (counts, broken)
    assert {new: 5} == await vault.seals.counts()
    retire_key(vault.folder, old)
    await vault.sealer.reload()
    batch = await vault.log.after(0, wanted=EVERYTHING, limit=10)
    assert [BIRTH] * 5 == [it.record for it in batch.events]


async def test_signing_secrets_of_webhooks_are_sealed_anew_too(vault, engine):
    """And every process is told, as some keep them."""
    async with writing(engine) as connection:
        await connection.execute(sa.insert(subscriptions).values(a_subscription() | {"status": "active"}))
        sealed = vault.sealer.seal(b"rahasia", table="webhook_secrets", id="whs_1", column="sealed")
        row = {"id": "whs_1", "subscription_id": "sub_1", "key_id": sealed.key_id, "sealed": sealed.data}
        await connection.execute(sa.insert(webhook_secrets).values(**row, created_at=NOON, expires_at=None))
    new = await vault.rotate()
    assert ([5, 1], []) == await vault.reseal_all(limit=10)
    assert {new: 6} == await vault.seals.counts()
    async with reading(engine) as connection:
        data = (await connection.execute(sa.select(webhook_secrets.c.sealed))).scalar_one()
    assert b"rahasia" == vault.sealer.open(bytes(data), table="webhook_secrets", id="whs_1", column="sealed")


async def test_sealing_anew_may_be_stopped_and_begun_again(vault):
    """What was done stays done."""
    await vault.rotate()
    await vault.seals.reseal(after="", limit=3)
    assert ([2, 0], []) == await vault.reseal_all(limit=10)


async def test_what_cannot_be_opened_is_told_and_left_as_it_is(vault, engine):
    """Its row is named, the others are sealed anew."""
    old = vault.sealer.sealing_kid()
    async with writing(engine) as connection:
        spoilt = sa.update(events).where(events.c.id == vault.events[1].id)
        await connection.execute(spoilt.values(sealed=b"\x00" * 60))
    await vault.rotate()
    assert ([4, 0], [f"events {vault.events[1].id}"]) == await vault.reseal_all(limit=10)
    assert 1 == (await vault.seals.counts())[old]


async def test_settled_events_lose_their_data_and_are_still_known(vault, engine):
    """Only those accepted before, batch by batch; a repetition of one is still a repetition."""
    later = an_event(9, accepted_at=NOON + timedelta(days=1))
    await vault.log.accept(a_publication(later))
    before = NOON + timedelta(hours=1)
    assert [3, 2, 0] == [await vault.seals.wipe(before=before, limit=3) for _ in range(3)]
    batch = await vault.log.after(0, wanted=EVERYTHING, limit=10)
    assert [later.id] == [it.id for it in batch.events]
    assert await vault.log.find(vault.events[0].id) is None
    head = await StoredEventRegister(engine).head(vault.events[0].id)
    assert (True, {}, 1) == (head.is_wiped, head.facts, head.sequence)
    (verdict,) = await vault.log.accept(a_publication(an_event(0)))
    assert (vault.events[0].id, True) == (verdict.id, verdict.is_repetition)


async def test_an_event_that_somebody_waits_for_keeps_its_data(vault, engine):
    """Its delivery is settled first."""
    async with writing(engine) as connection:
        await connection.execute(sa.insert(subscriptions).values(a_subscription() | {"status": "active"}))
        await connection.execute(sa.insert(deliveries).values(a_waiting_delivery()))
    assert 4 == await vault.seals.wipe(before=NOON + timedelta(hours=1), limit=10)
    assert BIRTH == (await vault.log.find(vault.events[1].id)).record


async def test_a_paused_subscription_keeps_nobodys_data_for_ever(vault, engine):
    """What waits for it is given up when it is too old."""
    async with writing(engine) as connection:
        await connection.execute(sa.insert(subscriptions).values(a_subscription() | {"status": "paused"}))
        await connection.execute(sa.insert(deliveries).values(a_waiting_delivery()))
    assert 5 == await vault.seals.wipe(before=NOON + timedelta(hours=1), limit=10)


async def test_idempotency_keys_are_forgotten_in_time(vault, engine):
    """Those of earlier requests only."""
    for number, at in ((20, NOON), (21, NOON + timedelta(days=8))):
        event = an_event(number, accepted_at=at)
        await vault.log.accept(a_publication(event, idempotency_key=f"k-{number}"))
    await vault.seals.forget_keys(before=NOON + timedelta(days=1))
    async with reading(engine) as connection:
        assert ["k-21"] == list((await connection.execute(sa.select(idempotency_keys.c.key))).scalars())


async def test_heads_tell_what_is_known_without_opening_anything(vault, engine):
    """The last ones, those behind a number, those of a kind or partner."""
    register = StoredEventRegister(engine)
    assert [4, 5] == [it.sequence for it in await register.heads(limit=2)]
    assert [2, 3] == [it.sequence for it in await register.heads(after=1, limit=2)]
    assert () == await register.heads(name="death")
    assert () == await register.heads(provider="jak\x00arta")
    assert 5 == len(await register.heads(name="birth", provider="sumedang"))
    assert await register.head("evt_0") is None


async def test_a_row_that_another_key_is_claimed_for_does_not_open(vault, engine):
    """The key is part of what is sealed."""
    await vault.rotate()
    async with writing(engine) as connection:
        await connection.execute(sa.update(events).values(sealed=sa.func.substr(events.c.sealed, 9)))
    with pytest.raises(SealBroken):
        await vault.log.find(vault.events[0].id)


def a_subscription():
    """A row of a subscription to births."""
    return {
        "id": "sub_1",
        "client_id": "jaki",
        "partner": "jakarta",
        "purpose": "administrasi-kependudukan",
        "proves_key": False,
        "names": ["birth"],
        "filters": {},
        "target": {"kind": "webhook", "url": "https://example.org/"},
        "status": "paused",
        "status_reason": "",
        "max_in_flight": 1,
        "created_at": NOON,
        "updated_at": NOON,
    }


def a_waiting_delivery():
    """A row of a delivery of the second event."""
    row = {
        "id": "dlv_1",
        "event_sequence": 2,
        "subscription_id": "sub_1",
        "order_key": "x",
        "status": "waiting",
        "attempts": 0,
        "failures": 0,
        "first_due_at": NOON,
        "next_at": NOON,
    }
    return {name: value for name, value in row.items() if name in deliveries.c}
