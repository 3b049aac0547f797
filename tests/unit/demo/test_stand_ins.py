"""The stand-ins behave as the platforms do."""

import asyncio

import aiohttp
import pytest

from gateway.demo.faults import MEASURED, Failure, Faults
from gateway.demo.stand_ins import StandIns

KEY = {"Authorization": "kunci-contoh-jakarta"}


@pytest.fixture
async def stand_ins():
    """Running stand-ins, without faults."""
    async with StandIns() as servers:
        yield servers


@pytest.fixture
async def http(stand_ins):
    """A client of theirs."""
    async with aiohttp.ClientSession(stand_ins.base_url) as session:
        yield session


async def body(http, path, **options):
    """Status and decoded body of one answer."""
    async with http.get(path, **options) as response:
        return response.status, await response.json(content_type=None)


async def test_the_open_api_wants_its_static_key(http):
    """Without the key Jakarta's open API answers 401, with it the whole list."""
    refused, _ = await body(http, "/jakarta/api/v1/rumahsakitumum")
    status, document = await body(http, "/jakarta/api/v1/rumahsakitumum", headers=KEY)
    assert (401, 200) == (refused, status)
    assert document["count"] == len(document["data"]) > 40


async def test_a_bad_parameter_is_http_200_with_errors(http):
    """The open API says that it failed only in the body."""
    status, document = await body(http, "/jakarta/api/v1/puskesmas?format=xml", headers=KEY)
    assert (200, {"errors": {"message": "Parameter unknown", "code": 200}}) == (status, document)


async def test_one_hospital_is_found_by_id(http):
    """A path with an id answers a list of one, in the same envelope."""
    _, document = await body(http, "/jakarta/api/v1/rumahsakitumum/2", headers=KEY)
    assert ["Tarakan"] == [row["nama_rsu"] for row in document["data"]]


async def test_waste_sites_page_by_200_to_1899(http):
    """Ten pages hold each site once."""
    ids = []
    for page in range(1, 11):
        _, document = await body(http, f"/jakarta/api/v1/tps?page={page}", headers=KEY)
        ids += [row["id"] for row in document["data"]]
    assert list(range(1, 1900)) == ids


async def test_satu_data_wants_page_numbers_as_text(http):
    """A page number that is a number is refused, as text it is served."""
    path = "/jakarta/satudata/backend/api/v2/satudata/get-table-data"
    asked = {"url": "jumlah-kunjungan-wisatawan-mancanegara", "page_size": "50"}
    async with http.post(path, json={**asked, "page_no": 3}) as response:
        assert response.status == 422
    async with http.post(path, json={**asked, "page_no": "3"}) as response:
        document = await response.json()
    assert (20, 120, 3) == (
        len(document["data"]["data"]),
        document["data"]["total"],
        document["data"]["total_page"],
    )


async def test_ckan_filters_and_pages(http):
    """`datastore_search` knows filters, limit and offset, and 404 for another resource."""
    path = "/jakarta/ckan/api/3/action/datastore_search"
    resource = {"resource_id": "b6f0a3f2-6f0f-4f3c-9d0a-2f6f3a1c5e31"}
    _, document = await body(http, path, params={**resource, "filters": '{"urusan":"Kependudukan"}', "limit": "2"})
    assert (6, 2) == (document["result"]["total"], len(document["result"]["records"]))
    status, _ = await body(http, path, params={"resource_id": "x"})
    assert status == 404


async def test_complaints_page_and_filter(http):
    """Complaints want a bearer token; totals stand in body and headers."""
    path = "/sumedang/aduan-api/aduan/complaints?page=2&page_size=100"
    async with http.get(path, headers={"Authorization": "Bearer token-contoh-sumedang"}) as response:
        document = await response.json()
        assert response.headers["X-Pagination-Total-Count"] == "130"
    assert (30, 2, "200") == (
        len(document["data"]["data"]["data"]),
        document["data"]["data"]["total_pages"],
        document["data"]["code"],
    )


async def test_the_csv_file_answers_304_to_its_etag(http):
    """A conditional request for the same file brings no body."""
    path = "/sumedang/berkas/standar-pelayanan.csv"
    async with http.get(path) as response:
        etag = response.headers["ETag"]
    async with http.get(path, headers={"If-None-Match": etag}) as response:
        assert (304, b"") == (response.status, await response.read())


async def test_a_forced_failure_lasts_until_it_is_taken_away(stand_ins, http):
    """Tests choose what fails, by the beginning of a path."""
    path = "/jakarta/crm/api/public/dashboard/distribution-map"
    stand_ins.faults.forced["/jakarta/crm"] = Failure.ERRORS
    failing = await body(http, path)
    stand_ins.faults.forced.clear()
    _, working = await body(http, path)
    assert (200, {"errors": {"message": "Parameter unknown", "code": 200}}) == failing
    assert len(working) == 60


@pytest.mark.parametrize("failure", [Failure.CLOSED, Failure.HANGS])
async def test_a_platform_may_close_the_connection_or_hang(stand_ins, http, failure):
    """Neither gives an answer."""
    stand_ins.faults.forced["/sumedang/"] = failure
    with pytest.raises((aiohttp.ClientError, asyncio.TimeoutError)):
        await body(http, "/sumedang/opendata/index.php/api/61493671239d6", timeout=aiohttp.ClientTimeout(total=0.2))


def test_the_measured_profile_fails_as_often_as_was_measured():
    """Jakarta never fails; Sumedang's open data answers near 42 % of the time."""
    random = Faults(seed=1)._random
    jakarta = [MEASURED["/jakarta/"].draw(random)[1] for _ in range(2000)]
    sumedang = [MEASURED["/sumedang/"].draw(random)[1] for _ in range(2000)]
    assert jakarta == [None] * 2000
    assert 0.38 < sumedang.count(None) / 2000 < 0.46


def test_measured_waits_have_the_measured_median():
    """Half of Jakarta's answers take longer than 828 ms."""
    random = Faults(seed=2)._random
    waits = sorted(MEASURED["/jakarta/"].draw(random)[0] for _ in range(2001))
    assert 0.81 < waits[1000] < 0.85
