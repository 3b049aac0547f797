"""CSV as it is found."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Paging
from adapters.csv_file import CsvReader
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport


def rows(content, *, delimiter=",", encoding="utf-8", header="1"):
    """The rows of a file."""
    return CsvReader(delimiter=delimiter, encoding=encoding, header=header).rows(content)


def fault(content, **options):
    """What reading the file raises."""
    with pytest.raises(AdapterError) as caught:
        rows(content, **options)
    return caught.value


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("nama,kode\nÉlok,1\n".encode(), {}),
        ("\ufeffnama,kode\r\nÉlok,1\r\n".encode(), {}),
        ("\ufeffnama,kode\r\nÉlok,1\r\n".encode(), {"encoding": "utf-8-sig"}),
        ("nama;kode\nÉlok;1".encode("cp1252"), {"delimiter": ";", "encoding": "windows-1252"}),
        ("nama\tkode\nÉlok\t1".encode("utf-16"), {"delimiter": "\t", "encoding": "utf-16"}),
        ('"nama","kode"\n"Élok","1"\n'.encode(), {}),
        ("\n nama ,kode,,\n\nÉlok,1,,\n,,,\n".encode(), {}),
        (" nama ,kode,\nÉlok,1\n".encode(), {}),
    ],
)
def test_a_file_is_read_in_its_delimiter_and_encoding(content, options):
    """With or without a mark, quotes, blank lines and trailing empty columns."""
    assert [{"nama": "Élok", "kode": "1"}] == rows(content, **options)


def test_what_is_quoted_comes_through():
    """Newlines, delimiters, quotes and marks that only Unicode calls line ends."""
    content = 'id,isi\n1,"a\r\nb, ""c"" \u2028 \x0b d"\n2,x\u2028y\n'.encode()
    assert [{"id": "1", "isi": 'a\r\nb, "c" \u2028 \x0b d'}, {"id": "2", "isi": "x\u2028y"}] == rows(content)


TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=8)


@given(st.lists(st.tuples(TEXT.filter(str.strip), TEXT), max_size=6), st.sampled_from(",;\t|"))
def test_what_a_writer_writes_is_read_back(records, delimiter):
    """Every cell, whatever it holds."""
    quoted = "\r\n".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in [("a", "b"), *records]
    )
    assert [{"a": a, "b": b} for a, b in records] == rows(quoted.encode(), delimiter=delimiter)


def test_a_row_that_does_not_fit_the_header_is_null_in_its_place():
    """The others are not lost, and the mapping refuses it by its pointer."""
    content = b"a,b\n1,2\n3\n4,5,6\n7,8\n"
    assert [{"a": "1", "b": "2"}, None, None, {"a": "7", "b": "8"}] == rows(content)


def test_a_file_without_one_row_that_fits_is_unreadable():
    """Then it is the header that is wrong."""
    assert "cells of the header" in fault(b"a,b\n1\n2\n").message


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a,b\r\n\r\n"])
def test_a_header_alone_is_an_empty_list(content):
    """No record is an answer."""
    assert [] == rows(content)


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"", {}, "empty"),
        (b"\xef\xbb\xbf \r\n", {}, "empty"),
        (b"a;b\n1;2\n", {}, "may be ';'"),
        (b"a,b\n1,2\n", {"delimiter": ";"}, "may be ','"),
        (b"a,a\n1,2\n", {}, "twice"),
        (b"a,b\n1,2\n", {"header": "3"}, "ends above"),
        ("a,b\nÉ,1\n".encode("cp1252"), {}, "byte 4 is not utf-8"),
        (b"a,b\n\x81,1\n", {"encoding": "windows-1252"}, "byte 4 is not cp1252"),
        ("a,b\n1,2\n".encode("utf-16-le"), {}, "NUL"),
        (b'a,b\n1,"rahasia\n', {}, "quote"),
        (b'a,b\n"1"x,2\n', {}, "quote"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", {}, "too long"),
        (b"<!doctype html><title>x</title>", {}, "web page"),
        (b"\n<html>,b\n", {}, "web page"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, options, words):
    """With the place, the delimiter or the encoding, and without content."""
    error = fault(content, **options)
    assert Fault.UNREADABLE == error.fault
    assert words in error.message
    assert "rahasia" not in error.message


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"Penduduk 2023,,,\n\nNo,Kecamatan,Laki-laki,Perempuan\n1,Wado,10,20\n", "3"),
        (b"No,Kecamatan,Laki-laki,\n,,,Perempuan\n1,Wado,10,20\n", "1-2"),
    ],
)
def test_the_header_may_stand_below_a_title_or_in_two_lines(content, header):
    """What stands above is passed over."""
    first = rows(content, header=header)[0]
    assert ["1", "Wado", "10", "20"] == list(first.values())
    assert ["No", "Kecamatan", "Laki-laki"] == list(first)[:3]


def test_merged_cells_give_their_name_to_each_column_below():
    """`Penduduk` above two columns, and nothing below `No` and `Kecamatan`."""
    found = rows(b"Rekap\nNo,Kecamatan,Penduduk,,Luas\n,,Laki-laki,Perempuan,\n1,Wado,10,20,3\n", header="2-3")
    assert ["No", "Kecamatan", "Penduduk Laki-laki", "Penduduk Perempuan", "Luas"] == list(found[0])


@given(st.binary(max_size=80))
def test_any_bytes_are_rows_or_a_fault(content):
    """Never another error."""
    try:
        rows(content)
    except AdapterError as error:
        _ = error


@pytest.fixture
def folder(tmp_path):
    """A folder of files, and a secret beside it."""
    inside = tmp_path / "berkas"
    inside.mkdir()
    (inside / "data 1.csv").write_text("id,nama\n1,a\n2,b\n", encoding="utf-8")
    (tmp_path / "rahasia.csv").write_text("id,nama\n1,x\n", encoding="utf-8")
    (inside / "tautan.csv").symlink_to(tmp_path / "rahasia.csv")
    return inside


def local(folder, path, *, by_id=None, **options):
    """An adapter of a local file."""
    return build_adapter(
        "csv_file",
        platform=Platform(adapter="csv_file", base_url=folder.as_uri()),
        dataset=Dataset(platform="p", path=path, by_id=by_id, options=options),
        transport=HttpTransport(Upstream()),
        secrets={}.__getitem__,
    )


async def test_a_local_file_is_read_and_not_again_while_it_is_the_same(folder):
    """Its time and size are its mark."""
    adapter = local(folder, "/data 1.csv", by_id="id")
    document = await adapter.fetch(Question())
    again = await adapter.fetch(Question(etag=document.etag))
    one = await adapter.fetch(Question(source_id="2"))
    assert [{"id": "1", "nama": "a"}, {"id": "2", "nama": "b"}] == json.loads(document.body)
    assert (True, [{"id": "2", "nama": "b"}]) == (again.not_modified, json.loads(one.body))
    (folder / "data 1.csv").write_text("id,nama\n3,cc\n", encoding="utf-8")
    changed = await adapter.fetch(Question(etag=document.etag))
    assert [{"id": "3", "nama": "cc"}] == json.loads(changed.body)


@pytest.mark.parametrize("path", ["../rahasia.csv", "/../rahasia.csv", "%2e%2e/rahasia.csv", "tautan.csv", "", "."])
async def test_a_local_file_outside_the_folder_is_not_read(folder, path):
    """By no path and by no link."""
    with pytest.raises(AdapterError) as caught:
        await local(folder, path).fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault


async def test_a_local_file_that_is_not_there_is_unreachable(folder):
    """As a platform that is down would be."""
    with pytest.raises(AdapterError) as caught:
        await local(folder, "tiada.csv").fetch(Question())
    assert Fault.UNREACHABLE == caught.value.fault


async def test_a_local_file_has_a_limit(folder):
    """As an answer has."""
    with pytest.raises(AdapterError) as caught:
        await local(folder, "data 1.csv", max_bytes="5").fetch(Question())
    assert Fault.TOO_LARGE == caught.value.fault


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"options": {"delimiter": ";;"}}, "options.delimiter"),
        ({"options": {"encoding": "ebcdic"}}, "options.encoding"),
        ({"options": {"header": "0"}}, "options.header"),
        ({"options": {"header": "3-2"}}, "options.header"),
        ({"options": {"max_bytes": "x"}}, "options.max_bytes"),
        ({"options": {"row": "x"}}, "options.row"),
        ({"paging": Paging(kind="page")}, "paging.kind"),
    ],
)
def test_settings_that_cannot_work_are_named_when_built(dataset, key):
    """By their key."""
    with pytest.raises(AdapterMisconfigured) as caught:
        build_adapter(
            "csv_file",
            platform=Platform(adapter="csv_file", base_url="http://x"),
            dataset=Dataset(platform="p", **dataset),
            transport=HttpTransport(Upstream()),
            secrets={}.__getitem__,
        )
    assert key == caught.value.key
