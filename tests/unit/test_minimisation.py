import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.minimisation import Minimisation
from schemas.facility import Facility, FacilityKind
from schemas.record import Point
from schemas.resources import RESOURCES

ALL = tuple(field.name for field in msgspec.structs.fields(Facility))
HOSPITAL = Facility(
    id="jakarta:facility:hospitals.1",
    partner="jakarta",
    name='RSU "Contoh"',
    kind=FacilityKind.HOSPITAL,
    location=Point((106.8, -6.2)),
    head_name="dr. Rahasia",
    phones=["021 1"],
)


@given(st.sets(st.sampled_from(ALL)))
def test_exactly_the_granted_fields_leave(fields):
    """For every set of fields: these and no others, in the resource's order, with the record's values."""
    (row,) = Minimisation(RESOURCES).projection("facility", frozenset(fields))([HOSPITAL])
    whole = msgspec.json.decode(msgspec.json.encode(HOSPITAL))
    assert {name: whole[name] for name in ALL if name in fields} == msgspec.json.decode(row)
    assert [name for name in ALL if name in fields] == list(msgspec.json.decode(row))


def test_a_field_that_is_not_granted_is_absent_and_one_without_value_is_null():
    """Null says that the partner has no value, so it cannot stand for what is withheld."""
    (row,) = Minimisation(RESOURCES).projection("facility", frozenset({"id", "beds"}))([HOSPITAL])
    assert row == b'{"id":"jakarta:facility:hospitals.1","beds":null}'


def test_a_field_that_does_not_exist_is_an_error():
    """A grant that names no field of the resource cannot be compiled by accident."""
    with pytest.raises(ValueError, match="nothing"):
        Minimisation(RESOURCES).projection("facility", frozenset({"nothing"}))


def test_a_projection_is_made_once():
    """The same resource and fields give the very same projection."""
    minimisation = Minimisation(RESOURCES)
    assert minimisation.projection("facility", frozenset({"id"})) is minimisation.projection(
        "facility", frozenset({"id"})
    )


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda it: it.name)
def test_every_resource_can_be_projected(resource):
    """Field names of all resources are fit for a projection."""
    fields = frozenset(resource.type.__struct_fields__)
    assert Minimisation(RESOURCES).projection(resource.name, fields)([]) == []
