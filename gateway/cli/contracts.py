"""`gateway contracts`: whether partners' platforms and mappings keep what was agreed.

To add a command: write `gateway/cli/contracts_<name>.py` with a click command called `command`, and add its name here.
"""

from importlib import import_module
from importlib.util import find_spec

import rich_click as click

COMMANDS = ("check", "describe", "diff", "record", "release")


class ContractCommands(click.RichGroup):
    """The commands whose file is there; a file is imported when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        del ctx
        return [name for name in COMMANDS if find_spec(f"gateway.cli.contracts_{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"gateway.cli.contracts_{cmd_name}").command
        return found


@click.group("contracts", cls=ContractCommands)
def command() -> None:
    """Prove, compare and record what was agreed with partners' platforms."""
