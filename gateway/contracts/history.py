"""The history of live checks, and whose turn it is to make one: what the storage keeps for us."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from gateway.contracts.report import StageReport
from gateway.ids import DatasetId


class CheckRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One live check that was made."""

    id: str
    dataset: DatasetId
    checked_at: datetime
    origin: Literal["command", "schedule"]
    report: StageReport


class CheckHistory(Protocol):
    """Shared by every process and node. Each method raises `StoreUnavailable`."""

    async def plan(self, datasets: Sequence[DatasetId], *, now: datetime, every_s: float) -> None:
        """Spreads the first turns of datasets that have none yet over the interval, and forgets those that are gone."""
        ...

    async def due(self, *, now: datetime) -> list[DatasetId]:
        """The datasets whose turn has come, the longest due first."""
        ...

    async def take_turn(self, dataset: DatasetId, *, now: datetime, next_at: datetime, until: datetime) -> bool:
        """Whether it is ours to check a dataset that is due, until then at most; the next turn is at `next_at`."""
        ...

    async def begin(self, dataset: DatasetId, *, now: datetime, until: datetime) -> bool:
        """Whether a check may begin now, due or not: nobody else is making one."""
        ...

    async def keep(self, record: CheckRecord) -> None:
        """Adds a check, and ends its turn."""
        ...

    async def latest(self) -> Mapping[DatasetId, CheckRecord]:
        """The newest check of each dataset."""
        ...

    async def of(self, dataset: DatasetId, *, limit: int) -> list[CheckRecord]:
        """The newest checks of one dataset, the newest first."""
        ...


class ChecksBoard(Protocol):
    """The newest check of each dataset, in memory. `version` changes with it."""

    @property
    def version(self) -> int:
        """Another number where something changed."""
        ...

    @property
    def by_dataset(self) -> Mapping[DatasetId, CheckRecord]:
        """The checks."""
        ...


def carried(report: StageReport, previous: CheckRecord | None) -> StageReport:
    """The report, in which what an earlier check had found too is there since that one."""
    if previous is None:
        return report
    known = {_identity(finding): finding.since for finding in previous.report.findings}
    first = f"{previous.checked_at:%Y-%m-%dT%H:%M}Z"
    findings = tuple(
        msgspec.structs.replace(finding, since=_since(known[_identity(finding)], first))
        if _identity(finding) in known
        else finding
        for finding in report.findings
    )
    return msgspec.structs.replace(report, findings=findings)


def _identity(finding: object) -> tuple[object, ...]:
    return tuple(getattr(finding, name) for name in ("code", "pointer", "field"))


def _since(before: str | None, first: str) -> str:
    """When it was seen first, kept from check to check."""
    if before is not None and before.startswith("2"):
        return before
    return f"{first}, {before}" if before else first
