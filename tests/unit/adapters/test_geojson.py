"""GeoJSON as platforms really send it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Fault, Question, Response
from adapters.config import AdapterMisconfigured, Auth, Paging
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering

POINT = {"type": "Feature", "id": 7, "geometry": {"type": "Point", "coordinates": [107.9, -6.8]}, "properties": {}}


def adapter_of(base_url, transport=None, *, auth=None, **dataset):
    """The adapter over one dataset."""
    platform = Platform(adapter="geojson", base_url=base_url, auth=auth or Auth())
    return build_adapter(
        "geojson",
        platform=platform,
        dataset=Dataset(platform="p", **dataset),
        transport=transport,
        secrets={"KEY": "rahasia"}.__getitem__,
    )


async def asked(document, *, question=None, content_type="application/geo+json", headers=None, **dataset):
    """What the adapter makes of a document that a platform sends."""
    body = document if isinstance(document, bytes | str) else json.dumps(document)
    answer = answering(body, content_type=content_type, **(headers or {}))
    async with PlatformServer(answer) as server, HttpTransport(Upstream()) as transport:
        adapter = adapter_of(server.url, transport, **{"path": "/peta", **dataset})
        return await adapter.fetch(question or Question())


async def refused(document, **options):
    """The fault of a document."""
    with pytest.raises(AdapterError) as caught:
        await asked(document, **options)
    return caught.value


def collection(*features, **more):
    """A feature collection."""
    return {"type": "FeatureCollection", **more, "features": list(features)}


def named(name):
    """The old `crs` member."""
    return {"type": "name", "properties": {"name": name}}


async def test_other_geometries_come_through_as_they_are():
    """What is no point is the mapping's matter, and the document is not rewritten."""
    line = {**POINT, "geometry": {"type": "LineString", "coordinates": [[107, -6], [108, -7]]}}
    sent = collection(POINT, line, bbox=[107, -7, 108, -6])
    assert sent == json.loads((await asked(sent)).body)


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"],
)
async def test_wgs_84_is_known_by_each_of_its_names(name):
    """In the `crs` member that older servers still send."""
    assert (await asked(collection(POINT, crs=named(name)))).body


@pytest.mark.parametrize("name", ["EPSG:3857", "urn:ogc:def:crs:EPSG::23830", "urn:ogc:def:crs:EPSG::32748", "x4326"])
async def test_another_reference_system_is_refused(name):
    """Metres are no degrees, and a mapping could not tell."""
    error = await refused(collection(POINT, crs=named(name)))
    assert (Fault.UNREADABLE, "the coordinates are in another reference system than WGS 84") == (
        error.fault,
        error.message,
    )


@pytest.mark.parametrize(
    ("uri", "is_taken"),
    [
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", False),
        ("http://www.opengis.net/def/crs/EPSG/0/3857", False),
    ],
)
async def test_the_servers_header_names_the_system_too(uri, is_taken):
    """In OGC's own words EPSG 4326 has the latitude first, so it is refused there."""
    options = {"headers": {"content_crs": f"<{uri}>"}}
    if is_taken:
        assert (await asked(collection(POINT), **options)).body
    else:
        assert Fault.UNREADABLE == (await refused(collection(POINT), **options)).fault


@pytest.mark.parametrize("document", [{"error": {"code": 400}}, [], {"type": "FeatureCollection"}, POINT, "null"])
async def test_what_is_no_collection_is_unreadable(document):
    """ArcGIS reports its errors with status 200."""
    assert Fault.UNREADABLE == (await refused(document)).fault


@pytest.mark.parametrize("more", [{"numberMatched": 2}, {"exceededTransferLimit": True}])
async def test_a_document_that_holds_something_back_is_not_the_whole(more):
    """A list that ends too early would look like the list."""
    error = await refused(collection(POINT, **more))
    assert "set paging" in error.message


async def test_a_line_that_is_no_feature_is_refused_by_its_place():
    """One bad line costs itself alone; at the end it means that the file was cut."""
    good = json.dumps(POINT)
    document = await asked(f"{good}\n[1]\n{good}\n", content_type="text/plain", options={"form": "sequence"})
    assert [POINT, None, POINT] == json.loads(document.body)["features"]
    error = await refused(f"{good}\n{good[:-9]}", content_type="text/plain", options={"form": "sequence"})
    assert Fault.UNREADABLE == error.fault


async def test_a_property_serves_as_the_id_of_a_whole_collection():
    """Where features have no id of their own; a property named `id` is not the member."""
    features = [{**POINT, "properties": {"id": number, "kode": {"pos": f"P-{number}"}}} for number in (1, 2)]
    for by_id, wanted in (("properties.kode.pos", "P-2"), ("properties.id", "2")):
        document = await asked(collection(*features), by_id=by_id, question=Question(source_id=wanted))
        assert [features[1]] == json.loads(document.body)["features"]
    error = await refused(collection(*features), by_id="id", question=Question(source_id="2"))
    assert Fault.NOT_FOUND == error.fault


@pytest.mark.parametrize("href", ["https://lain.example/items?offset=1", "http://127.0.0.1:1/peta"])
async def test_a_next_page_elsewhere_is_not_asked(href):
    """Nothing but the platform's own address is."""
    sent = collection(POINT, links=[{"rel": "next", "href": href}])
    error = await refused(sent, paging=Paging(kind="link"))
    assert (Fault.UNREADABLE, True) == (error.fault, "leads away" in error.message)


async def test_the_key_stays_out_of_the_position():
    """A server that repeats our key in its links does not get it into our cursors."""
    link = {"rel": "next", "href": "/peta?limit=1&api_key=rahasia&offset=1"}
    body = json.dumps(collection(POINT, links=[link]))
    async with PlatformServer(answering(body)) as server, HttpTransport(Upstream()) as transport:
        auth = Auth(kind="api-key", query_parameter="api_key", secret="KEY")
        adapter = adapter_of(server.url, transport, auth=auth, path="/peta", paging=Paging(kind="link"))
        position = (await adapter.fetch(Question(size=1))).next_position
    assert "/peta?limit=1&offset=1" == position


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["features", "type", "crs", "properties", "id", "name"]), inner, max_size=4)
    ),
    max_leaves=12,
)
DOCUMENTS = VALUES.map(lambda it: json.dumps({"type": "FeatureCollection", "features": it}).encode())


@pytest.mark.parametrize("form", ["collection", "sequence"])
@pytest.mark.parametrize("source_id", [None, "7"])
@given(content=st.binary() | DOCUMENTS | VALUES.map(lambda it: json.dumps(it).encode()))
def test_any_bytes_are_a_collection_or_a_fault(form, source_id, content):
    """Nothing else ever leaves, whatever a server sends."""
    adapter = adapter_of("file:///tiada", path="x", by_id="properties.id", options={"form": form})
    try:
        document = adapter._document(Question(source_id=source_id), Response(status=200, headers={}, body=content))
    except AdapterError:
        return
    assert "FeatureCollection" == json.loads(document.body)["type"]


async def test_a_file_is_read_from_its_folder(tmp_path):
    """Again only when it has changed, and from nowhere else."""
    (tmp_path / "peta.geojson").write_text(json.dumps(collection(POINT)))
    adapter = adapter_of(f"file://{tmp_path}", path="peta.geojson", by_id="id")
    first = await adapter.fetch(Question())
    again = await adapter.fetch(Question(etag=first.etag))
    one = await adapter.fetch(Question(source_id="7"))
    assert (collection(POINT), True) == (json.loads(first.body), again.not_modified)
    assert [POINT] == json.loads(one.body)["features"]
    with pytest.raises(AdapterError) as caught:
        await adapter_of(f"file://{tmp_path}", path="../peta.geojson").fetch(Question())
    assert caught.value.fault in {Fault.UNREADABLE, Fault.UNREACHABLE}


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"options": {"form": "baris"}}, "options.form"),
        ({"options": {"bentuk": "x"}}, "options.bentuk"),
        ({"options": {"max_bytes": "banyak"}}, "options.max_bytes"),
        ({"paging": Paging(kind="link")}, "paging.kind"),
        ({"by_id": "/items/{id}"}, "by_id"),
    ],
)
def test_what_cannot_work_is_said_when_it_is_built(tmp_path, dataset, key):
    """By the key that is wrong."""
    with pytest.raises(AdapterMisconfigured) as caught:
        adapter_of(f"file://{tmp_path}", path="peta.geojson", **dataset)
    assert key == caught.value.key
