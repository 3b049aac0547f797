"""`gateway contracts diff`: what changed between two versions, and whom it breaks."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import rich_click as click

from gateway.cli.exit_codes import ExitCode
from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json, show_table

if TYPE_CHECKING:
    from gateway.contracts.diff.change import Audience, Change
    from gateway.contracts.diff.documents import Document, Kind
    from gateway.contracts.diff.released import Accepted

RELEASED, CURRENT = "released", "current"


class _Compared(NamedTuple):
    """The changes, and what was accepted and did not happen."""

    changes: "list[Change]"
    idle: "list[Accepted]"


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--kind", type=click.Choice(["source", "common", "openapi", "mapping"]),
              help="What the documents are; else their content tells.")  # fmt: skip
@click.option("--for", "audience", type=click.Choice(["anyone", "consumers", "producer"]), default="anyone",
              show_default=True, help="Whom a change must break for the exit code to be 4.")  # fmt: skip
@click.option("--all", "all_changes", is_flag=True, help="Show what breaks nobody, too.")
@with_config
@with_json
def command(
    old: str,
    new: str,
    config_file: Path | None,
    *,
    kind: str | None,
    audience: str,
    all_changes: bool,
    as_json: bool,
) -> int:
    """Compare OLD with NEW: source schemas, common schemas, mappings or OpenAPI descriptions.

    Each is a file, or `released` (the last release) or `current` (as it stands) for all of our own schemas and
    descriptions. A change is breaking for the producer, who offers the data or the API, for the consumers, who read
    or call it, or for neither. Exit code 4 if one is breaking, or may be.
    """
    from gateway.contracts.diff.change import Audience, breaking

    whom = Audience(audience)
    compared = _compared(old, new, kind=kind, config_file=config_file)
    broken = breaking(compared.changes, whom)
    if as_json:
        show_json(_as_document(compared, whom))
    else:
        _tell(compared, whom, all_changes=all_changes)
    return ExitCode.CONTRACT_BROKEN if broken else ExitCode.OK


def _compared(old: str, new: str, *, kind: str | None, config_file: Path | None) -> _Compared:
    from gateway.contracts.diff.documents import Kind, changes_between, changes_of, read_document
    from gateway.contracts.diff.released import read_accepted, with_accepted

    wanted = None if kind is None else Kind(kind)
    if old not in {RELEASED, CURRENT} and new not in {RELEASED, CURRENT}:
        return _Compared(changes_of(read_document(Path(old), wanted), read_document(Path(new), wanted)), [])
    documents = [
        _set(name, wanted, config_file) if name in {RELEASED, CURRENT} else _alone(read_document(Path(name), wanted))
        for name in (old, new)
    ]
    if old not in {RELEASED, CURRENT} or new not in {RELEASED, CURRENT}:
        documents = _counterparts(documents[0], documents[1])
    changes = changes_between(documents[0], documents[1])
    return _Compared(*with_accepted(changes, read_accepted() if old == RELEASED else ()))


def _set(name: str, kind: "Kind | None", config_file: Path | None) -> "dict[str, Document]":
    """The documents of the last release, or those of now."""
    from gateway.contracts.diff.documents import Kind
    from gateway.contracts.diff.released import current_schemas, released_documents

    found = released_documents() if name == RELEASED else current_schemas() if kind is not Kind.OPENAPI else {}
    if name == CURRENT and kind is not Kind.COMMON:
        found |= current_api(config_file)
    return {key: document for key, document in found.items() if kind in {None, document.kind}}


def current_api(config_file: Path | None) -> "dict[str, Document]":
    """Our API descriptions as they are now."""
    from gateway.cli.described import api_descriptions
    from gateway.cli.quiet import quiet
    from gateway.contracts.diff.released import current_descriptions

    quiet()
    return current_descriptions(api_descriptions(settings_from(config_file)))


def _alone(document: "Document") -> "dict[str, Document]":
    return {document.name: document}


def _counterparts(old: "dict[str, Document]", new: "dict[str, Document]") -> "list[dict[str, Document]]":
    """A file, and the one document of a set that it is a version of: of its name, or the only one of its kind."""
    from gateway.errors import BadRequest, BadRequestCode

    alone, others = (old, new) if len(old) == 1 else (new, old)
    (document,) = alone.values()
    same = [it for it in others.values() if it.name == document.name] or [
        it for it in others.values() if it.kind is document.kind and it.name == document.kind
    ]
    if not same:
        message = f"there is no {document.name} to compare it with"
        raise BadRequest(BadRequestCode.PARAMETER_INVALID, message, possible=sorted(others))
    paired = ({document.name: document}, {document.name: same[0]})
    return list(paired if alone is old else paired[::-1])


def _as_document(compared: _Compared, audience: "Audience") -> Mapping[str, object]:
    from gateway.contracts.diff.change import breaking

    return {
        "ok": not breaking(compared.changes, audience),
        "for": audience,
        "breaking": len(breaking(compared.changes, audience)),
        "changes": [{**_members(change), "breaking": change.breaks(audience)} for change in compared.changes],
        "accepted_but_unchanged": compared.idle,
    }


def _members(change: "Change") -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(change)
    return found


def _tell(compared: _Compared, audience: "Audience", *, all_changes: bool) -> None:
    """The changes as a table, those that break somebody first; how many on stderr."""
    from gateway.contracts.diff.change import breaking

    broken = breaking(compared.changes, audience)
    shown = sorted(compared.changes, key=lambda change: change not in broken) if all_changes else broken
    if shown:
        columns = ("document", "rule", "producer", "consumers", "change", "at")
        rows = [_row(change) for change in shown]
        show_table(rows, columns=columns if any(row["document"] for row in rows) else columns[1:])
    for one in compared.idle:
        click.echo(f"accepted, and not so: {one.rule} at {one.at} of {one.document}; take the line out", err=True)
    accepted = sum(change.accepted is not None for change in compared.changes)
    said = f"{len(compared.changes)} changes, {len(broken)} of them breaking for {audience}"
    click.echo(f"{said}, {accepted} accepted" if accepted else said, err=True)


def _row(change: "Change") -> dict[str, object]:
    message = f"{change.message} (accepted: {change.accepted})" if change.accepted else change.message
    return {
        "document": change.document,
        "rule": change.rule,
        "producer": change.producer.value,
        "consumers": change.consumers.value,
        "change": message,
        "at": change.place,
    }
