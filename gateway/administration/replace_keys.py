"""Replaces the public keys of a client; tokens that were issued on a key that goes are refused."""

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.access.client import Client, Profile
from gateway.access.keys import public_jwks
from gateway.administration.desk import COMMAND_LINE, Desk, Via, find_client, invalid, record_act, require_text
from gateway.administration.register_client import kids_of
from gateway.ids import ClientId


async def replace_keys(
    desk: Desk,
    client_id: ClientId,
    *,
    keys: str | Mapping[str, Any],
    by: str,
    reason: str = "",
    via: Via = COMMAND_LINE,
) -> Client:
    """The client with these keys and no others. To rotate without a gap, upload the old and the new one together."""
    by = require_text(by, parameter="by")
    jwks = public_jwks(keys)
    async with desk.office.changing() as change:
        client = await find_client(change, client_id)
        if client.profile is not Profile.FAPI:
            invalid("client_id", "a client of the profile fapi; a basic client's secret is rotated instead")
        if client.jwks == jwks:
            return client
        gone = sorted(set(kids_of(client)) - {key["kid"] for key in jwks["keys"]})
        client = msgspec.structs.replace(client, jwks=jwks, updated_at=desk.clock.now())
        await change.put_client(client)
        if gone:
            await change.deny_tokens_of(client.id)
        await record_act(
            change,
            "replace-keys",
            subject=client.id,
            by=by,
            desk=desk,
            via=via,
            partner=client.partner,
            reason=reason,
            kids=kids_of(client),
            gone=gone,
        )
    return client
