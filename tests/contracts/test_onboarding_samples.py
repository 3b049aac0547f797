"""Onboarding beside the hand-checked answers of `tests/benchmarks/onboarding`."""

import pytest

from tests.benchmarks.bench_onboarding import measure


@pytest.fixture(scope="module")
def measured():
    """Every sample."""
    return measure()


def test_most_fields_are_proposed_rightly(measured):
    """At least 85 % of the fields that can be mapped, and of the required ones."""
    for required in (True, False):
        right, total = (sum(column) for column in zip(*(one.share(required=required) for one in measured), strict=True))
        assert total > 60
        assert right / total >= 0.85


def test_nothing_wrong_is_sure(measured):
    """No proposal above 0.9 is wrong, and none of them is for a field that is not there."""
    wrong = [(one.name, verdict.field, verdict.why) for one in measured for verdict in one.verdicts if verdict.is_bad]
    assert wrong == []


def test_every_sample_is_taken_for_what_it_is(measured):
    """Its resource is guessed rightly."""
    assert [one.name for one in measured if not one.right_resource] == []


def test_every_mapping_checks(measured):
    """What is proposed is proved before it is written."""
    assert [one.name for one in measured if not one.checks] == []
