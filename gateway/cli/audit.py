"""`gateway audit`: what was exchanged, refused and decided."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_desk
from gateway.cli.options import with_config, with_json
from gateway.cli.output import show_json, show_table

if TYPE_CHECKING:
    from gateway.administration.desk import Desk
    from gateway.administration.office import AuditEntry, AuditQuestion

_PAGE = 500
_COLUMNS = ("number", "at", "kind", "outcome", "reason", "client_id", "resource", "purpose", "by", "subject")


class Instant(click.ParamType[datetime]):
    """A day, or an instant with its offset."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant; one without an offset is in this machine's time zone."""
        try:
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant, as 2026-03-01 or 2026-03-01T08:00:00+07:00", param, ctx)
        return instant.astimezone()


@click.group("audit")
def command() -> None:
    """Read the audit trail."""


@command.command("list")
@click.option("--client", "client_id", help="Only what this client did.")
@click.option("--kind", help="`exchange`, `token`, `admin.register-client` …; `admin.` means all that begin so.")
@click.option("--outcome", type=click.Choice(["answered", "refused", "failed"]))
@click.option("--since", type=Instant(), help="At or after this instant.")
@click.option("--until", type=Instant(), help="Before this instant.")
@click.option("--before", type=int, help="Older than the record of this number: the next page.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@with_config
@with_json
def list_records(config_file: Path | None, *, as_json: bool, limit: int, **given: Any) -> None:
    """List records, newest first."""
    from gateway.administration.office import AuditQuestion

    found = at_desk(config_file, lambda desk: _first(desk, AuditQuestion(**given), limit=limit))
    if as_json:
        show_json(found)
        return
    import msgspec

    rows = [{"number": entry.number} | msgspec.json.decode(entry.record) for entry in found]
    show_table(rows, columns=_COLUMNS)


@command.command("show")
@click.argument("number", type=click.IntRange(1))
@with_config
def show_record(number: int, config_file: Path | None) -> None:
    """Print one record, byte for byte as it is kept."""
    from gateway.administration.desk import not_found
    from gateway.administration.office import AuditQuestion

    question = AuditQuestion(before=number + 1, limit=1)
    found = at_desk(config_file, lambda desk: desk.office.audit(question))
    if not found or found[0].number != number:
        not_found(str(number))
    click.echo(bytes(found[0].record).decode())


async def _first(desk: "Desk", question: "AuditQuestion", *, limit: int) -> "list[AuditEntry]":
    """At most `limit` records, read page by page."""
    found: list[AuditEntry] = []
    async for entry in _entries(desk, question, page=min(limit, _PAGE)):
        found.append(entry)
        if len(found) == limit:
            break
    return found


async def _entries(desk: "Desk", question: "AuditQuestion", *, page: int) -> "AsyncIterator[AuditEntry]":
    """Every record that fits, newest first."""
    import msgspec

    question = msgspec.structs.replace(question, limit=page)
    while entries := await desk.office.audit(question):
        for entry in entries:
            yield entry
        question = msgspec.structs.replace(question, before=entries[-1].number)
