"""`gateway config`: is it right, and what holds."""

from pathlib import Path

import rich_click as click

from gateway.cli.options import settings_from, with_config, with_json
from gateway.cli.output import show_json


@click.group("config")
def command() -> None:
    """Check the settings, or show them without secrets."""


@command.command("check")
@with_config
@with_json
def check(config_file: Path | None, *, as_json: bool) -> int:
    """Find every fault of the settings: file, line, key, what was expected. Exit code 3 if there are any."""
    from gateway.cli.exit_codes import ExitCode
    from gateway.errors import BadConfiguration

    faults: list[dict[str, str]] = []
    try:
        settings_from(config_file, with_files=True)
    except BadConfiguration as error:
        faults = error.parameters.get("faults") or [{"place": "", "key": "", "message": error.message}]
    if as_json:
        show_json({"ok": not faults, "faults": faults})
    else:
        for fault in faults:
            click.echo(": ".join(part for part in (fault["place"], fault["key"], fault["message"]) if part))
        click.echo(f"{len(faults)} faults" if faults else "the settings are right", err=True)
    return ExitCode.NOT_READY if faults else ExitCode.OK


@command.command("show")
@with_config
@with_json
def show(config_file: Path | None, *, as_json: bool) -> None:
    """Print the settings that hold, defaults and environment included, without secrets."""
    from gateway.settings_file import redacted

    shown = redacted(settings_from(config_file))
    if as_json:
        show_json(shown)
    else:
        _show_table(shown, key="")


def _show_table(table: dict[str, object], *, key: str) -> None:
    """One dotted key and its value a line."""
    for name, value in table.items():
        dotted = f"{key}.{name}" if key else name
        if isinstance(value, dict) and value:
            _show_table(value, key=dotted)
        else:
            click.echo(f"{dotted} = {value!r}")
