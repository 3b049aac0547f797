"""Coordinates and region codes."""

import pytest

from gateway.mapping.code_lists import code_list
from gateway.mapping.operations.code_lookup import of_codes, of_regions
from gateway.mapping.operations.places import coordinate, point_fault
from gateway.mapping.regions import Regions
from schemas.facility import FacilityKind

REGIONS = Regions(
    {
        "31": "DKI Jakarta",
        "31.71": "Jakarta Pusat",
        "31.73": "Jakarta Barat",
        "32.11": "Sumedang",
        "32.11.15": "Jatinangor",
    },
    {"3173": "31.71", "3174": "31.73", "3211": "32.11", "3211060": "32.11.15"},
)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        (-6.17, 106.81, None),
        (5.9, 95.3, None),
        (106.81, -6.17, "swapped-coordinates"),
        (0.0, 0.0, "coordinate-out-of-range"),
        (52.5, 13.4, "coordinate-out-of-range"),
        (-617.0, 106.81, "coordinate-out-of-range"),
        (float("nan"), 106.81, "coordinate-out-of-range"),
    ],
)
def test_points_lie_in_indonesia_and_swapped_axes_are_told_apart(latitude, longitude, expected):
    """The box holds no latitude that is also one of its longitudes."""
    assert expected == point_fault(latitude, longitude)


@pytest.mark.parametrize(
    ("value", "comma", "expected"),
    [
        ("-6,17", True, -6.17),
        ("-6.17", True, None),
        ("-6.17", False, -6.17),
        ("-6,17", False, None),
        (" 106.81 ", False, 106.81),
        (-6, False, -6.0),
        (True, False, None),
        ([], False, None),
        ("6°10'", False, None),
    ],
)
def test_coordinates_are_read_in_the_declared_writing(value, comma, expected):
    """A dot where commas are declared is not guessed to be one."""
    assert expected == coordinate(value, comma=comma)


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        ("bps", 3173, "31.71"),
        ("bps", "3173", "31.71"),
        ("kemendagri", "3173", "31.73"),
        ("kemendagri", "31.73", "31.73"),
        ("bps", 3211060, "32.11.15"),
        ("bps", 3174070005001000, "31.73"),
        ("bps", 3174.0, "31.73"),
        ("bps", 9999, None),
        ("bps", "31.73", None),
        ("bps", None, None),
        ("bps", True, None),
    ],
)
def test_the_same_digits_are_two_regions_in_two_schemes(scheme, code, expected):
    """Tarakan's 3173 is Jakarta Pusat for BPS, Jakarta Barat for Kemendagri."""
    lookup = of_regions(REGIONS, scheme)
    assert expected == lookup.search(code)


def test_codes_are_found_in_any_spelling_that_folds_alike():
    """Case and inner white space do not matter where the list folds."""
    lookup = of_codes(code_list("kinds", {"Rumah Sakit": "hospital"}, fold=True), type_=FacilityKind)
    assert [FacilityKind.HOSPITAL, FacilityKind.HOSPITAL, None] == [
        lookup.known.get("Rumah Sakit"),
        lookup.search(" RUMAH  sakit"),
        lookup.search("Rumah"),
    ]


def test_codes_without_folding_are_exact():
    """Only the ends are trimmed; numbers and booleans are looked up by their writing."""
    lookup = of_codes(code_list("states", {"0": "open", "true": "closed"}, fold=False), type_=str)
    assert ["open", "closed", None] == [lookup.search(0), lookup.search(*[True]), lookup.search("True")]
