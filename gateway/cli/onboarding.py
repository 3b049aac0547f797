"""How `gateway partners onboard` talks: questions on a terminal, the answer as a table or as JSON."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from gateway.cli.exit_codes import ExitCode
from gateway.cli.output import show_json, show_table
from gateway.contracts.check import check_dataset
from gateway.contracts.contract import read_contract
from gateway.contracts.recordings import of_the_same_day, sample_folder
from gateway.contracts.report import DatasetReport
from gateway.errors import BadRequest, BadRequestCode, GatewayError
from gateway.mapping.code_lists import CodeLists, load_code_lists
from gateway.onboarding.onboard import SHIPPED, CannotOnboard, Onboarded, Wish, names_of, onboard
from gateway.onboarding.proposal import ProposedField
from gateway.onboarding.report import as_document, as_rows, check_of
from gateway.onboarding.sample import Sample, SampleRejected, read_sample
from gateway.onboarding.source import InferredSource, infer_source
from gateway.onboarding.whole_files import AlreadyThere, NotWritten, write_all
from gateway.settings import Partner
from schemas.resources import RESOURCES

_NEITHER = "none of them"
_EXAMPLES = 200


def onboard_here(wish: Wish, asked: Mapping[str, Any], *, interactive: bool) -> int:
    """The exit code, once the files are written and what was found is told."""
    try:
        names_of(wish)
        _check_consent(wish, asked, interactive=interactive)
        onboarded = _onboarded(wish, kind=asked["kind"], interactive=interactive)
        files = [] if asked["dry_run"] else _write(wish, onboarded, asked)
    except SampleRejected as error:
        raise GatewayError(str(error)) from error
    except CannotOnboard as error:
        raise BadRequest(BadRequestCode.PARAMETER_INVALID, str(error)) from error
    contract = _checked(wish, onboarded) if files else None
    check = check_of(onboarded, contract=contract)
    if asked["as_json"]:
        show_json(as_document(onboarded, files=files, check=check))
    else:
        _tell(onboarded, files=files, contract=contract)
    if files:
        click.echo(_last_words(wish, onboarded, asked, ok=check["ok"]), err=True)
    return ExitCode.OK if check["ok"] else ExitCode.CONTRACT_BROKEN


def _checked(wish: Wish, onboarded: Onboarded) -> DatasetReport:
    """The contract that was written, checked as `gateway contracts check` does, with fewer generated documents."""
    partner = msgspec.convert(tomllib.loads(wish.partner_file.read_text(encoding="utf-8")), Partner)
    codes = load_code_lists(SHIPPED / "codes")
    contract = read_contract(partner, onboarded.dataset, schemas=wish.schemas, codes=codes)
    return check_dataset(contract, examples=_EXAMPLES)


def _onboarded(wish: Wish, *, kind: str | None, interactive: bool) -> Onboarded:
    """What is to be written, talked over with a person if there is one."""
    codes = load_code_lists(SHIPPED / "codes")
    sample = read_sample(wish.samples, kind=kind)
    source = infer_source(sample, regions=codes.regions)
    onboarded = onboard(wish, sample, source, codes)
    if interactive:
        onboarded = _talked_over(wish, sample, source, codes, onboarded)
    if onboarded.region.code is None:
        raise CannotOnboard(onboarded.open[0].message)
    return onboarded


def _check_consent(wish: Wish, asked: Mapping[str, Any], *, interactive: bool) -> None:
    """A partner that is there gets a dataset more only if that is wanted."""
    if not wish.partner_file.exists() or asked["add"] or asked["dry_run"]:
        return
    if asked["force"]:
        return
    question = f"{wish.partner} takes part already ({wish.partner_file}). Add this dataset to it?"
    if interactive and click.confirm(question, default=False, err=True):
        return
    raise CannotOnboard(f"{wish.partner} takes part already; say --add to add this dataset to {wish.partner_file.name}")


def _write(wish: Wish, onboarded: Onboarded, asked: Mapping[str, Any]) -> list[Path]:
    """The files, written. The partner's own file may only grow."""
    extended = [onboarded.extends] if onboarded.extends is not None else []
    folder = sample_folder(wish.schemas / "partners" / onboarded.partner, onboarded.dataset)
    earlier = of_the_same_day(folder, [file.name for file in onboarded.files if file.parent == folder])
    replace = [*onboarded.files, *earlier] if asked["force"] else extended
    try:
        return write_all(onboarded.files, replace=replace, instead_of=earlier)
    except AlreadyThere as error:
        raise CannotOnboard(f"{error} is there already; say --force to write over it, or another --dataset") from error
    except NotWritten as error:
        raise GatewayError(str(error)) from error


def _talked_over(
    wish: Wish, sample: Sample, source: InferredSource, codes: CodeLists, onboarded: Onboarded
) -> Onboarded:
    """The same after a person has been asked about what is doubtful."""
    changes: dict[str, Any] = {}
    if not onboarded.region.is_sure:
        changes["kode_wilayah"] = _ask_region(onboarded, codes)
    if onboarded.proposal.resource_confidence < 0.75 and wish.resource is None:
        changes["resource"] = click.prompt(
            "What are the records?",
            default=onboarded.proposal.resource,
            type=click.Choice(list(RESOURCES)),
            err=True,
        )
    if changes:
        wish = msgspec.structs.replace(wish, **changes)
        onboarded = onboard(wish, sample, source, codes)
    asked = [field for field in onboarded.proposal.fields if _is_asked(field)]
    said = {field.field: _ask_field(field) for field in asked}
    kept = [field for field in asked if said[field.field] == ",".join(field.paths)]
    forms = {field.field: form for field in kept if (form := _ask_form(field)) is not None}
    told = _ask_constants(onboarded)
    if not asked and not told:
        return onboarded
    for field in kept:
        if len(field.paths) > 1:  # put together from several, as a day and its time, which is no choice of a path
            del said[field.field]
    wish = msgspec.structs.replace(
        wish, said={**said, **wish.said}, constants={**told, **wish.constants}, forms={**forms, **wish.forms}
    )
    return onboard(wish, sample, source, codes)


def _ask_constants(onboarded: Onboarded) -> dict[str, str]:
    """What a person says of that which every record has alike, and none tells."""
    said = {
        one.about: click.prompt(
            f"\n{one.about}: {one.message}\n  a value for every record, or nothing", default="", err=True
        )
        for one in onboarded.open
        if one.required and one.about in {"period", "unit", "name", "code"}
    }
    return {name: value for name, value in said.items() if value}


def _is_asked(field: ProposedField) -> bool:
    return field.is_doubtful and bool(field.paths) and "$" not in field.paths[0] and "join" not in field.declaration


def _ask_field(field: ProposedField) -> str | None:
    """The path that a person chooses; None where nothing is to be read."""
    choices = [",".join(field.paths), *(",".join(one.paths) for one in field.alternatives)]
    click.echo(f"\n{field.field}: which of these? ({field.reason})", err=True)
    for number, path in enumerate(choices, 1):
        sure = field.confidence if number == 1 else field.alternatives[number - 2].confidence
        click.echo(f"  {number}  {path}  ({sure:.2f})", err=True)
    click.echo(f"  0  {_NEITHER}", err=True)
    chosen = click.prompt("  number", default=1, type=click.IntRange(0, len(choices)), err=True)
    return choices[chosen - 1] if chosen else None


def _ask_form(field: ProposedField) -> str | None:
    """How a person says that the values are written; None where nothing is left to ask."""
    if field.reading is None or not field.readings:
        return None
    return str(
        click.prompt(
            f"{field.field}: written as",
            default=field.reading,
            type=click.Choice([field.reading, *field.readings]),
            err=True,
        )
    )


def _ask_region(onboarded: Onboarded, codes: CodeLists) -> str:
    """The region that a person means."""
    if onboarded.region.code is None:
        return str(click.prompt(f"Which region is {onboarded.partner}? Its Kemendagri code, as 32.11", err=True))
    meant = [onboarded.region.code, *onboarded.region.others]
    for code in meant:
        click.echo(f"  {code}  {codes.regions.names[code]}", err=True)
    chosen = click.prompt(f"Which one is {onboarded.partner}?", type=click.Choice(meant), default=meant[0], err=True)
    return str(chosen)


def _tell(onboarded: Onboarded, *, files: list[Path], contract: DatasetReport | None) -> None:
    """The proposal as a table; the rest on stderr."""
    proposal = onboarded.proposal
    show_table(as_rows(onboarded), columns=("field", "from", "operations", "sure", "why"))
    for note in onboarded.notes:
        click.echo(f"note: {note}", err=True)
    for one in onboarded.open:
        click.echo(f"open: {one.about}: {one.message}", err=True)
    for finding in _found(onboarded, contract):
        click.echo(f"does not check: {finding}", err=True)
    if onboarded.replaced:
        click.echo(f"made up in the kept sample: {', '.join(onboarded.replaced)}", err=True)
    for file in files:
        click.echo(f"wrote {_shown(file)}", err=True)
    if contract is not None:
        stages = ", ".join(f"{stage.stage} {stage.outcome}" for stage in contract.stages)
        click.echo(f"checked: {stages}", err=True)
    trial = proposal.trial
    passed = (
        f"{trial.records_out} of {trial.records_in} records of the sample come through" if trial else "nothing maps"
    )
    click.echo(f"{onboarded.partner}/{onboarded.dataset}: {proposal.resource}; {passed}", err=True)


def _last_words(wish: Wish, onboarded: Onboarded, asked: Mapping[str, Any], *, ok: bool) -> str:
    """What to do next; and, where the contract does not check, what it would do to a gateway."""
    name = f"{wish.partner}/{onboarded.dataset}"
    root = f" --root {asked['into']}" if asked["into"] else ""
    again = f"gateway contracts check {name}{root}"
    mapping = _shown(wish.schemas / "partners" / wish.partner / f"{onboarded.dataset}.mapping.toml")
    if not ok:
        return (
            "broken: this contract does not check, and a gateway does not start with it\n"
            f"next: settle what is open in {mapping} until nothing is found by: {again}\n"
            "      or take the files away again"
        )
    doubtful = sum(field.is_doubtful for field in onboarded.proposal.fields)
    marked = f" ({doubtful} doubtful, {len(onboarded.open)} open)" if doubtful or onboarded.open else ""
    return f"next: look through {mapping}{marked}, then: {again}"


def _shown(file: Path) -> Path:
    """The file as seen from here, if it is below."""
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _found(onboarded: Onboarded, contract: DatasetReport | None) -> list[str]:
    """What is wrong with the contract: by its check, or, where nothing was written, by the mapping's."""
    if contract is None:
        return list(onboarded.proposal.findings)
    return [str(finding) for stage in contract.stages for finding in stage.findings]
