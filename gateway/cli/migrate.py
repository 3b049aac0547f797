"""`gateway migrate`: the database, brought to this version."""

import asyncio
from pathlib import Path

import rich_click as click

from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json


@click.command("migrate")
@with_config
@with_json
def command(config_file: Path | None, *, as_json: bool) -> None:
    """Bring the database to this version. `serve` does so too; several at once wait for one another."""
    from gateway.administration_wiring import migrate_database

    before, after = asyncio.run(migrate_database(settings_from(config_file)))
    if as_json:
        show_json({"before": before, "after": after})
    else:
        click.echo(f"{before or 'empty'} -> {after}" if before != after else f"{after}: nothing to do")
