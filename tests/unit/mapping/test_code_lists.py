"""Code lists and region codes: what is looked up how, and what is wrong with their files."""

import pathlib

import pytest

import schemas
from gateway.mapping.code_lists import code_list, load_code_lists
from gateway.mapping.language.findings import MappingRejected

SHIPPED = pathlib.Path(schemas.__file__).parent / "codes"


@pytest.fixture(scope="module")
def shipped():
    """The lists and regions of the repository."""
    return load_code_lists(SHIPPED)


@pytest.mark.parametrize(
    ("scheme", "code", "expected"),
    [
        ("bps", 3173, "31.71"),
        ("bps", "3173", "31.71"),
        ("bps", " 31 ", "31"),
        ("bps", 3173050, "31.71.05"),
        ("bps", 3173050001, "31.71.05"),
        ("bps", 3173999001, "31.71"),
        ("bps", 3173050001002003, "31.71.05"),
        ("bps", 3199, None),
        ("bps", 317, None),
        ("bps", "31.73", None),
        ("bps", "٣١٧٣", None),
        ("bps", -3173, None),
        ("kemendagri", "31.73", "31.73"),
        ("kemendagri", 3173, "31.73"),
        ("kemendagri", "32.11.15", "32.11.15"),
        ("kemendagri", 321115, "32.11.15"),
        ("kemendagri", "32.11.15.2001", "32.11.15.2001"),
        ("kemendagri", "32.11.99", "32.11"),
        ("kemendagri", "32.73.05", "32.73.05"),
        ("kemendagri", "32.99", None),
        ("kemendagri", "321.1", None),
        ("kemendagri", "", None),
    ],
)
def test_a_region_code_becomes_kemendagris(shipped, scheme, code, expected):
    """BPS goes through the crosswalk; a finer code than those known gives the region that holds it."""
    assert expected == shipped.regions.to_kemendagri(scheme, code)


def test_the_same_digits_are_two_regions(shipped):
    """3173 is Jakarta Pusat for BPS and Jakarta Barat for Kemendagri."""
    names = shipped.regions.names
    found = [names[shipped.regions.to_kemendagri(scheme, 3173)] for scheme in ("bps", "kemendagri")]
    assert ["Pusat", "Barat"] == [name.split()[-1] for name in found]


def test_every_regency_of_the_country_has_its_bps_code(shipped):
    """The crosswalk misses none but the regencies made since the BPS list."""
    regencies = {code for code in shipped.regions.names if len(code) == 5}
    reached = {code for code in shipped.regions.crosswalk.values() if len(code) == 5}
    assert 514 == len(regencies)
    assert len(regencies - reached) <= 5


def test_a_folded_list_ignores_case_and_inner_white_space():
    """`fold` compares without case, and every list trims."""
    assert "x" == code_list("l", {"Rumah Sakit": "x"}, fold=True).get("  rumah   SAKIT ")
    assert None is code_list("l", {"Rumah Sakit": "x"}, fold=False).get("rumah sakit")
    assert "x" == code_list("l", {"Rumah Sakit": "x"}, fold=False).get(" Rumah Sakit ")


def test_numbers_and_booleans_are_looked_up_as_they_are_written():
    """`1`, `true`: the keys of TOML are text."""
    found = code_list("l", {"1": "one", "true": "yes"}, fold=False)
    assert ("one", "yes", None) == (found.get(1), found.get(True), found.get(False))


REGIONS = "kode,name\n31,Jakarta\n31.71,Jakarta Pusat\n"
CROSSWALK = "# source\nbps,kemendagri\n31,31\n3173,31.71\n"
BROKEN = [
    ("code-twice", "a.toml", 'fold = true\n[codes]\n"L" = "x"\n"l" = "y"\n', 4),
    ("codes-missing", "a.toml", "fold = true\n", 1),
    ("unknown-key", "a.toml", 'flod = true\n[codes]\n"L" = "x"\n', 1),
    ("wrong-type", "a.toml", '[codes]\nL = ["x"]\n', 2),
    ("not-toml", "a.toml", "[codes\n", 1),
    ("bad-header", "regions.csv", "code,name\n31,Jakarta\n", 1),
    ("bad-region", "regions.csv", REGIONS + "32.11,Sumedang\n", 4),
    ("bad-region", "regions.csv", REGIONS + "3171,Jakarta\n", 4),
    ("code-twice", "regions.csv", REGIONS + "31,Jakarta\n", 4),
    ("bad-row", "regions.csv", REGIONS + "33,\n", 4),
    ("bad-crosswalk", "crosswalk.csv", CROSSWALK + "3211,32.11\n", 5),
    ("bad-crosswalk", "crosswalk-national.csv", "bps,kemendagri\n3173,31\n", 4),
]


@pytest.mark.parametrize(("code", "name", "text", "line"), BROKEN)
def test_a_broken_file_is_rejected_at_its_line(code, name, text, line, tmp_path):
    """A code twice, a region that lies nowhere, a crosswalk that leads nowhere: none is read in silence."""
    files = {"regions.csv": REGIONS, "crosswalk.csv": CROSSWALK, name: text}
    for file, content in files.items():
        (tmp_path / file).write_text(content, encoding="utf-8")
    with pytest.raises(MappingRejected) as raised:
        load_code_lists(tmp_path)
    assert code in {finding.code for finding in raised.value.findings if name[:9] in finding.file}
    assert line in {finding.line for finding in raised.value.findings if finding.code == code}


def test_a_folder_without_regions_is_rejected(tmp_path):
    """No region can be told without the list."""
    with pytest.raises(MappingRejected, match="file-missing"):
        load_code_lists(tmp_path)
