"""The check of one contract: stage after stage, each reported for itself. Loads Hypothesis and a validator when run."""

import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from gateway.contracts.check_documents import EXAMPLES, SEED, check_documents
from gateway.contracts.check_mapping import check_mapping
from gateway.contracts.check_samples import check_samples
from gateway.contracts.check_schemas import check_schemas
from gateway.contracts.contract import Contract
from gateway.contracts.gathering import Gathering
from gateway.contracts.report import (
    CheckReport,
    DatasetReport,
    Finding,
    Outcome,
    Severity,
    Stage,
    StageReport,
    overall,
)
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected

OFFLINE = (Stage.SCHEMAS, Stage.MAPPING, Stage.SAMPLES, Stage.DOCUMENTS)
"""The stages that ask nobody."""
Progress = Callable[[Contract, Stage], None]


def check_stage(contract: Contract, stage: Stage, *, examples: int = EXAMPLES, seed: int = SEED) -> StageReport:
    """One of the stages that ask nobody. Blocks; not for an event loop's thread."""
    if stage is Stage.LIVE:
        raise ValueError("a platform is asked by `check_live`")
    gathering = Gathering(stage)
    try:
        return _stage(contract, stage, examples=examples, seed=seed)
    except Exception as error:  # noqa: BLE001  (a stage that fails must not hide what the others find)
        gathering.add(_failed(error))
        return gathering.close()


def _stage(contract: Contract, stage: Stage, *, examples: int, seed: int) -> StageReport:
    match stage:
        case Stage.SCHEMAS:
            return check_schemas(contract)
        case Stage.MAPPING:
            return check_mapping(contract)
        case Stage.SAMPLES:
            return check_samples(contract)
        case _:
            return check_documents(contract, examples=examples, seed=seed)


def _failed(error: Exception) -> Finding:
    """Told by type and place alone: an error's text may quote a value."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return Finding(
        code="stage-failed",
        severity=Severity.BROKEN,
        message=f"the stage itself failed: {type(error).__name__} in {Path(last.filename).name}:{last.lineno}",
        advice="mend what the stages before it found; if they found nothing, report this with the contract's files",
    )


def check_dataset(
    contract: Contract,
    *,
    examples: int = EXAMPLES,
    seed: int = SEED,
    progress: Progress | None = None,
) -> DatasetReport:
    """The stages of one contract that ask nobody, in their order. `progress` hears of each as it begins."""
    reports = []
    for stage in OFFLINE:
        if progress is not None:
            progress(contract, stage)
        reports.append(check_stage(contract, stage, examples=examples, seed=seed))
    return report_of(contract, reports)


def report_of(contract: Contract, stages: Iterable[StageReport]) -> DatasetReport:
    """The stages' reports as the dataset's."""
    reports = tuple(stages)
    return DatasetReport(dataset=contract.id, resource=_resource_of(contract), outcome=overall(reports), stages=reports)


def whole_report(
    datasets: Iterable[DatasetReport], *, began_at: datetime, examples: int = EXAMPLES, seed: int = SEED
) -> CheckReport:
    """The datasets' reports as one. It is `ok` while nothing is broken; a platform that is silent breaks nothing."""
    reports = tuple(datasets)
    return CheckReport(
        ok=all(report.outcome is not Outcome.BROKEN for report in reports),
        checked_at=began_at,
        seconds=round((datetime.now(UTC) - began_at).total_seconds(), 3),
        examples=examples,
        seed=seed,
        datasets=reports,
    )


def _resource_of(contract: Contract) -> str | None:
    try:
        return parse_declaration(contract.mapping_file).resource
    except MappingRejected:
        return None
