"""A case: what was opened, what is done, waiting or late, and what happened. It holds nothing Personal."""

from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.ids import ClientId, PartnerId


class CaseStatus(StrEnum):
    """Late: not complete, and a step that is not done is overdue."""

    OPEN = "open"
    LATE = "late"
    COMPLETE = "complete"


class StepStatus(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    LATE = "late"
    DONE = "done"


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of one case. `done_by` is the sequence of the event that met it."""

    name: str
    due_at: datetime
    done_at: datetime | None = None
    done_by: int | None = None
    told_late_at: datetime | None = None

    def status(self, now: datetime) -> StepStatus:
        """How it stands."""
        if self.done_at is not None:
            return StepStatus.DONE
        return StepStatus.LATE if self.due_at <= now else StepStatus.WAITING


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `missing` are fields that the recipe needs and the opening event did not say."""

    id: str
    recipe: str
    partner: PartnerId
    opened_by: int
    opened_at: datetime
    completed_at: datetime | None
    missing: tuple[str, ...]
    steps: tuple[CaseStep, ...]

    def status(self, now: datetime) -> CaseStatus:
        """How it stands."""
        if self.completed_at is not None:
            return CaseStatus.COMPLETE
        is_late = any(step.status(now) is StepStatus.LATE for step in self.steps)
        return CaseStatus.LATE if is_late else CaseStatus.OPEN


class CaseEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The head of one event of a case."""

    sequence: int
    id: str
    name: str
    client_id: ClientId
    time: datetime
    accepted_at: datetime
    facts: dict[str, str]


class CaseWithTimeline(msgspec.Struct, frozen=True):
    """A case, and its events in the order in which they were accepted."""

    case: Case
    events: tuple[CaseEvent, ...]


class MonthOfCases(msgspec.Struct, frozen=True, kw_only=True):
    """The cases that were opened in one month.

    `measured` are those whose measured steps are done, and `median_s` the median time until the last of them.
    `judged` are complete or late for good, and `in_time` those of them that had no step late. `is_final`: none is open.
    """

    opened: int
    measured: int
    median_s: float | None
    judged: int
    in_time: int
    is_final: bool
