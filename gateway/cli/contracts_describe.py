"""`gateway contracts describe`: our API descriptions, without serving anybody."""

from pathlib import Path

import rich_click as click

from gateway.cli.options import settings_from, with_config
from gateway.cli.output import show_json


@click.command("describe")
@click.option("--admin", is_flag=True, help="The administrators' API instead.")
@with_config
def command(config_file: Path | None, *, admin: bool) -> None:
    """Print our OpenAPI description (3.1), as `/openapi.json` answers it."""
    from gateway.cli.described import api_descriptions
    from gateway.cli.quiet import quiet

    quiet()
    show_json(api_descriptions(settings_from(config_file))["openapi-admin" if admin else "openapi"])
