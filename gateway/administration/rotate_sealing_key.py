"""Gives the gateway a new key to seal with, seals what is kept with it, and retires the keys that nothing needs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from gateway.administration.desk import COMMAND_LINE, Desk, Via, record_act, require_text
from gateway.life_events.ports import Seals
from gateway.life_events.sealing_keys import SealingKey, add_key, opened_keys, read_keys, retire_key

RETIRED_AFTER_S = 60
"""How long the newest key must have sealed before older ones go: by then nobody seals with them any more."""


class Reseal(msgspec.Struct, frozen=True, kw_only=True):
    """What was sealed anew, what could not be opened, and which keys were retired."""

    resealed: int
    broken: tuple[str, ...]
    retired: tuple[str, ...]
    kept: tuple[str, ...]


async def rotate_sealing_key(desk: Desk, folder: Path, *, by: str, reason: str, via: Via = COMMAND_LINE) -> SealingKey:
    """The new key. It is there first and seals a little later, once every process has read it."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    await asyncio.to_thread(opened_keys, folder, now=desk.clock.seconds())
    async with desk.office.changing() as change:
        # The keys are files, so they cannot share the transaction; made inside it, none is made unrecorded,
        # but for a commit that fails afterwards.
        key = await asyncio.to_thread(add_key, folder, now=desk.clock.seconds())
        await record_act(change, "rotate-sealing-key", subject=key.kid, by=by, desk=desk, via=via, reason=reason)
    return key


async def reseal(
    desk: Desk,
    folder: Path,
    *,
    seals: Seals,
    by: str,
    reason: str,
    batch: int = 500,
    told: Callable[[int], None] = lambda _: None,
    via: Via = COMMAND_LINE,
) -> Reseal:
    """Seals everything with the key that seals now, batch by batch; `told` hears how much after each.

    Keys that nothing is sealed with any more are retired; what cannot be opened keeps its key. May be stopped at any
    moment, and begun again.
    """
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    made, broken = await _all_anew(seals, batch=batch, told=told)
    needed = await seals.counts()
    keys = await asyncio.to_thread(read_keys, folder)
    retired = _unneeded(keys, needed=needed, now=desk.clock.seconds())
    async with desk.office.changing() as change:
        for kid in retired:
            await asyncio.to_thread(retire_key, folder, kid)
        kept = tuple(key.kid for key in keys if key.kid not in retired)
        await record_act(
            change,
            "reseal",
            subject=kept[-1],
            by=by,
            desk=desk,
            via=via,
            reason=reason,
            resealed=made,
            broken=len(broken),
            retired=list(retired),
        )
    return Reseal(resealed=made, broken=tuple(broken), retired=retired, kept=kept)


async def _all_anew(seals: Seals, *, batch: int, told: Callable[[int], None]) -> tuple[int, list[str]]:
    """How much was sealed anew, and what could not be opened."""
    made, broken = 0, list[str]()
    reached: str | None = ""
    while reached is not None:
        step = await seals.reseal(after=reached, limit=batch)
        made, reached = made + step.count, step.reached
        broken += step.broken
        told(made)
    return made, broken


def _unneeded(keys: tuple[SealingKey, ...], *, needed: dict[str, int], now: float) -> tuple[str, ...]:
    """The keys that seal no more and open nothing; none where the one that seals now has only just begun."""
    begun = [key for key in keys if key.begins <= now - RETIRED_AFTER_S]
    return tuple(key.kid for key in begun[:-1] if key.kid not in needed)
