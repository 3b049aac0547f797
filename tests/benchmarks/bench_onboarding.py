"""Onboarding, measured: what is proposed for a folder of samples beside what a person answered.

`python -m tests.benchmarks.bench_onboarding [DIR] [--json] [--half 0|1]`. `--half` takes every other dataset, so that
one half can be held out while rules are made on the other.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.onboarding.onboard import SHIPPED, Wish, onboard
from gateway.onboarding.sample import read_sample
from gateway.onboarding.source import infer_source
from tests.benchmarks.onboarding_answers import Verdict, judged, read_answers

SAMPLES = Path(__file__).parent / "onboarding" / "samples"


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One sample: its verdicts, whether the mapping checks, and how long it took from reading to files."""

    name: str
    seconds: float
    checks: bool
    resource: str
    right_resource: bool
    verdicts: list[Verdict]

    def share(self, *, required: bool) -> tuple[int, int]:
        """How many of the answered fields are right, and how many there are."""
        counted = [one for one in self.verdicts if one.outcome != "invented" and (one.required or not required)]
        return sum(one.outcome == "right" for one in counted), len(counted)


def measured(folder: Path, codes: CodeLists, *, name: str) -> Measured:
    """What onboarding makes of one sample."""
    answers = read_answers(folder / "answers.toml")
    files = sorted(file for file in folder.iterdir() if file.name.startswith("sample"))
    with TemporaryDirectory() as empty:
        wish = Wish(
            partner=folder.parent.name.lower().replace("_", "-"),
            samples=tuple(files),
            config=Path(empty) / "config",
            schemas=Path(empty) / "schemas",
            dataset=folder.name.lower().replace("_", "-"),
            title=answers.title,
            kode_wilayah=answers.region,
        )
        begun = time.perf_counter()
        sample = read_sample(files, kind=answers.kind)
        source = infer_source(sample, regions=codes.regions)
        onboarded = onboard(wish, sample, source, codes)
        seconds = time.perf_counter() - begun
    return Measured(
        name=name,
        seconds=seconds,
        checks=not onboarded.proposal.findings,
        resource=onboarded.proposal.resource,
        right_resource=onboarded.proposal.resource == answers.resource,
        verdicts=judged(onboarded.proposal, answers, codes),
    )


def measure(root: Path = SAMPLES, *, half: int | None = None) -> list[Measured]:
    """Every sample below a folder that has answers; with `half`, every other one."""
    codes = load_code_lists(SHIPPED / "codes")
    folders = sorted(file.parent for file in root.rglob("answers.toml"))
    chosen = folders if half is None else folders[half::2]
    return [measured(folder, codes, name=str(folder.relative_to(root))) for folder in chosen]


def main() -> None:
    """Prints a line for each sample, and what is wrong."""
    arguments = [argument for argument in sys.argv[1:] if argument != "onboarding"]
    half = int(arguments[arguments.index("--half") + 1]) if "--half" in arguments else None
    folders = [Path(one) for one in arguments if not one.startswith("--") and not one.isdigit()]
    found = measure(folders[0] if folders else SAMPLES, half=half)
    if "--json" in arguments:
        print(msgspec.json.format(msgspec.json.encode(found), indent=1).decode())
        return
    _print(found)


def _print(found: list[Measured]) -> None:
    width = max([len(one.name) for one in found] + [10])
    print(f"{'sample':<{width}}  {'required':>9}  {'mappable':>9}  {'sure+wrong':>10}  {'checks':>6}  {'s':>5}")
    for one in found:
        cells = [f"{right}/{total}" for right, total in (one.share(required=True), one.share(required=False))]
        bad = sum(verdict.is_bad for verdict in one.verdicts)
        checks = "yes" if one.checks else "no"
        print(f"{one.name:<{width}}  {cells[0]:>9}  {cells[1]:>9}  {bad:>10}  {checks:>6}  {one.seconds:5.2f}")
        if not one.right_resource:
            print(f"{'':<{width}}    it was taken for {one.resource}")
        for verdict in one.verdicts:
            if verdict.outcome != "right":
                print(f"{'':<{width}}    {verdict.outcome} {verdict.field} ({verdict.confidence:.2f}) {verdict.why}")
    sums = [[sum(column) for column in zip(*(one.share(required=required) for one in found), strict=True)]
            for required in (True, False)]  # fmt: skip
    shares = [f"{right / max(1, total):.0%} ({right}/{total})" for right, total in (pair or (0, 0) for pair in sums)]
    bad = sum(verdict.is_bad for one in found for verdict in one.verdicts)
    checks = sum(one.checks for one in found)
    print(f"\n{len(found)} samples: required {shares[0]}, mappable {shares[1]}, wrong above 0.9: {bad}, "
          f"{checks} check, longest {max((one.seconds for one in found), default=0):.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
