"""Commands of `gateway`, run in the tests' own process."""

from gateway.cli.main import root
from gateway.cli.run import run


def ran(capsys, *arguments):
    """The exit code of a command, what it wrote to stdout, and to stderr."""
    capsys.readouterr()
    code = run(root, [str(argument) for argument in arguments])
    written = capsys.readouterr()
    return code, written.out, written.err
