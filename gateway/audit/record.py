"""The audit record and the trail it is written to.

A record is kept as its canonical JSON bytes (`leaf`), never re-encoded, with a gapless number, so
that a Merkle tree (RFC 6962) can be laid over the leaves later. No leaf holds Personal data.
"""

from datetime import datetime
from typing import Any, Protocol

import msgspec


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One exchange or act.

    `kind` is `exchange`, `token`, `admin.<act>` …; `outcome` is `answered`, `refused` or `failed`.
    `reason` is the refusal or failure code. `by` is the person behind an administrative act.
    `released` counts per partner the records that left; `ledger` holds the sums in and refused.
    """

    version: int = 1
    id: str
    at: datetime
    kind: str
    outcome: str
    reason: str | None = None
    client_id: str | None = None
    partner: str | None = None
    token_id: str | None = None
    purpose: str | None = None
    scope: str | None = None
    resource: str | None = None
    providers: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    query: dict[str, str] = {}
    released: dict[str, int] = {}
    ledger: dict[str, int] = {}
    gaps: tuple[str, ...] = ()
    subject: str | None = None
    by: str | None = None
    details: dict[str, Any] = {}
    request_id: str | None = None
    remote: str | None = None

    def leaf(self) -> bytes:
        """The bytes that are kept: JSON with its members in this order, defaults left out."""
        return _ENCODER.encode(self)


_ENCODER = msgspec.json.Encoder(order="deterministic")


class AuditTrail(Protocol):
    """Where records go. Many waiting records share one commit."""

    async def append(self, record: AuditRecord) -> int:
        """The record's number, once it is durable. Raises `AuditUnavailable`."""
        ...
