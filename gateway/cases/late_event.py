"""The events that tell of a late step: one for each role that is to hear of it. Pure."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway.audit.record import AuditRecord
from gateway.cases.recipe import Recipe
from gateway.ids import ClientId, DatasetId, PartnerId, new_id
from gateway.life_events.event import PublishedEvent
from gateway.life_events.event_sources import CASES
from gateway.life_events.ports import Publication
from schemas.life_event import CaseLate

GATEWAY = ClientId("gateway")
"""Who publishes these."""
NAME = "case-late"
_ENCODE = msgspec.json.Encoder().encode


class LateStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step that is late, and its case."""

    case_id: str
    step: str
    recipe: str
    partner: PartnerId
    opened_at: datetime
    due_at: datetime


class LateEvents:
    """Makes them, by the recipes."""

    def __init__(self, recipes: Mapping[str, Recipe]) -> None:
        self._recipes = recipes

    def publication(self, late: LateStep, *, now: datetime) -> Publication | None:
        """The events and their audit records; None where nobody is to hear, or the recipe is not there any more."""
        recipe = self._recipes.get(late.recipe)
        step = recipe.step(late.step) if recipe is not None else None
        if step is None or not step.tells:
            return None
        events = tuple(_event(late, responsible=step.role, role=role, now=now) for role in step.tells)
        return Publication(events=events, records=tuple(_record(late, event) for event in events))


def _event(late: LateStep, *, responsible: str, role: str, now: datetime) -> PublishedEvent:
    source_event_id = f"{late.case_id}.{late.step}.{role}"
    record = CaseLate(
        id=f"{late.partner}:{NAME}:{CASES}.{source_event_id}",
        partner=late.partner,
        source_updated_at=now,
        case_id=late.case_id,
        recipe=late.recipe,
        step=late.step,
        responsible=responsible,
        role=role,
        opened_at=late.opened_at,
        due_at=late.due_at,
    )
    return PublishedEvent(
        id=new_id("evt"),
        name=NAME,
        provider=late.partner,
        dataset=DatasetId(f"{late.partner}/{CASES}"),
        client_id=GATEWAY,
        source=f"/{late.partner}/{CASES}",
        source_event_id=source_event_id,
        time=now,
        accepted_at=now,
        case_id=late.case_id,
        order_key=late.case_id,
        facts={"recipe": late.recipe, "step": late.step, "responsible": responsible, "role": role},
        record=_ENCODE(record),
        fingerprint=source_event_id.encode(),
    )


def _record(late: LateStep, event: PublishedEvent) -> AuditRecord:
    return AuditRecord(
        id=new_id("ex"),
        at=event.accepted_at,
        kind="case.late",
        outcome="answered",
        partner=late.partner,
        resource=NAME,
        providers=(late.partner,),
        subject=event.id,
        details={"case": late.case_id, **event.facts},
    )
