"""What is kept, for how long, and how much of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Document, Question
from gateway.settings import Dataset, Platform
from gateway.upstream.asked_dataset import AskedDataset, fingerprint_of
from gateway.upstream.byte_budget import ByteBudget
from gateway.upstream.documents import Documents, Kept, _Recent
from gateway.upstream.shared import CachedDocument

ASKED = AskedDataset(id="kota/a", platform="kota/p", adapter=None, fingerprint="f", fresh_for_s=10, stale_if_error_s=90)
QUESTIONS = st.builds(
    Question,
    position=st.none() | st.text(max_size=3),
    size=st.integers(1, 3),
    source_id=st.none() | st.text(max_size=3),
    filters=st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=2)),
)


def kept(size, *, at=0.0):
    """A document of that size."""
    return Kept(CachedDocument(body=b"x" * size, fetched_at=at), "d")


@given(QUESTIONS, QUESTIONS)
def test_two_questions_share_a_key_only_if_they_are_one(one, other):
    """Whatever their parts hold; a mark for conditional asking is no part of it."""
    assert (one == other) == (ASKED.key(one) == ASKED.key(other))


def test_a_key_tells_nothing_of_what_was_asked():
    """A filter may hold a person's number."""
    assert "3211" not in ASKED.key(Question(source_id="3211010101900001", filters={"nik": "3211010101900001"}))


def test_a_fingerprint_follows_every_setting():
    """So that no document outlives the settings it was fetched with."""
    platforms = [Platform(adapter="rest_json", base_url=url) for url in ("http://a", "http://b")]
    datasets = [Dataset(platform="p", path=path) for path in ("/a", "/b")]
    assert 4 == len({fingerprint_of(platform, dataset) for platform in platforms for dataset in datasets})


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 40)), max_size=40))
def test_what_a_process_keeps_is_bounded_by_bytes(puts):
    """Whatever comes, in whatever order; the room is counted right."""
    recent = _Recent(100)
    for key, size in puts:
        recent.put(key, kept(size))
        sizes = [len(it.document.body) for it in recent._kept.values()]
        assert sum(sizes) <= 100
        assert 100 - sum(sizes) == recent._room


def test_what_was_used_last_stays_longest():
    """And a giant drives nobody out."""
    recent = _Recent(100)
    for key in "abcd":
        recent.put(key, kept(25))
    recent.get("a")
    recent.put("e", kept(25))
    recent.put("giant", kept(26))
    assert ["c", "d", "a", "e"] == list(recent._kept)


@pytest.mark.parametrize(
    ("age", "is_fresh", "may_answer"), [(0, 1, 1), (9.9, 1, 1), (10, 0, 1), (99, 0, 1), (100, 0, 0)]
)
def test_a_document_is_fresh_then_stale_then_nothing(cache, clock, age, is_fresh, may_answer):
    """By its age."""
    documents = Documents(cache=cache, clock=clock, max_bytes=100)
    document = kept(1, at=clock.at - age)
    assert (bool(is_fresh), bool(may_answer)) == (
        documents.is_fresh(ASKED, document),
        documents.may_answer_stale(ASKED, document),
    )


async def test_a_document_from_the_future_is_not_fresh(cache, clock):
    """A clock that was set back does not keep it for ever."""
    documents = Documents(cache=cache, clock=clock, max_bytes=100)
    documents.keep(ASKED, "k", Document(body=b"[]"), known=None)
    await documents.settle()
    clock.at -= 1_000
    assert documents.fresh_here(ASKED, "k") is None


async def test_the_newer_of_two_documents_is_found(cache, clock):
    """Another process may have asked since."""
    here, there = (Documents(cache=cache, clock=clock, max_bytes=100) for _ in range(2))
    here.keep(ASKED, "k", Document(body=b"old"), known=None)
    await here.settle()
    clock.at += 20
    there.keep(ASKED, "k", Document(body=b"new"), known=None)
    await there.settle()
    assert b"new" == (await here.find(ASKED, "k")).document.body
    assert b"new" == here.fresh_here(ASKED, "k").document.body


async def test_a_document_that_is_never_fresh_is_shared_every_few_seconds(cache, clock):
    """It is there for the day its platform fails; each question need not write it anew."""
    live = msgspec.structs.replace(ASKED, fresh_for_s=0)
    documents = Documents(cache=cache, clock=clock, max_bytes=100)
    shared = []
    for body in (b"1", b"2", b"3"):
        documents.keep(live, "k", Document(body=body), known=None)
        await documents.settle()
        shared.append((await cache.get("k")).body)
        clock.at += 3
    assert [b"1", b"1", b"3"] == shared
    assert b"3" == (await documents.find(live, "k")).document.body


async def test_new_questions_of_live_datasets_fill_the_shared_store_no_faster_than_their_budget(cache, clock):
    """Those that are asked again are still shared; the rest is kept here, and shared when there is room again."""
    live = msgspec.structs.replace(ASKED, fresh_for_s=0, stale_if_error_s=900)
    documents = Documents(cache=cache, clock=clock, max_bytes=1_000_000)

    async def keep(key, body):
        documents.keep(live, key, Document(body=body), known=None)
        await documents.settle()
        shared = await cache.get(key)
        return None if shared is None else shared.body

    assert b"1" == await keep("asked again", b"1")
    assert documents._spares.spend(int(documents._spares._left))
    assert await keep("new", b"2") is None
    assert b"2" == (await documents.find_anywhere(live, "new")).document.body
    documents._spares._left = -6_000_000.0
    clock.at += 5
    assert b"3" == await keep("asked again", b"3")
    assert await keep("new", b"4") is None
    clock.at += 5
    assert b"5" == await keep("new", b"5")


def test_a_budget_fills_as_time_goes_on(clock):
    """No further than what may be spent at once, and not backwards."""
    budget = ByteBudget(per_s=10, at_once=100, clock=clock)
    assert [True, False] == [budget.spend(100), budget.spend(1)]
    clock.at += 3
    assert [True, False] == [budget.spend(30), budget.spend(1)]
    clock.at -= 60
    assert not budget.spend(1)
    clock.at += 1_000
    assert [True, False] == [budget.spend(100), budget.spend(1)]


async def test_documents_that_say_the_same_share_their_bytes(cache, clock):
    """Whatever was asked; another document of the dataset does not."""
    documents = Documents(cache=cache, clock=clock, max_bytes=1000)
    bodies = [bytes(bytearray(text)) for text in (b"[1]", b"[1]", b"[2]")]
    first, same, other = (documents.keep(ASKED, str(n), Document(body=it), known=None) for n, it in enumerate(bodies))
    assert first.document.body is same.document.body
    assert first.digest == same.digest != other.digest
    assert b"[2]" == other.document.body
    await documents.settle()


async def test_personal_bytes_are_not_held_for_the_next_document(cache, clock):
    """They are forgotten with their own document."""
    personal = msgspec.structs.replace(ASKED, cacheable=False, fresh_for_s=0)
    documents = Documents(cache=cache, clock=clock, max_bytes=1000)
    documents.keep(personal, "k", Document(body=b"nik"), known=None)
    assert documents._last.get(personal.id) is None
