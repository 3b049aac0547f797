"""Events in their cases: part of the transaction that takes them, so that no case is behind its events."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.cases.placing import OpenSteps, StepMet
from gateway.life_events.event import FollowUp, Opening, PublishedEvent
from gateway.storage.life_event_tables import case_steps, cases

_INSERT_CASES = sa.insert(cases)
_INSERT_STEPS = sa.insert(case_steps)
_WAITING = sa.select(case_steps.c.case_id, case_steps.c.step).where(
    case_steps.c.case_id.in_(sa.bindparam("cases", expanding=True)), case_steps.c.done_at.is_(None)
)
_MEET = (
    sa.update(case_steps)
    .where(case_steps.c.case_id == sa.bindparam("at_case"), case_steps.c.step == sa.bindparam("at_step"))
    .values(done_at=sa.bindparam("at"), event_sequence=sa.bindparam("number"))
)
_COMPLETE = sa.update(cases).where(cases.c.id == sa.bindparam("at_case")).values(completed_at=sa.bindparam("at"))


def place_in_cases(connection: sa.Connection, events: Sequence[tuple[int, PublishedEvent]]) -> int:
    """Opens the cases of these events, just inserted under their sequence numbers, and marks the steps that they meet.

    How many steps were met. Batches of all processes follow one another, so that two events cannot meet one step.
    """
    opening = [(number, event, event.placing) for number, event in events if isinstance(event.placing, Opening)]
    if opening:
        connection.execute(_INSERT_CASES, [_case_row(*one) for one in opening])
        connection.execute(_INSERT_STEPS, [row for _, event, placing in opening for row in _step_rows(event, placing)])
    following = [(number, event, event.placing) for number, event in events if isinstance(event.placing, FollowUp)]
    named = {str(event.case_id) for _, event, placing in following if placing.step is not None}
    if not named:
        return 0
    steps = OpenSteps((case_id, step) for case_id, step in connection.execute(_WAITING, {"cases": sorted(named)}))
    met: list[StepMet] = []
    completed: dict[str, datetime] = {}
    for number, event, placing in following:
        one = steps.meet(str(event.case_id), placing, at=event.accepted_at, sequence=number)
        if one is not None:
            met.append(one)
            if steps.is_complete(one.case_id):
                completed[one.case_id] = one.at
    _write(connection, met, completed)
    return len(met)


def _write(connection: sa.Connection, met: Sequence[StepMet], completed: dict[str, datetime]) -> None:
    if met:
        rows = [{"at_case": it.case_id, "at_step": it.step, "at": it.at, "number": it.sequence} for it in met]
        connection.execute(_MEET, rows)
    if completed:
        connection.execute(_COMPLETE, [{"at_case": case_id, "at": at} for case_id, at in completed.items()])


def _case_row(number: int, event: PublishedEvent, opening: Opening) -> dict[str, Any]:
    return {
        "id": event.case_id,
        "recipe": opening.recipe,
        "partner": event.provider,
        "opened_by": number,
        "opened_at": event.accepted_at,
        "completed_at": None,
        "missing": opening.missing,
    }


def _step_rows(event: PublishedEvent, opening: Opening) -> Iterator[dict[str, Any]]:
    for step, due_at in opening.due.items():
        yield {
            "case_id": event.case_id,
            "step": step,
            "due_at": due_at,
            "done_at": None,
            "event_sequence": None,
            "told_late_at": None,
        }
