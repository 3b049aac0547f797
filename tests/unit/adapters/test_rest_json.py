"""What REST platforms do that is their own."""

import json

import pytest

from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Auth, Paging, Success
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering


@pytest.fixture
async def server():
    """A platform whose list is empty."""
    async with PlatformServer(answering(b"[]")) as running:
        yield running


@pytest.fixture
async def transport():
    """The real one."""
    async with HttpTransport(Upstream()) as opened:
        yield opened


def build(server, transport, *, platform=None, **dataset):
    """An adapter of one dataset."""
    return build_adapter(
        "rest_json",
        platform=Platform(adapter="rest_json", base_url=f"{server.url}/api/", **(platform or {})),
        dataset=Dataset(platform="p", **dataset),
        transport=transport,
        secrets={"KEY": "rahasia"}.__getitem__,
    )


async def test_parameters_of_a_post_go_into_its_body_as_text(server, transport):
    """Satu Data Jakarta reads page numbers as strings beside the name of the table."""
    server.answer = answering(b'{"data": {"total_page": "2", "data": [{"a": 1}]}}')
    paging = Paging(
        kind="page",
        parameter="page_no",
        size_parameter="page_size",
        size=100,
        total_pages="data.total_page",
        records="data.data",
        in_body=True,
    )
    adapter = build(server, transport, path="/tabel", method="POST", body={"url": "jumlah-x"}, paging=paging)
    first = await adapter.fetch(Question(filters={"tahun": "2025"}))
    second = await adapter.fetch(Question(position=first.next_position, filters={"tahun": "2025"}))
    assert [{"url": "jumlah-x", "tahun": "2025", "page_no": str(page), "page_size": "100"} for page in (1, 2)] == [
        json.loads(body) for body in server.bodies
    ]
    assert {("POST", "/api/tabel", "application/json")} == {
        (it.method, it.path_qs, it.headers["Content-Type"]) for it in server.requests
    }
    assert ("2:100", None) == (first.next_position, second.next_position)


async def test_fixed_parameters_headers_and_filters_are_all_sent(server, transport):
    """And encoded, whatever they hold."""
    platform = {"headers": {"X-Wilayah": "32.11"}}
    adapter = build(server, transport, platform=platform, path="/daftar", query={"privasi": "0"})
    await adapter.fetch(Question(filters={"nama": "Élok & co=1 #?", "huruf[]": "a+b"}))
    (request,) = server.requests
    assert {"privasi": "0", "nama": "Élok & co=1 #?", "huruf[]": "a+b"} == dict(request.query)
    assert ("32.11", "/api/daftar") == (request.headers["X-Wilayah"], request.path)


@pytest.mark.parametrize(
    ("success", "body", "is_success"),
    [
        (Success(absent=("errors",)), b'{"errors": {"message": "rahasia", "code": 200}}', False),
        (Success(absent=("errors",)), b'{"errors": [], "data": []}', False),
        (Success(absent=("errors",)), b'{"errors": null, "data": []}', True),
        (Success(absent=("errors",)), b'{"data": []}', True),
        (Success(absent=("errors",)), b"[]", True),
        (Success(equals={"data.code": ("200", "OK")}), b'{"data": {"code": "200"}}', True),
        (Success(equals={"data.code": ("200", "OK")}), b'{"data": {"code": 200}}', True),
        (Success(equals={"data.code": ("200", "OK")}), b'{"data": {"code": "500", "pesan": "rahasia"}}', False),
        (Success(equals={"data.code": ("200", "OK")}), b'{"data": []}', False),
        (Success(equals={"ok": ("true",)}), b'{"ok": true}', True),
        (Success(equals={"ok": ("true",)}), b'{"ok": false}', False),
    ],
)
async def test_status_200_is_success_only_where_the_body_says_so(server, transport, success, body, is_success):
    """By what must be absent, and by what must have one of some values."""
    server.answer = answering(body)
    adapter = build(server, transport, platform={"success": success}, path="/daftar")
    if is_success:
        assert body == (await adapter.fetch(Question())).body
        return
    with pytest.raises(AdapterError) as caught:
        await adapter.fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault
    assert "rahasia" not in str(caught.value)


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "APPLICATION/JSON", "text/json", "application/geo+json", ""],
)
async def test_json_goes_by_several_names(server, transport, content_type):
    """And by none."""
    server.answer = answering(b"[]", content_type=content_type)
    assert b"[]" == (await build(server, transport, path="/daftar").fetch(Question())).body


async def test_the_key_goes_with_every_page_and_into_no_position(server, transport):
    """Also where the platform repeats it in its link to the next page."""
    server.answer = answering(b"[1]", Link=f'<{server.url}/api/daftar?kunci=rahasia&page=2>; rel="next"')
    auth = Auth(kind="api-key", query_parameter="kunci", secret="KEY")
    adapter = build(server, transport, platform={"auth": auth}, path="/daftar", paging=Paging(kind="link"))
    document = await adapter.fetch(Question())
    await adapter.fetch(Question(position=document.next_position + "&x=1"))
    assert "/api/daftar?page=2" == document.next_position
    assert ["rahasia", "rahasia"] == [it.query["kunci"] for it in server.requests]
    assert "2" == server.requests[1].query["page"]


async def test_a_record_is_asked_for_by_its_encoded_id(server, transport):
    """In the path or in the query."""
    server.answer = answering(b'{"id": 1}')
    await build(server, transport, by_id="/satu/{id}").fetch(Question(source_id="12/2024 é?"))
    await build(server, transport, by_id="/detail?id={id}").fetch(Question(source_id="12/2024 é?"))
    assert "/api/satu/12%2F2024%20%C3%A9%3F" == server.requests[0].raw_path
    assert "12/2024 é?" == server.requests[1].query["id"]


@pytest.mark.parametrize("source_id", ["", ".", "..", "a/../b", "a\\..\\b", "%2e%2e", "a//b", "/", "x/."])
async def test_an_id_that_would_climb_is_not_sent(server, transport, source_id):
    """Some servers decode a path before they walk it."""
    with pytest.raises(AdapterError) as caught:
        await build(server, transport, by_id="/satu/{id}").fetch(Question(source_id=source_id))
    assert (Fault.NOT_FOUND, []) == (caught.value.fault, server.requests)


@pytest.mark.parametrize(
    ("dataset", "platform", "key"),
    [
        ({"by_id": "/satu"}, {}, "by_id"),
        ({"paging": Paging(kind="page", in_body=True)}, {}, "paging.in_body"),
        ({"options": {"delimiter": ";"}}, {}, "options.delimiter"),
        ({}, {"base_url": "ftp://x"}, "base_url"),
        ({}, {"adapter": "soap"}, "adapter"),
    ],
)
async def test_settings_that_cannot_work_are_named_when_built(transport, dataset, platform, key):
    """By their key, before anything is asked."""
    settings = Platform(**{"adapter": "rest_json", "base_url": "http://x", **platform})
    with pytest.raises(AdapterMisconfigured) as caught:
        build_adapter(
            settings.adapter,
            platform=settings,
            dataset=Dataset(platform="p", **dataset),
            transport=transport,
            secrets={}.__getitem__,
        )
    assert key == caught.value.key
