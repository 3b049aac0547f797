"""Sends deliveries to partners' platforms: each record in the platform's own shape, under a key that stays the same."""

from time import monotonic

import structlog

from adapters.base import AdapterError, Fault
from gateway.clock import Clock
from gateway.life_events.delivery import Attempt, Parcel
from gateway.life_events.intakes import Intakes, Unwritable
from gateway.life_events.subscription import PlatformDataset
from gateway.life_events.webhook_sender import failure_of

_log = structlog.get_logger("gateway.life_events.platform_sender")


class PlatformSender:
    """`Sender` to the intakes of platforms. The key is the event's id, so that a replay makes no second record."""

    def __init__(self, intakes: Intakes, *, clock: Clock) -> None:
        self._intakes = intakes
        self._clock = clock

    async def send(self, parcel: Parcel) -> Attempt:
        """How it went. What cannot be written, or will never be taken, is final."""
        at, began = self._clock.now(), monotonic()
        event, target = parcel.claimed.event, parcel.claimed.subscription.target
        assert isinstance(target, PlatformDataset)
        intake = self._intakes.find(target.dataset)
        if intake is None or intake.event != event.name:
            return Attempt(at=at, duration_ms=0, reason="intake-missing")
        try:
            writing = intake.written(parcel.data, case_id=event.case_id)
        except Unwritable as error:
            _log.warning("intake.unwritable", dataset=target.dataset, event_id=event.id, fields=error.fields)
            return Attempt(at=at, duration_ms=0, reason=error.reason, is_final=True)
        status: int | None = None
        failure: AdapterError | None = None
        try:
            receipt = await intake.submitter.submit(writing.body, source_id=writing.source_id, idempotency_key=event.id)
            status = receipt.status
        except AdapterError as error:
            failure, status = error, error.status
        return Attempt(
            at=at,
            duration_ms=round((monotonic() - began) * 1000),
            status_code=status,
            reason=_reason(failure) if failure is not None else None,
            retry_after_s=failure.retry_after_s if failure is not None else None,
            is_final=failure is not None and failure.fault is Fault.REJECTED,
        )


def _reason(error: AdapterError) -> str:
    """A code: the status where that was the fault."""
    told = failure_of(error.status) if error.status is not None else None
    return told or error.fault.value
