"""What stands in `config/partners`, `schemas/partners` and the recorded samples belongs together."""

import json
import re
import tomllib

import jsonschema_rs
import pytest

from adapters.registry import GIVEN
from gateway.demo.samples import FOLDER as SAMPLES
from schemas.resources import LIFE_EVENTS, RESOURCES
from tests.support.partner_documents import ROOT, shipped_datasets, shipped_partners

PARTNERS = shipped_partners()


def schema_of(partner, dataset):
    """The source schema of one dataset."""
    path = ROOT / f"schemas/partners/{partner}/{dataset}.source.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_jakarta_and_sumedang_take_part():
    """Both first partners are there, under their own codes."""
    assert {"jakarta": "31", "sumedang": "32.11"} == {name: it.kode_wilayah for name, it in PARTNERS.items()}
    assert [] == [name for name, partner in PARTNERS.items() if partner.id != name]


@pytest.mark.parametrize("partner", PARTNERS)
def test_each_partner_offers_every_resource(partner):
    """Facilities, indicators, services and service requests come from both, over several protocols."""
    mappings = (ROOT / "schemas/partners" / partner).glob("*.mapping.toml")
    offered = {tomllib.loads(path.read_text(encoding="utf-8"))["resource"] for path in mappings}
    assert set(RESOURCES) == offered - set(LIFE_EVENTS)
    assert len({platform.adapter for platform in PARTNERS[partner].platforms.values()}) > 1


def test_every_protocol_is_spoken_by_a_partner():
    """Each adapter that is there has a dataset that it is proved on."""
    spoken = {platform.adapter for partner in PARTNERS.values() for platform in partner.platforms.values()}
    assert {"ckan", "csv_file", "rest_json", "xml_feed", *GIVEN} == spoken


@pytest.mark.parametrize("partner", PARTNERS)
def test_configured_and_mapped_datasets_are_the_same(partner):
    """No dataset, event source or intake without mapping, no mapping without either, and samples of each."""
    settings = PARTNERS[partner]
    configured = {*settings.datasets, *settings.events, *settings.intakes}
    folder = ROOT / "schemas/partners" / partner
    assert configured == {path.name.removesuffix(".source.json") for path in folder.glob("*.source.json")}
    assert configured == {path.name.removesuffix(".mapping.toml") for path in folder.glob("*.mapping.toml")}
    assert configured == {path.name for path in (SAMPLES / partner / "samples").iterdir() if any(path.iterdir())}


@pytest.mark.parametrize("partner", PARTNERS)
def test_each_dataset_stands_on_a_platform_and_has_titles(partner):
    """The platform is declared, and officials read the dataset's title in both languages."""
    settings = PARTNERS[partner]
    assert [] == [name for name, dataset in settings.datasets.items() if dataset.platform not in settings.platforms]
    assert [] == [name for name, it in settings.datasets.items() if not (it.title_id and it.title_en)]


@pytest.mark.parametrize("partner", PARTNERS)
def test_shipped_addresses_are_loopback(partner):
    """A fresh installation asks no real platform before somebody says so."""
    stand_ins = re.compile(rf"http://127\.0\.0\.1:8490/(?:[a-z]+-)?{partner}/.+")
    platforms = PARTNERS[partner].platforms.values()
    addresses = {platform.base_url for platform in platforms if platform.adapter not in GIVEN}
    assert [] == [it for it in addresses if not stand_ins.fullmatch(it)]


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
def test_each_source_schema_is_valid_and_says_where_it_is_from(partner, dataset):
    """Draft 2020-12, with a `$comment` on how the shape is known, and an id of its own."""
    schema = schema_of(partner, dataset)
    jsonschema_rs.meta.validate(schema)
    assert f"urn:pertukaran:source:{partner}/{dataset}" == schema["$id"]
    assert len(schema["$comment"]) > 60
