"""The region codes and the BPS crosswalk are complete and consistent."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

CODES = Path(__file__).parents[3] / "schemas/codes"


def rows(name):
    """The rows of one CSV file, without its comments."""
    with (CODES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.fixture(scope="module")
def regions():
    """Names by Kemendagri code."""
    return {row["kode"]: row["name"] for row in rows("regions.csv")}


@pytest.fixture(scope="module")
def crosswalk():
    """Kemendagri codes by BPS code, of both files."""
    both = rows("crosswalk.csv") + rows("crosswalk-national.csv")
    assert len({row["bps"] for row in both}) == len(both)
    return {row["bps"]: row["kemendagri"] for row in both}


def test_all_provinces_and_regencies_are_there(regions):
    """There are 38 provinces, 514 regencies and cities, and the kecamatan of the two partners."""
    levels = Counter(len(code.split(".")) for code in regions)
    assert {1: 38, 2: 514, 3: 44 + 26} == dict(levels)


def test_every_region_lies_in_one_that_is_there(regions):
    """No code hangs in the air, and no name has spaces around it."""
    assert [] == [code for code in regions if "." in code and code.rpartition(".")[0] not in regions]
    assert [] == [name for name in regions.values() if name != name.strip() or not name]


def test_every_regency_has_one_bps_code(regions, crosswalk):
    """The crosswalk joins 514 regencies one to one; 199 of them have another number there."""
    regencies = {bps: code for bps, code in crosswalk.items() if len(bps) == 4}
    assert {code for code in regions if len(code) == 5} == set(regencies.values())
    assert 514 == len(regencies)
    assert 199 == sum(bps != code.replace(".", "") for bps, code in regencies.items())


def test_no_two_bps_codes_mean_the_same_place(crosswalk):
    """The crosswalk can be read both ways."""
    assert [] == [code for code, count in Counter(crosswalk.values()).items() if count > 1]


@pytest.mark.parametrize(
    ("bps", "kemendagri", "name"),
    [
        ("3101", "31.01", "Kabupaten Administrasi Kepulauan Seribu"),
        ("3171", "31.74", "Kota Administrasi Jakarta Selatan"),
        ("3172", "31.75", "Kota Administrasi Jakarta Timur"),
        ("3173", "31.71", "Kota Administrasi Jakarta Pusat"),
        ("3174", "31.73", "Kota Administrasi Jakarta Barat"),
        ("3175", "31.72", "Kota Administrasi Jakarta Utara"),
        ("3211", "32.11", "Kabupaten Sumedang"),
        ("3173080", "31.71.01", "Gambir"),
        ("3211010", "32.11.15", "Jatinangor"),
        ("1101", "11.09", "Kabupaten Simeulue"),
        ("9471", "91.71", "Kota Jayapura"),
    ],
)
def test_known_places_are_joined_rightly(regions, crosswalk, bps, kemendagri, name):
    """Places that are known by heart, Jakarta's permutation first."""
    assert (kemendagri, name) == (crosswalk[bps], regions[kemendagri])


def test_kecamatan_lie_in_the_regency_that_their_bps_number_says(regions, crosswalk):
    """Joining the first four digits of a kecamatan gives the regency of the joined kecamatan."""
    kecamatan = {bps: code for bps, code in crosswalk.items() if len(bps) == 7}
    assert 70 == len(kecamatan)
    assert [] == [bps for bps, code in kecamatan.items() if crosswalk[bps[:4]] != code[:5] or code not in regions]


def test_none_of_sumedangs_kecamatan_has_the_same_number_in_both(crosswalk):
    """A code of Sumedang's without its scheme is never right by accident."""
    sumedang = {bps: code for bps, code in crosswalk.items() if len(bps) == 7 and bps.startswith("3211")}
    assert 26 == len(sumedang)
    assert [] == [bps for bps, code in sumedang.items() if bps == code.replace(".", "").ljust(7, "0")]


@pytest.mark.parametrize("name", ["regions.csv", "crosswalk.csv", "crosswalk-national.csv"])
def test_each_table_names_its_source_and_licence(name):
    """The comments at the top say where the facts are from, and under which terms."""
    head = [line for line in (CODES / name).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert re.search(r"github\.com/\S+", " ".join(head))
    assert re.search(r"MIT License|Open Database License", " ".join(head))
