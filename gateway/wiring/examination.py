"""Examines every dependency and partner, each for itself, as `gateway doctor` shows it.

Makes nothing but what a first start would make: folders, an empty database file, signing keys.
"""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from gateway.access.secrets import pepper_of
from gateway.access.server_metadata import issuer_of
from gateway.access.signing_keys import SigningKeys
from gateway.cases.recipe_reader import read_recipes
from gateway.clock import SystemClock
from gateway.errors import BadConfiguration, GatewayError
from gateway.life_events.sealing import Sealer
from gateway.mapping.language.findings import MappingRejected
from gateway.settings import Settings
from gateway.storage.engine import open_engine
from gateway.storage.migrate import newest, revision
from gateway.storage.seals import StoredSeals
from gateway.storage.shared_store import open_shared
from gateway.storage.transactor import Transactor
from gateway.wiring.contracts import SCHEMAS, Contracts, read_contracts
from gateway.wiring.examined import Examined, Verdict, failed
from gateway.wiring.intake_examination import examine_intakes
from gateway.wiring.platform_examination import examine_platforms


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
        async for examined in examine_platforms(settings, secrets=secrets, contracts=contracts, folder=folder):
            yield examined
        async for examined in examine_intakes(settings, secrets=secrets):
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
        return failed("database", error, advice=advice)
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
        return failed("shared-store", error, advice="check [shared] url, and that the store runs")
    detail = f"answers ({(time.monotonic() - began) * 1000:.0f} ms)"
    return Examined(subject="shared-store", verdict=Verdict.OK, detail=detail)


def _access(settings: Settings) -> Examined:
    access = settings.access
    try:
        issuer = issuer_of(settings.server.public_url)
        keys = SigningKeys.opened(Path(access.signing_keys), clock=SystemClock(), token_ttl_s=access.token_ttl_s)
        pepper_of(access)
    except GatewayError as error:
        return failed("access", error, advice="")
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
        return failed("sealing-keys", error, advice="check [life_events] keys, and the database")
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
        return failed("recipes", error, advice="mend the recipe where each finding says")
    return Examined(subject="recipes", verdict=Verdict.OK, detail=f"{len(recipes)} check without a finding")


def _contracts(settings: Settings, folder: Path) -> Contracts | Examined:
    try:
        return read_contracts(settings, folder=folder)
    except MappingRejected as error:
        advice = "mend the mapping or the source schema where each finding says"
        return Examined(subject="mappings", verdict=Verdict.FAILED, detail=error.message, advice=advice)
    except BadConfiguration as error:
        return failed("mappings", error, advice="")
