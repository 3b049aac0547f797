"""Recipes and cases, put together."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from gateway.api.metrics import Meters
from gateway.cases.indicators import KIND, CaseIndicatorDatasets
from gateway.cases.late_event import LateEvents
from gateway.cases.late_watch import LateWatch
from gateway.cases.ports import CaseRegister
from gateway.cases.read_cases import CaseReading
from gateway.cases.recipe import Recipe
from gateway.cases.recipe_cases import RecipeCases
from gateway.cases.recipe_reader import read_recipes
from gateway.cases.view import CaseViews
from gateway.clock import Clock
from gateway.settings import Settings
from gateway.storage.cases import StoredCases
from gateway.storage.late_steps import StoredLateSteps
from gateway.upstream.asked_dataset import Given
from gateway.wiring.access import AccessParts
from gateway.wiring.background import run_beside
from gateway.wiring.life_events import LifeEventParts
from gateway.wiring.stores import Stores


class CaseParts(NamedTuple):
    """The recipes, what publishing asks of cases, and what the doors read."""

    recipes: dict[str, Recipe]
    cases: RecipeCases
    register: StoredCases
    reading: CaseReading


def case_parts(*, stores: Stores, access: AccessParts, folder: Path, clock: Clock) -> CaseParts:
    """The parts. Raises `RecipeRejected` with the faults of all recipes. Blocks."""
    recipes = read_recipes(folder / "recipes")
    register = StoredCases(stores.engine)
    reading = CaseReading(
        tokens=access.tokens,
        rates=access.rates,
        register=register,
        adoptions=stores.adoptions,
        views=CaseViews(recipes),
        trail=stores.trail,
        clock=clock,
    )
    cases = RecipeCases(recipes=recipes, adoptions=stores.adoptions, register=register)
    return CaseParts(recipes, cases, register, reading)


def case_datasets(settings: Settings, recipes: Mapping[str, Recipe], *, register: CaseRegister, clock: Clock) -> Given:
    """What answers the datasets that tell of cases."""
    fewest = settings.life_events.fewest_cases
    return {KIND: CaseIndicatorDatasets(recipes=recipes, register=register, clock=clock, fewest=fewest)}


def watch_late_steps(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    cases: CaseParts,
    stores: Stores,
    life_events: LifeEventParts,
    clock: Clock,
    meters: Meters,
) -> None:
    """Starts the task that has late steps told, where this process delivers; `stack` ends it."""
    if not settings.life_events.deliver:
        return
    steps = StoredLateSteps(
        stores.engine,
        transactor=stores.transactor,
        sealer=life_events.sealer,
        bell=life_events.bell,
        events=LateEvents(cases.recipes),
    )
    watch = LateWatch(steps, clock=clock, meter=meters)
    run_beside(stack, watch.run(), name="late-steps")
