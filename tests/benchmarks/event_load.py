"""What the benchmarks of life events put on a gateway, and what they read off it."""

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import time

import aiohttp
import msgspec
import sqlalchemy as sa

from gateway.life_events.signature import Scheme, SigningSecret, new_key, signed_headers
from gateway.settings import Database
from gateway.storage.engine import open_engine
from tests.benchmarks.bench_http import _cpu_s
from tests.benchmarks.event_site import Site
from tests.support.dispatching import RECORD
from tests.support.event_world import a_birth

SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CONNECTIONS = 50
_AT_ONCE = 32
_NUMBER = "@@@@@@"
_LUA = """
local n, run, batch = 0, "{run}", {batch}
local before, between, after = [==[{before}]==], [==[{between}]==], [==[{after}]==]
request = function()
  local events = {{}}
  for i = 1, batch do
    n = n + 1
    local id = run .. n
    events[i] = before .. id .. between .. id .. after
  end
  local body = table.concat(events, ",")
  if batch > 1 then body = "[" .. body .. "]" end
  return wrk.format("POST", "/v1/events", {{
    ["Authorization"] = "Bearer {token}", ["Content-Type"] = "application/cloudevents{kind}+json" }}, body)
end
"""
"""Births whose ids no other request has."""


class Rate(msgspec.Struct):
    """How many a second, and the CPU time of each in the gateway's processes."""

    per_s: float
    cpu_us: float


class Figures(msgspec.Struct):
    """Rates a second, and how long after its acceptance a delivery came, in ms."""

    taken: float
    sent: float
    p50_ms: float
    p99_ms: float
    max_ms: float


def accepted_per_s(site: Site, pid: int, *, batch: int) -> Rate:
    """How many births are answered with 202 each second. Ends the benchmark where one is refused."""
    parts = json.dumps(a_birth(1, id=_NUMBER, data={"id_lahir": _NUMBER})).split(_NUMBER)
    script = site.folder / f"births-{batch}.lua"
    names = dict(zip(("before", "between", "after"), parts, strict=True))
    kind = "-batch" if batch > 1 else ""
    script.write_text(_LUA.format(run=f"B{time.time_ns()}-", batch=batch, token=site.token, kind=kind, **names))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "10s", "-s", str(script), site.url]
    before = _cpu_s(pid)
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)", out):
        sys.exit(f"events: {failed[1]} publications were refused")
    count = batch * int(re.search(r"(\d+) requests in", out)[1])
    return Rate(batch * float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), (_cpu_s(pid) - before) * 1e6 / count)


async def steady(site: Site, *, rate: int, seconds: int = SECONDS) -> int:
    """Posts so many births a second, one by one, each at its moment; how many."""
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/cloudevents+json"}
    run = f"S{time.time_ns()}-"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers, trust_env=False) as http:

        async def post(number: int) -> None:
            id_ = f"{run}{number}"
            async with http.post(f"{site.url}/v1/events", json=a_birth(1, id=id_, data={"id_lahir": id_})) as answer:
                if answer.status != 202:
                    refused.append(f"{answer.status} {await answer.text()}")

        began, posted, refused = time.monotonic(), [], []
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            posted.append(asyncio.create_task(post(number)))
        await asyncio.gather(*posted)
    if refused:
        sys.exit(f"events: {len(refused)} of {len(posted)} births were refused, the first with {refused[0]}")
    return len(posted)


async def delays(site: Site, *, since: float) -> Figures:
    """From the acceptance of events since then to the receiver's log, over all deliveries."""
    engine = open_engine(Database(url=site.engines.database_url))
    query = sa.text(
        "SELECT d.id, e.accepted_at FROM deliveries d JOIN events e ON e.sequence = d.event_sequence "
        "WHERE e.accepted_at > :since"
    )
    async with engine.connect() as connection:
        accepted = {id_: at / 1e6 for id_, at in await connection.execute(query, {"since": round(since * 1e6)})}
    await engine.dispose()
    came = {it.delivery: it.at for it in reversed(site.nginx.came()) if it.delivery in accepted}
    lags = sorted((at - accepted[delivery]) * 1000 for delivery, at in came.items())
    took = max(accepted.values()) - min(accepted.values())
    sent = (len(came) - 1) / (max(came.values()) - min(came.values()))
    events = len(set(accepted.values()))
    return Figures(
        taken=events / took,
        sent=sent,
        p50_ms=lags[len(lags) // 2],
        p99_ms=lags[int(len(lags) * 0.99)],
        max_ms=lags[-1],
    )


async def ceiling(url: str) -> float:
    """What aiohttp alone posts each second: the same body, signed, with nothing checked, recorded or kept."""
    secret = (SigningSecret("whs_1", Scheme("v1"), new_key()),)
    numbers, until = itertools.count(), time.monotonic() + SECONDS
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), trust_env=False) as http:

        async def post() -> None:
            while time.monotonic() < until:
                headers = signed_headers(f"dlv_{next(numbers)}", RECORD, timestamp=int(time.time()), secrets=secret)
                async with http.post(url, data=RECORD, headers=headers) as answer:
                    await answer.read()

        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))
    return next(numbers) / SECONDS
