"""What happened at an OAuth endpoint, for the record. The audit room is beside this one, so a door joins them."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from gateway.ids import ClientId, PartnerId


class TokenEventKind(StrEnum):
    """What was asked for. Alphabetical."""

    INTROSPECT = "token.introspect"
    ISSUE = "token"
    REVOKE = "token.revoke"


class TokenEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One request and how it ended. `outcome` is `answered`, `refused` or `failed`.

    `client_id` and `partner` stand only where the client was proved; else `subject` is the id that
    was claimed, if there is such a client. `reason` is the finest cause known. Token, purpose and
    scope are those of a token that was issued or revoked, never text that was merely sent.
    """

    kind: TokenEventKind
    at: datetime
    outcome: str
    reason: str | None = None
    client_id: ClientId | None = None
    partner: PartnerId | None = None
    subject: str | None = None
    method: str | None = None
    token_id: str | None = None
    purpose: str | None = None
    scope: str | None = None
    request_id: str | None = None
    remote: str | None = None


class TokenLog(Protocol):
    """Where the events go."""

    async def record(self, event: TokenEvent) -> None:
        """Returns once the event is durable. Raises `AuditUnavailable`."""
        ...
