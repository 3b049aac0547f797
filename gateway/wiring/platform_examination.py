"""Asks every platform a real question, and the deployment's own data too, as `gateway doctor` shows it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.base import Question
from adapters.registry import GIVEN
from gateway.cases.recipe_reader import read_recipes
from gateway.clock import SystemClock
from gateway.errors import BadConfiguration, ContractBroken, GatewayError, PartnerUnavailable, UnavailableCode
from gateway.exchange.offers import CompiledMapping
from gateway.ids import DatasetId
from gateway.settings import Partner, Settings
from gateway.storage.cases import StoredCases
from gateway.storage.engine import open_engine
from gateway.storage.migrate import newest, revision
from gateway.upstream.ask import Upstream
from gateway.upstream.asked_dataset import Given, build_asked_datasets
from gateway.upstream.http import HttpTransport
from gateway.upstream.reply import Outcome
from gateway.upstream.shared import CachedDocument
from gateway.wiring.cases import case_datasets
from gateway.wiring.contracts import Contracts
from gateway.wiring.examined import Examined, Verdict, failed

ADVICE: Mapping[UnavailableCode, str] = {
    UnavailableCode.CIRCUIT_OPEN: "wait, then ask again",
    UnavailableCode.CONTRACT_BROKEN: "compare what the platform sends with the dataset's source schema",
    UnavailableCode.REFUSED_US: "renew the platform's secret, or have this machine's address admitted",
    UnavailableCode.TIMEOUT: "tell the partner that its platform is slow; see timeout_s of the platform",
    UnavailableCode.TOO_LARGE: "ask for smaller pages (paging.size), or raise upstream.max_bytes",
    UnavailableCode.UNREACHABLE: "check base_url, ca_file, name resolution and firewalls; tell the partner",
    UnavailableCode.UNREADABLE: "compare the platform's content type and success rule with what it sends",
}
"""What to do about each way in which a platform does not answer."""


async def examine_platforms(
    settings: Settings, *, secrets: Callable[[str], str], contracts: Contracts, folder: Path
) -> AsyncIterator[Examined]:
    """Each dataset is asked for its first page, past every cache and breaker, and the page is mapped."""
    async with HttpTransport(settings.upstream) as transport, _own_data(settings, folder) as own:
        try:
            asked = build_asked_datasets(
                settings.partners, transport=transport, secrets=secrets, personal=contracts.personal, given=own.given
            )
        except BadConfiguration as error:
            yield failed("platforms", error, advice="")
            return
        if not own.is_ready:
            asked = {dataset: one for dataset, one in asked.items() if not _is_own(settings.partners, dataset)}
        upstream = Upstream(
            asked, cache=_NoCache(), breakers=_NoBreakers(), settings=settings.upstream, clock=SystemClock()
        )
        datasets = list(asked)
        outcomes = await upstream.ask_all([(dataset, Question()) for dataset in datasets])
        for dataset, outcome in zip(datasets, outcomes, strict=True):
            is_own = _is_own(settings.partners, dataset)
            yield _answer_of(dataset, outcome, mapping=contracts.mappings[dataset], is_own=is_own)
        await upstream.close()


class _OwnData(NamedTuple):
    """What answers the datasets of the deployment's own data, and whether it can answer now."""

    given: Given
    is_ready: bool


@asynccontextmanager
async def _own_data(settings: Settings, folder: Path) -> AsyncIterator[_OwnData]:
    """Nothing where recipes or database cannot be read, as their own examinations say."""
    try:
        recipes = read_recipes(folder / "recipes")
        engine = open_engine(settings.database)
    except GatewayError:
        yield _OwnData({}, is_ready=False)
        return
    try:
        given = case_datasets(settings, recipes, register=StoredCases(engine), clock=SystemClock())
        yield _OwnData(given, is_ready=await _is_migrated(engine))
    finally:
        await engine.dispose()


async def _is_migrated(engine: AsyncEngine) -> bool:
    try:
        return await revision(engine) == newest()
    except GatewayError:
        return False


def _is_own(partners: Mapping[str, Partner], dataset: DatasetId) -> bool:
    partner, _, name = dataset.partition("/")
    platforms = partners[partner].platforms
    return platforms[partners[partner].datasets[name].platform].adapter in GIVEN


def _answer_of(dataset: DatasetId, outcome: Outcome, *, mapping: CompiledMapping, is_own: bool) -> Examined:
    if isinstance(outcome, PartnerUnavailable):
        return failed(dataset, outcome, advice=ADVICE[outcome.code])
    try:
        mapped = mapping.to_common(outcome.body)
    except ContractBroken as error:
        return failed(dataset, error, advice=ADVICE[UnavailableCode.CONTRACT_BROKEN])
    detail = f"{len(mapped.records)} of {mapped.records_in} records in the first page"
    if is_own and not mapped.records_in:
        detail = "the gateway's own data; nothing to tell yet"
    if not mapped.refused:
        return Examined(subject=dataset, verdict=Verdict.OK, detail=detail)
    reasons = ", ".join(sorted({it.reason for it in mapped.refused}))
    return Examined(
        subject=dataset,
        verdict=Verdict.NOTE,
        detail=f"{detail}; {len(mapped.refused)} refused: {reasons}",
        advice="they are gaps in answers; tell the partner, or settle the case in the mapping",
    )


class _NoCache:
    """Keeps nothing, so that the platform itself must answer."""

    async def get(self, key: str) -> CachedDocument | None:  # noqa: ARG002
        return None

    async def put(self, key: str, document: CachedDocument, keep_s: float) -> None:
        """Forgets it."""


class _NoBreakers:
    """Lets every platform be asked, and tells nobody how it went."""

    async def may_ask(self, key: str, open_s: float) -> bool:  # noqa: ARG002
        return True

    async def succeeded(self, key: str) -> None:
        """Forgets it."""

    async def failed(self, key: str, threshold: int, open_s: float) -> bool:  # noqa: ARG002
        return False
