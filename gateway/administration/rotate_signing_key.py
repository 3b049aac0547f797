"""Gives the gateway a new key to sign access tokens with."""

import asyncio
from pathlib import Path

from gateway.access.signing_keys import replace_compromised, rotate
from gateway.administration.desk import COMMAND_LINE, Desk, Via, record_act, require_text


async def rotate_signing_key(
    desk: Desk,
    folder: Path,
    *,
    token_ttl_s: int,
    by: str,
    reason: str,
    is_compromised: bool = False,
    via: Via = COMMAND_LINE,
) -> str:
    """The `kid` of the new key. It is announced first and signs later; the old one is trusted until its tokens expire.

    Where the old ones are compromised, the new key signs at once and every token of theirs is refused.
    """
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    now = desk.clock.seconds()
    async with desk.office.changing() as change:
        # The keys are files, so they cannot share the transaction; made inside it, none is made unrecorded,
        # but for a commit that fails afterwards.
        if is_compromised:
            kid = await asyncio.to_thread(replace_compromised, folder, now=now)
        else:
            kid = await asyncio.to_thread(rotate, folder, now=now, token_ttl_s=token_ttl_s)
        act = "replace-signing-keys" if is_compromised else "rotate-signing-key"
        await record_act(change, act, subject=kid, by=by, desk=desk, via=via, reason=reason)
    return kid
