from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BadRequest, BadRequestCode, UnavailableCode
from tests.support.exchange import ORIGIN, Exchange, agreement, dataset, facilities, paged, partner, query

SIZES = st.integers(0, 12)


def exchange(sizes, page_sizes):
    """Four datasets of two partners, two of them cut into pages by their platforms."""
    names = ["jakarta/a", "jakarta/b", "sumedang/c", "sumedang/d"]
    return Exchange(
        partner("jakarta", a=dataset(), b=paged()),
        partner("sumedang", c=paged(), d=dataset()),
        lists={name: facilities(*name.split("/"), size) for name, size in zip(names, sizes, strict=True)},
        page_size={"jakarta/b": page_sizes[0], "sumedang/c": page_sizes[1]},
        agreements=[agreement("jakarta", "jakarta"), agreement("sumedang", "jakarta")],
    )


async def page(it, cursor, *, limit=5, **changes):
    """One page, and the ids of its records."""
    answer = await it.path.answer(query(limit=limit, cursor=cursor, **changes), "jakarta", origin=ORIGIN)
    ids = [record["id"] for record in msgspec.json.decode(answer.content.data)]
    assert len(ids) == answer.count <= limit
    return answer, ids


def ids_of(it, *, without=()):
    """The ids of all records, in the order of each dataset."""
    return Counter(
        record["id"] for name, records in it.platforms.lists.items() if name not in without for record in records
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SIZES, min_size=4, max_size=4),
    st.lists(st.integers(1, 5), min_size=2, max_size=2),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
async def test_all_pages_together_hold_every_record_once(sizes, page_sizes, limits):
    """Whatever the sizes of lists, of the platforms' pages and of ours, which may change on the way."""
    it = exchange(sizes, page_sizes)
    seen, cursor, pages = [], None, 0
    while True:
        answer, ids = await page(it, cursor, limit=limits[pages % len(limits)])
        seen += ids
        pages += 1
        assert answer.content.complete
        if (cursor := answer.content.next_cursor) is None:
            break
        assert pages < 200
    assert ids_of(it) == Counter(seen)
    for name in it.platforms.lists:
        of_one = [one for one in seen if f":{name.partition('/')[2]}." in one]
        assert [record["id"] for record in it.platforms.lists[name]] == of_one
    assert all(
        ledger["records_in"] == sum(ledger.values()) - ledger["records_in"]
        for ledger in (record.ledger for record in it.trail.records)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(SIZES, min_size=4, max_size=4),
    st.integers(1, 9),
    st.lists(st.sets(st.sampled_from(["jakarta/a", "jakarta/b", "sumedang/c", "sumedang/d"])), max_size=8),
)
async def test_failures_cost_only_the_records_of_those_who_failed(sizes, limit, failing):
    """Nothing twice, nothing of others lost, and the list ends even if somebody never answers."""
    it = exchange(sizes, (2, 3))
    seen, cursor, pages = [], None, 0
    while True:
        down = failing[pages] if pages < len(failing) else set()
        it.platforms.down = dict.fromkeys(down, UnavailableCode.UNREACHABLE)
        answer, ids = await page(it, cursor, limit=limit)
        seen += ids
        pages += 1
        assert {gap.dataset for gap in answer.content.gaps} <= set(down)
        assert answer.content.complete == (not answer.content.gaps)
        if (cursor := answer.content.next_cursor) is None:
            break
        assert pages < 200
    counted = Counter(seen)
    assert max(counted.values(), default=1) == 1
    ever = {name for down in failing for name in down}
    assert not ids_of(it, without=ever) - counted


async def test_a_dataset_that_failed_is_asked_again_from_its_place():
    """Its records come on the next page, none of them lost or doubled."""
    it = exchange((6, 0, 6, 0), (3, 3))
    _, first = await page(it, None, limit=8)
    answer, _ = await page(it, None, limit=8)
    it.platforms.down = {"jakarta/a": UnavailableCode.TIMEOUT}
    failed, second = await page(it, answer.content.next_cursor, limit=1)
    assert second == []
    assert not failed.content.complete
    it.platforms.down = {}
    seen, cursor = [*first, *second], failed.content.next_cursor
    while cursor:
        answer, ids = await page(it, cursor, limit=8)
        seen += ids
        cursor = answer.content.next_cursor
    assert ids_of(it) == Counter(seen)


async def test_a_dataset_that_failed_is_tried_once_more_when_the_others_are_done():
    """Even if the limit is so small that it was not asked again in between."""
    it = exchange((3, 0, 2, 0), (3, 3))
    it.platforms.down = {"jakarta/a": UnavailableCode.TIMEOUT}
    answer, seen = await page(it, None, limit=1)
    it.platforms.down = {}
    cursor = answer.content.next_cursor
    while cursor:
        answer, ids = await page(it, cursor, limit=1)
        seen += ids
        cursor = answer.content.next_cursor
    assert ids_of(it) == Counter(seen)


async def test_who_never_answers_is_dropped_when_the_others_are_done():
    """Each page names the gap, and the last has no cursor."""
    it = exchange((2, 0, 9, 0), (3, 3))
    it.platforms.down = {"jakarta/a": UnavailableCode.CIRCUIT_OPEN}
    cursor, pages = None, []
    while True:
        answer, ids = await page(it, cursor, limit=8)
        pages.append((len(ids), [gap.reason for gap in answer.content.gaps]))
        if (cursor := answer.content.next_cursor) is None:
            break
    assert sum(count for count, _ in pages) == 9
    assert {("partner-circuit-open",)} == {tuple(reasons) for _, reasons in pages}


async def test_if_nobody_answers_there_is_no_next_page():
    """Asking again from the beginning is what is left to do."""
    it = exchange((2, 2, 2, 2), (3, 3))
    it.platforms.down = dict.fromkeys(it.platforms.lists, UnavailableCode.TIMEOUT)
    for limit in (1, 8):
        answer, ids = await page(it, None, limit=limit)
        cursor = answer.content.next_cursor
        for _ in range(10):
            if cursor is None:
                break
            answer, ids = await page(it, cursor, limit=limit)
            cursor = answer.content.next_cursor
        assert (None, []) == (cursor, ids)


async def test_a_broken_page_of_a_platform_does_not_hide_those_behind_it():
    """It is a gap, and the list goes on."""
    it = exchange((0, 0, 9, 0), (3, 3))
    plain = it.platforms._ask

    def ask(name, question):
        reply = plain(name, question)
        return msgspec.structs.replace(reply, body=b"<html>", digest="x") if question.position == "1" else reply

    it.platforms._ask = ask
    seen, reasons, cursor = [], [], None
    while True:
        answer, ids = await page(it, cursor, limit=50)
        seen += ids
        reasons += [gap.reason for gap in answer.content.gaps]
        if (cursor := answer.content.next_cursor) is None:
            break
    assert [f"sumedang:facility:c.{n}" for n in (0, 1, 2, 6, 7, 8)] == seen
    assert reasons == ["partner-contract-broken"]


async def test_a_platform_that_names_the_same_page_for_ever_has_ended():
    """Its list does not go round."""
    it = exchange((0, 0, 9, 0), (3, 3))
    plain = it.platforms._ask
    it.platforms._ask = lambda name, question: msgspec.structs.replace(plain(name, question), next_position="1")
    answer, _ = await page(it, None, limit=50)
    answer, ids = await page(it, answer.content.next_cursor, limit=50)
    assert ids == ["sumedang:facility:c.3", "sumedang:facility:c.4", "sumedang:facility:c.5"]
    assert answer.content.next_cursor is None


async def test_each_refused_record_is_a_gap_on_one_page():
    """Like each record, on one page only."""
    it = exchange((0, 0, 0, 0), (3, 3))
    it.platforms.lists["sumedang/d"] = [*facilities("sumedang", "d", 5), {"refuse": "absent"}]
    gaps, cursor = [], None
    while True:
        answer, _ = await page(it, cursor, limit=4)
        gaps += answer.content.gaps
        if (cursor := answer.content.next_cursor) is None:
            break
    assert ["/5"] == [gap.pointer for gap in gaps]


async def test_a_list_that_shrank_meanwhile_ends():
    """An offset beyond its end is the end, not an error."""
    it = exchange((9, 0, 0, 0), (3, 3))
    answer, _ = await page(it, None, limit=4)
    it.platforms.lists["jakarta/a"] = facilities("jakarta", "a", 1)
    cursor, pages = answer.content.next_cursor, 0
    while cursor and pages < 9:
        answer, ids = await page(it, cursor, limit=4)
        cursor, pages = answer.content.next_cursor, pages + 1
    assert (None, []) == (cursor, ids)


async def test_a_shared_page_shows_every_partner():
    """The limit is shared evenly, the first get what does not divide."""
    it = exchange((9, 9, 9, 9), (9, 9))
    answer, ids = await page(it, None, limit=6)
    assert Counter(record_id.split(":")[2][0] for record_id in ids) == {"a": 2, "b": 2, "c": 1, "d": 1}
    assert {"jakarta": 4, "sumedang": 2} == it.trail.records[-1].released
    assert answer.content.next_cursor


async def test_whole_pages_are_asked_of_the_platform_whatever_the_share():
    """So that the same document serves all shares, and is fetched once."""
    it = exchange((9, 9, 9, 9), (9, 9))
    await page(it, None, limit=1)
    await page(it, None, limit=100)
    assert {100} == {question.size for _, question in it.platforms.asked}


async def test_a_cursor_into_a_dataset_that_is_gone_is_refused():
    """A deployment may have lost a dataset between two pages."""
    it = exchange((9, 9, 9, 9), (9, 9))
    answer, _ = await page(it, None, limit=6)
    it.settings.partners.pop("sumedang")
    it.path = it.make_path()
    with pytest.raises(BadRequest) as caught:
        await page(it, answer.content.next_cursor)
    assert caught.value.code is BadRequestCode.CURSOR_INVALID
