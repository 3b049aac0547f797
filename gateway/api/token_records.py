"""Puts what happens at the OAuth endpoints into the audit trail."""

from gateway.access.token_event import TokenEvent
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.ids import new_id


class TokenRecords:
    """`TokenLog` over the audit trail."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    async def record(self, event: TokenEvent) -> None:
        """Returns once the record is durable. Raises `AuditUnavailable`."""
        await self._trail.append(
            AuditRecord(
                id=new_id("tok"),
                at=event.at,
                kind=event.kind.value,
                outcome=event.outcome,
                reason=event.reason,
                client_id=event.client_id,
                partner=event.partner,
                token_id=event.token_id,
                purpose=event.purpose,
                scope=event.scope,
                subject=event.subject,
                details={"method": event.method} if event.method else {},
                request_id=event.request_id,
                remote=event.remote,
            )
        )
