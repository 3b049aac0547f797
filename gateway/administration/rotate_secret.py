"""Gives a client a new secret; the old one lives on for a grace, so that nothing stops meanwhile."""

from datetime import timedelta

import msgspec

from gateway.access.client import Profile
from gateway.administration.desk import COMMAND_LINE, Desk, Via, find_client, invalid, record_act, require_text
from gateway.administration.register_client import RegisteredClient
from gateway.ids import ClientId

GRACE = timedelta(days=7)
LONGEST_GRACE = timedelta(days=90)


async def rotate_secret(
    desk: Desk,
    client_id: ClientId,
    *,
    by: str,
    reason: str = "",
    grace: timedelta = GRACE,
    via: Via = COMMAND_LINE,
) -> RegisteredClient:
    """The client and its new secret in the clear. Two secrets live at most; an older one ends now."""
    by = require_text(by, parameter="by")
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        invalid("grace", f"between 0 and {LONGEST_GRACE.days} days")
    async with desk.office.changing() as change:
        client = await find_client(change, client_id)
        if client.profile is not Profile.BASIC:
            invalid("client_id", "a client of the profile basic; a fapi client's keys are replaced instead")
        now = desk.clock.now()
        secret, kept = desk.secrets.issue(now)
        secrets = desk.secrets.rotated(client.secrets, kept, grace=grace)
        client = msgspec.structs.replace(client, secrets=secrets, updated_at=now)
        await change.put_client(client)
        await record_act(
            change,
            "rotate-secret",
            subject=client.id,
            by=by,
            desk=desk,
            via=via,
            partner=client.partner,
            reason=reason,
            secret_id=kept.id,
            grace_s=int(grace.total_seconds()),
        )
    return RegisteredClient(client=client, secret=secret)
