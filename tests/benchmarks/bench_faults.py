"""The seeded faults, one line each: which stage finds it here, and which of five mapping languages notices it.

`python -m tests.benchmarks.bench_faults` prints a Markdown table and a summary. A peer is given the same field in its
own words, and the recorded samples; where the fault is in the source schema, what a platform changed so would send.
It notices a fault if it raises (or its own validator complains) and does not on the right mapping.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.fault_held_out import held_out_found
from tests.benchmarks.fault_mutants import mutants_found
from tests.benchmarks.fault_trials import PEERS, Contract, noticed
from tests.support.seeded_faults import faults, findings_after
from tests.support.shipped_mappings import stand_in_documents

WORDS = {True: "raises", False: "silent", None: ""}


def main() -> None:
    """Prints the table, what it sums up to, and what mechanical changes of the same mappings come to."""
    begun = time.perf_counter()
    documents = asyncio.run(stand_in_documents())
    contracts = {name: Contract(name, bodies) for name, bodies in documents.items()}
    counts: Counter[str] = Counter()
    print("| class | dataset | fault | found by | finding | " + " | ".join(PEERS) + " |")
    print("|---|---|---|---|---|" + "---|" * len(PEERS))
    for fault in faults():
        with TemporaryDirectory() as folder:
            findings = findings_after(fault, Path(folder) / "found")
            seen = noticed(fault, contracts[fault.dataset], Path(folder) / "found" / "schemas")
            known = documents[fault.dataset]
            counts["bare"] += bool(findings_after(fault, Path(folder) / "types", bare=True))
            counts["bare samples"] += bool(findings_after(fault, Path(folder) / "all", documents=known, bare=True))
        code = findings[0].code if findings else ""
        counts["ours"] += bool(findings)
        counts.update(peer for peer, saw in seen.items() if saw)
        counts.update(f"{peer} unsaid" for peer, saw in seen.items() if saw is None)
        cells = (fault.class_, fault.dataset, fault.name, "type checker" if findings else "nothing", code)
        print("| " + " | ".join((*cells, *(WORDS[seen[peer]] for peer in PEERS))) + " |", flush=True)
    _summary(counts, seconds=time.perf_counter() - begun)


def _summary(counts: Counter[str], *, seconds: float) -> None:
    total = len(faults())
    print(f"\n{total} faults of {len({fault.class_ for fault in faults()})} classes in {seconds:.0f} s\n")
    print("| | notices | of those that it can say |")
    print("|---|---|---|")
    print(f"| type checker, before anything runs | {counts['ours']} | {counts['ours'] / total:.1%} of {total} |")
    for name, words in (
        ("bare", "type checker, where the source schema says no more than types, dates, numbers, schemes and units"),
        ("bare samples", "the same, and recorded samples"),
    ):
        print(f"| {words} | {counts[name]} | {counts[name] / total:.1%} of {total} |")
    for peer in PEERS:
        said = total - counts[f"{peer} unsaid"]
        print(f"| {peer} | {counts[peer]} | {counts[peer] / max(said, 1):.1%} of {said} |")
    _mechanical()


def _mechanical() -> None:
    """What mechanical changes come to: of the shipped mappings, and of those that onboarding proposes for others."""
    begun = time.perf_counter()
    kinds = mutants_found()
    found, made = sum(one for one, _ in kinds.values()), sum(all_ for _, all_ in kinds.values())
    print(f"\nMechanical changes of the same mappings, right ones among them: {found} of {made} found", end=" ")
    print(f"({time.perf_counter() - begun:.0f} s)\n\n| change | found | of |\n|---|---|---|")
    for kind, (one, all_) in sorted(kinds.items()):
        print(f"| {kind} | {one} | {all_} |")
    begun = time.perf_counter()
    held = held_out_found()
    print(
        f"\nThe same of {held.contracts} mappings that onboarding proposes for the samples of other platforms: ", end=""
    )
    print(
        f"types find {held.by_types}, with samples {held.by_samples}, of {held.made}; alarms before any change: ",
        end="",
    )
    print(f"{held.alarms} ({time.perf_counter() - begun:.0f} s)")


if __name__ == "__main__":
    sys.exit(main())
