"""CKAN's datastore, page by page or whole."""

import json

import pytest

from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Paging
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering


def answer(records, *, total, success=True):
    """What the datastore says."""
    return answering(json.dumps({"success": success, "result": {"records": records, "total": total}}))


@pytest.fixture
async def server():
    """A datastore with one record."""
    async with PlatformServer(answer([{"_id": 1}], total=1)) as running:
        yield running


@pytest.fixture
async def transport():
    """The real one."""
    async with HttpTransport(Upstream()) as opened:
        yield opened


def build(server, transport, *, options=None, **dataset):
    """An adapter of one resource."""
    return build_adapter(
        "ckan",
        platform=Platform(adapter="ckan", base_url=server.url),
        dataset=Dataset(platform="p", options=options or {"resource_id": "r-1"}, **dataset),
        transport=transport,
        secrets={}.__getitem__,
    )


async def test_pages_are_in_the_order_of_rows(server, transport):
    """So that none is met twice; filters go as JSON."""
    await build(server, transport, paging=Paging(kind="offset", max_size=50)).fetch(
        Question(filters={"b": "é", "a": "1"})
    )
    assert {
        "resource_id": "r-1",
        "sort": "_id",
        "offset": "0",
        "limit": "50",
        "filters": '{"a":"1","b":"é"}',
    } == dict(server.requests[0].query)


async def test_a_whole_resource_is_asked_for_at_once(server, transport):
    """With as many records as CKAN gives."""
    document = await build(server, transport).fetch(Question(size=10))
    assert ("32000", None) == (server.requests[0].query["limit"], document.next_position)


async def test_a_whole_that_is_none_is_refused(server, transport):
    """Rather than taken for all there is."""
    server.answer = answer([{"_id": 1}], total=2)
    with pytest.raises(AdapterError) as caught:
        await build(server, transport).fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault


async def test_success_false_is_a_failure(server, transport):
    """Also with status 200."""
    server.answer = answer([], total=0, success=False)
    with pytest.raises(AdapterError) as caught:
        await build(server, transport).fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault


async def test_an_answer_without_records_is_unreadable(server, transport):
    """It is not an empty list."""
    server.answer = answering(b'{"success": true, "result": {"total": 0}}')
    with pytest.raises(AdapterError) as caught:
        await build(server, transport).fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"options": {"fields": "a"}}, "options.resource_id"),
        ({"options": {"resource_id": "r", "q": "x"}}, "options.q"),
        ({"paging": Paging(kind="page")}, "paging.kind"),
    ],
)
async def test_settings_that_cannot_work_are_named_when_built(server, transport, dataset, key):
    """By their key."""
    with pytest.raises(AdapterMisconfigured) as caught:
        build(server, transport, **dataset)
    assert key == caught.value.key
