"""Contract checks, put together: those that the gateway makes on its schedule, and those of a command."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from gateway.api.metrics import Meters
from gateway.clock import Clock, SystemClock
from gateway.contracts import contract
from gateway.contracts.contract import Contract
from gateway.contracts.live_checks import LiveChecks
from gateway.contracts.platforms import opened_platforms
from gateway.contracts.schedule import CheckSchedule
from gateway.errors import StoreUnavailable
from gateway.ids import DatasetId
from gateway.settings import Settings
from gateway.storage.contract_checks import LatestChecks, StoredContractChecks
from gateway.storage.engine import open_engine
from gateway.storage.migrate import newest, revision
from gateway.upstream.asked_dataset import AskedDataset
from gateway.wiring.contracts import Contracts
from gateway.wiring.stores import Stores


async def opened_contract_checks(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    stores: Stores,
    contracts: Contracts,
    asked: Mapping[DatasetId, AskedDataset],
    folder: Path,
    clock: Clock,
    meters: Meters,
) -> LatestChecks:
    """The newest checks, followed; `stack` ends the schedule before the platforms' connections and the stores."""
    said = settings.contracts
    history = StoredContractChecks(stores.engine, keep=timedelta(days=said.keep_days))
    latest = LatestChecks(history, stores.watch, told=meters.contract_stands)
    await latest.reload()
    if not said.check_every_s:
        return latest
    known = contract.read_contracts(settings.partners, schemas=folder, codes=contracts.codes)
    checks = LiveChecks(
        {one.id: one for one in known},
        {dataset: one.adapter for dataset, one in asked.items()},
        history=history,
        clock=clock,
        mappings=contracts.mappings,
        deadline_s=said.deadline_s,
        meter=meters,
    )
    schedule = CheckSchedule(checks, history=history, clock=clock, every_s=said.check_every_s)
    await schedule.open()
    stack.push_async_callback(schedule.close)
    return latest


class CommandChecks(NamedTuple):
    """The live checks of a command. `unkept` says why there is no history, if there is none."""

    checks: LiveChecks
    unkept: str | None


@asynccontextmanager
async def opened_live_checks(
    settings: Settings,
    wanted: Sequence[Contract],
    *,
    secrets: Callable[[str], str],
    deadline_s: float,
    with_history: bool,
) -> AsyncIterator[CommandChecks]:
    """Live checks of the contracts that are wanted. Raises `BadConfiguration` for platforms that cannot be asked.

    Makes no database and migrates none: where there is none of this version, no history is kept.
    """
    async with AsyncExitStack() as stack:
        adapters = await stack.enter_async_context(opened_platforms(settings.upstream, wanted, secrets=secrets))
        history, unkept = await _history(stack, settings) if with_history else (None, None)
        checks = LiveChecks(
            {one.id: one for one in wanted},
            adapters,
            history=history,
            clock=SystemClock(),
            deadline_s=deadline_s,
        )
        yield CommandChecks(checks, unkept)


async def _history(stack: AsyncExitStack, settings: Settings) -> tuple[StoredContractChecks | None, str | None]:
    """The history in the database that is there, or why there is none."""
    url = settings.database.url
    if url.startswith("sqlite") and not await asyncio.to_thread(_file_of(url).is_file):
        return None, "there is no database yet"
    engine = open_engine(settings.database)
    stack.push_async_callback(engine.dispose)
    try:
        stands = await revision(engine)
    except StoreUnavailable as error:
        return None, error.message
    if stands != newest():
        return None, f"the database stands at migration {stands or 'none'}; run `gateway migrate`"
    return StoredContractChecks(engine, keep=timedelta(days=settings.contracts.keep_days)), None


def _file_of(url: str) -> Path:
    """The file of a SQLite database's URL."""
    return Path(urlsplit(url).path.removeprefix("/"))
