"""What is wrong with settings: all of it, each with its place."""

from collections.abc import Sequence

import msgspec

from gateway.errors import BadConfiguration


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fault. `place` is a file, with its line where known, or a variable of the environment."""

    place: str
    key: str
    message: str

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.place}: {self.key}: {self.message}" if self.key else f"{self.place}: {self.message}"


def stop(faults: Sequence[Fault]) -> None:
    """Raises `BadConfiguration` with all faults, if there are any."""
    if faults:
        raise BadConfiguration("\n".join(map(str, faults)), faults=[msgspec.to_builtins(fault) for fault in faults])
