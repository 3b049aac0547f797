"""Live checks of the contracts at hand: one at a time for each dataset, whoever makes it, and kept in the history."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Protocol

import structlog

from adapters.base import Adapter
from gateway.clock import Clock
from gateway.contracts.check_live import DEADLINE_S, check_live
from gateway.contracts.contract import Contract
from gateway.contracts.gathering import Gathering
from gateway.contracts.history import CheckHistory, CheckRecord, carried
from gateway.contracts.report import Outcome, Severity, Stage, StageReport
from gateway.errors import StoreUnavailable
from gateway.ids import DatasetId, new_id
from gateway.mapping.compiled import CompiledMapping

_MARGIN_S = 60.0
"""So much longer than its deadline a check may be under way before another may begin."""
_log = structlog.get_logger("gateway.contracts")


class CheckMeter(Protocol):
    """Counts checks."""

    def contract_checked(self, dataset: DatasetId, *, outcome: str, seconds: float) -> None:
        """One check was made."""
        ...


class NoCheckMeter:
    """Counts nothing."""

    def contract_checked(self, dataset: DatasetId, *, outcome: str, seconds: float) -> None:
        """Forgets it."""


class LiveChecks:
    """`history` is None where none is kept: then nobody is known to check beside us."""

    def __init__(
        self,
        contracts: Mapping[DatasetId, Contract],
        adapters: Mapping[DatasetId, Adapter],
        *,
        history: CheckHistory | None,
        clock: Clock,
        mappings: Mapping[DatasetId, CompiledMapping] | None = None,
        deadline_s: float = DEADLINE_S,
        meter: CheckMeter | None = None,
    ) -> None:
        self._contracts = contracts
        self._adapters = adapters
        self._history = history
        self._clock = clock
        self._mappings = mappings or {}
        self._deadline_s = deadline_s
        self._meter = meter or NoCheckMeter()

    @property
    def datasets(self) -> list[DatasetId]:
        """Those that can be checked: they are asked for, and not published as events."""
        return [dataset for dataset in self._contracts if dataset in self._adapters]

    async def by_command(self, dataset: DatasetId) -> StageReport:
        """The report of a check made now; skipped where another one is under way."""
        if dataset not in self._adapters:
            return Gathering(Stage.LIVE).skip(_why_not(self._contracts[dataset]))
        if self._history is not None:
            now = self._clock.now()
            if not await self._history.begin(dataset, now=now, until=now + self._longest):
                return Gathering(Stage.LIVE).skip("another check of this dataset is under way")
        return await self._checked(dataset, origin="command")

    async def side_by_side(self) -> dict[DatasetId, StageReport]:
        """A check of every contract: platforms side by side, the datasets of one platform one after the other."""
        by_platform: dict[str, list[DatasetId]] = {}
        for dataset, one in self._contracts.items():
            platform = "" if dataset not in self._adapters else f"{one.partner.id}/{one.dataset.platform}"
            by_platform.setdefault(platform, []).append(dataset)

        async def one_after_the_other(datasets: list[DatasetId]) -> dict[DatasetId, StageReport]:
            return {dataset: await self.by_command(dataset) for dataset in datasets}

        found = await asyncio.gather(*map(one_after_the_other, by_platform.values()))
        return {dataset: report for reports in found for dataset, report in reports.items()}

    async def on_turn(self, dataset: DatasetId, *, every_s: float) -> bool:
        """Whether it was our turn; then it has been checked. Raises `StoreUnavailable`."""
        assert self._history is not None
        now = self._clock.now()
        next_at = now + timedelta(seconds=every_s)
        if not await self._history.take_turn(dataset, now=now, next_at=next_at, until=now + self._longest):
            return False
        await self._checked(dataset, origin="schedule")
        return True

    @property
    def _longest(self) -> timedelta:
        return timedelta(seconds=self._deadline_s + _MARGIN_S)

    async def _checked(self, dataset: DatasetId, *, origin: Literal["command", "schedule"]) -> StageReport:
        report = await check_live(
            self._contracts[dataset],
            self._adapters[dataset],
            mapping=self._mappings.get(dataset),
            deadline_s=self._deadline_s,
        )
        self._meter.contract_checked(dataset, outcome=report.outcome.value, seconds=report.seconds)
        _tell(dataset, report)
        return await self._kept(dataset, report, origin=origin)

    async def _kept(
        self, dataset: DatasetId, report: StageReport, *, origin: Literal["command", "schedule"]
    ) -> StageReport:
        """The report with what earlier checks know, once it is in the history."""
        if self._history is None:
            return report
        try:
            earlier = await self._history.of(dataset, limit=1)
            report = carried(report, earlier[0] if earlier else None)
            await self._history.keep(
                CheckRecord(
                    id=new_id("chk"), dataset=dataset, checked_at=self._clock.now(), origin=origin, report=report
                )
            )
        except StoreUnavailable as error:
            _log.warning("contract-check.not-kept", dataset=dataset, reason=error.parameters.get("cause"))
        return report


def _why_not(contract: Contract) -> str:
    """Why nobody can be asked."""
    if contract.is_own:
        return "the gateway's own data: no platform is asked for them, and the gateway that serves them checks them"
    return "life events come and go as they happen; no platform is asked for them"


def _tell(dataset: DatasetId, report: StageReport) -> None:
    """Logs what broke, by code and place."""
    if report.outcome is Outcome.BROKEN:
        broken = [it for it in report.findings if it.severity is Severity.BROKEN]
        reasons = sorted({f"{it.code} {it.pointer or ''}".strip() for it in broken})
        _log.warning("contract-check.broken", dataset=dataset, reason=reasons[:10])
    elif report.outcome is Outcome.SILENT:
        _log.warning("contract-check.silent", dataset=dataset, reason=report.reason)
