"""A third partner takes one file in `config/partners` and one folder in `schemas/partners`; nothing else."""

import json
import shutil

import aiohttp
import pytest
from aiohttp import web

from gateway.demo.partner_client import PartnerClient
from gateway.demo.seed import Credentials, seed
from gateway.demo.stand_ins import DEFAULT_PORT, StandIns
from gateway.errors import BadConfiguration
from gateway.server import serving
from gateway.settings_file import load_settings
from gateway.wiring import opened
from schemas.resources import RESOURCES
from tests.support.partner_documents import ROOT
from tests.support.served import free_port

LIBRARIES = {
    "berhasil": True,
    "hasil": [
        {
            "kode": "PB-1",
            "nama": "PERPUSTAKAAN UMUM CONTOH",
            "jenis": "perpustakaan",
            "wilayah": "32.05.04",
            "titik": {"lintang": "-7,2101", "bujur": "107,9021"},
            "telp": "0262555010 / 0262555011",
            "berdiri": "17 Agustus 2019",
            "pimpinan": "Contoh Rahayu",
        },
        {"kode": "PB-2", "nama": "Taman Baca Contoh", "jenis": "saung", "wilayah": "32.05", "telp": ""},
        {"kode": "PB-3", "nama": "Perpustakaan Keliling", "jenis": "perpustakaan", "wilayah": "99.99"},
    ],
}
SOURCE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Made up for a test.",
    "type": "object",
    "required": ["hasil"],
    "properties": {
        "hasil": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kode", "nama", "jenis", "wilayah"],
                "properties": {
                    "kode": {"type": "string", "minLength": 1, "maxLength": 60},
                    "nama": {"type": "string"},
                    "jenis": {"type": "string"},
                    "wilayah": {"type": "string"},
                    "titik": {
                        "type": "object",
                        "properties": {"lintang": {"type": "string"}, "bujur": {"type": "string"}},
                    },
                    "telp": {"type": "string"},
                    "berdiri": {"type": "string", "x-date": "%d %B %Y"},
                    "pimpinan": {"type": ["string", "null"]},
                },
            },
        }
    },
}
MAPPING = """
resource = "facility"
records  = "hasil"

[fields]
id        = { from = "kode", refuse = true }
name      = { from = "nama", text = "title", refuse = true }
kind      = { from = "jenis", codes = { perpustakaan = "library" }, otherwise = "other" }
region    = { from = "wilayah", scheme = "kemendagri", refuse = true }
location  = { latitude = "titik.lintang", longitude = "titik.bujur", decimal = "comma", unreadable = "null" }
phones    = { from = "telp", split = "/" }
opened_on = { from = "berdiri", date = "%d %B %Y" }
head_name = { from = "pimpinan", shorten = 500, unreadable = "null" }
"""
PARTNER = """
id           = "garut"
name         = "Pemerintah Kabupaten Garut"
kode_wilayah = "32.05"

[platforms.portal]
adapter  = "rest_json"
base_url = "{url}"
success  = {{ equals = {{ berhasil = ["true"] }} }}

[datasets.libraries]
platform = "portal"
path     = "/perpustakaan"
access   = "open"
title_id = "Perpustakaan"
title_en = "Libraries"
"""


@pytest.fixture
async def portal():
    """Garut's platform, as an address."""

    async def libraries(_request):
        return web.json_response(LIBRARIES)

    app = web.Application()
    app.router.add_get("/perpustakaan", libraries)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
def deployment(tmp_path, portal):
    """The shipped deployment with Garut's two additions, as a function of the stand-ins' address."""

    def written(stand_ins_url):
        shutil.copytree(ROOT / "config", tmp_path / "config")
        shutil.copytree(ROOT / "schemas/codes", tmp_path / "schemas/codes")
        shutil.copytree(ROOT / "schemas/partners", tmp_path / "schemas/partners")
        shutil.copytree(ROOT / "schemas/recipes", tmp_path / "schemas/recipes")
        for file in (tmp_path / "config/partners").glob("*.toml"):
            file.write_text(file.read_text().replace(f"http://127.0.0.1:{DEFAULT_PORT}", stand_ins_url))
        (tmp_path / "config/partners/garut.toml").write_text(PARTNER.format(url=portal))
        folder = tmp_path / "schemas/partners/garut"
        folder.mkdir()
        (folder / "libraries.source.json").write_text(json.dumps(SOURCE))
        (folder / "libraries.mapping.toml").write_text(MAPPING)
        return tmp_path

    return written


def settings_of(folder):
    """The settings of a deployment in a folder, on free ports."""
    port = str(free_port())
    environ = {
        "GATEWAY__SERVER__PORT": port,
        "GATEWAY__SERVER__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GATEWAY__SERVER__ADMIN_PORT": str(free_port()),
    }
    return load_settings(folder / "config/gateway.toml", environ)


async def test_a_third_partner_is_exchanged_with_like_the_others(deployment):
    """Jakarta reads Garut's libraries and its own facilities in one answer, from data files alone."""
    async with StandIns() as stand_ins:
        folder = deployment(stand_ins.base_url)
        settings = settings_of(folder)
        secrets = stand_ins.secrets.__getitem__
        async with opened(settings, secrets=secrets, folder=folder / "schemas") as gateway:
            seeded = await seed(gateway.desk)
            async with serving(gateway, with_admin=False), aiohttp.ClientSession() as http:
                partners, records, gaps = await _asked(http, settings.server.public_url, seeded.clients["jakarta"])
    assert ["garut", "jakarta", "sumedang"] == [it["id"] for it in partners["data"]]
    assert ["garut:facility:libraries.PB-1", "garut:facility:libraries.PB-2"] == [it["id"] for it in records]
    first = records[0]
    assert ("Perpustakaan Umum Contoh", "library", "32.05.04", "2019-08-17") == (
        first["name"],
        first["kind"],
        first["region"],
        first["opened_on"],
    )
    assert ([107.9021, -7.2101], ["0262555010", "0262555011"]) == (first["location"]["coordinates"], first["phones"])
    assert "head_name" not in first
    assert [("garut/libraries", "/hasil/2/wilayah", "region")] == [
        (gap["dataset"], gap["pointer"], gap["field"]) for gap in gaps
    ]


async def _asked(http, url, credentials: Credentials):
    """The list of partners, and Garut's facilities with what is missing."""
    client = PartnerClient(http, url=url, partner="jakarta", credentials=credentials)
    token = await client.token("facilities:read")
    _, partners, _ = await client.get("/v1/partners", token=token)
    records, gaps = await client.exchange(RESOURCES["facility"], provider="garut")
    return partners, records, gaps


async def test_a_third_partner_whose_mapping_cannot_be_proved_stops_the_start(deployment):
    """The start names file, line and field, and the name that was meant."""
    folder = deployment("http://127.0.0.1:1")
    mapping = folder / "schemas/partners/garut/libraries.mapping.toml"
    mapping.write_text(MAPPING.replace('from = "nama"', 'from = "namaa"'))
    with pytest.raises(BadConfiguration) as raised:
        async with opened(settings_of(folder), secrets=lambda _: "x", folder=folder / "schemas"):
            pass
    said = raised.value.message
    assert f"{mapping}:7: name:" in said
    assert "did you mean: nama" in said
