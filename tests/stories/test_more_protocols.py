"""A region whose systems speak Open311, GeoJSON and SQL is exchanged with like the others, from data files alone."""

import shutil
from pathlib import Path

import aiohttp
import asyncpg
import pytest
import sqlalchemy as sa
from aiohttp import web

from gateway.demo.partner_client import PartnerClient
from gateway.demo.seed import seed
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.server import serving
from gateway.settings_file import load_settings
from gateway.wiring import opened
from tests.support.engines import postgres_server, postgres_url
from tests.support.partner_documents import ROOT
from tests.support.served import free_port

__all__ = ["postgres_server", "postgres_url"]

GARUT = Path(__file__).parents[1] / "support/garut"
SECRETS = {"GARUT_REPORTS_KEY": "kunci-laporan", "GARUT_DATABASE_PASSWORD": "kata-sandi-basis-data"}
REPORTS = [
    ("G-1", "open", "007", "Lampu mati", "-7.2104", "107.9021"),
    ("G-2", "closed", "008", "Sampah", "", ""),
    ("G-3", "open", "007", "Lampu mati", "107.9021", "-7.2104"),  # swapped: a point that is not in Indonesia
]
SCHOOLS = [
    (11, "SDN 1 Contoh", "3205110", {"type": "Point", "coordinates": [107.9, -7.2]}),
    (12, "SDN 2 Contoh", None, None),
    (13, "SMPN 1 Contoh", None, {"type": "Polygon", "coordinates": [[[107.9, -7.2], [107.8, -7.2], [107.9, -7.1]]]}),
]
VIEW = """
CREATE SCHEMA layanan;
CREATE TABLE layanan.puskesmas (id int PRIMARY KEY, nama text, kode_wilayah text, lintang numeric(9,6),
    bujur numeric(9,6), telp text, kepala text, nik_kepala text, diubah timestamptz NOT NULL);
CREATE VIEW layanan.v_puskesmas AS
    SELECT id, nama, kode_wilayah, lintang, bujur, telp, kepala, diubah FROM layanan.puskesmas;
INSERT INTO layanan.puskesmas VALUES
    (1, 'Puskesmas Contoh Satu', '32.05.04', -7.210412, 107.902133, '0262555010,0262555011', 'Contoh A',
     '3205040101800001', '2026-01-05T03:00:00Z'),
    (2, 'Puskesmas Contoh Dua', '32.05', NULL, NULL, NULL, 'Contoh B', '3205040101800002', '2026-02-01T03:00:00Z'),
    (3, 'Puskesmas Contoh Tiga', '99.99', NULL, NULL, NULL, NULL, NULL, '2026-03-01T03:00:00Z');
"""


async def reports(request):
    """Garut's GeoReport server."""
    assert ("garutkab.example", SECRETS["GARUT_REPORTS_KEY"]) == (
        request.query["jurisdiction_id"],
        request.query["api_key"],
    )
    names = ("service_request_id", "status", "service_code", "service_name", "lat", "long")
    page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", 100))
    wanted = request.match_info.get("id")
    rows = [
        dict(zip(names, row, strict=True))
        for row in REPORTS
        if request.query.get("status", row[1]) == row[1] and wanted in {None, row[0]}
    ]
    body = "".join(
        "<request>" + "".join(f"<{name}>{value}</{name}>" for name, value in row.items()) + "</request>"
        for row in rows[(page - 1) * size : page * size]
    )
    return web.Response(text=f"<service_requests>{body}</service_requests>", content_type="text/xml")


async def schools(request):
    """Garut's OGC API."""
    features = [
        {"type": "Feature", "id": number, "properties": {"nama": name, "kecamatan": region}, "geometry": geometry}
        for number, name, region, geometry in SCHOOLS
    ]
    offset, limit = int(request.query.get("offset", 0)), int(request.query["limit"])
    links = [{"rel": "next", "href": f"{request.path}?limit={limit}&offset={offset + limit}"}]
    more = {"links": links} if offset + limit < len(features) else {}
    return web.json_response({"type": "FeatureCollection", **more, "features": features[offset : offset + limit]})


@pytest.fixture
async def portal():
    """Garut's two servers, as an address."""
    app = web.Application()
    app.router.add_get("/open311/v2/requests.xml", reports)
    app.router.add_get("/open311/v2/requests/{id}.xml", reports)
    app.router.add_get("/peta/collections/sekolah/items", schools)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def deployment(tmp_path, portal, postgres_url):
    """The shipped deployment with Garut's files, as a function of the stand-ins' address."""
    database = sa.make_url(postgres_url)

    def written(stand_ins_url):
        for folder in ("config", "schemas/codes", "schemas/partners", "schemas/recipes"):
            shutil.copytree(ROOT / folder, tmp_path / folder)
        for file in (tmp_path / "config/partners").glob("*.toml"):
            file.write_text(file.read_text().replace(f"http://127.0.0.1:{DEFAULT_PORT}", stand_ins_url))
        text = (GARUT / "garut.toml").read_text().replace("{http}", portal).replace("{user}", database.username)
        address = f"postgresql://{database.host}:{database.port}/{database.database}"
        (tmp_path / "config/partners/garut.toml").write_text(text.replace("{database}", address))
        (tmp_path / "schemas/partners/garut").mkdir()
        for file in (*GARUT.glob("*.source.json"), *GARUT.glob("*.mapping.toml")):
            shutil.copy(file, tmp_path / "schemas/partners/garut")
        return tmp_path

    return written


@pytest.fixture
async def ask(deployment, postgres_url):
    """Asks the served gateway with Jakarta's token."""
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(VIEW)
    await connection.close()
    port = str(free_port())
    environ = {
        "GATEWAY__SERVER__PORT": port,
        "GATEWAY__SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAY__SERVER__ADMIN_PORT": str(free_port()),
    }
    async with StandIns() as stand_ins:
        folder = deployment(stand_ins.base_url)
        settings = load_settings(folder / "config/gateway.toml", environ)
        secrets = {**stand_ins.secrets, **SECRETS}.__getitem__
        async with opened(settings, secrets=secrets, folder=folder / "schemas") as gateway:
            seeded = await seed(gateway.desk, further=["garut"])
            async with serving(gateway, with_admin=False), aiohttp.ClientSession() as http:
                url = settings.server.public_url
                client = PartnerClient(http, url=url, partner="jakarta", credentials=seeded.clients["jakarta"])
                token = await client.token("facilities:read service-requests:read")

                async def ask(path):
                    async with http.get(url + path, headers={"Authorization": f"Bearer {token}"}) as answer:
                        return answer.status, await answer.json(content_type=None)

                yield ask


async def walked(ask, path):
    """Every record and gap of a list."""
    records, gaps, cursor = [], [], ""
    while True:
        status, answer = await ask(path + cursor)
        assert 200 == status, answer
        records += answer["data"]
        gaps += [(it["dataset"], it.get("field")) for it in answer["gaps"]]
        if answer["next_cursor"] is None:
            return records, gaps
        cursor = f"&cursor={answer['next_cursor']}"


async def test_three_more_protocols_are_three_more_data_files(ask):
    """Reports in XML, features by links, rows of a view: each in the common model, with its gaps and no more."""
    found, gaps = await walked(ask, "/v1/service-requests?partner=garut&limit=2")
    assert ["G-1", "G-2", "G-3"] == [it["service_request_id"] for it in found]
    assert [[107.9021, -7.2104], None, None] == [it.get("location", {}).get("coordinates") for it in map(_known, found)]
    assert [("garut/service-requests", "location")] == gaps
    found, gaps = await walked(ask, "/v1/facilities?partner=garut&limit=3")
    names = {it["name"]: it for it in found}
    assert {"SDN 1 Contoh", "SDN 2 Contoh", "Puskesmas Contoh Satu", "Puskesmas Contoh Dua"} == set(names)
    assert ([107.902133, -7.210412], ["0262555010", "0262555011"], "2026-01-05T03:00:00Z") == (
        names["Puskesmas Contoh Satu"]["location"]["coordinates"],
        names["Puskesmas Contoh Satu"]["phones"],
        names["Puskesmas Contoh Satu"]["source_updated_at"],
    )
    assert [("garut/health-centres", "region"), ("garut/schools", "location")] == sorted(gaps)
    assert "kepala" not in str(found)
    assert "Contoh A" not in str(found)  # the head's name is Personal, and nobody granted it


def _known(record):
    return {name: value for name, value in record.items() if value is not None}


async def test_their_filters_and_ids_are_asked_of_the_platforms(ask):
    """A status in the server's words, a region by its beginning, a row by its key."""
    found, _ = await walked(ask, "/v1/service-requests?partner=garut&status=closed")
    assert ["G-2"] == [it["service_request_id"] for it in found]
    status, one = await ask("/v1/service-requests/garut:service-request:service-requests.G-3")
    assert (200, "G-3") == (status, one["data"]["service_request_id"])
    status, one = await ask("/v1/facilities/garut:facility:health-centres.2")
    assert (200, "Puskesmas Contoh Dua") == (status, one["data"]["name"])
    status, _ = await ask("/v1/facilities/garut:facility:health-centres.77")
    assert 404 == status
    status, answer = await ask("/v1/facilities?partner=garut&region=32.05.04")
    assert (200, ["Puskesmas Contoh Satu"]) == (status, [it["name"] for it in answer["data"]])
    assert {"garut/schools"} == {it["dataset"] for it in answer["gaps"] if it["reason"] == "filter-unsupported"}


async def test_what_came_by_open311_leaves_by_open311(ask):
    """A GeoReport client reads Garut's server through the gateway."""
    status, reports = await ask("/open311/v2/requests.json?jurisdiction_id=garut&status=open&service_code=007")
    assert (200, ["G-1", "G-3"]) == (status, [it["service_request_id"] for it in reports])
    status, services = await ask("/open311/v2/services.json?jurisdiction_id=32.05")
    assert {"007": "Lampu mati", "008": "Sampah"} == {it["service_code"]: it["service_name"] for it in services}
