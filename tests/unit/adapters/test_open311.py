"""Open311 as its servers really speak it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.authentication import build_authentication
from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Auth, Paging
from adapters.open311 import Open311
from adapters.platform_client import PlatformClient
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering

NOW = datetime(2026, 3, 1, 5, 0, 0, 250_000, tzinfo=UTC)


def adapter_of(base_url, transport, *, auth=None, **dataset):
    """The adapter over one dataset, at a time that stands still."""
    platform = Platform(adapter="open311", base_url=base_url, auth=auth or Auth())
    secrets = {"KEY": "rahasia"}.__getitem__
    authentication = build_authentication(platform.auth, transport=transport, secrets=secrets, timeout_s=4.0)
    client = PlatformClient(platform, transport=transport, authentication=authentication)
    return Open311(platform=platform, dataset=Dataset(platform="p", **dataset), client=client, now=lambda: NOW)


async def asked(body, *, content_type="application/json", question=None, **dataset):
    """The rows that the adapter makes of an answer."""
    body = body if isinstance(body, str) else json.dumps(body)
    answer = answering(body, content_type=content_type)
    async with PlatformServer(answer) as server, HttpTransport(Upstream()) as transport:
        document = await adapter_of(server.url, transport, **dataset).fetch(question or Question())
        return json.loads(document.body)


async def refused(body, **options):
    """The fault of an answer."""
    with pytest.raises(AdapterError) as caught:
        await asked(body, **options)
    return caught.value


REPORT = {"service_request_id": "0017", "lat": -6.85, "long": None, "zipcode": "45311", "status_notes": None}


@pytest.mark.parametrize(
    "sent",
    [
        {"service_request_id": "0017", "lat": "-6.85", "long": "", "zipcode": 45311, "status_notes": " "},
        {"service_request_id": " 0017", "lat": -6.85, "long": None, "zipcode": "45311", "status_notes": ""},
    ],
)
async def test_loose_json_becomes_geo_reports_own_types(sent):
    """Ids are text, coordinates numbers, and what is empty is null; one object alone is a list of one."""
    assert [REPORT] == await asked([sent]) == await asked(sent) == await asked({"service_requests": [sent]})


@pytest.mark.parametrize("empty", ["<long/>", "<long> </long>", '<long xmlns:x="urn:x" x:nil="true"/>'])
async def test_xml_becomes_the_same_rows_as_json(empty):
    """So that one source schema serves both."""
    text = f"""<?xml version="1.0" encoding="utf-8"?>
    <service_requests><request><service_request_id>0017</service_request_id><lat>-6.85</lat>{empty}
    <zipcode>45311</zipcode><status_notes></status_notes></request></service_requests>"""
    assert [REPORT] == await asked(text, content_type="text/xml", options={"format": "xml"})


@pytest.mark.parametrize("text", ["<service_requests/>", "<service_requests type='array'> </service_requests>"])
async def test_no_element_is_no_report(text):
    """In XML there is no other way to say so."""
    assert [] == await asked(text, content_type="text/xml", options={"format": "xml"})


async def test_text_that_is_no_coordinate_stays_text():
    """So that the mapping refuses that one report, and no other."""
    rows = await asked([{"lat": "6°51'S", "long": "107,9"}, {"lat": "NaN", "long": "1e3"}])
    assert [("6°51'S", "107,9"), ("NaN", "1e3")] == [(it["lat"], it["long"]) for it in rows]


async def test_what_is_no_object_is_refused_by_its_place():
    """Null in its place, which no mapping takes for a report."""
    assert [None, {"status": "open"}] == await asked([3, {"status": "open"}])


async def test_services_are_a_list_too():
    """A service has a description and a code of its own, and is no error."""
    service = {"service_code": 7, "service_name": "Jalan", "description": "x", "code": "y", "metadata": False}
    assert [{**service, "service_code": "7"}] == await asked([service], options={"list": "services"})
    text = "<services><service><service_code>7</service_code></service></services>"
    options = {"list": "services", "format": "xml"}
    assert [{"service_code": "7"}] == await asked(text, content_type="text/xml", options=options)


@pytest.mark.parametrize(
    ("code", "fault", "is_transient"),
    [
        (403, Fault.REFUSED_US, False),
        ("404", Fault.UNREADABLE, False),
        (429, Fault.UNREACHABLE, True),
        ("503", Fault.UNREACHABLE, True),
        (400, Fault.UNREADABLE, False),
        ("rahasia", Fault.UNREADABLE, False),
    ],
)
async def test_an_error_with_status_200_is_a_failure(code, fault, is_transient):
    """By its code, in either format; its words are not repeated."""
    for error in (
        await refused([{"code": code, "description": "rahasia"}]),
        await refused({"errors": [{"code": code, "description": "rahasia"}]}),
        await refused(
            f"<errors><error><code>{code}</code><description>rahasia</description></error></errors>",
            content_type="text/xml",
            options={"format": "xml"},
        ),
    ):
        assert (fault, is_transient) == (error.fault, error.is_transient)
        assert "rahasia" not in error.message


@pytest.mark.parametrize("body", [[], [{"code": 404, "description": "tidak ada"}]])
async def test_a_report_that_is_not_there_is_not_found(body):
    """Whether the server says so, or says nothing."""
    error = await refused(body, by_id="/requests/{id}.json", question=Question(source_id="7"))
    assert Fault.NOT_FOUND == error.fault


@pytest.mark.parametrize("body", ["3", '"x"', "[{}", '[{"service_code":001}]', "<html/>"])
async def test_what_is_no_geo_report_is_unreadable(body):
    """The standard's own examples are no JSON where a code begins with zeros."""
    assert Fault.UNREADABLE == (await refused(body)).fault
    if body == "<html/>":
        assert Fault.UNREADABLE == (await refused(body, content_type="text/xml", options={"format": "xml"})).fault


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["requests", "errors", "code", "description", "lat", "zipcode", "service_code", "#text"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(content=st.binary() | VALUES.map(lambda it: json.dumps(it).encode()), form=st.sampled_from(["json", "xml"]))
def test_any_bytes_are_rows_or_a_fault(content, form):
    """Nothing else ever leaves, whatever a server sends."""
    adapter = adapter_of("http://127.0.0.1:1", None, options={"format": form})
    try:
        rows = adapter._read(content, is_one=False)
    except AdapterError:
        return
    assert all(row is None or isinstance(row, dict) for row in rows)


async def test_key_and_jurisdiction_are_sent():
    """In the parameters that GeoReport has for them."""
    async with PlatformServer(answering("[]")) as server, HttpTransport(Upstream()) as transport:
        auth = Auth(kind="api-key", query_parameter="api_key", secret="KEY")
        await adapter_of(server.url, transport, auth=auth, options={"jurisdiction_id": "kota"}).fetch(Question())
    assert {"jurisdiction_id": "kota", "api_key": "rahasia"} == dict(server.requests[0].query)


class Reports:
    """A server with reports every six hours, that gives no more than `most` of a span, both of its ends included."""

    def __init__(self, *, most=1000, count=400):
        self.most = most
        self.ids = [NOW - timedelta(hours=6 * it) for it in range(count)]

    async def answer(self, request):
        start, end = (datetime.fromisoformat(request.query[it]) for it in ("start_date", "end_date"))
        assert end - start <= timedelta(days=90)
        found = [
            {"service_request_id": f"{it:%y%m%d%H}", "requested_datetime": it.replace(microsecond=0).isoformat()}
            for it in self.ids
            if start <= it.replace(microsecond=0) <= end
        ]
        page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", self.most))
        return web.json_response(found[(page - 1) * size : page * size])


async def walked(reports, **dataset):
    """Every id, and how often the server was asked."""
    async with PlatformServer(reports.answer) as server, HttpTransport(Upstream()) as transport:
        adapter, ids, position = adapter_of(server.url, transport, **dataset), [], None
        while True:
            document = await adapter.fetch(Question(position=position))
            ids += [it["service_request_id"] for it in json.loads(document.body)]
            position = document.next_position
            if position is None:
                return ids, len(server.requests)


@pytest.mark.parametrize(
    ("options", "paging"),
    [
        ({"days": "7"}, {}),
        ({"days": "30", "most": "20"}, {}),
        ({"days": "90", "back_days": "3650"}, {}),
        ({"days": "20"}, {"size_parameter": "page_size", "size": 7}),
    ],
)
async def test_spans_yield_every_report_once(options, paging):
    """Whatever their length, also where the server cuts them and where a report lies on an edge."""
    reports = Reports(most=int(options.get("most", 1000)))
    ids, _ = await walked(reports, options=options, paging=Paging(kind="window", **paging))
    assert len(reports.ids) == len(ids) == len(set(ids))


async def test_spans_end_where_the_operator_says():
    """Reports that are older are not asked for."""
    ids, asked_times = await walked(Reports(), options={"days": "5", "back_days": "10"}, paging=Paging(kind="window"))
    assert (4 * 10, 2) == (len(ids), asked_times)


async def test_a_minute_that_is_too_full_is_too_large():
    """Where no span is short enough, the list cannot be had whole, and that is said."""

    async def answer(_request):
        return web.json_response([{"service_request_id": "1"}] * 3)

    async with PlatformServer(answer) as server, HttpTransport(Upstream()) as transport:
        adapter = adapter_of(server.url, transport, options={"most": "3"}, paging=Paging(kind="window"))
        with pytest.raises(AdapterError) as caught:
            await adapter.fetch(Question())
    assert Fault.TOO_LARGE == caught.value.fault


@pytest.mark.parametrize("position", ["x", "5:9:1", "99:1", "999999999:1:0"])
async def test_a_position_of_another_list_is_refused(position):
    """Nor does it widen a span."""
    error = await refused([], paging=Paging(kind="window"), question=Question(position=position))
    assert "position" in error.message


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"options": {"format": "yaml"}}, "options.format"),
        ({"options": {"list": "tokens"}}, "options.list"),
        ({"options": {"days": "91"}, "paging": Paging(kind="window")}, "options.days"),
        ({"options": {"kota": "x"}}, "options.kota"),
        ({"paging": Paging(kind="link")}, "paging.kind"),
        ({"by_id": "/requests"}, "by_id"),
    ],
)
def test_what_cannot_work_is_said_when_it_is_built(dataset, key):
    """By the key that is wrong."""
    with pytest.raises(AdapterMisconfigured) as caught:
        adapter_of("http://127.0.0.1:1", None, **dataset)
    assert key == caught.value.key
