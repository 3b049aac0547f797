"""Takes a secret away at once, and with it every token that its client holds."""

import msgspec

from gateway.access.client import Client
from gateway.administration.desk import COMMAND_LINE, Desk, Via, find_client, not_found, record_act, require_text
from gateway.ids import ClientId


async def revoke_secret(
    desk: Desk, client_id: ClientId, *, secret_id: str, by: str, reason: str, via: Via = COMMAND_LINE
) -> Client:
    """The client without that secret. Its tokens are refused within 2 s: any of them may rest on the secret."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    async with desk.office.changing() as change:
        client = await find_client(change, client_id)
        left = tuple(secret for secret in client.secrets if secret.id != secret_id)
        if len(left) == len(client.secrets):
            not_found(secret_id)
        client = msgspec.structs.replace(client, secrets=left, updated_at=desk.clock.now())
        await change.put_client(client)
        await change.deny_tokens_of(client.id)
        await record_act(
            change,
            "revoke-secret",
            subject=client.id,
            by=by,
            desk=desk,
            via=via,
            partner=client.partner,
            reason=reason,
            secret_id=secret_id,
        )
    return client
