"""A case as its partner sees it: by names and times alone, nothing of what an event says of a person. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.cases.case import Case, CaseEvent, CaseStatus, CaseStep, CaseWithTimeline, StepStatus
from gateway.cases.late_event import NAME as CASE_LATE
from gateway.cases.recipe import Labels, Recipe
from gateway.life_events.adoption import Adoption
from schemas.resources import event_type


class Effect(StrEnum):
    """What an event was to its case.

    `EARLY`: before a step that must be done first, so it met nothing. `REPEATED`: its step was done already. `NOTED`:
    it is for no step. `TOLD_LATE`: the gateway's own word that a step is late.
    """

    OPENED = "opened"
    DONE = "done"
    EARLY = "early"
    REPEATED = "repeated"
    NOTED = "noted"
    TOLD_LATE = "told-late"


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step. `took_s` from the opening of the case; `late_by_s` beyond `due_at`, 0 where it is or was in time."""

    name: str
    title: Labels
    role: str | None
    status: StepStatus
    due_at: datetime
    done_at: datetime | None
    took_s: float | None
    late_by_s: float
    told_late_at: datetime | None


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the case. `time` is what its publisher said, `accepted_at` what the gateway saw."""

    event_id: str
    type: str
    effect: Effect
    step: str | None
    role: str | None
    client_id: str
    time: datetime
    accepted_at: datetime


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `missing` are fields that the recipe needs and the opening event did not say."""

    id: str
    recipe: str
    title: Labels
    partner: str
    status: CaseStatus
    opened_at: datetime
    completed_at: datetime | None
    took_s: float | None
    missing: tuple[str, ...]
    steps: tuple[StepView, ...]


class CaseDetail(CaseView, frozen=True, kw_only=True):
    """One case, and what happened in it."""

    timeline: tuple[TimelineEntry, ...]


class CaseViews:
    """Makes them, by the recipes. A recipe that is not there any more leaves its cases their names."""

    def __init__(self, recipes: Mapping[str, Recipe]) -> None:
        self._recipes = recipes

    def case(self, case: Case, *, now: datetime) -> CaseView:
        """The case as it stands."""
        recipe = self._recipes.get(case.recipe)
        return CaseView(
            id=case.id,
            recipe=case.recipe,
            title=recipe.title if recipe is not None else Labels(case.recipe, case.recipe),
            partner=case.partner,
            status=case.status(now),
            opened_at=case.opened_at,
            completed_at=case.completed_at,
            took_s=_seconds(case.opened_at, case.completed_at),
            missing=case.missing,
            steps=tuple(_step(step, case, recipe, now) for step in _in_order(case, recipe)),
        )

    def detail(self, found: CaseWithTimeline, *, adoption: Adoption | None, now: datetime) -> CaseDetail:
        """The case as it stands, and what happened in it."""
        recipe = self._recipes.get(found.case.recipe)
        timeline = tuple(_entry(event, found.case, recipe, adoption) for event in found.events)
        return CaseDetail(**msgspec.structs.asdict(self.case(found.case, now=now)), timeline=timeline)


def _in_order(case: Case, recipe: Recipe | None) -> list[CaseStep]:
    """The case's steps as the recipe orders them; those that it does not know any more come last."""
    names = [step.name for step in recipe.steps] if recipe is not None else []
    places = {name: place for place, name in enumerate(names)}
    return sorted(case.steps, key=lambda step: (places.get(step.name, len(places)), step.name))


def _step(step: CaseStep, case: Case, recipe: Recipe | None, now: datetime) -> StepView:
    declared = recipe.step(step.name) if recipe is not None else None
    return StepView(
        name=step.name,
        title=declared.title if declared is not None else Labels(step.name, step.name),
        role=declared.role if declared is not None else None,
        status=step.status(now),
        due_at=step.due_at,
        done_at=step.done_at,
        took_s=_seconds(case.opened_at, step.done_at),
        late_by_s=max(0.0, _seconds(step.due_at, step.done_at or now) or 0.0),
        told_late_at=step.told_late_at,
    )


def _entry(event: CaseEvent, case: Case, recipe: Recipe | None, adoption: Adoption | None) -> TimelineEntry:
    step, role, effect = _meaning(event, case, recipe)
    if role is None and adoption is not None:
        role = next(iter(sorted(adoption.roles_of(event.client_id))), None)
    return TimelineEntry(
        event_id=event.id,
        type=event_type(event.name),
        effect=effect,
        step=step,
        role=role,
        client_id=event.client_id,
        time=event.time,
        accepted_at=event.accepted_at,
    )


def _meaning(event: CaseEvent, case: Case, recipe: Recipe | None) -> tuple[str | None, str | None, Effect]:
    """The step that the event is for, the role that publishes such, and what it was to the case."""
    if event.sequence == case.opened_by:
        return None, recipe.trigger.role if recipe is not None else None, Effect.OPENED
    if event.name == CASE_LATE:
        return event.facts.get("step"), None, Effect.TOLD_LATE
    step = recipe.step_met_by(event.name, event.facts) if recipe is not None else None
    kept = next((it for it in case.steps if step is not None and it.name == step.name), None)
    if step is None or kept is None:
        return None, None, Effect.NOTED
    if kept.done_by is None or event.sequence < kept.done_by:
        return step.name, step.role, Effect.EARLY
    return step.name, step.role, Effect.DONE if event.sequence == kept.done_by else Effect.REPEATED


def _seconds(begin: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - begin).total_seconds()
