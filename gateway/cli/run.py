"""Runs a command and tells what went wrong: a sentence on stderr, an exit code for scripts."""

import os
import sys
from collections.abc import Sequence

import click
import msgspec

from gateway.cli.exit_codes import ExitCode, exit_code_of
from gateway.errors import GatewayError


def run(root: click.Command, arguments: Sequence[str]) -> int:
    """The exit code. With `--json` among the arguments, the error is JSON too."""
    try:
        return int(root.main(list(arguments), prog_name="gateway", standalone_mode=False) or ExitCode.OK)
    except GatewayError as error:
        _tell(error, as_json="--json" in arguments)
        return exit_code_of(error)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return ExitCode.FAILED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE if isinstance(error, click.UsageError) else ExitCode.FAILED
    except BrokenPipeError:
        # The reader (`head`) has seen enough; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK


def _tell(error: GatewayError, *, as_json: bool) -> None:
    """Writes the error to stderr."""
    if as_json:
        known = {"code": error.code, "message": error.message, **error.parameters}
        print(msgspec.json.encode(known, enc_hook=str).decode(), file=sys.stderr)
        return
    click.echo(f"error: {error.message}", err=True)
    for name in ("cause", "possible"):
        if value := error.parameters.get(name):
            click.echo(f"  {name}: {', '.join(value) if isinstance(value, list) else value}", err=True)
