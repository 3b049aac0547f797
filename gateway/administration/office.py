"""What the acts need of storage: reading, and changing with the audit record in the same transaction."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

import msgspec

from gateway.access.client import Client
from gateway.agreements.agreement import Agreement, AgreementStatus
from gateway.audit.record import AuditRecord
from gateway.ids import AgreementId, ClientId, PartnerId
from gateway.life_events.adoption import Adoption


class AuditQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which audit records, newest first. `before` is the number that the last page ended with.

    `since` is included, `until` is not. `kind` may end in `.` to mean all kinds that begin so: `admin.`.
    """

    client_id: str | None = None
    kind: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


class AuditEntry(msgspec.Struct, frozen=True):
    """A record and its number in the trail."""

    number: int
    record: msgspec.Raw


class Change(Protocol):
    """One transaction. Changes wait for one another, so what was read in it stays true until it ends."""

    async def client(self, client_id: ClientId) -> Client | None:
        """The client, or None."""
        ...

    async def put_client(self, client: Client) -> None:
        """Adds the client, or puts it in place of the one with its id."""
        ...

    async def deny_tokens_of(self, client_id: ClientId) -> None:
        """Refuses every token that the client has been issued until now."""
        ...

    async def agreement(self, agreement_id: AgreementId) -> Agreement | None:
        """The agreement, or None."""
        ...

    async def put_agreement(self, agreement: Agreement) -> None:
        """Adds the agreement, or puts it in place of the one with its id."""
        ...

    async def adoptions(self, partner: PartnerId) -> tuple[Adoption, ...]:
        """The partner's adoptions, also those that have ended."""
        ...

    async def put_adoption(self, adoption: Adoption) -> None:
        """Adds the adoption, or puts it in place of the partner's of that recipe."""
        ...

    async def record(self, record: AuditRecord) -> int:
        """Writes the audit record of this change; its number."""
        ...


class Office(Protocol):
    """The registers as the acts see them: never behind. Every method raises `StoreUnavailable`."""

    def changing(self) -> AbstractAsyncContextManager[Change]:
        """A transaction: all of it is durable when the block ends, or nothing where it raises."""
        ...

    async def client(self, client_id: ClientId) -> Client | None:
        """The client, or None."""
        ...

    async def clients(
        self, *, partner: PartnerId | None = None, after: str | None = None, limit: int = 100
    ) -> tuple[Client, ...]:
        """Clients in order of their ids, beginning after `after`."""
        ...

    async def agreement(self, agreement_id: AgreementId) -> Agreement | None:
        """The agreement, or None."""
        ...

    async def agreements(
        self,
        *,
        consumer: PartnerId | None = None,
        provider: PartnerId | None = None,
        status: AgreementStatus | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> tuple[Agreement, ...]:
        """Agreements in order of their ids, beginning after `after`."""
        ...

    async def adoptions(self, *, partner: PartnerId | None = None, recipe: str | None = None) -> tuple[Adoption, ...]:
        """Adoptions by partner and recipe, also those that have ended."""
        ...

    async def audit(self, question: AuditQuestion) -> tuple[AuditEntry, ...]:
        """Audit records, newest first."""
        ...
