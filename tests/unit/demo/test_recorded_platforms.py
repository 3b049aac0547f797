"""Stand-ins of further partners: their recorded samples, page by page."""

import json

import aiohttp
import pytest

from adapters.config import Paging
from gateway.demo.recorded import further_partners, recorded_samples
from gateway.demo.stand_ins import StandIns
from gateway.settings import Dataset, Partner, Platform

HERE = "http://127.0.0.1:8490"


@pytest.fixture
def schemas(tmp_path):
    """A folder of contracts with two recorded pages."""
    folder = tmp_path / "partners" / "bandung"
    samples = folder / "samples" / "pasar"
    samples.mkdir(parents=True)
    (folder / "pasar.mapping.toml").write_text('resource = "facility"\nrecords = "data"\n[fields]\n')
    for page in (1, 2):
        (samples / f"2026-03-10-page-{page:02d}.json").write_text(json.dumps({"data": [{"id": page}]}))
    (samples / "2025-01-01-page-01.json").write_text('{"data": []}')
    return tmp_path


def _partner(*, address=f"{HERE}/bandung", paging=None):
    paging = paging or Paging(kind="page", parameter="hal", records="data")
    dataset = Dataset(platform="satu", path="/pasar", paging=paging)
    platform = Platform(adapter="rest_json", base_url=address)
    return Partner(
        id="bandung", name="Bandung", kode_wilayah="32.73", platforms={"satu": platform}, datasets={"pasar": dataset}
    )


async def _asked(partner, schemas, *queries):
    further = further_partners([partner], schemas, address=HERE)
    found = []
    async with StandIns(further=further) as running, aiohttp.ClientSession() as http:
        for query in queries:
            async with http.get(f"{running.base_url}/bandung/pasar{query}") as answer:
                found.append((answer.status, await answer.json(content_type=None)))
    return found


async def test_pages_are_the_samples_of_the_last_day_and_then_nothing(schemas):
    """The first page without a number, too."""
    answers = await _asked(_partner(), schemas, "", "?hal=1", "?hal=2", "?hal=3")
    assert [body["data"] for _, body in answers] == [[{"id": 1}], [{"id": 1}], [{"id": 2}], []]


async def test_an_offset_beyond_the_first_page_finds_nothing_more(schemas):
    """Nobody recorded how the platform counts."""
    paging = Paging(kind="offset", parameter="mulai", records="data")
    answers = await _asked(_partner(paging=paging), schemas, "?mulai=0", "?mulai=100")
    assert [body["data"] for _, body in answers] == [[{"id": 1}], []]


def test_a_partner_with_an_address_of_its_own_is_not_replayed(schemas):
    """And Jakarta and Sumedang have stand-ins of their own."""
    assert further_partners([_partner(address="https://data.bandung.example")], schemas, address=HERE) == []
    assert further_partners([_partner(address=f"{HERE}0/bandung")], schemas, address=HERE) == []


def test_what_a_partner_offers_is_what_its_mappings_make(schemas):
    """The demonstration asks for no more."""
    (found,) = further_partners([_partner()], schemas, address=HERE)
    assert found.resources == {"facility"}
    assert [file.name for file in found.samples["pasar"]] == ["2026-03-10-page-01.json", "2026-03-10-page-02.json"]
    assert recorded_samples(schemas / "partners" / "bandung", "tidak-ada") == []
