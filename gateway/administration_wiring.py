"""Puts the administration's desk together, without the rest of the gateway: for the command line, and for `wiring`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncEngine

import schemas
from gateway.access.secrets import SecretKeeper, pepper_of
from gateway.administration.desk import DeclaredSource, Desk
from gateway.administration.office import Office
from gateway.agreements.field_classes import field_classes
from gateway.cases.recipe import Recipe
from gateway.cases.recipe_reader import read_recipes
from gateway.clock import Clock, SystemClock
from gateway.life_events.ports import NoBell
from gateway.life_events.sealing import Sealer
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.settings import Settings
from gateway.storage.engine import open_engine
from gateway.storage.event_log import GroupCommitLog
from gateway.storage.event_register import StoredEventRegister
from gateway.storage.migrate import migrate, newest, revision
from gateway.storage.office import StoredOffice
from gateway.storage.seals import StoredSeals
from gateway.storage.transactor import Transactor
from schemas.resources import SHAPES

_SCHEMAS = Path(schemas.__file__).parent
RECIPES = _SCHEMAS / "recipes"
"""Where the recipes stand."""


def build_desk(
    settings: Settings,
    *,
    office: Office,
    secrets: SecretKeeper,
    clock: Clock,
    recipes: Mapping[str, Recipe],
    folder: Path = _SCHEMAS,
) -> Desk:
    """The desk of these settings over an office that is open; `folder` holds the partners' mappings."""
    return Desk(
        office=office,
        secrets=secrets,
        clock=clock,
        partners=frozenset(settings.partners),
        purposes=frozenset(settings.purposes),
        fields=field_classes(SHAPES),
        declared_sources=partial(_declared_sources, settings, folder),
        recipes=recipes,
    )


def _declared_sources(settings: Settings, folder: Path, partner: str) -> tuple[DeclaredSource, ...]:
    """The event sources of the partner, as their mappings declare them. Blocks. Raises `BadConfiguration`."""
    found = []
    for name in settings.partners[partner].events:
        file = f"partners/{partner}/{name}.mapping.toml"
        declaration = parse_declaration(folder / file)
        fields = frozenset(it.name for it in declaration.fields)
        id_, event = f"{partner}/{name}", declaration.resource
        found.append(DeclaredSource(id=id_, event=event, fields=fields, file=f"schemas/{file}"))
    return tuple(found)


def _desk(settings: Settings, engine: AsyncEngine, pepper: bytes, *, clock: Clock) -> Desk:
    office, recipes = StoredOffice(engine), read_recipes(RECIPES)
    return build_desk(settings, office=office, secrets=SecretKeeper(pepper), clock=clock, recipes=recipes)


@asynccontextmanager
async def opened_desk(settings: Settings) -> AsyncIterator[Desk]:
    """A desk over the database, migrated. Raises `StoreUnavailable` or `BadConfiguration`."""
    pepper = await asyncio.to_thread(pepper_of, settings.access)
    engine = open_engine(settings.database)
    try:
        await migrate(engine)
        yield _desk(settings, engine, pepper, clock=SystemClock())
    finally:
        await engine.dispose()


class Vault(NamedTuple):
    """A desk, and what is kept of life events: sealed, and by its heads alone."""

    desk: Desk
    log: GroupCommitLog
    register: StoredEventRegister
    seals: StoredSeals


@asynccontextmanager
async def opened_vault(settings: Settings) -> AsyncIterator[Vault]:
    """The vault over the database, migrated, with its keys. Raises `StoreUnavailable` or `BadConfiguration`."""
    pepper = await asyncio.to_thread(pepper_of, settings.access)
    clock = SystemClock()
    sealer = await asyncio.to_thread(Sealer.opened, Path(settings.life_events.keys), clock=clock)
    engine = open_engine(settings.database)
    transactor = Transactor(engine)
    try:
        await migrate(engine)
        yield Vault(
            _desk(settings, engine, pepper, clock=clock),
            GroupCommitLog(engine, transactor=transactor, sealer=sealer, bell=NoBell()),
            StoredEventRegister(engine),
            StoredSeals(engine, transactor=transactor, sealer=sealer),
        )
    finally:
        await transactor.close()
        await engine.dispose()


async def migrate_database(settings: Settings) -> tuple[str | None, str | None]:
    """The migration that the database stood at, and the one that it stands at now."""
    engine = open_engine(settings.database)
    try:
        before = await revision(engine)
        await migrate(engine)
        return before, newest()
    finally:
        await engine.dispose()
