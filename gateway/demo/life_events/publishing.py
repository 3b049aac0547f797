"""How a system tells the gateway what happened: a CloudEvent in its own shape, sent again until it is taken."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import aiohttp
import msgspec

from gateway.access.scopes import Scope
from gateway.demo.life_events.seed import CIVIL_REGISTRATION
from gateway.demo.partner_client import PartnerClient

_PAUSES_S = (0.2, 1.0, 3.0)


class NotTaken(Exception):
    """The gateway did not take the event: status and code."""


class OwnEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as the system has it. `id` is the system's own, and the same when it is sent again."""

    id: str
    source: str
    type: str
    data: Any


async def publish(client: PartnerClient, event: OwnEvent, *, binary: bool = False) -> Any:
    """What the gateway says of the event. `binary`: its attributes are headers. Raises `NotTaken`."""
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": datetime.now(UTC).isoformat(),
    }
    body, headers = {**attributes, "data": event.data}, {"Content-Type": "application/cloudevents+json"}
    if binary:
        body = event.data
        headers = {"Content-Type": "application/json", **{f"ce-{name}": value for name, value in attributes.items()}}
    for pause_s in (*_PAUSES_S, None):
        try:
            token = await client.token(Scope.EVENTS_PUBLISH, purpose=CIVIL_REGISTRATION)
            status, answer = await client.post("/v1/events", body, token=token, headers=headers)
            if status == 202:
                return answer["data"]
            failure = f"{status} {answer.get('code', '')}".strip()
            if status < 500 and status != 429:
                break
        except aiohttp.ClientError as error:
            failure = type(error).__name__
        if pause_s is None:
            break
        await asyncio.sleep(pause_s)
    raise NotTaken(f"{event.source} {event.id}: {failure}")
