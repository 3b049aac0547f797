"""The denylist, over SQLite and PostgreSQL."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from gateway.errors import StoreUnavailable
from gateway.storage import watch as watching
from gateway.storage.denylist import StoredDenylist
from gateway.storage.engine import reading, writing
from gateway.storage.tables import changes, denied_clients, denied_tokens
from gateway.storage.watch import Watch


@pytest.fixture
def process(engine):
    """Makes the denylist of one more process, with its watch."""

    async def make():
        watch = Watch(engine)
        denylist = StoredDenylist(engine, watch)
        await watch.poll()
        return denylist, watch

    return make


async def test_a_revoked_token_is_denied_in_every_process_once_heard_of(process):
    """The process that revokes knows at once, the others with their next poll."""
    (here, _), (there, hearing) = await process(), await process()
    assert not here.is_denied("t1", "jaki", time.time())
    await here.revoke_token("t1", time.time() + 300)
    assert here.is_denied("t1", "jaki", time.time())
    assert not there.is_denied("t1", "jaki", time.time())
    await hearing.poll()
    assert there.is_denied("t1", "jaki", time.time())
    assert not there.is_denied("t2", "jaki", time.time())


async def test_a_revoked_client_loses_the_tokens_issued_until_then(process):
    """Tokens issued later count again."""
    denylist, watch = await process()
    before = time.time() - 1
    await denylist.revoke_client("jaki")
    await watch.poll()
    assert denylist.is_denied("t1", "jaki", before)
    assert not denylist.is_denied("t1", "jaki", time.time() + 1)
    assert not denylist.is_denied("t1", "other", before)


async def test_revocations_outlive_a_restart(process):
    """A new process reads them all before it answers."""
    denylist, _ = await process()
    await denylist.revoke_token("t1", time.time() + 300)
    await denylist.revoke_client("jaki")
    restarted, _ = await process()
    assert restarted.is_denied("t1", "other", time.time())
    assert restarted.is_denied("t2", "jaki", time.time() - 60)


async def test_what_has_not_been_heard_of_for_2_s_is_not_believed(process, monkeypatch):
    """Fails closed: nobody can say that the token is not revoked."""
    denylist, _ = await process()
    monkeypatch.setattr(watching, "STALE_AFTER_S", -1.0)
    with pytest.raises(StoreUnavailable):
        denylist.is_denied("t1", "jaki", time.time())


async def test_revoking_twice_is_revoking_once(process):
    """The second revocation changes nothing, and is no error."""
    denylist, watch = await process()
    for _ in range(2):
        await denylist.revoke_token("t1", time.time() + 300)
        await denylist.revoke_client("jaki")
    await watch.poll()
    assert denylist.is_denied("t1", "jaki", time.time() - 1)


async def test_what_has_expired_is_forgotten(engine, process):
    """Rows that can no longer matter go with the next revocation."""
    denylist, _ = await process()
    long_ago = datetime.now(UTC) - timedelta(days=2)
    async with writing(engine) as connection:
        await connection.execute(sa.insert(denied_tokens).values(token_id="old", expires_at=long_ago))
        await connection.execute(sa.insert(denied_clients).values(client_id="old", issued_until=long_ago))
    await denylist.revoke_token("new", time.time() + 300)
    async with reading(engine) as connection:
        left = (await connection.execute(sa.select(denied_tokens.c.token_id))).scalars().all()
        clients = (await connection.execute(sa.select(denied_clients.c.client_id))).scalars().all()
    assert (["new"], []) == (left, clients)


async def test_a_process_that_missed_pruned_changes_reads_everything(engine, process):
    """Where the numbers do not add up, the whole list is read again."""
    denylist, watch = await process()
    other, _ = await process()
    await other.revoke_token("t1", time.time() + 300)
    async with writing(engine) as connection:
        await connection.execute(sa.delete(changes))
    await watch.poll()
    assert denylist.is_denied("t1", "jaki", time.time())


async def test_the_running_watch_spreads_a_revocation(engine, process):
    """With nobody polling by hand, another process refuses the token within the promised 2 s."""
    here, _ = await process()
    watch = Watch(engine, poll_every_s=0.05)
    there = StoredDenylist(engine, watch)
    await watch.open()
    await here.revoke_token("t1", time.time() + 300)
    async with asyncio.timeout(2):
        while not there.is_denied("t1", "jaki", time.time()):  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.01)
    await watch.close()


async def test_many_processes_revoke_at_once(process):
    """Every revocation has its number; none is lost."""
    made = [await process() for _ in range(4)]
    await asyncio.gather(
        *(
            denylist.revoke_token(f"t{index}-{n}", time.time() + 300)
            for index, (denylist, _) in enumerate(made)
            for n in range(5)
        )
    )
    for denylist, watch in made:
        await watch.poll()
        assert all(denylist.is_denied(f"t{index}-{n}", "jaki", 0) for index in range(4) for n in range(5))
