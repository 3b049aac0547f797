"""What a check found: by dataset, by stage, with what to do about it. `docs/contracts.md` describes the JSON."""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.ids import DatasetId


class Stage(StrEnum):
    """The stages of a check, in their order."""

    SCHEMAS = "schemas"
    MAPPING = "mapping"
    SAMPLES = "samples"
    DOCUMENTS = "documents"
    LIVE = "live"


class Outcome(StrEnum):
    """How a stage or a dataset stands. `silent`: the platform did not answer, so nothing is known."""

    OK = "ok"
    NOTED = "noted"
    SKIPPED = "skipped"
    SILENT = "silent"
    BROKEN = "broken"


class Severity(StrEnum):
    """`broken`: records are lost, or come out wrong. `note`: somebody should know."""

    BROKEN = "broken"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is not as the contract says. Never a value of a record.

    `pointer` is a JSON Pointer into the platform's document: of the first place found in a sample, with `*` for
    every item where many are meant. `since` is the first recording in which it was so, if there are older ones.
    """

    code: str
    severity: Severity
    message: str
    pointer: str | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    since: str | None = None
    advice: str | None = None
    file: str | None = None
    line: int | None = None
    count: int = 1

    def __str__(self) -> str:
        """The place and what is wrong there, and the rest, each on its own line."""
        places = [f"{self.file}:{self.line}" if self.file else "", self.pointer or "", self.field or ""]
        head = ": ".join([*(place for place in places if place), f"{self.message} [{self.code}]"])
        told = (("expected", self.expected), ("found", self.found), ("since", self.since), ("do", self.advice))
        rest = [f"    {name}: {text}" for name, text in told if text]
        times = [f"    times: {self.count}"] if self.count > 1 else []
        return "\n".join([head, *rest, *times])


class StageReport(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of one dataset. `counts` says how much was looked at, as `documents`, `records_in`, `refused`."""

    stage: Stage
    outcome: Outcome
    seconds: float
    reason: str | None = None
    counts: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()


class DatasetReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every stage of one dataset."""

    dataset: DatasetId
    resource: str | None
    outcome: Outcome
    stages: tuple[StageReport, ...]


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """Every dataset that was checked."""

    ok: bool
    checked_at: datetime
    seconds: float
    examples: int
    seed: int
    datasets: tuple[DatasetReport, ...]


def outcome_of(findings: tuple[Finding, ...]) -> Outcome:
    """How a stage stands with these findings."""
    if any(finding.severity is Severity.BROKEN for finding in findings):
        return Outcome.BROKEN
    return Outcome.NOTED if findings else Outcome.OK


def overall(stages: tuple[StageReport, ...]) -> Outcome:
    """How a dataset stands: as its worst stage; one that was skipped counts for nothing."""
    found = {stage.outcome for stage in stages}
    for outcome in (Outcome.BROKEN, Outcome.SILENT, Outcome.NOTED):
        if outcome in found:
            return outcome
    return Outcome.OK
