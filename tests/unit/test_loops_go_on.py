"""What runs beside the doors, for as long as the gateway does, outlives a failure that nobody foresaw."""

import asyncio
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway.access.shared import RateRule
from gateway.access.signing_keys import SigningKeys
from gateway.cases.late_watch import LateWatch
from gateway.errors import StoreUnavailable
from gateway.life_events.ports import Forgotten
from gateway.life_events.sealing import Sealer
from gateway.life_events.upkeep import Upkeep
from gateway.storage import shared_store
from gateway.storage.redis_bell import RedisBell
from gateway.storage.redis_rate_limiter import RedisRateLimiter
from gateway.wiring.background import run_beside
from tests.support.access import SetClock


class Trouble:
    """Fails once, then does nothing; `again` is set at the second call."""

    def __init__(self, then=None):
        self.again = asyncio.Event()
        self._then = then
        self._calls = 0

    def __call__(self, *_arguments, **_named):
        self._calls += 1
        if self._calls == 1:
            raise ZeroDivisionError("bahasa rahasia")
        self.again.set()
        return self._then


async def goes_on(work, trouble):
    """What was logged until `work` tried again; fails where it does not."""
    with capture_logs() as logs:
        task = asyncio.create_task(work)
        try:
            async with asyncio.timeout(5):
                await trouble.again.wait()
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
    return [(it["event"], it["reason"]) for it in logs if it["log_level"] == "error"]


async def test_upkeep_goes_on():
    """Else what must be forgotten would be kept for ever."""

    class Seals:
        async def forget_keys(self, *, before):
            pass

        async def wipe(self, *, before, limit):
            return trouble()

    class Deliveries:
        async def forget(self, *, before, after, limit):
            return Forgotten(count=0, reached=None)

    trouble = Trouble(0)
    upkeep = Upkeep(seals=Seals(), deliveries=Deliveries(), clock=SetClock(), keep=timedelta(days=400), every_s=0.01)
    assert [("upkeep.failed", "ZeroDivisionError")] == await goes_on(upkeep.run(), trouble)


async def test_the_look_for_late_steps_goes_on():
    """Else no late step would be told of for ever."""

    class Steps:
        async def tell(self, now, *, limit):
            return trouble()

    trouble = Trouble(0)
    watch = LateWatch(Steps(), clock=SetClock(), meter=None, every_s=0.01)
    assert [("late.failed", "ZeroDivisionError")] == await goes_on(watch.run(), trouble)


async def test_the_watch_over_the_signing_keys_goes_on(tmp_path, monkeypatch):
    """Else a key that was taken away would be trusted for ever."""
    monkeypatch.setattr("gateway.access.signing_keys.RELOAD_S", 0.01)
    keys = SigningKeys.opened(tmp_path / "signing", clock=SetClock(), token_ttl_s=300)
    monkeypatch.setattr("gateway.access.signing_keys._load", trouble := Trouble(keys._loaded))
    assert [("signing_keys.failed", "ZeroDivisionError")] == await goes_on(keys.watch(), trouble)


async def test_the_watch_over_the_sealing_keys_goes_on(tmp_path, monkeypatch):
    """Else what another process seals with a new key could never be opened here."""
    monkeypatch.setattr("gateway.life_events.sealing.RELOAD_S", 0.01)
    sealer = Sealer.opened(tmp_path / "sealing", clock=SetClock())
    monkeypatch.setattr("gateway.life_events.sealing._changed", trouble := Trouble())
    assert [("sealing_keys.failed", "ZeroDivisionError")] == await goes_on(sealer.watch(), trouble)


async def test_the_keeper_of_the_embedded_store_goes_on(monkeypatch):
    """Else a store that died would stay so."""
    monkeypatch.setattr(shared_store, "_LOOK_EVERY_S", 0.01)

    class Server:
        def revive(self):
            calls.append(1)
            if len(calls) == 1:
                raise ZeroDivisionError
            loop.call_soon_threadsafe(trouble.again.set)

    loop, calls, trouble = asyncio.get_running_loop(), [], Trouble()
    assert [("embedded_valkey.down", "ZeroDivisionError")] == await goes_on(shared_store._keep(Server()), trouble)


@pytest.mark.parametrize("work", ["_listen", "_pass_on"])
async def test_the_bell_goes_on(work, monkeypatch):
    """Else what rings elsewhere would be heard late for ever."""
    monkeypatch.setattr("gateway.storage.redis_bell._AGAIN_AFTER_S", 0.01)
    trouble = Trouble()

    class Client:
        def pubsub(self):
            trouble()
            raise OSError

        async def publish(self, channel, name):
            await asyncio.sleep(0)
            bell.ring()
            trouble()

    bell = RedisBell(Client())
    bell.ring()
    assert [("bell.failed", "ZeroDivisionError")] == await goes_on(getattr(bell, work)(), trouble)


async def test_what_the_limiter_cannot_read_leaves_nobody_waiting():
    """Those who spent together are told that nothing is known, as of a store that is down; the next ask anew."""

    class Client:
        def register_script(self, _script):
            async def run(keys, args):
                return b"<html>"

            return run

    limiter, rule = RedisRateLimiter(Client()), RateRule("slow", limit=1, window_s=3600, burst=20)
    with capture_logs() as logs:
        async with asyncio.timeout(5):
            told = await asyncio.gather(*(limiter.spend("jaki", rule) for _ in range(3)), return_exceptions=True)
            assert [StoreUnavailable] * 3 == list(map(type, told))
            with pytest.raises(StoreUnavailable):
                await limiter.spend("jaki", rule)
    assert ["rate_limiter.failed"] * 2 == [it["event"] for it in logs]


async def test_a_listener_that_fails_ends_neither_the_ringer_nor_keeps_the_others_from_hearing():
    """The writer of events rings: it would write nothing more."""
    bell, heard = RedisBell(None), []
    bell.tell(lambda: 1 / 0)
    bell.tell(lambda: heard.append(1))
    with capture_logs() as logs:
        bell.ring()
    assert ([1], [("bell.unheard", "ZeroDivisionError")]) == (heard, [(it["event"], it["reason"]) for it in logs])


async def test_a_task_that_ends_all_the_same_is_told_of_and_hinders_no_close():
    """By its name and the failure's type, never its text."""

    async def fail():
        raise ValueError("3211104405950002")

    with capture_logs() as logs:
        async with AsyncExitStack() as stack:
            run_beside(stack, fail(), name="event-upkeep")
            await asyncio.sleep(0.01)
    assert [{"event": "background.ended", "task": "event-upkeep", "reason": "ValueError", "log_level": "error"}] == logs


async def test_a_task_that_is_ended_is_not_told_of():
    """The process stops."""
    with capture_logs() as logs:
        async with AsyncExitStack() as stack:
            run_beside(stack, asyncio.sleep(60), name="event-upkeep")
            await asyncio.sleep(0)
    assert [] == logs
