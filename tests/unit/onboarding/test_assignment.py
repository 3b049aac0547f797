"""Which field serves which common field: all of them together are the likeliest."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.onboarding.assign import assign, heaviest
from gateway.onboarding.score import Candidate


def _candidate(field, path, confidence):
    return Candidate(field=field, paths=(path,), declaration={"from": path}, confidence=confidence, reason="")


def _assigned(found, required=(), shares=None):
    candidates = {name: [_candidate(name, path, sure) for path, sure in paths.items()] for name, paths in found.items()}
    return assign(candidates, required=frozenset(required), shares=shares or {})


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(rows, 6).flatmap(
            lambda columns: st.lists(
                st.lists(st.floats(0, 1), min_size=columns, max_size=columns), min_size=rows, max_size=rows
            )
        )
    )
)
@settings(max_examples=80, deadline=None)
def test_no_other_assignment_weighs_more(weights):
    """Compared with every other one."""
    columns = heaviest(weights)
    assert len(set(columns)) == len(weights)
    weight = sum(row[column] for row, column in zip(weights, columns, strict=True))
    others = permutations(range(len(weights[0])), len(weights))
    assert weight >= max(sum(row[at] for row, at in zip(weights, other, strict=True)) for other in others) - 1e-9


def test_one_path_serves_one_field():
    """The surer one takes it, and the other takes what is left."""
    chosen = _assigned({"name": {"nama": 0.9, "judul": 0.6}, "place": {"nama": 0.8, "lokasi": 0.5}})
    assert chosen["name"].paths == ("nama",)
    assert chosen["place"].paths == ("lokasi",)


def test_all_together_count_for_more_than_the_first():
    """A field gives its path away where it has a good second and the other has none."""
    chosen = _assigned({"a": {"x": 0.9, "y": 0.85}, "b": {"x": 0.8}})
    assert chosen["a"].paths == ("y",)
    assert chosen["b"].paths == ("x",)


def test_fields_may_share_a_path_where_that_is_sensible():
    """The last change is that of the record, too."""
    found = {"updated_datetime": {"diubah": 0.95}, "source_updated_at": {"diubah": 0.9}}
    assert set(_assigned(found, shares={"source_updated_at": ["updated_datetime"]})) == set(found)
    assert len(_assigned(found)) == 1


def test_a_rival_makes_less_sure():
    """Two paths that would do nearly as well: neither is sure."""
    alone = _assigned({"name": {"nama": 0.95}})["name"].confidence
    rivalled = _assigned({"name": {"nama": 0.95, "nama_lain": 0.94}})["name"].confidence
    assert rivalled < 0.75 < alone


def test_a_rival_that_serves_another_field_better_is_none():
    """It is taken."""
    chosen = _assigned({"a": {"x": 0.95, "y": 0.94}, "b": {"y": 0.96}})
    assert chosen["a"].confidence == 0.95
