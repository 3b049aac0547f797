"""What an adapter promises whatever its protocol, as tests over the fixtures `adapter`, `case` and `offer`."""

import json

import pytest

from adapters.base import AdapterError, Fault, Question
from tests.support.adapter_cases import RECORDS, SIZE


async def walk(adapter, case, **question):
    """Every record, page by page."""
    rows, position = [], None
    for _ in range(50):
        document = await adapter.fetch(Question(position=position, size=SIZE, **question))
        rows += case.rows(json.loads(document.body))
        position = document.next_position
        if position is None:
            return rows
    raise AssertionError("the list does not end")


async def failure(adapter, **question):
    """What the question raises."""
    with pytest.raises(AdapterError) as caught:
        await adapter.fetch(Question(**question))
    return caught.value


class AnyAdapter:
    """Inherit it beside fixtures that make an adapter, its case, and `offer`, which changes what the platform has."""

    async def test_a_list_yields_every_record_once_and_in_order(self, adapter, case):
        """Whatever the paging, a walk meets each record once, in the platform's order."""
        assert RECORDS == await walk(adapter, case)

    async def test_a_list_that_fills_its_last_page_ends(self, adapter, case, offer):
        """A last page that is full adds no record, and at most one empty page."""
        await offer(RECORDS[: 2 * SIZE])
        assert RECORDS[: 2 * SIZE] == await walk(adapter, case)

    async def test_a_list_of_one_record_is_a_list(self, adapter, case, offer):
        """Also where the protocol itself cannot tell one from many."""
        await offer(RECORDS[:1])
        assert RECORDS[:1] == await walk(adapter, case)

    async def test_an_empty_list_is_a_document_without_records(self, adapter, case, offer):
        """No record is an answer, not a failure."""
        await offer([])
        document = await adapter.fetch(Question(size=SIZE))
        assert ([], None) == (case.rows(json.loads(document.body)), document.next_position)

    async def test_filters_are_pushed_to_the_platform(self, adapter, case):
        """The platform's own parameter reaches it on every page."""
        wanted = [it for it in RECORDS if it["kode"] == "32.11.01"]
        assert wanted == await walk(adapter, case, filters={case.filter_name: "32.11.01"})

    async def test_a_position_survives_another_wish_for_size(self, adapter, case):
        """A walk whose size changes half way still meets each record once."""
        first = await adapter.fetch(Question(size=SIZE))
        rows, position = case.rows(json.loads(first.body)), first.next_position
        while position is not None:
            document = await adapter.fetch(Question(position=position, size=3))
            rows += case.rows(json.loads(document.body))
            position = document.next_position
        assert RECORDS == rows

    async def test_one_record_is_found_by_its_id(self, adapter, case):
        """Where the protocol and the settings have a way to."""
        assert case.by_id == adapter.finds_by_id
        if case.by_id:
            document = await adapter.fetch(Question(source_id="7"))
            assert [RECORDS[6]] == case.rows(json.loads(document.body))
        else:
            assert Fault.UNREADABLE == (await failure(adapter, source_id="7")).fault

    @pytest.mark.parametrize("source_id", ["99", "..", "a/../../b", "7?x=1", "%2e%2e", "é", "7 ", "07"])
    async def test_an_id_that_is_not_there_is_not_found(self, adapter, case, source_id):
        """Nor does an id reach another address of the platform, or another record than its own."""
        if case.by_id:
            assert Fault.NOT_FOUND == (await failure(adapter, source_id=source_id)).fault
