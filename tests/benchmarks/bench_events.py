"""Life events: taken and delivered, on both pairs of engines, by one process and by two.

`taken`: births posted one by one (50 connections of `wrk`) and in batches of 20, each mapped, sealed, recorded and
durable before its 202; nothing is delivered meanwhile. `delivered`: a backlog for four subscribers, sent by `gateway
worker`; each delivery is checked, narrowed, signed, and recorded before it leaves. `delay`: from acceptance to the
receiver's log, while events are posted at a steady rate and delivered by the process that takes them; with healthy
receivers, and with one more that never answers.

The receiver is nginx. The ceiling is what aiohttp alone posts to it, with nothing checked or kept.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.benchmarks.bench_http import _cpu_s as cpu_s
from tests.benchmarks.event_load import Figures, Rate, accepted_per_s, ceiling, delays, steady
from tests.benchmarks.event_site import Site, hanging, receiving
from tests.soak.engines import Embedded, Engines, Servers

BACKLOG = int(os.environ.get("BENCH_DELIVERIES", "8000"))
SUBSCRIBERS = 4
RATE = 250
"""Events a second, each for four subscribers: 1,000 deliveries a second."""
AIM_PER_S, AIM_P99_MS = 1_000, 250


class Row(msgspec.Struct):
    """One line of the table of rates. CPU is of the gateway's processes, which a busy machine changes little."""

    engines: str
    processes: int
    single: Rate
    batched: Rate
    memory_mb: float
    delivered: Rate | None = None


class Delay(msgspec.Struct):
    """One line of the table of delays."""

    engines: str
    receivers: str
    figures: Figures


def main() -> None:
    """Measures both pairs, prints the tables; fails where anything is missing or was refused."""
    rows: list[Row] = []
    lags: list[Delay] = []
    with _folder() as folder, receiving(folder) as nginx:
        top = asyncio.run(ceiling(nginx.url))
        for pair in (Embedded, Servers):
            with _engines(pair) as (engines, own), hanging() as silent:
                site = Site(engines, own, nginx)
                site.prepare()
                taken = [_taken(site, processes) for processes in (1, 2)]
                asyncio.run(site.subscribe(*[nginx.url] * SUBSCRIBERS))
                for row in taken:
                    row.delivered = _delivered(site, row.processes)
                rows += taken
                lags.append(Delay(engines.name, "healthy", _delay(site)))
                asyncio.run(site.subscribe(silent))
                lags.append(Delay(engines.name, "one hangs", _delay(site)))
    _print(rows, lags, top)


def _taken(site: Site, processes: int) -> Row:
    """What so many processes take: nobody has subscribed yet."""
    with site.serving(workers=processes, deliver=False) as pid:
        single, batched = accepted_per_s(site, pid, batch=1), accepted_per_s(site, pid, batch=20)
        return Row(site.engines.name, processes, single, batched, site.memory_mb(pid))


def _delivered(site: Site, processes: int) -> Rate:
    """What so many processes deliver of a backlog."""
    asyncio.run(site.fill(BACKLOG // SUBSCRIBERS))
    with contextlib.ExitStack() as stack:
        pids = [stack.enter_context(site.worker()) for _ in range(processes)]
        came = site.nginx.until(BACKLOG)
        spent = sum(map(cpu_s, pids))
    took = max(it.at for it in came) - min(it.at for it in came)
    return Rate((len(came) - 1) / took, spent * 1e6 / BACKLOG)


def _delay(site: Site) -> Figures:
    """How long after its acceptance an event is with its receivers; one process takes and delivers."""
    site.nginx.empty()
    with site.serving(workers=1, deliver=True):
        warmed = asyncio.run(steady(site, rate=RATE, seconds=2))
        began = time.time()
        published = asyncio.run(steady(site, rate=RATE))
        site.nginx.until((warmed + published) * SUBSCRIBERS)
        return asyncio.run(delays(site, since=began))


def _print(rows: list[Row], lags: list[Delay], top: float) -> None:
    print(f"\n(c) life events: {SUBSCRIBERS} subscribers, a backlog of {BACKLOG:,} deliveries\n")
    print(f"{'engines':<10}{'processes':>10}", end="")
    print(f"{'taken/s':>9}{'CPU us':>8}{'of 20/s':>9}{'CPU us':>8}{'MB':>6}{'delivered/s':>13}{'CPU us':>8}")
    for row in rows:
        print(f"{row.engines:<10}{row.processes:>10}{_shown(row.single)}{_shown(row.batched)}", end="")
        print(f"{row.memory_mb:>6.0f}    {_shown(row.delivered)}")
    print(f"{'aiohttp alone, nothing checked or kept':<60}{top:>13.0f}")
    print(f"\naccepted to delivered, {RATE} events/s posted one by one, {RATE * SUBSCRIBERS:,} deliveries/s\n")
    print(f"{'engines':<10}{'receivers':<12}{'taken/s':>9}{'sent/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for lag in lags:
        it = lag.figures
        figures = f"{it.taken:>9.0f}{it.sent:>9.0f}{it.p50_ms:>9.0f}{it.p99_ms:>9.0f}{it.max_ms:>9.0f}"
        print(f"{lag.engines:<10}{lag.receivers:<12}{figures}")
    print(f"\naims, embedded: {AIM_PER_S:,} deliveries/s, p99 under {AIM_P99_MS} ms with healthy receivers")


def _shown(rate: Rate | None) -> str:
    return f"{rate.per_s:>9.0f}{rate.cpu_us:>8.0f}" if rate is not None else f"{'-':>9}{'-':>8}"


@contextlib.contextmanager
def _engines(pair: type[Embedded] | type[Servers]) -> Iterator[tuple[Engines, Path]]:
    with _folder() as folder:
        try:
            engines = pair(folder)
        except FileNotFoundError as error:
            print(f"events: {error}", file=sys.stderr)
            sys.exit(3)
        engines.start()
        try:
            yield engines, folder
        finally:
            engines.stop()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


if __name__ == "__main__":
    main()
