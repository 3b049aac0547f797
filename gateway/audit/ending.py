"""How what is recorded ended, and where it came from: the same words in every record."""

import asyncio
from typing import NamedTuple

import msgspec

from gateway.errors import BadRequest, GatewayError, Refusal, StoreUnavailable


class Origin(msgspec.Struct, frozen=True):
    """Where a question came from, for the audit record and the logs."""

    request_id: str
    remote: str | None = None


class Ending(NamedTuple):
    """An outcome and its reason. `client_id` of a token that is genuine, but counts no longer or lacks the scope."""

    outcome: str
    reason: str | None = None
    client_id: str | None = None


def ending_of(error: BaseException | None) -> Ending:
    """How it ended; of a fault that is ours, the reason is its type, never its text."""
    if error is None:
        return Ending("answered")
    if isinstance(error, Refusal):
        return Ending("refused", str(error.code), error.parameters.get("client_id"))
    if isinstance(error, BadRequest):
        return Ending("refused", str(error.code))
    if isinstance(error, StoreUnavailable):
        return Ending("failed", "store-unavailable")
    if isinstance(error, GatewayError) and error.code is not None:
        return Ending("failed", str(error.code))
    cancelled = isinstance(error, asyncio.CancelledError)
    return Ending("failed", "cancelled" if cancelled else f"internal:{type(error).__name__}")
