"""Options that many commands have, and the settings that they lead to."""

import getpass
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

if TYPE_CHECKING:
    from gateway.settings import Settings

Function = Callable[..., Any]


def with_json(function: Function) -> Function:
    """`--json`: the answer as one JSON document."""
    return click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")(function)


def with_config(function: Function) -> Function:
    """`--config`: which settings file; without it `$GATEWAY_CONFIG`, or `config/gateway.toml`."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Settings file; else $GATEWAY_CONFIG, else config/gateway.toml.",
    )(function)


def with_page(function: Function) -> Function:
    """`--after` and `--limit`: which part of a list that is in order of its ids."""
    function = click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)(function)
    return click.option("--after", help="Begin after this id.")(function)


def with_person(function: Function) -> Function:
    """`--by` and `--reason`: who decides, and why; both are recorded."""
    function = click.option("--reason", required=True, help="Why; recorded in the audit trail.")(function)
    return click.option(
        "--by", default=person, show_default="$GATEWAY_BY or your login", help="Who decides; recorded likewise."
    )(function)


def person() -> str:
    """`$GATEWAY_BY`, or whoever is logged in, also behind sudo."""
    return os.environ.get("GATEWAY_BY") or os.environ.get("SUDO_USER") or getpass.getuser()


def settings_from(config_file: Path | None, *, with_files: bool = False) -> "Settings":
    """The settings, with the files that they name looked into or not. Raises `BadConfiguration`."""
    from gateway.settings_file import default_path, load_settings

    return load_settings(config_file or default_path(os.environ), os.environ, with_files=with_files)
