"""Benchmark (a): 1,000 hospitals of Jakarta's open API, from bytes to common records, ours against its peers.

`python -m tests.benchmarks.bench_mapping` prints time, records per second and the ratio to hand-written msgspec.
The ways are measured in turn, several rounds, and the best round of each counts, so that a busy machine spoils little.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.ids import DatasetId
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.load import load_mapping
from tests.benchmarks.hospital_rows import hospital_rows
from tests.benchmarks.mapping_peers import Peers

SCHEMAS = Path(__file__).parents[2] / "schemas"
COUNT, ROUNDS, ROUND_S = 1000, 5, 0.4


def main() -> None:
    """Prints the table."""
    body = hospital_rows(COUNT)
    codes = load_code_lists(SCHEMAS / "codes")
    mapping = load_mapping(SCHEMAS / "partners/jakarta", dataset=DatasetId("jakarta/hospitals"), codes=codes)
    ways: dict[str, Callable[[bytes], Any]] = {"ours": lambda body: mapping.to_common(body).records}
    ways |= Peers(codes).mappers()
    expected = ways["ours"](body)
    for name, way in ways.items():
        assert expected == way(body), f"{name} makes other records"
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            best[name] = min(best[name], seconds_each(way, body))
    hand = best["hand-written msgspec"]
    print(f"{COUNT} facility records, {len(body):,} bytes, best of {ROUNDS} rounds")
    print(f"{'':22}{'ms/document':>12}{'records/s':>12}{'to hand-written':>17}")
    for name, seconds in sorted(best.items(), key=lambda pair: pair[1]):
        print(f"{name:22}{seconds * 1000:12.2f}{COUNT / seconds:12,.0f}{hand / seconds:17.2f}")


def seconds_each(way: Callable[[bytes], Any], body: bytes) -> float:
    """Seconds for one document, over at least one and `ROUND_S` seconds of them."""
    count, start = 0, time.perf_counter()
    while count == 0 or time.perf_counter() - start < ROUND_S:
        way(body)
        count += 1
    return (time.perf_counter() - start) / count


if __name__ == "__main__":
    main()
