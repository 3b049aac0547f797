import pytest

from gateway.exchange.mapped_documents import MappedDocuments
from gateway.mapping.mapped import Mapped
from schemas.facility import Facility, FacilityKind


def mapped(**more):
    """What a document of one facility became."""
    record = Facility(id="a:facility:b.1", partner="a", name="A", kind=FacilityKind.OFFICE, **more)
    return Mapped([record], [], 1)


def key(digest):
    """The key of a document."""
    return ("jakarta/hospitals", digest, "v")


def test_what_was_mapped_is_had_again():
    """The same document of the same mapping is not mapped twice; another is not taken for it."""
    kept, what = MappedDocuments(bytes_kept=10), mapped()
    kept.put(key("a"), what, size=5, personal=("head_name",))
    assert what is kept.get(key("a"))
    assert kept.get(key("b")) is None


def test_a_document_with_a_personal_value_is_not_kept():
    """Personal data does not stay after its answer."""
    kept = MappedDocuments(bytes_kept=10)
    kept.put(key("a"), mapped(head_name="Contoh"), size=5, personal=("head_name",))
    assert kept.get(key("a")) is None


def test_the_longest_unused_makes_room():
    """The documents kept are never longer together than the bound."""
    kept = MappedDocuments(bytes_kept=10)
    for digest in ("a", "b"):
        kept.put(key(digest), mapped(), size=5, personal=())
    kept.get(key("a"))
    kept.put(key("c"), mapped(), size=5, personal=())
    assert [True, False, True] == [kept.get(key(it)) is not None for it in ("a", "b", "c")]


@pytest.mark.parametrize("size", [11, 10_000])
def test_a_document_beyond_the_bound_pushes_nothing_out(size):
    """A long document is simply not kept."""
    kept, what = MappedDocuments(bytes_kept=10), mapped()
    kept.put(key("a"), what, size=5, personal=())
    kept.put(key("long"), mapped(), size=size, personal=())
    assert what is kept.get(key("a"))
    assert kept.get(key("long")) is None
