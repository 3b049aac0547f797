"""What the API description says of one operation. Each door states its own, so that nobody can forget it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.api.problems import DoorCode
from gateway.errors import BadRequestCode, RefusalCode

OPERATION_KEY = "operation"
"""Where a Litestar handler's `opt` holds its `Operation`."""


class Tag(StrEnum):
    """The chapters of the API description, in their order."""

    EXCHANGE = "Exchange"
    EVENTS = "Life events"
    OPEN311 = "Open311"
    CATALOGUE = "Catalogue"
    SUBSCRIPTIONS = "Subscriptions"
    CASES = "Cases"
    ACCESS = "Access"
    CLIENTS = "Clients"
    AGREEMENTS = "Agreements"
    RECIPES = "Recipes"
    AUDIT = "Audit"
    SERVICE = "Service"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. `name` of a header may have any case."""

    name: str
    where: str
    description: str
    schema: Mapping[str, Any]
    is_required: bool = False
    example: Any = None
    explode: bool | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """One successful answer: its schema and an example; `also` are media types for people."""

    description: str
    schema: Mapping[str, Any] | None = None
    example: Any = None
    media_type: str = "application/json"
    also: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProblemDialect:
    """How an operation tells problems that a standard of its own has other words for.

    `status_of` gives its status for ours, `content` its documents by media type.
    """

    status_of: Callable[[int], int]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API. `problems` are the codes it can answer with, beyond those that every one can.

    `bodies` are the media type objects of a body that is no plain JSON, by media type.
    """

    id: str
    tag: Tag
    summary: str
    description: str
    answers: Mapping[int, Answered]
    parameters: tuple[Parameter, ...] = ()
    body: Mapping[str, Any] | None = None
    body_example: Any = None
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scope: str | None = None
    problems: tuple[StrEnum, ...] = ()
    dialect: ProblemDialect | None = None

    def opt(self) -> dict[str, Any]:
        """What the door gives to its Litestar handler."""
        return {OPERATION_KEY: self}


EVERYWHERE: tuple[StrEnum, ...] = (
    BadRequestCode.METHOD_NOT_ALLOWED,
    DoorCode.BODY_UNEXPECTED,
    DoorCode.HEADERS_TOO_LARGE,
    DoorCode.HOST_INVALID,
    DoorCode.INTERNAL_ERROR,
    DoorCode.URI_TOO_LONG,
)
"""What every operation can answer with."""

WITH_TOKEN: tuple[StrEnum, ...] = (
    RefusalCode.CLIENT_DISABLED,
    RefusalCode.SCOPE_MISSING,
    RefusalCode.TOKEN_EXPIRED,
    RefusalCode.TOKEN_INVALID,
    RefusalCode.TOKEN_MISSING,
    RefusalCode.TOKEN_REVOKED,
    DoorCode.AUDIT_UNAVAILABLE,
    DoorCode.STORE_UNAVAILABLE,
)
"""What every operation that needs a token can answer with."""

WITH_BODY: tuple[StrEnum, ...] = (
    BadRequestCode.BODY_INVALID,
    BadRequestCode.BODY_TOO_LARGE,
    BadRequestCode.UNSUPPORTED_MEDIA_TYPE,
    DoorCode.BODY_TIMEOUT,
)
"""What every operation that takes a body can answer with."""

CACHED_HEADERS = {"ETag": "Strong validator for `If-None-Match`."}
IF_NONE_MATCH = Parameter(
    "If-None-Match", "header", "ETag of an earlier answer: 304 where it still holds.", {"type": "string"}
)
