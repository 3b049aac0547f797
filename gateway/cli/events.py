"""`gateway events`: what was published, as administrators see it; and publishing, as a partner's system does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_vault
from gateway.cli.options import person, with_config, with_json
from gateway.cli.output import show_json, show_members, show_table

if TYPE_CHECKING:
    from gateway.administration_wiring import Vault
    from gateway.life_events.event import StoredEvent
    from gateway.life_events.ports import EventHead

_COLUMNS = ("sequence", "accepted_at", "type", "dataset", "client_id", "id", "case_id")
_LOOK_EVERY_S = 1.0
_PAGE = 500


@click.group("events")
def command() -> None:
    """Follow and show life events in the log, and publish some as a partner's system would."""


@command.command("tail")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until interrupted.")
@click.option("--limit", "-n", type=click.IntRange(0, 10_000), default=20, show_default=True)
@click.option("--type", "type_", help="Only this kind, as document.issued.")
@click.option("--partner", help="Only this partner's.")
@with_config
@with_json
def tail(
    type_: str | None, partner: str | None, limit: int, config_file: Path | None, *, follow: bool, as_json: bool
) -> None:
    """List the newest events, the last one last. Nothing of their content is opened."""
    from schemas.resources import event_name

    name = event_name(type_) if type_ else None

    async def listing(vault: "Vault") -> None:
        found = await vault.register.heads(name=name, provider=partner, limit=limit) if limit else ()
        _show_heads(found, as_json=as_json, has_header=True)
        if follow:
            newest = found[-1].sequence if found else await vault.log.newest()
            async for heads in _following(vault, newest, name=name, partner=partner):
                _show_heads(heads, as_json=as_json, has_header=False)

    try:
        at_vault(config_file, listing)
    except KeyboardInterrupt:
        return


@command.command("show")
@click.argument("event_id")
@click.option("--data", "with_data", is_flag=True, help="Open its data too: Personal, so it is recorded who and why.")
@click.option("--reason", help="Why its data is opened.")
@click.option("--by", default=person, show_default="$GATEWAY_BY or your login", help="Who opens it.")
@with_config
@with_json
def show(
    event_id: str, reason: str | None, by: str, config_file: Path | None, *, with_data: bool, as_json: bool
) -> None:
    """Show one event. Its data only where a person wants to see it for a reason."""
    if with_data and not reason:
        raise click.UsageError("--data needs --reason: who opens what is Personal is recorded")

    async def showing(vault: "Vault") -> "tuple[EventHead | None, StoredEvent | None]":
        from gateway.administration.read_event import read_event

        head = await vault.register.head(event_id)
        if head is None or not with_data:
            return head, None
        return head, await read_event(vault.desk, event_id, log=vault.log, by=by, reason=reason or "")

    head, event = at_vault(config_file, showing)
    if head is None:
        from gateway.administration.desk import not_found

        not_found(event_id)
    shown = _row(head)
    if event is not None:
        import msgspec

        shown["data"] = msgspec.json.decode(event.record)
    if as_json:
        show_json(shown)
    else:
        show_members(shown)


@command.command("publish")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--source", help="The data is no CloudEvent yet: put it into one of this source, as /sumedang/notifier.")
@click.option("--type", help="Its type, with --source.")
@click.option("--id", help="Its id, with --source; else one is made.")
@click.option("--case", "caseid", help="The case that it follows up, with --source.")
@click.option("--url", envvar="GATEWAY_URL", default="http://127.0.0.1:8400", show_default=True, help="$GATEWAY_URL")
@click.option("--purpose", envvar="GATEWAY_PURPOSE", required=True, help="$GATEWAY_PURPOSE")
@with_json
def publish(file: Any, url: str, purpose: str, *, as_json: bool, **envelope: str | None) -> int:
    """Publish CloudEvents from a file or stdin: one, a JSON array, or one a line.

    The client is $GATEWAY_CLIENT_ID with $GATEWAY_CLIENT_SECRET (or $GATEWAY_CLIENT_SECRET_FILE), or with the private
    key in $GATEWAY_CLIENT_KEY_FILE. Exit code 1 where an event was refused.
    """
    from gateway.cli.exit_codes import ExitCode
    from gateway.cli.publishing import Publisher, client_of_environment, events_in, faults_of, wrapped

    events = events_in(file.read())
    if envelope["source"] is not None:
        if not envelope["type"]:
            raise click.UsageError("--source needs --type")
        events = [wrapped(it, envelope) for it in events]
    client = client_of_environment()
    results = asyncio.run(Publisher(url.rstrip("/"), client=client, purpose=purpose).publish(events))
    if as_json:
        show_json({"data": results})
    else:
        rows = [{"no": at, **it, "errors": faults_of(it)} for at, it in enumerate(results, 1)]
        show_table(rows, columns=("no", "status", "id", "caseid", "code", "errors"))
    return ExitCode.OK if all(it.get("status") == "accepted" for it in results) else ExitCode.FAILED


async def _following(
    vault: "Vault", newest: int, *, name: str | None, partner: str | None
) -> "AsyncIterator[tuple[EventHead, ...]]":
    """What comes, page by page."""
    while True:
        heads = await vault.register.heads(after=newest, name=name, provider=partner, limit=_PAGE)
        if heads:
            yield heads
            newest = heads[-1].sequence
        else:
            await asyncio.sleep(_LOOK_EVERY_S)


def _show_heads(heads: "tuple[EventHead, ...]", *, as_json: bool, has_header: bool) -> None:
    """One a line, as JSON or in columns."""
    rows = [_row(head) for head in heads]
    if as_json:
        for row in rows:
            show_json(row)
    elif has_header:
        show_table(rows, columns=_COLUMNS)
    else:
        for row in rows:
            click.echo("  ".join(str(row[column] or "-") for column in _COLUMNS))


def _row(head: "EventHead") -> dict[str, Any]:
    import msgspec

    from schemas.resources import event_type

    row = msgspec.structs.asdict(head)
    return {"sequence": row.pop("sequence"), "id": row.pop("id"), "type": event_type(row.pop("name")), **row}
