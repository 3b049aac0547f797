"""A recipe as it is published: for partners that think of running it. Pure."""

import msgspec

from gateway.cases.durations import duration_text
from gateway.cases.recipe import Labels, Recipe, Step
from schemas.publish import schema_id
from schemas.resources import LIFE_EVENTS, event_type


class TriggerView(msgspec.Struct, frozen=True, kw_only=True):
    """The event that opens a case. `needs` are fields of it that the steps cannot do without."""

    type: str
    dataschema: str
    match: dict[str, str]
    role: str
    needs: tuple[str, ...]


class RecipeStepView(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up. `within` is an ISO 8601 duration from the opening of the case."""

    name: str
    title: Labels
    type: str
    dataschema: str
    match: dict[str, str]
    role: str
    within: str
    after: tuple[str, ...]
    tells: tuple[str, ...]


class RecipeView(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `measured` are the steps that the indicators measure the time to."""

    name: str
    title: Labels
    description: Labels
    trigger: TriggerView
    roles: dict[str, Labels]
    steps: tuple[RecipeStepView, ...]
    measured: tuple[str, ...]


def recipe_view(recipe: Recipe) -> RecipeView:
    """The recipe, its events by their CloudEvents types."""
    trigger = recipe.trigger
    return RecipeView(
        name=recipe.name,
        title=recipe.title,
        description=recipe.description,
        trigger=TriggerView(
            type=event_type(trigger.event),
            dataschema=schema_id(LIFE_EVENTS[trigger.event]),
            match=trigger.match,
            role=trigger.role,
            needs=trigger.needs,
        ),
        roles=recipe.roles,
        steps=tuple(_step(step) for step in recipe.steps),
        measured=recipe.measured,
    )


def _step(step: Step) -> RecipeStepView:
    return RecipeStepView(
        name=step.name,
        title=step.title,
        type=event_type(step.event),
        dataschema=schema_id(LIFE_EVENTS[step.event]),
        match=step.match,
        role=step.role,
        within=duration_text(step.within),
        after=step.after,
        tells=step.tells,
    )
