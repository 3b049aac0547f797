"""Whatever two schemas are: no change where there is none, and none overlooked that a document shows."""

import copy

import jsonschema_rs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.contracts.diff.change import Audience
from gateway.contracts.diff.schema_changes import schema_changes
from tests.support.random_schemas import documents, edits, schemas

PAIRS = st.one_of(edits(), st.tuples(schemas, schemas))
BOUNDED = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def admits(schema, document):
    """Whether a schema admits a document."""
    return jsonschema_rs.validator_for({"allOf": [schema]}).is_valid(document)


@BOUNDED
@given(schemas)
def test_a_schema_has_not_changed_against_itself(schema):
    """Whatever is in it."""
    assert [] == schema_changes(schema, copy.deepcopy(schema))


@BOUNDED
@given(PAIRS)
def test_what_was_sent_and_is_not_admitted_any_more_breaks_the_producer(pair):
    """A document of the old schema that the new one refuses is told as a breaking change for who sends it."""
    old, new = pair
    refused = [one for one in documents(old, new) if not admits(new, one)]
    if refused:
        assert any(change.breaks(Audience.PRODUCER) for change in schema_changes(old, new)), refused[0]


@BOUNDED
@given(PAIRS)
def test_what_may_come_and_never_did_breaks_the_consumers(pair):
    """A document of the new schema that the old one refused is told as a breaking change for who reads it."""
    old, new = pair
    surprising = [one for one in documents(new, old) if not admits(old, one)]
    if surprising:
        assert any(change.breaks(Audience.CONSUMERS) for change in schema_changes(old, new)), surprising[0]
