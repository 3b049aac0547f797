"""`gateway contracts check`: five stages, each reported per dataset."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import rich_click as click

from gateway.cli.contract_progress import ContractProgress
from gateway.cli.exit_codes import ExitCode
from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json

if TYPE_CHECKING:
    from gateway.contracts.contract import Contract
    from gateway.contracts.report import CheckReport, StageReport
    from gateway.contracts.repository import Repository
    from gateway.ids import DatasetId

_COLOURS = {"ok": "green", "noted": "yellow", "skipped": "bright_black", "silent": "magenta", "broken": "red"}


class _Asked(NamedTuple):
    """What was asked for on the command line."""

    config_file: Path | None
    root: Path | None
    examples: int
    seed: int
    live: bool
    deadline_s: float
    shown: bool


@click.command("check")
@click.argument("names", nargs=-1, metavar="[PARTNER[/DATASET]]...")
@click.option("--live", is_flag=True, help="Ask each platform too: does its answer still fit what was recorded?")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as JUnit XML as well.")
@click.option("--examples", type=click.IntRange(1, 1_000_000), default=1_000, show_default=True,
              help="Documents to generate at random for each dataset, beside every edge of its schema.")  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, other random documents.")
@click.option("--deadline", "deadline_s", type=click.FloatRange(1, 600), default=30.0, show_default=True,
              help="Seconds that one platform may take.")  # fmt: skip
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="The folder with config/partners and schemas/partners; else here, or our own.")  # fmt: skip
@with_config
@with_json
def command(
    names: tuple[str, ...], config_file: Path | None, *, junit: Path | None, as_json: bool, **options: Any
) -> int:
    """Check the contracts of all datasets, or of those named.

    Schemas valid, mapping type-checks, recorded samples map, generated documents map, and with --live, what the
    platform answers now still fits. Exit code 4 if a contract is broken, 1 if a platform was silent.
    """
    asked = _Asked(config_file=config_file, shown=not as_json, **options)
    report = _checked(names, asked)
    if junit is not None:
        _write_junit(junit, report)
    if as_json:
        show_json(report)
    else:
        _show_sum(report)
    return _exit_code(report)


def _checked(names: Sequence[str], asked: _Asked) -> "CheckReport":
    from gateway.contracts.check import OFFLINE, check_dataset, report_of, whole_report
    from gateway.contracts.contract import read_contracts
    from gateway.contracts.report import Stage

    began_at = datetime.now(UTC)
    repository = repository_of(asked.root, asked.config_file)
    contracts = read_contracts(repository.partners, names, schemas=repository.schemas)
    count = len(contracts) * (len(OFFLINE) + asked.live)
    reports = []
    with ContractProgress(count) as progress:
        live = _live_reports(contracts, asked) if asked.live else {}
        for contract in contracts:
            report = check_dataset(
                contract, examples=asked.examples, seed=asked.seed, progress=lambda it, stage: progress.at(it.id, stage)
            )
            if asked.live:
                progress.at(contract.id, Stage.LIVE)
                report = report_of(contract, [*report.stages, live[contract.id]])
            reports.append(report)
            if asked.shown:
                with progress.paused():
                    _show_dataset(report)
    return whole_report(reports, began_at=began_at, examples=asked.examples, seed=asked.seed)


def repository_of(root: Path | None, config_file: Path | None) -> "Repository":
    """The contracts in `root`, else those here, else the gateway's own, of the partners of its settings."""
    from gateway.contracts.repository import read_repository, shipped_repository

    if _is_elsewhere(root, config_file):
        return read_repository(root or Path())
    return shipped_repository(settings_from(config_file).partners)


def _is_elsewhere(root: Path | None, config_file: Path | None) -> bool:
    """Whether the contracts are those of a repository that holds no gateway."""
    from gateway.contracts.repository import is_repository

    if root is not None:
        return True
    return config_file is None and is_repository(Path()) and not Path("config/gateway.toml").exists()


def _live_reports(contracts: "Sequence[Contract]", asked: _Asked) -> "dict[DatasetId, StageReport]":
    from gateway.cli.quiet import quiet
    from gateway.settings import Settings
    from gateway.settings_file import Secrets
    from gateway.wiring.contract_checks import opened_live_checks

    quiet()
    settings = None if _is_elsewhere(asked.root, asked.config_file) else settings_from(asked.config_file)

    async def asking() -> "dict[DatasetId, StageReport]":
        opening = opened_live_checks(
            settings or Settings(),
            contracts,
            secrets=Secrets(os.environ).get,
            deadline_s=asked.deadline_s,
            with_history=settings is not None,
        )
        async with opening as opened:
            if opened.unkept and asked.shown:
                click.echo(f"no history is kept: {opened.unkept}", err=True)
            return await opened.checks.side_by_side()

    return asyncio.run(asking())


def _show_dataset(report: Any) -> None:
    """One line for the dataset, then its findings."""
    stages = "  ".join(
        click.style(f"{it.stage.value} {it.outcome.value}", fg=_COLOURS[it.outcome]) for it in report.stages
    )
    click.echo(f"{report.dataset:<36}  {stages}")
    for stage in report.stages:
        if stage.reason:
            click.echo(f"    {stage.stage.value}: {stage.reason}")
        for finding in stage.findings:
            head = click.style(finding.severity.value, fg="red" if finding.severity == "broken" else "yellow")
            text = "\n      ".join(str(finding).splitlines())
            click.echo(f"    {head}  {text}")


def _show_sum(report: "CheckReport") -> None:
    counted = {outcome: sum(it.outcome == outcome for it in report.datasets) for outcome in _COLOURS}
    told = ", ".join(f"{count} {outcome}" for outcome, count in counted.items() if count)
    click.echo(f"{len(report.datasets)} contracts: {told or 'none'} ({report.seconds:.1f} s)")


def _write_junit(path: Path, report: "CheckReport") -> None:
    from gateway.contracts.junit import junit_xml, write_whole
    from gateway.errors import GatewayError

    try:
        write_whole(path, junit_xml(report))
    except OSError as error:
        raise GatewayError(f"{path} could not be written: {error.strerror}") from error


def _exit_code(report: "CheckReport") -> ExitCode:
    if not report.ok:
        return ExitCode.CONTRACT_BROKEN
    silent = any(dataset.outcome == "silent" for dataset in report.datasets)
    return ExitCode.FAILED if silent else ExitCode.OK
