"""Samples as people save them: a right result, or a message that says what to do."""

import gzip
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.onboarding.sample import SampleRejected, read_sample
from gateway.onboarding.source import infer_source
from tests.support.samples import REGIONS, sample_of

ROWS = [{"id": at, "nama": f"Pasar {at}", "rahasia": f"rahasia-{at}"} for at in range(1, 6)]
TEXT = json.dumps(ROWS)


def refusal(folder, content, *, name="sample.json", **options):
    """What reading the file raises."""
    with pytest.raises(SampleRejected) as caught:
        sample_of(folder, content, name=name, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.json", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "a.csv", "empty"),
        (b"<!DOCTYPE html><html><body>Login rahasia</body></html>", "a.json", "web page"),
        (b"\n<html lang='id'></html>", "a.xml", "web page"),
        (gzip.compress(TEXT.encode()), "a.json", "gunzip"),
        (b"PK\x03\x04rahasia", "a.xlsx", "CSV"),
        (b"\xd0\xcf\x11\xe0rahasia", "a.xls", "CSV"),
        (b"%PDF-1.7 rahasia", "a.pdf", "PDF"),
        (b"rahasia dunia", "a.json", "not JSON"),
        (TEXT[:-20].encode(), "a.json", "cut off at line 1"),
        (b'[{"a": "rahas', "a.json", "cut off"),
        (b'[{"a": 1}, {"a": 2},]', "a.json", "comma stands before the closing bracket"),
        (b'{"data": [{"a": 1,}]}', "a.json", "comma stands before the closing bracket"),
        (b'[{"a": NaN}]', "a.json", "NaN"),
        (b'[{"a": -Infinity}]', "a.json", "Infinity"),
        (b'[{"a": 1e999}]', "a.json", "too large"),
        (b'[{"a": 123456789012345678901234567890}]', "a.json", "64 bits"),
        (b'[{"a": ' + b"1" * 5000 + b"}]", "a.json", "digits"),
        (b"[" * 5000 + b"]" * 5000, "a.json", "nested"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "a.json", "nested"),
        (b'callback({"data": [{"a": 1}]});', "a.json", "JSONP"),
        (b"[{'a': 'rahasia'}]", "a.json", "double quotes"),
        (b'[{"a": "rahasia\n"}]', "a.json", "line break"),
        (b'"rahasia"', "a.json", "single value"),
        (b'{"a": 1}\nrahasia\n', "a.json", "line 2 is none"),
        (b"no,nama\n", "a.csv", "no rows"),
        (b"1,rahasia,20\n2,rahasia,30\n3,rahasia,40\n", "a.csv", "looks like a row of data"),
        (b"no,nama,nama\n1,rahasia,b\n", "a.csv", "twice"),
        (b'no,nama\n1,"rahasia\n2,b\n', "a.csv", "quote"),
        (b"no,nama\n1,\x81rahasia\n", "a.csv", "neither UTF-8 nor Windows-1252"),
        (b"no,nama\n1,rahasia\x00\x01\x02\n", "a.csv", "NUL"),
        (b"<a><r>rahasia", "a.xml", "not XML"),
        (b'<!DOCTYPE a [<!ENTITY x "rahasia">]><a><r><id>&x;</id></r></a>', "a.xml", "document type"),
    ],
)
def test_what_cannot_be_read_says_why_and_shows_nothing_of_it(tmp_path, content, name, words):
    """The message names the file and what to do, and holds no value."""
    message = refusal(tmp_path, content, name=name)
    assert words in message
    assert name in message
    assert "rahasia" not in message


def test_a_file_that_is_not_there_is_named(tmp_path):
    """And so is a folder."""
    with pytest.raises(SampleRejected, match=r"b\.json: there is no such file"):
        read_sample([tmp_path / "b.json"])
    with pytest.raises(SampleRejected, match="folder"):
        read_sample([tmp_path])
    with pytest.raises(SampleRejected, match="at least one"):
        read_sample([])


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-32"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16 without a mark", "utf-32"],
)
def test_json_is_read_in_the_encodings_in_which_tools_save_it(tmp_path, content):
    """A shell that redirects into a file writes UTF-16; the platform must send UTF-8 all the same."""
    sample = sample_of(tmp_path, content)
    assert [ROWS] == sample.documents
    assert ("json", "rest_json") == (sample.kind, sample.adapter)
    assert bool(sample.notes) is (b"\x00" in content)


def test_a_member_that_stands_twice_is_noted(tmp_path):
    """JSON allows it; the last one counts, here as in the gateway."""
    sample = sample_of(tmp_path, b'[{"a": 1, "a": 2}]')
    assert [[{"a": 2}]] == sample.documents
    assert "`a` stands twice" in sample.notes[0]


def test_an_object_a_line_is_a_list(tmp_path):
    """JSON Lines, with the advice that the platform must answer a list."""
    sample = sample_of(tmp_path, "\n".join(json.dumps(row) for row in ROWS))
    assert [ROWS] == sample.documents
    assert "one object a line" in sample.notes[0]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("no,nama\n1,Élok\n2,b\n".encode(), {}),
        ("\ufeffno;nama\r\n1;Élok\r\n2;b\r\n".encode(), {"delimiter": ";"}),
        ("no\tnama\n1\tÉlok\n2\tb\n".encode(), {"delimiter": "tab"}),
        ("no|nama\n1|Élok\n2|b\n".encode(), {"delimiter": "|"}),
        ("no,nama\n1,Élok\n2,b\n".encode("cp1252"), {"encoding": "windows-1252"}),
        ("no;nama\n1;Élok\n2;b\n".encode("utf-16"), {"delimiter": ";", "encoding": "utf-16"}),
        ("Data Pasar 2023,\n\nno,nama\n1,Élok\n2,b\n".encode(), {"header": "3"}),
        ("no;nama\n1;Élok\n2;b\nSumber: Dinas;\n".encode(), {"delimiter": ";"}),
    ],
)
def test_csv_is_read_with_the_options_that_the_adapter_needs(tmp_path, content, options):
    """Delimiter, encoding and header line are told by the file."""
    sample = sample_of(tmp_path, content, name="a.csv")
    assert ("csv", "csv_file", options) == (sample.kind, sample.adapter, sample.options)
    assert [{"no": "1", "nama": "Élok"}, {"no": "2", "nama": "b"}] == sample.documents[0][:2]


def test_a_decimal_comma_is_not_taken_for_the_delimiter(tmp_path):
    """Every line has as many semicolons, and not as many commas."""
    sample = sample_of(tmp_path, "no;nilai;luas\n1;1,5;2,25\n2;3;4,5\n", name="a.csv")
    assert {"delimiter": ";"} == sample.options


def test_names_of_columns_in_two_lines_are_joined(tmp_path):
    """Merged cells, as spreadsheets leave them."""
    content = "No,Kecamatan,Penduduk,\n,,Laki-laki,Perempuan\n1,Wado,10,20\n2,Cisitu,30,40\n3,Paseh,5,6\n"
    sample = sample_of(tmp_path, content, name="a.csv")
    assert {"header": "1-2"} == sample.options
    assert ["No", "Kecamatan", "Penduduk Laki-laki", "Penduduk Perempuan"] == list(sample.documents[0][0])


def test_a_column_of_years_is_a_header_all_the_same(tmp_path):
    """`2019;2020` above numbers names two columns."""
    sample = sample_of(tmp_path, "kecamatan;2019;2020\nWado;1,2;3,4\nPaseh;2,2;3,1\n", name="a.csv")
    assert ["kecamatan", "2019", "2020"] == list(sample.documents[0][0])


def test_xml_is_read_with_its_element_of_records(tmp_path):
    """So that one record is a list as well."""
    sample = sample_of(tmp_path, "<data><baris><id>1</id></baris></data>", name="a.xml")
    assert ("xml", "xml_feed", {"row": "baris"}) == (sample.kind, sample.adapter, sample.options)
    assert {"data": {"baris": [{"id": "1"}]}} == sample.documents[0]


REQUEST = {
    "service_request_id": 12,
    "status": "open",
    "service_code": 1,
    "service_name": "Jalan",
    "lat": "-6.9",
    "long": 107.6,
}


def test_a_georeport_answer_is_read_by_the_open311_adapter(tmp_path):
    """Codes become text and coordinates numbers, as the gateway has them; alike from JSON and XML."""
    sample = sample_of(tmp_path, [{**REQUEST, "status_notes": ""}])
    assert ("open311", "open311", {}) == (sample.kind, sample.adapter, sample.options)
    made = sample.documents[0][0]
    assert ("12", "1", -6.9, None) == (
        made["service_request_id"],
        made["service_code"],
        made["lat"],
        made["status_notes"],
    )
    members = "".join(f"<{name}>{value}</{name}>" for name, value in REQUEST.items())
    text = f"<service_requests><request>{members}</request></service_requests>"
    other = sample_of(tmp_path, text, name="a.xml")
    assert {"format": "xml"} == other.options
    assert made["lat"] == other.documents[0][0]["lat"]


FEATURE = {"type": "Feature", "properties": {"nama": "x"}, "geometry": {"type": "Point", "coordinates": [107.6, -6.9]}}


def test_geojson_is_read_by_its_adapter(tmp_path):
    """A collection, and a feature a line; another reference system is refused."""
    sample = sample_of(tmp_path, {"type": "FeatureCollection", "features": [FEATURE]}, name="a.geojson")
    assert ("geojson", "geojson", {}) == (sample.kind, sample.adapter, sample.options)
    lines = sample_of(tmp_path, f"{json.dumps(FEATURE)}\n{json.dumps(FEATURE)}\n", name="b.geojson")
    assert {"form": "sequence"} == lines.options
    assert 2 == len(lines.documents[0]["features"])
    elsewhere = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::23830"}}
    message = refusal(tmp_path, {"type": "FeatureCollection", "crs": elsewhere, "features": [FEATURE]})
    assert "WGS 84" in message


def test_a_datastore_is_ckan(tmp_path):
    """With the resource that its answer names."""
    answer = {"success": True, "result": {"resource_id": "r-1", "records": [{"_id": 1}], "total": 1}}
    sample = sample_of(tmp_path, answer)
    assert ("ckan", "ckan", {"resource_id": "r-1"}) == (sample.kind, sample.adapter, sample.options)


def test_pages_are_one_sample_and_unlike_files_are_none(tmp_path):
    """Two delimiters are two datasets."""
    for name, text in (("1.csv", "a,b\n1,2\n"), ("2.csv", "a,b\n3,4\n"), ("3.csv", "a;b\n3;4\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    both = read_sample([tmp_path / "1.csv", tmp_path / "2.csv"])
    assert [[{"a": "1", "b": "2"}], [{"a": "3", "b": "4"}]] == both.documents
    with pytest.raises(SampleRejected, match="not alike"):
        read_sample([tmp_path / "1.csv", tmp_path / "3.csv"])


def test_of_a_large_table_the_beginning_is_read_and_a_large_document_is_refused(tmp_path):
    """No more than the bound is ever taken into memory."""
    table = sample_of(tmp_path, "no,nama\n" + '1,"a\nb"\n' * 2000, name="a.csv", most_bytes=10_000)
    assert "only the first" in table.notes[0]
    assert 100 < len(table.documents[0]) < 2000
    assert all(row == {"no": "1", "nama": "a\nb"} for row in table.documents[0])
    lines = sample_of(tmp_path, '{"a": 1}\n' * 2000, most_bytes=5_000)
    assert 500 < len(lines.documents[0]) < 2000
    with pytest.raises(SampleRejected, match="fewer records"):
        sample_of(tmp_path, [{"a": 1}] * 2000, most_bytes=5_000)
    with pytest.raises(SampleRejected, match="fewer records"):
        sample_of(tmp_path, "<a>" + "<r><i>1</i></r>" * 2000 + "</a>", name="a.xml", most_bytes=5_000)


def test_the_kind_can_be_said(tmp_path):
    """A text that would be taken for JSON is CSV if a person says so."""
    sample = sample_of(tmp_path, "[no],[nama]\n1,a\n2,b\n", kind="csv")
    assert "csv" == sample.kind
    with pytest.raises(SampleRejected, match="no kind of sample"):
        sample_of(tmp_path, "[]", kind="parquet")


STEMS = (
    TEXT,
    "no;nama\n1;a\n2;b\n",
    "<a><r><i>1</i></r><r><i>2</i></r></a>",
    '{"a": 1}\n{"a": 2}\n',
    "{}",
    "[[1, 2], [3, 4]]",
)


@given(
    content=st.one_of(
        st.binary(max_size=60),
        st.builds(
            lambda stem, at, more, cut: (stem[:at] + more + stem[at + cut :]).encode(),
            st.sampled_from(STEMS),
            st.integers(0, 60),
            st.text(max_size=4),
            st.integers(0, 5),
        ),
    ),
    name=st.sampled_from(("a.json", "a.csv", "a.xml", "a")),
)
@settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_is_a_sample_or_refused(tmp_path, content, name):
    """Never another error, neither in reading nor in inferring."""
    with suppress(SampleRejected):
        source = infer_source(sample_of(tmp_path, content, name=name), regions=REGIONS)
        assert source.records.count > 0
