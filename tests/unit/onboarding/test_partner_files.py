"""The partner's file: whole, and with one dataset more; and whose region it is."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.config import Paging, Success
from gateway.onboarding.mapping_text import slug, toml_value
from gateway.onboarding.partner_file import BadAddress, DatasetEntry, address_of, extended_text, partner_text
from gateway.onboarding.partner_region import government_of, region_of, zone_of
from gateway.onboarding.region_names import RegionNames
from gateway.settings import Partner
from tests.support.samples import REGIONS


def _entry(name="puskesmas", url=None, adapter="rest_json", **more):
    address = address_of(url, partner="bandung", dataset=name, adapter=adapter)
    return DatasetEntry(name=name, adapter=adapter, address=address, title="Puskesmas", **more)


def _text(entry):
    return partner_text(entry, partner="bandung", name="Kota Bandung", kode_wilayah="32.73", zone="Asia/Jakarta")


def test_a_file_is_what_the_settings_read():
    """Every key of it."""
    paging = Paging(kind="page", parameter="hal", total_pages="meta.total")
    entry = _entry(paging=paging, success=Success(equals={"status": ("ok",)}), options={"form": "collection"})
    partner = msgspec.convert(tomllib.loads(_text(entry)), Partner)
    dataset = partner.datasets["puskesmas"]
    assert partner.kode_wilayah == "32.73"
    assert dataset.paging == paging
    assert dataset.options == {"form": "collection"}
    assert partner.platforms[dataset.platform].success.equals == {"status": ("ok",)}


def test_a_second_dataset_stands_at_the_end():
    """On the same platform if it is the same, else on one of its own."""
    text = "# Kept.\n" + _text(_entry())
    same = tomllib.loads(extended_text(text, _entry("apotek")))
    other = tomllib.loads(extended_text(text, _entry("pasar", url="https://pasar.contoh.example/v1")))
    assert extended_text(text, _entry("apotek")).startswith("# Kept.\n")
    assert set(same["platforms"]) == {"puskesmas"}
    assert other["datasets"]["pasar"]["platform"] == "pasar"
    assert other["platforms"]["pasar"]["base_url"] == "https://pasar.contoh.example"


def test_a_dataset_that_is_there_is_not_added():
    """Its name is told."""
    with pytest.raises(BadAddress, match="puskesmas"):
        extended_text(_text(_entry()), _entry())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/y",
        "data.go.id/api",
        "https://",
        "https://nama:sandi@x.example/",
        "https://x.example/a b",
        "http://x:99999/",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_quoted(url):
    """It may hold a password."""
    with pytest.raises(BadAddress) as told:
        address_of(url, partner="bandung", dataset="x", adapter="rest_json")
    assert "sandi" not in str(told.value)


def test_an_address_of_a_datastore_names_its_resource():
    """The rest is the protocol's own."""
    entry = _entry(url="https://d.example/api/3/action/datastore_search?resource_id=ab-cd&limit=5", adapter="ckan")
    dataset = tomllib.loads(_text(entry))["datasets"]["puskesmas"]
    assert dataset["options"] == {"resource_id": "ab-cd"}
    assert "path" not in dataset


@given(
    st.text(max_size=40) | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.lists(st.text(max_size=9), max_size=3)
)
def test_any_value_is_written_as_toml_reads_it(value):
    """Quotes, backslashes, control signs."""
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9), max_size=3))
def test_any_table_is_written_as_toml_reads_it(table):
    """Keys of any signs."""
    assert tomllib.loads(f"x = {toml_value(table)}")["x"] == table


@given(st.text(max_size=60))
def test_a_slug_is_one_or_nothing(text):
    """Lower-case words joined by hyphens."""
    import re

    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", slug(text))


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("bandung", ["32.04", "32.73"]),
        ("kota-bandung", ["32.73"]),
        ("KAB. BANDUNG", ["32.04"]),
        ("dki-jakarta", ["31"]),
        ("Kota Adm. Jakarta Pusat", ["31.71"]),
        ("[010] Sumedang Utara", ["32.11.18"]),
        ("di-yogyakarta", ["34"]),
        ("antah-berantah", []),
    ],
)
def test_a_region_is_known_by_the_names_that_people_use(name, codes):
    """With and without its rank."""
    assert RegionNames(REGIONS.names).find(name) == codes


def test_an_ambiguous_partner_is_told_with_both_regions():
    """Where no record decides."""
    region = region_of("bandung", [], REGIONS)
    assert not region.is_sure
    assert {region.code, *region.others} == {"32.04", "32.73"}


def test_a_region_has_its_zone_and_its_government():
    """WIB, WITA, WIT."""
    assert [zone_of(code) for code in ("32.73", "73.71", "94.03")] == ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]
    assert government_of("32.73", REGIONS, name="bandung") == "Pemerintah Kota Bandung"
    assert government_of("32", REGIONS, name="jabar") == "Pemerintah Provinsi Jawa Barat"
