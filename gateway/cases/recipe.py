"""A recipe: an innovation about a life event, as data. Pure; `recipe_reader.py` makes checked ones from files."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec


class Labels(msgspec.Struct, frozen=True):
    """What people read, in both languages."""

    id: str
    en: str


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """The event that opens a case, when a client in `role` publishes it.

    `needs` are the fields that the steps cannot do without: a case of a record that lacks one is opened all the same,
    and says so.
    """

    event: str
    match: dict[str, str]
    role: str
    needs: tuple[str, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One follow-up. It is met by an event of that name and those facts, published by a client in `role`.

    `within` counts from the opening of the case. Before the steps in `after` are done, nothing meets it. Once it is
    late, the roles in `tells` hear of it.
    """

    name: str
    title: Labels
    event: str
    match: dict[str, str]
    role: str
    within: timedelta
    after: tuple[str, ...]
    tells: tuple[str, ...]


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `measured` are the steps that citizens wait for: the time until the last of them is an indicator."""

    name: str
    title: Labels
    description: Labels
    trigger: Trigger
    roles: dict[str, Labels]
    steps: tuple[Step, ...]
    measured: tuple[str, ...]

    @property
    def trigger_event(self) -> str:
        """The life event that opens its cases."""
        return self.trigger.event

    @property
    def trigger_needs(self) -> tuple[str, ...]:
        """The fields of that event that its steps cannot do without."""
        return self.trigger.needs

    @property
    def publishing_roles(self) -> frozenset[str]:
        """The roles that publish something: their clients need the scope for it."""
        return frozenset({self.trigger.role, *(step.role for step in self.steps)})

    def step(self, name: str) -> Step | None:
        """The step of that name."""
        return next((it for it in self.steps if it.name == name), None)

    def is_opened_by(self, event: str, facts: Mapping[str, str]) -> bool:
        """Whether such an event is its trigger."""
        return event == self.trigger.event and fits(self.trigger.match, facts)

    def step_met_by(self, event: str, facts: Mapping[str, str]) -> Step | None:
        """The step that such an event is for; at most one is, or the recipe would not have been taken."""
        return next((it for it in self.steps if it.event == event and fits(it.match, facts)), None)

    def due(self, opened_at: datetime) -> dict[str, datetime]:
        """When each step of a case is due."""
        return {step.name: opened_at + step.within for step in self.steps}


def fits(match: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Whether an event's facts are those asked for: equal, or for a region it or a part of it."""
    return all(
        (told := facts.get(key)) is not None
        and (told == wanted or (key.endswith("region") and told.startswith(f"{wanted}.")))
        for key, wanted in match.items()
    )
