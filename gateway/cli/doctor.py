"""`gateway doctor`: every dependency and partner, and what to do about each."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from gateway.cli.exit_codes import ExitCode
from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json
from gateway.cli.quiet import quiet

if TYPE_CHECKING:
    from gateway.settings import Settings
    from gateway.wiring.examined import Examined

_COLOURS = {"ok": "green", "note": "yellow", "failed": "red"}


@click.command("doctor")
@click.option("--partners/--no-partners", "with_partners", default=True, help="Ask each platform a real question too.")
@with_config
@with_json
def command(config_file: Path | None, *, with_partners: bool, as_json: bool) -> int:
    """Examine database, shared store, keys, mappings and every platform, and say what to do.

    Exit code 0 where everything works (notes included), 3 where something does not.
    """
    import asyncio

    settings = settings_from(config_file)
    found = asyncio.run(_examine(settings, with_partners=with_partners, is_shown=not as_json))
    is_ready = all(it.verdict != "failed" for it in found)
    if as_json:
        show_json({"ready": is_ready, "checks": found})
    else:
        click.echo("ready" if is_ready else "not ready")
    return ExitCode.OK if is_ready else ExitCode.NOT_READY


async def _examine(settings: "Settings", *, with_partners: bool, is_shown: bool) -> "list[Examined]":
    from gateway.settings_file import Secrets
    from gateway.wiring.examination import examine

    quiet()
    found = []
    async for it in examine(settings, secrets=Secrets(os.environ).get, with_partners=with_partners):
        found.append(it)
        if is_shown:
            verdict = click.style(f"{it.verdict:<6}", fg=_COLOURS[it.verdict])
            click.echo(f"{verdict}  {it.subject}: {it.detail}")
            if it.advice:
                click.echo(f"        {it.advice}")
    return found
