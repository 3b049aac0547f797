"""Disables a client, or enables it again."""

import msgspec

from gateway.access.client import Client, ClientStatus
from gateway.administration.desk import COMMAND_LINE, Desk, Via, find_client, record_act, require_text
from gateway.ids import ClientId


async def disable_client(desk: Desk, client_id: ClientId, *, by: str, reason: str, via: Via = COMMAND_LINE) -> Client:
    """The client, disabled: it gets no tokens, and those it holds are refused within 2 s, for good."""
    return await _switch(desk, client_id, to=ClientStatus.DISABLED, by=by, reason=reason, via=via)


async def enable_client(desk: Desk, client_id: ClientId, *, by: str, reason: str, via: Via = COMMAND_LINE) -> Client:
    """The client, active: it may get new tokens."""
    return await _switch(desk, client_id, to=ClientStatus.ACTIVE, by=by, reason=reason, via=via)


async def _switch(desk: Desk, client_id: ClientId, *, to: ClientStatus, by: str, reason: str, via: Via) -> Client:
    """The client in the status `to`; where it is already, nothing is changed and nothing recorded."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    async with desk.office.changing() as change:
        client = await find_client(change, client_id)
        if client.status is to:
            return client
        client = msgspec.structs.replace(client, status=to, updated_at=desk.clock.now())
        await change.put_client(client)
        if to is ClientStatus.DISABLED:
            await change.deny_tokens_of(client.id)
        act = "disable-client" if to is ClientStatus.DISABLED else "enable-client"
        await record_act(
            change, act, subject=client.id, by=by, desk=desk, via=via, partner=client.partner, reason=reason
        )
    return client
