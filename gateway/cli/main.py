"""The root of the commands. A command's file is imported only when it is asked for, or for its line of help.

To add a command: write `gateway/cli/<name>.py` with a click command called `command`, import rooms
inside its functions, and add its name here.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

import rich_click as click

from gateway import __version__

COMMANDS = (
    "agreements",
    "audit",
    "clients",
    "config",
    "contracts",
    "demo",
    "doctor",
    "events",
    "keys",
    "migrate",
    "partners",
    "recipes",
    "serve",
    "webhooks",
    "worker",
)


class Commands(click.RichGroup):
    """The commands whose file is there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return [name for name in COMMANDS if find_spec(f"gateway.cli.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        del ctx
        if cmd_name not in COMMANDS or not find_spec(f"gateway.cli.{cmd_name}"):
            return None
        command: click.Command = import_module(f"gateway.cli.{cmd_name}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway")
def root() -> None:
    """The inter-government data exchange gateway.

    Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 not ready, 4 contract broken.
    """


def main() -> None:
    """Runs the command line."""
    from gateway.cli.run import run

    sys.exit(run(root, sys.argv[1:]))
