"""Rounds of a soak: events flow, processes are killed at random moments, stores fail; at the end nothing is lost."""

import asyncio
import os
import random
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import aiohttp
import sqlalchemy as sa

from gateway.demo.stand_ins import StandIns
from gateway.settings import Database
from gateway.settings_file import load_settings
from gateway.storage.engine import open_engine
from tests.soak.engines import Engines
from tests.soak.publishers import Publishers
from tests.soak.subscribers import Cast, wishes
from tests.soak.verdict import Verdict, judge, read
from tests.support.process import Process, installation

CASES_AT_ONCE = 6
_READY_WITHIN_S = 30.0
_EVERYTHING_WITHIN_S = 120.0
SETTINGS = {
    "GATEWAY__LIFE_EVENTS__PRIVATE_TARGETS": "127.0.0.0/8",
    "GATEWAY__LIFE_EVENTS__ATTEMPT_TIMEOUT_S": "1.0",
    "GATEWAY__LIFE_EVENTS__RETRY_PAUSES_S": "0.1,0.2,0.3,0.4,0.5,0.5,0.5,0.5,0.5",
    "GATEWAY__ACCESS__TOKEN_TTL_S": "3600",
    "GATEWAY__ACCESS__RATE_LIMIT": "1000000",
    "GATEWAY__CONTRACTS__CHECK_EVERY_S": "0",
    "GATEWAY__LOGS__LEVEL": "warning",
}


@dataclass
class Soaked:
    """How it went. `breaks` counts what was killed."""

    engines: str
    seed: str
    rounds: int
    breaks: dict[str, int]
    verdict: Verdict
    seconds: float

    def __str__(self) -> str:
        broken = ", ".join(f"{name} {count}" for name, count in self.breaks.items())
        return (
            f"soak {self.engines}: {self.verdict} | {self.rounds} rounds, killed: {broken} | "
            f"{self.seconds:.0f} s, seed {self.seed}"
        )


async def soak(engines: Engines, folder: Path, *, rounds: int, seed: str) -> Soaked:
    """Everything, once. `folder` is empty."""
    began = time.monotonic()
    engines.start()
    try:
        # Nobody asks the platforms anything here, so that none need listen.
        with installation(folder, StandIns(), **SETTINGS, **engines.environ) as process:
            ran = _Soak(engines, process, rounds=rounds, seed=seed)
            verdict = await ran.run()
        return Soaked(engines.name, seed, rounds, ran.breaks(), verdict, time.monotonic() - began)
    finally:
        engines.stop()


class _Soak:
    def __init__(self, engines: Engines, process: Process, *, rounds: int, seed: str) -> None:
        self._engines = engines
        self._process = process
        self._rounds = rounds
        self._seed = seed
        self._dice = random.Random(f"{seed} {engines.name}")
        self._running: dict[str, Popen[str]] = {}
        self._kills = {"serve": 0, "worker": 0}

    def breaks(self) -> dict[str, int]:
        """How often each was killed."""
        return self._kills | self._engines.breaks

    async def run(self) -> Verdict:
        """Sets the scene, plays the rounds, waits until all is settled, and judges."""
        settings = load_settings(self._process.config, self._process.environ)
        cast = Cast(settings, wishes(self._rounds))
        await cast.register()
        url = self._process.url
        async with AsyncExitStack() as stack:
            await self._up()
            await cast.subscribe(stack, url, seed=self._seed)
            await cast.suspend(0, now=asyncio.get_running_loop().time())
            async with aiohttp.ClientSession(trust_env=False) as http:
                tokens = {who: await cast.token(http, url, who) for who in ("hospital", "registry", "notifier")}
            publishers = Publishers(url, tokens, self._seed)
            flowing = asyncio.create_task(publishers.run(how_many=CASES_AT_ONCE))
            for number in range(1, self._rounds + 1):
                publishers.round = number
                await cast.suspend(number, now=asyncio.get_running_loop().time())
                await self._round(number)
                if flowing.done():
                    break
            publishers.is_ending = True
            await self._up()
            await flowing
            left = await self._settled()
            await self._stop()
            verdict = judge(cast, publishers.accepted, await read(self._engines.database_url))
        verdict.breaches += publishers.refused
        if left:
            verdict.breaches.append(f"{left} deliveries still wait")
        return verdict

    async def _round(self, number: int) -> None:
        """Everything runs for a while; something is killed, at a random moment, every second time with a store."""
        up = asyncio.create_task(self._up())
        if self._dice.random() < 0.15:
            await asyncio.sleep(self._dice.uniform(0, 1.0))  # killed before it is ready
        else:
            await up
            await asyncio.sleep(self._dice.uniform(0.2, 1.2))
        failing = None
        if number % 2 == 0 or self._dice.random() < 0.2:
            failing = asyncio.create_task(self._engines.fail(self._dice))
            await asyncio.sleep(self._dice.uniform(0, 0.5))
        victims = self._dice.choice([("serve",), ("serve",), ("worker",), ("serve", "worker")])
        up.cancel()
        await asyncio.gather(up, return_exceptions=True)
        for name in victims:
            if name in self._running:
                self._running[name].send_signal(signal.SIGKILL)
                await asyncio.to_thread(self._running.pop(name).wait)
                self._kills[name] += 1
        if failing is not None:
            await failing

    async def _up(self) -> None:
        """Both processes run, and the one that serves is ready. Whichever ended is started again."""
        until = time.monotonic() + _READY_WITHIN_S
        async with aiohttp.ClientSession(trust_env=False) as http:
            while True:
                for name in ("serve", "worker"):
                    if name not in self._running or self._running[name].poll() is not None:
                        self._running[name] = self._process.spawn(command=name)
                try:
                    async with http.get(f"{self._process.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, OSError):
                    pass
                assert time.monotonic() < until, "the gateway does not get ready: see its log"
                await asyncio.sleep(0.05)

    async def _settled(self) -> int:
        """How many deliveries still wait, once none does or it takes too long."""
        engine = open_engine(Database(url=self._engines.database_url))
        until = time.monotonic() + _EVERYTHING_WITHIN_S
        try:
            while True:
                async with engine.connect() as connection:
                    query = sa.text("SELECT count(*) FROM deliveries WHERE status = 'waiting'")
                    waiting = int((await connection.execute(query)).scalar_one())
                if not waiting or time.monotonic() > until:
                    return waiting
                await asyncio.sleep(0.2)
        finally:
            await engine.dispose()

    async def _stop(self) -> None:
        """Both end as they should."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            await asyncio.to_thread(process.wait, 20)


def new_seed() -> str:
    """What `SOAK_SEED` says, or a new one."""
    return os.environ.get("SOAK_SEED") or f"{random.SystemRandom().randrange(10**6):06}"
