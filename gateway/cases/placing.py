"""Which steps of a case its follow-ups meet. Pure: storage keeps what comes out."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from gateway.life_events.event import FollowUp


class StepMet(msgspec.Struct, frozen=True, kw_only=True):
    """A step that an event has met."""

    case_id: str
    step: str
    at: datetime
    sequence: int


class OpenSteps:
    """The steps of some cases that are not done yet, while events are placed one after the other."""

    def __init__(self, steps: Iterable[tuple[str, str]]) -> None:
        self._waiting: dict[str, set[str]] = {}
        for case_id, step in steps:
            self._waiting.setdefault(case_id, set()).add(step)

    def meet(self, case_id: str, follow_up: FollowUp, *, at: datetime, sequence: int) -> StepMet | None:
        """The step that is done by this event.

        None where the event is for no step, or for one that is done already, or comes before a step that must be done
        first: who told the parents before the documents were there has not told them of the documents.
        """
        waiting = self._waiting.get(case_id, set())
        if follow_up.step not in waiting or not waiting.isdisjoint(follow_up.after):
            return None
        waiting.discard(follow_up.step)
        return StepMet(case_id=case_id, step=follow_up.step, at=at, sequence=sequence)

    def is_complete(self, case_id: str) -> bool:
        """Whether no step of the case is left."""
        return not self._waiting.get(case_id)
