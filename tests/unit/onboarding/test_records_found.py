"""Where the records are, which rows are none, and what stands around them."""

import pytest

from gateway.onboarding.rejected import SampleRejected
from tests.support.samples import field_of, inferred

ROWS = [{"id": at, "nama": f"Pasar {at}", "luas": at * 1.5} for at in range(1, 9)]


@pytest.mark.parametrize(
    ("document", "at", "form"),
    [
        (ROWS, "", "list"),
        ({"data": ROWS, "total": 8}, "data", "list"),
        ({"code": "200", "data": {"data": {"data": ROWS, "page": 1}}}, "data.data.data", "list"),
        ({"hasil pencarian": {"daftar": ROWS}}, '"hasil pencarian".daftar', "list"),
        ([{"total": 8, "rows": ROWS}], "[0].rows", "list"),
        ({"status": "OK", "data": [{"page": 1, "pages": 9, "count": 8}, ROWS]}, "data[1]", "list"),
        ({"data": {str(row["id"]): row for row in ROWS}}, "data", "keyed"),
        ({"result": {"fields": [{"id": "a", "type": "text"}] * 3, "records": ROWS}}, "result.records", "list"),
        ({"success": True, "data": {"kode": "A1", "nama": "Dinas", "alamat": "x", "telepon": "y"}}, "data", "single"),
        ({"kolom": ["id", "nama"], "isi": [[1, "a"], [2, "b"], [3, "c"]]}, "isi", "list"),
        ({"features": [{"attributes": {"NAMA": "A", "X": 1}}] * 3}, "features", "list"),
    ],
)
def test_records_are_found_wherever_they_lie(document, at, form):
    """By what they hold, not by what their place is called."""
    records = inferred(document).records
    assert (at, form) == (records.at, records.form)


def test_features_are_found_with_their_coordinates():
    """The paths of a feature, longitude first."""
    feature = {
        "type": "Feature",
        "properties": {"nama": "x"},
        "geometry": {"type": "Point", "coordinates": [107.61, -6.91]},
    }
    source = inferred({"type": "FeatureCollection", "features": [feature] * 3}, kind="geojson")
    assert ("", "features") == (source.records.at, source.records.form)
    assert {"longitude", "latitude"} == {
        form.kind for path in ("[0]", "[1]") for form in field_of(source, f"geometry.coordinates{path}").forms
    }


def test_a_list_within_one_record_is_no_list_of_records():
    """An object with many members of its own, and a few attachments."""
    detail = {
        "nomor": "A1",
        "judul": "x",
        "isi": "y",
        "pelapor": "z",
        "dibuat": "2024-01-01",
        "lokasi": "w",
        "berkas": [{"u": 1}],
    }
    records = inferred({"data": detail}).records
    assert ("data", "single", 1) == (records.at, records.form, records.count)


@pytest.mark.parametrize(
    "document", [[], {}, {"data": []}, {"data": [], "total": 0}, [1, 2, 3], [[]], [{"a": 1}, 2, 3, "x"]]
)
def test_a_document_without_records_is_refused(document):
    """With what to do."""
    with pytest.raises(SampleRejected, match="save an answer"):
        inferred(document)


POSITIONAL = [
    {"1": "Kecamatan", "2": "Laki-laki", "3": "Perempuan"},
    {"1": "[010] Wado", "2": "1.234", "3": "950"},
    {"1": "[020] Situraja", "2": "2.010", "3": "2.300"},
    {"1": "[030] Paseh", "2": "3.110", "3": "1.100"},
    {"1": "Jumlah", "2": "6.354", "3": "4.350"},
]


def test_a_header_row_names_the_columns_and_a_total_is_no_record():
    """Rows keyed by position, as open data portals send them."""
    source = inferred(POSITIONAL)
    assert {"1": "Kecamatan", "2": "Laki-laki", "3": "Perempuan"} == source.records.headers
    assert (True, 1, 3) == (source.records.header_row, source.records.skip_last, source.records.count)
    assert ("Laki-laki", ("laki", "laki")) == (field_of(source, "2").label, field_of(source, "2").words)
    assert [("2", "Laki-laki"), ("3", "Perempuan")] == [(it.path, it.label) for it in source.records.columns]


def test_a_header_that_repeats_the_keys_is_a_header():
    """A CSV file that was made into objects twice."""
    source = inferred([{"nama": "nama", "luas": "luas"}, *({"nama": f"P{n}", "luas": str(n)} for n in range(4))])
    assert {"nama": "nama", "luas": "luas"} == source.records.headers


def test_the_first_record_is_no_header_where_keys_have_names():
    """However textual it is."""
    source = inferred([{"nama": "Kecamatan", "jenis": "x"}, *({"nama": f"P{n}", "jenis": "y"} for n in range(6))])
    assert not source.records.header_row


@pytest.mark.parametrize(
    ("last", "skipped"),
    [
        ([{"kec": "JUMLAH", "n": 30}], 1),
        ([{"kec": "Total keseluruhan", "n": 30}, {"kec": "Sumber: Dinas Kesehatan", "n": None}], 2),
        ([{"kec": "", "n": None}], 1),
        ([{"kec": "Totalindo", "n": 3}], 0),
        ([{"kec": "Jumlahsari", "n": 3}], 0),
    ],
)
def test_totals_and_notes_at_the_end_are_no_records(last, skipped):
    """And a name that begins like one is."""
    rows = [{"kec": name, "n": 10} for name in ("Wado", "Paseh", "Cisitu", "Tomo")]
    assert skipped == inferred(rows + last).records.skip_last


def test_a_row_that_numbers_the_columns_is_no_record():
    """`(1) (2) (3)` below the header, as statistical tables have it; spaces between thousands are told."""
    rows = [{"kec": "(1)", "pria": "(2)"}, *({"kec": name, "pria": "10 234"} for name in ("Wado", "Paseh", "Tomo"))]
    source = inferred(rows)
    assert (1, 3) == (source.records.skip_first, source.records.count)
    assert any("spaces between thousands" in issue for issue in source.issues)
    assert 0 == inferred([{"a": 1, "b": 2}, {"a": 2, "b": 3}, {"a": 3, "b": 4}]).records.skip_first


def test_rows_that_are_all_about_totals_are_records():
    """Where the word stands in every row, it ends nothing."""
    rows = [{"uraian": f"Jumlah {what}", "n": at} for at, what in enumerate(("sekolah", "guru", "murid", "kelas"))]
    assert 0 == inferred(rows).records.skip_last


def test_columns_of_years_are_one_measure():
    """A matter for `unpivot`."""
    source = inferred([{"kec": f"K{n}", "tahun_2020": n, "tahun_2021": n + 1} for n in range(5)])
    assert [("tahun_2020", 2020), ("tahun_2021", 2021)] == [(it.path, it.year) for it in source.records.columns]


def test_places_with_a_few_numbers_are_no_table_of_measures():
    """Beds and staff of hospitals are not one measure."""
    source = inferred([
        {"id": n, "nama": f"RS {n}", "alamat": f"Jl. {n}", "telp": f"021-555{n:04d}", "bed": n, "dokter": n * 2}
        for n in range(9)
    ])  # fmt: skip
    assert () == source.records.columns


@pytest.mark.parametrize(
    ("around", "paging"),
    [
        (
            {"total": 99, "page": 1, "per_page": 8},
            {"kind": "page", "parameter": "page", "size_parameter": "per_page", "total": "total"},
        ),
        (
            {"meta": {"current_page": 1, "last_page": 7}},
            {"kind": "page", "parameter": "page", "total_pages": "meta.last_page"},
        ),
        ({"pagination": {"has_next": True, "limit": 8}}, {"kind": "page", "has_next": "pagination.has_next"}),
        ({"offset": 0, "limit": 8, "count": 99}, {"kind": "offset", "parameter": "offset", "total": "count"}),
        ({"_links": {"next": {"href": "/api?page=2"}}}, {"kind": "link", "next": "_links.next.href"}),
        ({"links": {"next": "https://x.example/api?page=2"}}, {"kind": "link", "next": "links.next"}),
        ({"next_cursor": "abc"}, {"kind": "cursor", "parameter": "cursor", "next": "next_cursor"}),
    ],
)
def test_paging_is_told_by_what_stands_around_the_list(around, paging):
    """In the words of a partner's file."""
    found = inferred({**around, "data": ROWS}).paging
    assert paging == {key: getattr(found, key) for key in paging}


def test_a_list_that_is_all_there_is_has_no_paging():
    """A count of what is there is none."""
    assert inferred({"status": "success", "count": 8, "data": ROWS}).paging is None
    assert inferred(ROWS).paging is None


@pytest.mark.parametrize(
    ("around", "equals"),
    [
        ({"status": "success"}, {"status": ("success",)}),
        ({"success": True, "message": "x"}, {"success": ("true",)}),
        ({"meta": {"code": 200}, "error": False}, {"meta.code": ("200",), "error": ("false",)}),
    ],
)
def test_success_is_told_by_what_stands_around_the_list(around, equals):
    """A member that says so, whatever it says it with."""
    assert equals == inferred({**around, "data": ROWS}).success.equals


def test_what_a_person_has_to_look_at_is_told():
    """By names and counts, never by values."""
    rows = [{"id": 1, "x": "rahasia"}, {"id": 1, "x": "lain"}, {"id": 2, "x": 5}, {"id": 2, "x": 5}]
    source = inferred({"data": [*rows, "rahasia"], "more": ROWS[:1]})
    told = " ".join(source.issues)
    assert source.records.distinct
    for words in (
        "is a copy",
        "`id` is called an id, and 1 of 4",
        "`x` is text 2 times and a number 2 times",
        "no object",
    ):
        assert words in told
    assert "rahasia" not in told


def test_records_of_two_kinds_are_told():
    """By the members that set them apart."""
    one, two = {"nama": "a", "alamat": "b", "telp": "c"}, {"judul": "d", "isi": "e", "tgl": "f"}
    issues = inferred([one, two, one, two]).issues
    assert any("two kinds" in issue and "`alamat`" in issue and "`judul`" in issue for issue in issues)


def test_of_very_many_records_some_are_looked_at():
    """Evenly, with both ends, and the schema says so."""
    from gateway.onboarding.sample import Sample
    from gateway.onboarding.source import infer_source
    from tests.support.samples import REGIONS

    rows = [{"id": at, "nama": "x"} for at in range(1000)]
    sample = Sample(kind="json", adapter="rest_json", documents=[{"data": rows}])
    source = infer_source(sample, regions=REGIONS, most_records=100)
    assert 1000 == source.records.count
    assert "of 1000 records" in source.schema["$comment"]
    assert 999 == field_of(source, "id").maximum
