from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BadRequest, BadRequestCode
from gateway.exchange.cursor import Cursors, Place
from gateway.ids import DatasetId, PartnerId
from tests.support.exchange import query

CURSORS = Cursors(b"sixteen bytes and more")
JAKARTA = PartnerId("jakarta")
ASKED = query(filters={"region": "31"}, fields=("name",), partners=(JAKARTA,))
PLACES = (Place(DatasetId("a/b"), "7", 3), Place(DatasetId("c/d"), None, 0, has_failed=True))
TEXT = CURSORS.write(PLACES, query=ASKED, consumer=JAKARTA)


@given(st.lists(st.builds(Place, st.text(), st.none() | st.text(), st.integers(0, 2**40), st.booleans()), max_size=9))
def test_what_was_written_is_read_again(places):
    """Whatever positions platforms have."""
    text = CURSORS.write(places, query=ASKED, consumer=JAKARTA)
    assert tuple(places) == CURSORS.read(text, query=ASKED, consumer=JAKARTA)


@pytest.mark.parametrize(
    "changes",
    [
        {"resource": "service"},
        {"filters": {"region": "32"}},
        {"filters": {}},
        {"fields": None},
        {"fields": ("name", "kind")},
        {"partners": None},
        {"partners": (PartnerId("sumedang"),)},
    ],
    ids=str,
)
def test_a_cursor_is_good_for_its_own_question_only(changes):
    """Another resource, filter, field or partner needs a beginning of its own."""
    other = query(**{"filters": {"region": "31"}, "fields": ("name",), "partners": (JAKARTA,), **changes})
    with pytest.raises(BadRequest) as caught:
        CURSORS.read(TEXT, query=other, consumer=JAKARTA)
    assert caught.value.code is BadRequestCode.CURSOR_INVALID


def test_a_cursor_is_good_for_its_own_partner_only():
    """It cannot be handed on."""
    with pytest.raises(BadRequest):
        CURSORS.read(TEXT, query=ASKED, consumer=PartnerId("sumedang"))


def test_the_limit_may_change_from_page_to_page():
    """So may completeness."""
    changed = query(filters={"region": "31"}, fields=("name",), partners=(JAKARTA,), limit=7, completeness="all")
    assert PLACES == CURSORS.read(TEXT, query=changed, consumer=JAKARTA)


def test_a_cursor_of_another_deployment_is_refused():
    """Its secret is another."""
    with pytest.raises(BadRequest):
        Cursors(b"sixteen other bytes").read(TEXT, query=ASKED, consumer=JAKARTA)


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("ABCxyz019-_"))
def test_a_changed_cursor_is_refused_or_says_the_same(at, letter):
    """No letter can be changed so that it means another place."""
    changed = TEXT[:at] + letter + TEXT[at + 1 :]
    with suppress(BadRequest):
        assert PLACES == CURSORS.read(changed, query=ASKED, consumer=JAKARTA)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda it: it.decode("latin-1")))
def test_rubbish_is_refused(text):
    """Whatever is sent as a cursor is a `BadRequest`, never another error."""
    with pytest.raises(BadRequest):
        CURSORS.read(text, query=ASKED, consumer=JAKARTA)


def test_a_cursor_of_enormous_length_is_refused_unread():
    """It costs nothing."""
    with pytest.raises(BadRequest):
        CURSORS.read("A" * 10_000_000, query=ASKED, consumer=JAKARTA)


def test_a_short_secret_stops_the_start():
    """A cursor that can be forged is none."""
    with pytest.raises(ValueError, match="16"):
        Cursors(b"short")
