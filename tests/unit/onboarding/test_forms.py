"""What values look like, told from all of them together."""

import pytest

from gateway.onboarding.profile import FormKind
from tests.support.samples import column, field_of, inferred


def forms(values, **others):
    """Kind → detail of every form that all values fit, and is sure."""
    field = field_of(column(values, **others), others.get("name", "nilai"))
    return {form.kind: form.detail for form in field.forms if form.share > 0.999 and not form.ambiguous}


@pytest.mark.parametrize(
    ("values", "kind", "detail"),
    [
        (["2024-01-31", "2023-12-01"], FormKind.DATE, "iso"),
        (["31-12-2024", "01-02-2023"], FormKind.DATE, "%d-%m-%Y"),
        (["31/12/2024", "1/2/2023"], FormKind.DATE, "%d/%m/%Y"),
        (["12/31/2024", "01/02/2023"], FormKind.DATE, "%m/%d/%Y"),
        (["31.12.2024", "1.2.2023"], FormKind.DATE, "%d.%m.%Y"),
        (["31 Desember 2024", "1 Mei 2023"], FormKind.DATE, "%d %B %Y"),
        (["Minggu, 31 Desember 2023"], FormKind.DATE, "%A, %d %B %Y"),
        (["31-Des-24", "01-Agt-23"], FormKind.DATE, "%d-%B-%y"),
        (["20240131", "20231201"], FormKind.DATE, "%Y%m%d"),
        (["Dec 31, 2024", "May 1, 2023"], FormKind.DATE, "%B %d, %Y"),
        (["2024-01-31T10:00:00Z", "2024-01-31 10:00:00"], FormKind.DATETIME, "iso"),
        (["2024-01-31T10:00:00.000000Z"], FormKind.DATETIME, "iso"),
        (["2024-01-31T10:00+07:00"], FormKind.DATETIME, "%Y-%m-%dT%H:%M%z"),
        (["Senin, 30 Des 2024 10:00 WIB"], FormKind.DATETIME, "%A, %d %B %Y %H:%M %z"),
        (["31-12-2024 23:59", "1-1-2023 0:05"], FormKind.DATETIME, "%d-%m-%Y %H:%M"),
        (["2022-07-04 10:54:29 AM"], FormKind.DATETIME, "%Y-%m-%d %I:%M:%S %p"),
        (["2026-04-30 9.05.00"], FormKind.DATETIME, "%Y-%m-%d %H.%M.%S"),
        (["Januari 2024", "Mei 2023"], FormKind.PERIOD, "%B %Y"),
        (["2024-01", "2023-12"], FormKind.PERIOD, "%Y-%m"),
        (["202401", "202312"], FormKind.PERIOD, "%Y%m"),
        (["TW III 2021", "TW IV 2021"], FormKind.PERIOD, "quarter"),
        ([2021, 2022], FormKind.PERIOD, "%Y"),
        (["09:00", "23:15"], FormKind.TIME, ""),
    ],
)
def test_dates_are_told_in_the_forms_that_the_mapping_reads(values, kind, detail):
    """All of one field decide together, so that one 31 settles the day for all."""
    assert detail == forms(values, name="tanggal")[kind]


@pytest.mark.parametrize(
    "values", [["3273050", "3273060"], ["1228", "1342"], ["021-5551234"], ["12.5", "13.25"], ["2023/2024"]]
)
def test_codes_and_numbers_are_no_dates(values):
    """Four digits are a year only if data of today can speak of it."""
    assert not {FormKind.DATE, FormKind.DATETIME, FormKind.PERIOD} & set(forms(values))


def test_a_day_that_may_be_a_month_is_said_to_be_ambiguous():
    """And is settled by another field that is sure."""
    rows = [{"tgl": f"0{n}/0{n + 1}/2024", "update": f"{n + 12}/01/2024"} for n in range(1, 7)]
    alone = field_of(inferred([{"tgl": row["tgl"]} for row in rows]), "tgl").form(FormKind.DATE)
    assert (True, "%d/%m/%Y", ("%m/%d/%Y",)) == (alone.ambiguous, alone.detail, alone.others)
    beside = field_of(inferred(rows), "tgl").form(FormKind.DATE)
    assert (False, "%d/%m/%Y") == (beside.ambiguous, beside.detail)


def test_several_forms_in_one_field_share_it():
    """Each with its part of the values."""
    field = field_of(column(["2024-01-31", "31 Januari 2024", "1 Mei 2024", "2 Mei 2024"], name="tgl"), "tgl")
    assert {"iso": 0.25, "%d %B %Y": 0.75} == {
        form.detail: form.share for form in field.forms if form.kind is FormKind.DATE
    }


@pytest.mark.parametrize(
    ("values", "name", "detail"),
    [
        ([1_700_000_000, 1_650_000_001], "created_at", "epoch-s"),
        ([1_700_000_000_000], "updatedAt", "epoch-ms"),
        (["1700000000"], "waktu", "epoch-s"),
    ],
)
def test_seconds_since_1970_are_instants_where_the_name_says_so(values, name, detail):
    """And an id of ten digits is none."""
    assert detail == forms(values, name=name)[FormKind.DATETIME]
    assert FormKind.DATETIME not in forms(values, name="organisasi_id")


@pytest.mark.parametrize(
    ("values", "kind", "detail"),
    [
        (["1.234,5", "12"], FormKind.NUMBER, "id"),
        (["1,234.5", "12"], FormKind.NUMBER, "en"),
        (["1234.5", "0.25"], FormKind.NUMBER, "plain"),
        (["1.234.567", "1.234"], FormKind.NUMBER, "id"),
        (["18.532", "950", "2.100"], FormKind.NUMBER, "id"),
        (["3,25", "4,1"], FormKind.NUMBER, "id"),
        (["12%", "7,5 %"], FormKind.PERCENT, "id"),
        (["Rp 10.000,-", "Gratis", "Rp 5.000"], FormKind.RUPIAH, ""),
        (["12", "7", "-3"], FormKind.NUMBER, "plain"),
    ],
)
def test_numbers_in_text_are_told_with_their_marks(values, kind, detail):
    """By what only one way of writing can be."""
    assert detail == forms(values)[kind]


def test_a_dot_that_may_be_either_mark_is_said_to_be_ambiguous():
    """Unless another field is sure, or the name says that whole things are counted."""
    values = ["18.532", "12.100", "9.250"]
    form = field_of(column(values), "nilai").form(FormKind.NUMBER)
    assert (True, "id") == (form.ambiguous, form.detail)
    assert "id" == forms(values, name="jumlah_penduduk")[FormKind.NUMBER]
    assert "id" == forms(values, luas=["1,5", "2,25", "7"])[FormKind.NUMBER]
    assert "plain" == forms(values, luas=["1.5", "2.25", "7"])[FormKind.NUMBER]


@pytest.mark.parametrize("values", [["001", "002"], ["0812345", "0823456"]])
def test_digits_with_a_zero_before_them_are_no_numbers(values):
    """A number would lose it."""
    assert FormKind.NUMBER not in forms(values)
    assert FormKind.DIGITS in forms(values)


JAKARTA = [
    (3171, "Jakarta Selatan"),
    (3172, "Jakarta Timur"),
    (3173, "Jakarta Pusat"),
    (3174, "Jakarta Barat"),
    (3175, "Jakarta Utara"),
]


def region(source, path="kode"):
    """The scheme of a region code, with `?` where nothing decides."""
    form = field_of(source, path).form(FormKind.REGION_CODE)
    return None if form is None else form.detail + "?" * form.ambiguous


def test_a_code_is_bps_or_kemendagri_by_the_names_beside_it():
    """Jakarta's five cities are a permutation: the same numbers, other places."""
    assert "bps" == region(inferred([{"kode": code, "wilayah": name} for code, name in JAKARTA]))
    swapped = [("3171", "Jakarta Pusat"), ("3172", "Jakarta Utara"), ("3173", "KOTA ADM. JAKARTA BARAT")]
    assert "kemendagri" == region(inferred([{"kode": code, "kota": name} for code, name in swapped]))


@pytest.mark.parametrize(
    ("values", "name", "scheme"),
    [
        (["32.73", "32.04", "32.11"], "kode", "kemendagri"),
        (["32.11.15", "32.11.18", "32.11.01"], "kode", "kemendagri"),
        ([3211010, 3211020, 3211030], "kode", "bps"),
        (["321115", "321118", "321101"], "kode_kecamatan", "kemendagri"),
        (["3211152001", "3211152002", "3211181003"], "kode_desa", "kemendagri"),
        ([3211010001, 3211010002, 3211020001], "kode_desa", "bps"),
        (["3273", "3204", "3211"], "bps_kode_kabupaten", "bps"),
        (["3273", "3204", "3211"], "kemendagri_kode_kabupaten", "kemendagri"),
    ],
)
def test_a_code_is_told_by_its_shape_and_by_words(values, name, scheme):
    """Dots, and the number of digits, belong to one system each."""
    assert scheme == region(column(values, name=name), name)


def test_codes_that_are_the_same_in_both_systems_are_said_to_be_ambiguous():
    """All of West Java's regencies are; the code of a kecamatan beside them decides."""
    assert region(column([3204, 3211, 3273], name="kode_kota"), "kode_kota").endswith("?")
    beside = column([3211, 3211, 3211], name="kode_kota", kode_kecamatan=[3211010, 3211020, 3211030])
    assert "bps" == region(beside, "kode_kota")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([2019, 2020, 2021], "tahun"),
        ([10110, 10120, 14540], "kode_pos"),
        ([1101, 1750, 2034], "jumlah"),
        ([12, 31, 32], "umur"),
    ],
)
def test_other_numbers_are_no_region_codes(values, name):
    """Years, postal codes and counts."""
    assert region(column(values, name=name), name) is None


def test_a_code_without_a_telling_name_is_told_by_the_place_named_beside_it():
    """Even where the table does not know the kecamatan itself."""
    rows = [{"Kode": f"32730{n}0", "Kab": "Kota Bandung"} for n in (1, 2, 3)]
    assert "bps" == region(inferred(rows), "Kode")
    assert region(inferred([{"Kode": row["Kode"], "Kab": "Kota Malang"} for row in rows]), "Kode") is None
    assert "kemendagri" == region(inferred([{"kec": {"@id": "32.73.01"}}, {"kec": {"@id": "32.73.02"}}]), 'kec."@id"')


def test_region_names_are_told_with_their_level():
    """In any case, with or without their rank, and with a number in brackets before them."""
    source = inferred([
        {"a": "KAB. BANDUNG", "b": "[010] Sumedang Utara", "c": "JAWA BARAT"},
        {"a": "Kota Bogor", "b": "[020] Jatinangor", "c": "Jawa Tengah"},
        {"a": "Kabupaten Garut", "b": "[030] Wado", "c": "Banten"},
    ])  # fmt: skip
    found = {field.path: field.form(FormKind.REGION_NAME).detail for field in source.fields}
    assert {"a": "regency", "b": "kecamatan", "c": "province"} == found


def axes(rows):
    """Path → axis."""
    kinds = {FormKind.LATITUDE, FormKind.LONGITUDE}
    return {field.path: str(form.kind) for field in inferred(rows).fields for form in field.forms if form.kind in kinds}


def test_coordinates_are_told_by_where_they_lie():
    """Whatever they are called; as text with either mark too."""
    assert {"a": "latitude", "b": "longitude"} == axes([{"a": -6.91234, "b": 107.61234}, {"a": -6.9, "b": 107.7123}])
    assert {"a": "latitude", "b": "longitude"} == axes([{"a": "-6,91234", "b": "107,61234"}] * 2)


def test_swapped_coordinates_are_noticed():
    """The name says one axis, the values are the other's."""
    rows = [{"latitude": 107.6123, "longitude": -6.9123}] * 3
    assert {"latitude": "longitude", "longitude": "latitude"} == axes(rows)
    assert any("swapped" in issue for issue in inferred(rows).issues)


def test_small_fractions_without_a_longitude_are_no_latitude():
    """A rate is not a place."""
    assert {} == axes([{"rasio": 3.251, "nilai": -1.125}, {"rasio": 2.125, "nilai": 0.375}])


def test_zero_is_no_coordinate_and_no_code():
    """Platforms write it for nothing."""
    rows = [
        {"lat": -6.9 - n / 1000, "lng": 107.6 + n / 1000, "kode_pos": 40110 + n, "alamat": f"Jl. Merak No. {n}"}
        for n in range(1, 5)
    ]
    source = inferred([dict.fromkeys(rows[0], 0), *rows])
    assert {"lat": (0,), "lng": (0,), "kode_pos": (0,), "alamat": (0,)} == {f.path: f.blanks for f in source.fields}


def test_zero_is_a_count():
    """A measure may be 0."""
    assert () == field_of(column([0, 3, 12, 0, 5]), "nilai").blanks


@pytest.mark.parametrize(
    ("values", "blanks"),
    [
        (["a", "", " - ", "b"], {"", "-"}),
        (["a", "NULL", "n/a"], {"NULL", "n/a"}),
        (["2024-01-01", "0000-00-00"], {"0000-00-00"}),
    ],
)
def test_texts_that_stand_for_nothing_are_blanks(values, blanks):
    """And count for nothing else."""
    field = field_of(column(values), "nilai")
    assert blanks == set(field.blanks)
    assert field.seen == len(values) - len(blanks)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a@b.example", "c@d.example, e@f.example"], FormKind.EMAIL),
        (["https://a.example/x", "www.b.example"], FormKind.URL),
        (["(021) 555-1234", "0800 555 0100", "+62 800 555 0100"], FormKind.PHONE),
        (["0a1b2c3d-0000-4000-a000-000000000001"], FormKind.UUID),
        (["3211151204010001", "3211155204010002"], FormKind.NIK),
        (["Jl. Merak No. 1", "Jalan Kenari 12", "Gg. Buntu RT 01 RW 02"], FormKind.STREET),
        (["ya", "tidak", "ya"], FormKind.BOOLEAN),
        (["Jalan berlubang di depan pasar dan berbahaya saat hujan deras turun"], FormKind.FREE_TEXT),
        (["drg. Ani Contoh, Sp.KG", "dr. Budi Contoh"], FormKind.PERSON),
        (["40111", "40295"], FormKind.POSTAL_CODE),
        (['{"a": 1}', '{"a": 2}'], FormKind.JSON),
        (["-6.9123, 107.6123"], FormKind.LATITUDE_LONGITUDE),
        (["POINT(107.6123 -6.9123)"], FormKind.LONGITUDE_LATITUDE),
    ],
)
def test_texts_are_told_by_their_shape(values, kind):
    """Several in one text count as each of them."""
    assert kind in forms(values)


def test_paths_go_on_into_json_in_text_and_over_items_of_lists():
    """As mappings write them."""
    row = {"detail": '{"batas": "2024-01-31"}', "foto": [{"url": "https://a.example"}], "telp": ["1", "2"]}
    source = inferred([{**row, "kota/kab": {"nama lengkap": "x"}}] * 3)
    paths = {field.path: field.many for field in source.fields}
    assert {
        "detail.batas": False,
        "foto[].url": True,
        "telp": True,
        '"kota/kab"."nama lengkap"': False,
    }.items() <= paths.items()


def test_separators_units_and_cases_are_told():
    """What a mapping needs to take a value apart."""
    row = {"syarat": "KTP|KK", "email": "a@b.example; c@d.example"}
    source = inferred([
        {**row, "tinggi_cm": n, "Luas (ha)": n, "jarak": f"{n} km", "nama": f"PASAR BARU {n}"} for n in range(1, 6)
    ])  # fmt: skip
    by_path = {field.path: field for field in source.fields}
    assert ("|", ";") == (by_path["syarat"].separator, by_path["email"].separator)
    assert ("cm", "ha", "km") == (by_path["tinggi_cm"].unit, by_path['"Luas (ha)"'].unit, by_path["jarak"].unit)
    assert "upper" == by_path["nama"].case


def test_presence_uniqueness_and_codes_are_counted():
    """Of the records, and of the values."""
    rows = [{"id": n, "status": ("baru", "lama")[n % 2], **({"ket": None} if n % 4 else {})} for n in range(24)]
    source = inferred(rows)
    key, status, note = (field_of(source, path) for path in ("id", "status", "ket"))
    assert (True, 24) == (key.is_unique, key.distinct)
    assert (True, {"baru", "lama"}) == (status.closed, {code.value for code in status.codes})
    assert (0.75, 0.75, 0) == (note.present, note.null, note.seen)


def test_numbers_that_were_better_sent_as_text_are_told():
    """NIK, telephone numbers where the name says so, and the days of a spreadsheet."""
    assert FormKind.NIK in forms([3211151204010001, 3211155204010002])
    assert FormKind.PHONE in forms([628005550100, 628005550101], name="no_hp")
    assert FormKind.PHONE not in forms([628005550100, 628005550101], name="kode")
    assert any("spreadsheet" in issue for issue in column([45292, 45293], name="tanggal").issues)
