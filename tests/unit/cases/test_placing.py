"""Which steps follow-ups meet, in whatever order they come."""

from datetime import UTC, datetime
from itertools import permutations

from gateway.cases.placing import OpenSteps
from gateway.life_events.event import FollowUp

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
DOCUMENTS = ("akta", "kk", "kia")
STEPS = [("case_1", step) for step in (*DOCUMENTS, "told")]


def follow(steps, step, *, after=(), case="case_1"):
    """The name of the step that is done by a follow-up for it."""
    met = steps.meet(case, FollowUp(step=step, after=after), at=NOON, sequence=7)
    return met.step if met is not None else None


def test_a_case_is_complete_after_its_last_step_in_any_order():
    """The documents come as they come."""
    for order in permutations(DOCUMENTS):
        steps = OpenSteps(STEPS)
        assert list(order) == [follow(steps, step) for step in order]
        assert not steps.is_complete("case_1")
        assert "told" == follow(steps, "told", after=DOCUMENTS)
        assert steps.is_complete("case_1")


def test_what_comes_before_its_time_meets_nothing():
    """Told before the documents were there; told again afterwards, it counts."""
    steps = OpenSteps(STEPS)
    assert follow(steps, "told", after=DOCUMENTS) is None
    for step in DOCUMENTS[:2]:
        follow(steps, step)
    assert follow(steps, "told", after=DOCUMENTS) is None
    follow(steps, DOCUMENTS[2])
    assert "told" == follow(steps, "told", after=DOCUMENTS)


def test_a_step_is_done_once():
    """The second card is noted, and changes nothing."""
    steps = OpenSteps(STEPS)
    assert ["kk", None] == [follow(steps, "kk") for _ in range(2)]


def test_what_is_for_no_step_or_another_case_meets_nothing():
    """Neither touches the steps that wait."""
    steps = OpenSteps(STEPS)
    assert [None, None, None] == [follow(steps, None), follow(steps, "else"), follow(steps, "kk", case="case_2")]
    assert "kk" == follow(steps, "kk")
