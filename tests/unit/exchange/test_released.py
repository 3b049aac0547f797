import asyncio
import threading

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agreements.field_classes import field_classes
from gateway.errors import ContractBroken
from gateway.exchange.filters import read_filters
from gateway.exchange.gaps import SHOWN_ALONE
from gateway.exchange.offers import Offers
from gateway.exchange.pushdown import Filtering, PushDown
from gateway.exchange.released import ReleasedDocument, Releases, Source
from gateway.ids import DatasetId, RecordId
from gateway.minimisation import Minimisation
from schemas.resources import RESOURCES
from tests.support.exchange import PlainMapping, dataset, facilities, partner

ALL = Filtering({}, ())
NAMED = frozenset({"id", "partner", "source_updated_at", "name"})
CLASSES = field_classes(RESOURCES)


def releases(**changes):
    """A store of released documents."""
    return Releases(minimisation=Minimisation(RESOURCES), classes=CLASSES, **changes)


def offered(mapping):
    """A dataset with that mapping."""
    mappings = {DatasetId("jakarta/hospitals"): mapping}
    return Offers(partners={"jakarta": partner("jakarta", hospitals=dataset())}, mappings=mappings).of_resource(
        "facility"
    )[0]


def source(count=3, digest="d", **more):
    """A document of facilities."""
    return Source(msgspec.json.encode(facilities("jakarta", "hospitals", count, **more)), digest)


async def release(store, mapping, it, *, fields=NAMED):
    """The document as it may leave."""
    return await store.release(it, dataset=offered(mapping), fields=fields, filtering=ALL)


@given(
    st.lists(st.binary(min_size=1, max_size=8).filter(lambda it: b"," not in it), max_size=20),
    st.integers(0, 25),
    st.integers(0, 25),
)
def test_any_slice_of_a_document_is_its_rows(rows, offset, count):
    """Rows are cut where they begin and end, also beyond the last."""
    document = ReleasedDocument(rows, gaps=(), records_in=len(rows), refused=0)
    assert b",".join(rows[offset : offset + count]) == document.rows(offset, count)
    assert len(rows) == len(document)


async def test_a_document_is_mapped_once():
    """Whoever asks again for the same fields is given what was made."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    first = await release(store, mapping, source())
    assert first is await release(store, mapping, source())
    assert mapping.documents == 1


async def test_what_was_made_for_one_grant_never_serves_another():
    """The fields are part of what it is kept under, and so are dataset, digest, mapping version and filters."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    less = await release(store, mapping, source())
    more = await release(store, mapping, source(), fields=NAMED | {"region"})
    assert b"region" not in less.rows(0, 3)
    assert b"region" in more.rows(0, 3)
    await release(store, mapping, source(digest="e"))
    mapping.version = "2"
    await release(store, mapping, source())
    assert mapping.documents == 4


async def test_personal_fields_are_never_kept():
    """They are made anew for each who may have them."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    for _ in range(2):
        await release(store, mapping, source(), fields=NAMED | {"head_name"})
    assert mapping.documents == 2
    assert not store._kept


async def test_what_is_kept_is_bounded_in_bytes():
    """The least lately used goes first; a document that is larger than all of it is not kept."""
    mapping = PlainMapping(RESOURCES["facility"])
    weight = (await release(releases(), mapping, source())).weight
    store = releases(bytes_kept=weight * 5 // 2)
    for digest in "abca":
        await release(store, mapping, source(digest=digest))
    assert ["c", "a"] == [key[1] for key in store._kept]
    assert store._weight == sum(it.weight for it in store._kept.values()) <= weight * 5 // 2
    await release(store, mapping, source(count=50, digest="big"))
    assert "big" not in {key[1] for key in store._kept}


async def test_a_big_document_is_mapped_in_a_thread_once_for_all_who_wait():
    """The event loop goes on meanwhile."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases(thread_from_bytes=1)
    threads = []
    plain = mapping.to_common
    mapping.to_common = lambda body: (threads.append(threading.current_thread()), plain(body))[1]
    documents = await asyncio.gather(*(release(store, mapping, source()) for _ in range(5)))
    assert mapping.documents == 1
    assert len(set(map(id, documents))) == 1
    assert threading.main_thread() not in threads
    assert not store._making


async def test_one_who_leaves_does_not_take_the_document_from_those_who_wait():
    """The mapping in the thread belongs to nobody."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases(thread_from_bytes=1)
    leaving = asyncio.create_task(release(store, mapping, source()))
    waiting = asyncio.create_task(release(store, mapping, source()))
    await asyncio.sleep(0)
    leaving.cancel()
    assert len(await waiting) == 3


@pytest.mark.parametrize("thread_from_bytes", [1, 1_000_000])
async def test_a_broken_document_is_not_kept(thread_from_bytes):
    """Not its failure either."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases(thread_from_bytes=thread_from_bytes)
    for _ in range(2):
        with pytest.raises(ContractBroken):
            await release(store, mapping, Source(b"<html>", "d"))
    assert mapping.documents == 2
    assert not store._kept
    assert not store._making


def test_a_record_is_found_by_its_id_and_not_by_its_text():
    """An id that stands inside another record does not lead there."""
    inner = b'{"id":"a:facility:b.1","x":{"id":"a:facility:b.2",}}'
    document = ReleasedDocument([inner, b'{"id":"a:facility:b.2","x":1}'], gaps=(), records_in=2, refused=0)
    assert document.find(RecordId("a:facility:b.1")) == 0
    assert document.find(RecordId("a:facility:b.2")) == 1
    assert document.find(RecordId("a:facility:b.3")) is None
    alone = ReleasedDocument([inner, b'{"id":"a:facility:b.3","x":1}'], gaps=(), records_in=2, refused=0)
    assert alone.find(RecordId("a:facility:b.2")) is None
    assert document.find(RecordId("a:facility:b.")) is None


async def test_many_gaps_are_folded():
    """The first are shown each with its pointer, the rest by reason and field with their number."""
    items = [{"refuse": "absent" if n % 2 else "unknown-code", "field": "kind"} for n in range(SHOWN_ALONE + 5)]
    document = await release(releases(), PlainMapping(RESOURCES["facility"]), Source(msgspec.json.encode(items), "d"))
    assert SHOWN_ALONE + 2 == len(document.gaps)
    assert SHOWN_ALONE + 5 == sum(it.count for it in document.gaps)
    assert [("absent", None, 2), ("unknown-code", None, 3)] == [
        (it.reason, it.pointer, it.count) for it in document.gaps[SHOWN_ALONE:]
    ]


async def test_an_emptied_field_is_a_gap_only_where_the_field_was_to_leave():
    """Of a field that was not granted nothing is said."""
    it = source(emptied=["beds"])
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    assert (await release(store, mapping, it)).gaps == ()
    gaps = (await release(store, mapping, it, fields=NAMED | {"beds"})).gaps
    assert [("/0", "beds"), ("/1", "beds"), ("/2", "beds")] == [(gap.pointer, gap.field) for gap in gaps]


async def test_what_was_made_for_one_filter_never_serves_another():
    """The filters are part of what it is kept under."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    filtering = PushDown(dataset(), zone="Asia/Jakarta", regions=None).plan(read_filters("facility", {"region": "32"}))
    assert len(await release(store, mapping, source())) == 3
    filtered = await store.release(source(), dataset=offered(mapping), fields=NAMED, filtering=filtering)
    assert (0, 3) == (len(filtered), filtered.filtered)


async def test_a_document_is_mapped_once_for_every_choice_of_fields():
    """Who wants other fields of the same document gets them without mapping it again."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    it = source(head_name=None)
    named = await release(store, mapping, it)
    kinds = await release(store, mapping, it, fields=frozenset({"id", "kind"}))
    assert 1 == mapping.documents
    assert b'"name"' in named.rows(0, 1)
    assert b'"name"' not in kinds.rows(0, 1)


async def test_a_filter_that_takes_nothing_away_shares_the_whole_document():
    """It is encoded once for every such question; one that takes something away is another document."""
    mapping, store = PlainMapping(RESOURCES["facility"]), releases()
    push_down = PushDown(dataset(), zone="Asia/Jakarta", regions=None)

    async def filtered(**filters):
        filtering = push_down.plan(read_filters("facility", filters))
        return await store.release(source(), dataset=offered(mapping), fields=NAMED, filtering=filtering)

    whole = await filtered(region="31")
    assert whole is await filtered(kind="health-centre") is await release(store, mapping, source())
    none = await filtered(kind="hospital")
    assert (3, 0, 0, 3) == (len(whole), whole.filtered, len(none), none.filtered)
