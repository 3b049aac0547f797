"""`gateway contracts record`: a fresh sample from the platform, with made-up values where they are Personal."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from gateway.cli.contracts_check import repository_of
from gateway.cli.options import with_config, with_json
from gateway.cli.output import show_json, show_table

if TYPE_CHECKING:
    from gateway.contracts.contract import Contract
    from gateway.contracts.record.recording import NewRecording


@click.command("record")
@click.argument("name", metavar="PARTNER/DATASET")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="The folder to write into; else beside the contract's other samples.")  # fmt: skip
@click.option("--pages", type=click.IntRange(1, 50), default=1, show_default=True, help="How many pages to take.")
@click.option("--seed", type=int, help="Makes the same values up each time; whoever knows it can go back. For tests.")
@click.option("--deadline", "deadline_s", type=click.FloatRange(1, 600), default=30.0, show_default=True,
              help="Seconds that the platform may take.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Write nothing; say what would be made up.")
@click.option("--force", is_flag=True, help="Take the place of a sample of today that is there.")
@click.option("--root", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="The folder with config/partners and schemas/partners; else here, or our own.")  # fmt: skip
@with_config
@with_json
def command(
    name: str,
    config_file: Path | None,
    *,
    out: Path | None,
    pages: int,
    seed: int | None,
    deadline_s: float,
    dry_run: bool,
    force: bool,
    root: Path | None,
    as_json: bool,
) -> None:
    """Take a fresh sample of PARTNER/DATASET from its platform.

    Personal values never reach the disk: they are replaced in memory by made-up ones of the same shape, the same by
    the same. What was replaced is told by place and number. The sample is written only if the contract treats it as it
    treats the real answer.
    """
    contract = _contract(name, root=root, config_file=config_file)
    made = _recorded(contract, pages=pages, seed=seed, deadline_s=deadline_s)
    written = [] if dry_run else _write(contract, made, out=out, force=force)
    if as_json:
        files = [str(path) for path in written]
        show_json({"dataset": made.dataset, "records": made.records, "files": files, "made_up": made.made_up})
        return
    show_table(
        [{"at": it.pointer or "/", "shape": it.shape, "count": it.count} for it in made.made_up],
        columns=("at", "shape", "count"),
    )
    for path in written:
        click.echo(f"wrote {path}", err=True)
    click.echo(f"{made.records} records, {sum(it.count for it in made.made_up)} values made up", err=True)


def _contract(name: str, *, root: Path | None, config_file: Path | None) -> "Contract":
    from gateway.contracts.contract import read_contracts
    from gateway.errors import BadRequest, BadRequestCode

    repository = repository_of(root, config_file)
    found = read_contracts(repository.partners, [name], schemas=repository.schemas)
    if len(found) > 1:
        message = f"{name} has several datasets; name one, as {found[0].id}"
        raise BadRequest(BadRequestCode.PARAMETER_INVALID, message, possible=[one.id for one in found])
    return found[0]


def _recorded(contract: "Contract", *, pages: int, seed: int | None, deadline_s: float) -> "NewRecording":
    from gateway.contracts.record.recording import recording
    from gateway.contracts.record.taking import taken
    from gateway.settings import Upstream
    from gateway.settings_file import Secrets

    secrets = Secrets(os.environ).get
    answers = asyncio.run(taken(contract, Upstream(), secrets=secrets, pages=pages, deadline_s=deadline_s))
    key = None if seed is None else f"seed {seed}".encode()
    return recording(contract, answers, day=datetime.now(UTC).date(), key=key)


def _write(contract: "Contract", made: "NewRecording", *, out: Path | None, force: bool) -> list[Path]:
    """The files, all or none."""
    from gateway.contracts.recordings import of_the_same_day, sample_folder
    from gateway.errors import GatewayError
    from gateway.onboarding.whole_files import AlreadyThere, NotWritten, write_all

    folder = out or sample_folder(contract.folder, contract.name)
    files = {folder / name: content for name, content in made.files.items()}
    others = of_the_same_day(folder, made.files)  # one day is one recording, and its rows would stand there twice
    try:
        return write_all(files, replace=(*files, *others) if force else (), instead_of=others)
    except AlreadyThere as error:
        raise GatewayError(
            f"{error} is there already, of the same day; say --force to put this one in its place, or --out another "
            "folder"
        ) from error
    except NotWritten as error:
        raise GatewayError(str(error)) from error
