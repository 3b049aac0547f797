"""Examines every dependency and partner, each for itself, as `gateway doctor` shows it.

Makes nothing but what a first start would make: folders, an empty database file, signing keys.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from pathlib import Path

import msgspec

from adapters.base import Question
from gateway.access.secrets import pepper_of
from gateway.access.server_metadata import issuer_of
from gateway.access.signing_keys import SigningKeys
from gateway.cases.recipe_reader import read_recipes
from gateway.clock import SystemClock
from gateway.errors import BadConfiguration, ContractBroken, GatewayError, PartnerUnavailable, UnavailableCode
from gateway.exchange.offers import CompiledMapping
from gateway.ids import DatasetId
from gateway.life_events.sealing import Sealer
from gateway.mapping.language.findings import MappingRejected
from gateway.settings import Settings
from gateway.storage.engine import open_engine
from gateway.storage.migrate import newest, revision
from gateway.storage.seals import StoredSeals
from gateway.storage.shared_store import open_shared
from gateway.storage.transactor import Transactor
from gateway.upstream.ask import Upstream
from gateway.upstream.asked_dataset import build_asked_datasets
from gateway.upstream.http import HttpTransport
from gateway.upstream.reply import Outcome
from gateway.upstream.shared import CachedDocument
from gateway.wiring.contracts import SCHEMAS, Contracts, read_contracts


class Verdict(StrEnum):
    """How an examination ended. A note asks for attention, and keeps nothing from being answered."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


class Examined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing, how it is, and what to do about it."""

    subject: str
    verdict: Verdict
    detail: str
    advice: str = ""


_ADVICE: Mapping[UnavailableCode, str] = {
    UnavailableCode.CIRCUIT_OPEN: "wait, then ask again",
    UnavailableCode.CONTRACT_BROKEN: "compare what the platform sends with the dataset's source schema",
    UnavailableCode.REFUSED_US: "renew the platform's secret, or have this machine's address admitted",
    UnavailableCode.TIMEOUT: "tell the partner that its platform is slow; see timeout_s of the platform",
    UnavailableCode.TOO_LARGE: "ask for smaller pages (paging.size), or raise upstream.max_bytes",
    UnavailableCode.UNREACHABLE: "check base_url, name resolution and firewalls; tell the partner",
    UnavailableCode.UNREADABLE: "compare the platform's content type and success rule with what it sends",
}


async def examine(
    settings: Settings, *, secrets: Callable[[str], str], with_partners: bool = True, folder: Path = SCHEMAS
) -> AsyncIterator[Examined]:
    """Each thing as soon as it has been examined; the partners' platforms last, side by side."""
    yield await _database(settings)
    yield await _shared_store(settings)
    yield _access(settings)
    yield await _sealing(settings)
    yield _recipes(folder)
    contracts = _contracts(settings, folder)
    if isinstance(contracts, Examined):
        yield contracts
        return
    count = f"{len(contracts.mappings)} check without a finding, {len(contracts.events)} of them event sources"
    yield Examined(subject="mappings", verdict=Verdict.OK, detail=count)
    if with_partners:
        async for examined in _platforms(settings, secrets=secrets, contracts=contracts):
            yield examined


async def _database(settings: Settings) -> Examined:
    try:
        engine = open_engine(settings.database)
        try:
            stands, needed = await revision(engine), newest()
        finally:
            await engine.dispose()
    except GatewayError as error:
        advice = "check [database] url, and that the database runs and lets this user in"
        return _failed("database", error, advice=advice)
    if stands == needed:
        return Examined(subject="database", verdict=Verdict.OK, detail=f"at migration {stands}")
    detail = f"at migration {stands or 'none'}, and this version needs {needed}"
    advice = "run `gateway migrate`; `gateway serve` does so too"
    return Examined(subject="database", verdict=Verdict.NOTE, detail=detail, advice=advice)


async def _shared_store(settings: Settings) -> Examined:
    began = time.monotonic()
    try:
        store = await open_shared(settings.shared)
        try:
            await store.ping()
        finally:
            await store.close()
    except GatewayError as error:
        return _failed("shared-store", error, advice="check [shared] url, and that the store runs")
    detail = f"answers ({(time.monotonic() - began) * 1000:.0f} ms)"
    return Examined(subject="shared-store", verdict=Verdict.OK, detail=detail)


def _access(settings: Settings) -> Examined:
    access = settings.access
    try:
        issuer = issuer_of(settings.server.public_url)
        keys = SigningKeys.opened(Path(access.signing_keys), clock=SystemClock(), token_ttl_s=access.token_ttl_s)
        pepper_of(access)
    except GatewayError as error:
        return _failed("access", error, advice="")
    detail = f"issuer {issuer}, {len(keys.jwks()['keys'])} signing keys"
    if access.pepper:
        return Examined(subject="access", verdict=Verdict.OK, detail=detail)
    advice = "with more than one node, share [access] signing_keys, or set GATEWAY__ACCESS__PEPPER_FILE on each"
    return Examined(subject="access", verdict=Verdict.OK, detail=f"{detail}; pepper beside them", advice=advice)


async def _sealing(settings: Settings) -> Examined:
    """Whether everything that is kept sealed can be opened: each key that it needs is there."""
    clock = SystemClock()
    try:
        sealer = Sealer.opened(Path(settings.life_events.keys), clock=clock)
        engine = open_engine(settings.database)
        transactor = Transactor(engine)
        try:
            is_migrated = await revision(engine) == newest()
            seals = StoredSeals(engine, transactor=transactor, sealer=sealer)
            counts = await seals.counts() if is_migrated else {}
        finally:
            await transactor.close()
            await engine.dispose()
    except GatewayError as error:
        return _failed("sealing-keys", error, advice="check [life_events] keys, and the database")
    lost = sum(count for kid, count in counts.items() if kid not in sealer.kids())
    if lost:
        detail = f"{lost} values are sealed with a key that is not there"
        advice = "put the key's file back into [life_events] keys; all nodes share that folder"
        return Examined(subject="sealing-keys", verdict=Verdict.FAILED, detail=detail, advice=advice)
    older = sum(count for kid, count in counts.items() if kid != sealer.sealing_kid())
    detail = f"{len(sealer.kids())} keys, {sum(counts.values())} values sealed"
    if older:
        detail += f", {older} of them with an older key"
        return Examined(subject="sealing-keys", verdict=Verdict.NOTE, detail=detail, advice="run `gateway keys reseal`")
    return Examined(subject="sealing-keys", verdict=Verdict.OK, detail=detail)


def _recipes(folder: Path) -> Examined:
    try:
        recipes = read_recipes(folder / "recipes")
    except BadConfiguration as error:
        return _failed("recipes", error, advice="mend the recipe where each finding says")
    return Examined(subject="recipes", verdict=Verdict.OK, detail=f"{len(recipes)} check without a finding")


def _contracts(settings: Settings, folder: Path) -> Contracts | Examined:
    try:
        return read_contracts(settings, folder=folder)
    except MappingRejected as error:
        advice = "mend the mapping or the source schema where each finding says"
        return Examined(subject="mappings", verdict=Verdict.FAILED, detail=error.message, advice=advice)
    except BadConfiguration as error:
        return _failed("mappings", error, advice="")


async def _platforms(
    settings: Settings, *, secrets: Callable[[str], str], contracts: Contracts
) -> AsyncIterator[Examined]:
    """Each dataset is asked for its first page, past every cache and breaker, and the page is mapped."""
    async with HttpTransport(settings.upstream) as transport:
        try:
            asked = build_asked_datasets(
                settings.partners, transport=transport, secrets=secrets, personal=contracts.personal
            )
        except BadConfiguration as error:
            yield _failed("platforms", error, advice="")
            return
        upstream = Upstream(
            asked, cache=_NoCache(), breakers=_NoBreakers(), settings=settings.upstream, clock=SystemClock()
        )
        datasets = list(asked)
        outcomes = await upstream.ask_all([(dataset, Question()) for dataset in datasets])
        for dataset, outcome in zip(datasets, outcomes, strict=True):
            yield _answer_of(dataset, outcome, mapping=contracts.mappings[dataset])
        await upstream.close()


def _answer_of(dataset: DatasetId, outcome: Outcome, *, mapping: CompiledMapping) -> Examined:
    if isinstance(outcome, PartnerUnavailable):
        return _failed(dataset, outcome, advice=_ADVICE[outcome.code])
    try:
        mapped = mapping.to_common(outcome.body)
    except ContractBroken as error:
        return _failed(dataset, error, advice=_ADVICE[UnavailableCode.CONTRACT_BROKEN])
    detail = f"{len(mapped.records)} of {mapped.records_in} records in the first page"
    if not mapped.refused:
        return Examined(subject=dataset, verdict=Verdict.OK, detail=detail)
    reasons = ", ".join(sorted({it.reason for it in mapped.refused}))
    return Examined(
        subject=dataset,
        verdict=Verdict.NOTE,
        detail=f"{detail}; {len(mapped.refused)} refused: {reasons}",
        advice="they are gaps in answers; tell the partner, or settle the case in the mapping",
    )


def _failed(subject: str, error: GatewayError, *, advice: str) -> Examined:
    cause = error.parameters.get("cause")
    detail = f"{error.message} ({cause})" if cause else error.message
    return Examined(subject=subject, verdict=Verdict.FAILED, detail=detail, advice=advice)


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
