"""Shows an administrator the data of one event: a person decides to see it, and that is recorded first."""

from gateway.administration.desk import COMMAND_LINE, Desk, Via, not_found, record_act, require_text
from gateway.life_events.event import StoredEvent
from gateway.life_events.ports import EventLog


async def read_event(
    desk: Desk, event_id: str, *, log: EventLog, by: str, reason: str, via: Via = COMMAND_LINE
) -> StoredEvent:
    """The event, its record open. Raises `BadRequest` where there is none or its data is gone, or `SealBroken`."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    event = await log.find(event_id)
    if event is None:
        not_found(event_id)
    async with desk.office.changing() as change:
        await record_act(
            change, "read-event", subject=event.id, by=by, desk=desk, via=via, partner=event.provider, reason=reason
        )
    return event
