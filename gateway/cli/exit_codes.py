"""Exit codes, by the type of what went wrong."""

from enum import IntEnum

from gateway.errors import (
    BadConfiguration,
    BadRequest,
    BadRequestCode,
    ContractBroken,
    GatewayError,
    StoreUnavailable,
)


class ExitCode(IntEnum):
    """What a script may rest on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_READY = 3
    CONTRACT_BROKEN = 4


_USAGE = frozenset({BadRequestCode.BODY_INVALID, BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN})


def exit_code_of(error: GatewayError) -> ExitCode:
    """The exit code that says what kind of failure it was."""
    if isinstance(error, BadRequest):
        return ExitCode.USAGE if error.code in _USAGE else ExitCode.FAILED
    if isinstance(error, ContractBroken):
        return ExitCode.CONTRACT_BROKEN
    if isinstance(error, StoreUnavailable | BadConfiguration):
        return ExitCode.NOT_READY
    return ExitCode.FAILED
