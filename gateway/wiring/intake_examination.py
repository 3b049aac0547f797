"""Asks every platform that takes records whether it can be reached, as `gateway doctor` shows it. Never writes one."""

import asyncio
from collections.abc import AsyncIterator, Callable

from adapters.base import AdapterError, Submitter
from gateway.errors import BadConfiguration
from gateway.ids import DatasetId
from gateway.settings import Settings
from gateway.upstream.http import HttpTransport
from gateway.upstream.reply import failure_of
from gateway.upstream.submitters import build_submitters
from gateway.wiring.examined import Examined, Verdict, failed
from gateway.wiring.platform_examination import ADVICE

MADE_UP_ID = "pemeriksaan-gerbang"
"""What no platform has a record of."""
_DISLIKES_THE_ID = frozenset({400, 422})


async def examine_intakes(settings: Settings, *, secrets: Callable[[str], str]) -> AsyncIterator[Examined]:
    """Each intake is asked, where it can be asked by id, for a record that it cannot have; side by side."""
    async with HttpTransport(settings.upstream) as transport:
        try:
            submitters = build_submitters(settings.partners, transport=transport, secrets=secrets)
        except BadConfiguration as error:
            yield failed("intakes", error, advice="")
            return
        for examined in await asyncio.gather(*(_examined(*it) for it in submitters.items())):
            yield examined


async def _examined(intake: DatasetId, submitter: Submitter) -> Examined:
    try:
        has = await submitter.has(MADE_UP_ID)
    except AdapterError as error:
        return _failed(intake, error)
    if has is None:
        return Examined(
            subject=intake,
            verdict=Verdict.NOTE,
            detail="not tried: without by_id a record would have to be written",
            advice="the first delivery tells; if the platform can be asked for one record, name where as by_id",
        )
    if has:
        return Examined(
            subject=intake,
            verdict=Verdict.FAILED,
            detail="the platform says that it has a record which nobody has sent; so it would be sent none",
            advice="mend by_id, or success of the platform: whatever it has not is to be answered with 404",
        )
    return Examined(subject=intake, verdict=Verdict.OK, detail="answers whether it has a record; none was written")


def _failed(intake: DatasetId, error: AdapterError) -> Examined:
    if error.status in _DISLIKES_THE_ID:
        detail = f"reached; it answers {error.status} to a made-up id, so more was not tried"
        return Examined(subject=intake, verdict=Verdict.NOTE, detail=detail, advice="the first delivery tells")
    failure = failure_of(intake, error)
    return failed(intake, failure, advice=ADVICE[failure.code])
