"""What a check returns: `Allowed` with what it found, or `Refused` with the reason.

Checks never raise for a refusal; only the path does, through `require`, so that every refusal is
recorded before it is answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from gateway.errors import Refusal, RefusalCode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Allowed(Generic[T]):
    """The check passed, and this is what it found."""

    grant: T


@dataclass(frozen=True, slots=True)
class Refused:
    """The check did not pass. `parameters` fill the code's sentence: what is missing, who can grant it."""

    code: RefusalCode
    message: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Decision: TypeAlias = Allowed[T] | Refused


def require(decision: Decision[T]) -> T:
    """What the check found, or raises its `Refusal`."""
    if isinstance(decision, Refused):
        raise Refusal(decision.code, decision.message, **decision.parameters)
    return decision.grant
