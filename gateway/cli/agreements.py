"""`gateway agreements`: drafts, decisions, lists."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_desk
from gateway.cli.options import with_config, with_json, with_page, with_person
from gateway.cli.output import show_json, show_members, show_table

if TYPE_CHECKING:
    from gateway.administration.draft_agreement import NewAgreement
    from gateway.agreements.agreement import Agreement

_COLUMNS = ("id", "provider", "consumer", "status", "valid_from", "valid_until", "resources", "title")
_STEPS = {
    "submit": "Hand a draft in for approval.",
    "approve": "Approve what was submitted: it is in force within 2 s.",
    "reject": "Reject what was submitted.",
    "suspend": "Suspend an active agreement: nothing more is released within 2 s.",
    "resume": "Put a suspended agreement in force again.",
    "end": "End an agreement for good.",
}

_DRAFT = """Draft an agreement from FILE, TOML or JSON (`-`: stdin).

\b
provider    = "sumedang"
consumer    = "jakarta"
title       = "Perjanjian kerja sama pertukaran data layanan"
purposes    = ["pelayanan-publik"]
valid_from  = 2026-01-01
valid_until = 2027-12-31
quota       = { limit = 10000, window_s = 86400 }
[[resources]]
resource = "facility"
fields   = [{ name = "@public", legal_basis = "UU 14/2008" }]
"""


@click.group("agreements")
def command() -> None:
    """Draft, approve, suspend and end agreements."""


@command.command("list")
@click.option("--provider", help="Only where this partner provides.")
@click.option("--consumer", help="Only where this partner consumes.")
@click.option(
    "--status", type=click.Choice(["draft", "submitted", "active", "suspended", "rejected", "ended"]), default=None
)
@with_page
@with_config
@with_json
def list_agreements(config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """List agreements in order of their ids."""
    found = at_desk(config_file, lambda desk: desk.office.agreements(**given))
    if as_json:
        show_json(found)
    else:
        show_table([_row(agreement) for agreement in found], columns=_COLUMNS)


@command.command("show")
@click.argument("agreement_id")
@with_config
@with_json
def show_agreement(agreement_id: str, config_file: Path | None, *, as_json: bool) -> None:
    """Show one agreement."""
    from gateway.administration.desk import not_found
    from gateway.ids import AgreementId

    agreement = at_desk(config_file, lambda desk: desk.office.agreement(AgreementId(agreement_id)))
    if agreement is None:
        not_found(agreement_id)
    _show(agreement, as_json=as_json)


@command.command("draft", help=_DRAFT)
@click.argument("file", type=click.File("rb"))
@with_person
@with_config
@with_json
def draft(file: Any, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> None:
    """Drafts the agreement in the file."""
    from gateway.administration.draft_agreement import draft_agreement

    new = _read(file.read())
    agreement = at_desk(config_file, lambda desk: draft_agreement(desk, new, by=by, reason=reason))
    _show(agreement, as_json=as_json)


def _add_step(name: str, *, help: str) -> None:
    """Adds the command of one step."""

    @command.command(name, help=help)
    @click.argument("agreement_id")
    @with_person
    @with_config
    @with_json
    def step(agreement_id: str, by: str, reason: str, config_file: Path | None, *, as_json: bool) -> None:
        from gateway.administration.decide_agreement import decide_agreement
        from gateway.agreements.states import Step
        from gateway.ids import AgreementId

        decided = at_desk(
            config_file,
            lambda desk: decide_agreement(desk, AgreementId(agreement_id), step=Step(name), by=by, reason=reason),
        )
        _show(decided, as_json=as_json)


for _name, _help in _STEPS.items():
    _add_step(_name, help=_help)


def _read(content: bytes) -> "NewAgreement":
    """The draft in the file; raises `BadRequest` naming what is wrong with it."""
    import tomllib

    import msgspec

    from gateway.administration.draft_agreement import NewAgreement
    from gateway.errors import BadRequest, BadRequestCode

    try:
        if content.lstrip().startswith(b"{"):
            return msgspec.json.decode(content, type=NewAgreement)
        return msgspec.convert(tomllib.loads(content.decode()), NewAgreement)
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRequest(BadRequestCode.BODY_INVALID, f"the draft is not an agreement: {error}") from error


def _show(agreement: "Agreement", *, as_json: bool) -> None:
    if as_json:
        show_json(agreement)
    else:
        show_members(agreement)


def _row(agreement: "Agreement") -> dict[str, Any]:
    return {name: getattr(agreement, name) for name in _COLUMNS} | {
        "resources": [granted.resource for granted in agreement.resources]
    }
