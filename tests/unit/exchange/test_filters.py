from datetime import UTC, datetime, timedelta, timezone

import pytest

from gateway.errors import BadRequest, BadRequestCode
from gateway.exchange.filters import FILTERS, read_filters
from schemas.resources import RESOURCES


def condition(resource, name, text):
    """The one condition that is set."""
    (it,) = read_filters(resource, {name: text})
    return it


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        ("32", "32.11.18", True),
        ("32.11", "32.11", True),
        ("32.11", "32.11.18.2001", True),
        ("32.11.18", "32.11", False),
        ("32.1", None, None),
        ("31", "31.71", True),
        ("32.11", "32.12.01", False),
    ],
)
def test_a_region_holds_what_lies_in_it(wanted, value, holds):
    """By the hierarchy of the code, never by the digits alone."""
    if holds is None:
        with pytest.raises(BadRequest):
            condition("facility", "region", wanted)
    else:
        assert holds == condition("facility", "region", wanted).holds(value, was_pushed=False)


@pytest.mark.parametrize(
    ("wanted", "value", "holds"),
    [
        ("2021", "2021", True),
        ("2021", "2021-03", True),
        ("2021", "2021-Q3", True),
        ("2021", "2021-03-05T07:00:00+07:00", True),
        ("2021-03-05", "2021-03-05T07:00:00+07:00", True),
        ("2021-03", "2021", False),
        ("2021-Q1", "2021-Q2", False),
    ],
)
def test_a_period_holds_the_finer_ones_in_it(wanted, value, holds):
    """A year holds its halves, quarters, months, days and instants."""
    assert holds == condition("indicator", "period", wanted).holds(value, was_pushed=False)


def test_updated_since_compares_instants():
    """The offset of either side makes no difference."""
    it = condition("facility", "updated_since", "2026-01-31T08:00:00+07:00")
    assert it.holds(datetime(2026, 1, 31, 1, 0, tzinfo=UTC), was_pushed=False)
    assert not it.holds(datetime(2026, 1, 31, 7, 59, 59, tzinfo=timezone(timedelta(hours=7))), was_pushed=False)


def test_a_record_that_does_not_say_when_it_changed_is_never_left_out():
    """Nobody can tell that it has not changed."""
    assert condition("facility", "updated_since", "2026-01-31T08:00:00Z").holds(None, was_pushed=False)


def test_a_record_without_the_value_stays_only_if_its_platform_chose_it():
    """The platform may know more of it than it tells."""
    it = condition("facility", "region", "31")
    assert it.holds(None, was_pushed=True)
    assert not it.holds(None, was_pushed=False)


@pytest.mark.parametrize(
    ("resource", "name", "text"),
    [
        ("facility", "region", "3211"),
        ("facility", "region", "32.11\n"),
        ("facility", "region", ""),
        ("facility", "kind", "Hospital"),
        ("facility", "updated_since", "2026-01-31"),
        ("facility", "updated_since", "2026-01-31T08:00:00"),
        ("facility", "updated_since", "2026-13-31T08:00:00Z"),
        ("facility", "updated_since", "1769821200"),
        ("indicator", "code", "Jumlah Penduduk"),
        ("indicator", "period", "2021-Q5"),
        ("service-request", "status", "closed "),
        ("service-request", "service_code", ""),
        ("service-request", "service_code", "x" * 101),
    ],
)
def test_a_value_that_means_nothing_is_named_with_what_would_be_right(resource, name, text):
    """The problem names the filter and what is expected, and does not repeat the value."""
    with pytest.raises(BadRequest) as caught:
        read_filters(resource, {name: text})
    assert caught.value.code is BadRequestCode.PARAMETER_INVALID
    assert caught.value.parameters["parameter"] == name
    assert caught.value.message == f"{name} must be {caught.value.parameters['expected']}"


def test_a_filter_that_does_not_exist_is_named_with_the_nearest():
    """A filter is never ignored."""
    with pytest.raises(BadRequest) as caught:
        read_filters("facility", {"regon": "31"})
    assert caught.value.code is BadRequestCode.PARAMETER_UNKNOWN
    assert caught.value.parameters["nearest"] == "region"


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda it: it.name)
def test_every_filter_reads_a_field_of_its_resource(resource):
    """The closed set stays in step with the common model."""
    assert {it.field for it in FILTERS[resource.name].values()} <= set(resource.type.__struct_fields__)
