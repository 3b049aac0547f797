"""XML as data, and nothing more of XML."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Fault
from adapters.xml_reader import XmlReader


def read(content, *, row=None):
    """The document as JSON."""
    return json.loads(XmlReader(row=row).as_json(content if isinstance(content, bytes) else content.encode()))


@pytest.mark.parametrize("row", [None, "baris"])
@pytest.mark.parametrize("count", [1, 2])
def test_rows_are_a_list_however_many_there_are(row, count):
    """Named, or right below the root."""
    content = "<isi>" + "<baris><tinggi>-30</tinggi><ket/></baris>" * count + "</isi>"
    assert {"isi": {"baris": [{"tinggi": "-30", "ket": None}] * count}} == read(content, row=row)


@pytest.mark.parametrize("content", ["<isi/>", "<isi></isi>", "<isi> </isi>", "<isi>teks</isi>"])
def test_no_row_is_an_empty_list(content):
    """Where the row is named."""
    assert {"isi": {"baris": []}} == read(content, row="baris")


def test_attributes_and_text_beside_them_have_their_keys():
    """`@` before an attribute, `#text` for the text."""
    content = '<isi><baris satuan="mm">7</baris><kapan>kini</kapan></isi>'
    assert {"isi": {"baris": [{"@satuan": "mm", "#text": "7"}], "kapan": "kini"}} == read(content)


def test_the_declared_encoding_is_heard():
    """Old feeds are Latin-1."""
    content = '<?xml version="1.0" encoding="iso-8859-1"?><isi><a>Élok</a></isi>'.encode("latin-1")
    assert {"isi": {"a": "Élok"}} == read(content)


BILLION = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "content",
    [
        f'<!DOCTYPE isi [<!ENTITY l0 "ha">{BILLION}]><isi>&l8;</isi>',
        '<!DOCTYPE isi [<!ENTITY x SYSTEM "file:///etc/passwd">]><isi>&x;</isi>',
        '<!DOCTYPE isi SYSTEM "http://127.0.0.1:1/x.dtd"><isi/>',
        '<!DOCTYPE isi [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]><isi/>',
        "<!DOCTYPE html><html/>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE isi><isi/>'.encode("utf-16"),
    ],
    ids=["billion laughs", "external entity", "external type", "parameter entity", "html", "utf-16"],
)
def test_a_document_type_is_refused(content):
    """And with it every entity, before one is expanded or fetched."""
    with pytest.raises(AdapterError) as caught:
        read(content)
    assert Fault.UNREADABLE == caught.value.fault
    assert "document type" in caught.value.message


def test_deep_nesting_is_refused():
    """However many levels there are."""
    with pytest.raises(AdapterError) as caught:
        read("<a>" * 100_000 + "</a>" * 100_000)
    assert "nested" in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        "",
        "bukan xml",
        "<isi>",
        "<isi>&rahasia;</isi>",
        "<isi/><isi/>",
        "<isi a='1' a='2'/>",
        b"<isi>\xff</isi>",
        '<?xml version="1.0" encoding="klingon"?><isi/>',
        '{"isi": 1}',
    ],
)
def test_what_is_no_xml_says_why(content):
    """By kind and line, without content."""
    with pytest.raises(AdapterError) as caught:
        read(content)
    assert Fault.UNREADABLE == caught.value.fault
    assert "rahasia" not in caught.value.message


@given(st.binary(max_size=60) | st.text("<>/a &;!\"'=?[]", max_size=60).map(str.encode))
def test_any_bytes_are_a_document_or_a_fault(content):
    """Never another error."""
    try:
        read(content)
    except AdapterError as error:
        _ = error
