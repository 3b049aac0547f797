"""What is done to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mapping.operations.text import (
    PATTERN_LIMIT,
    comparable,
    first_group,
    fold,
    identifier,
    sentence,
    shorten,
    source_identifier,
    squash,
    text_of,
    texts_of,
    title,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PUSKESMAS KECAMATAN JAGAKARSA", "Puskesmas Kecamatan Jagakarsa"),
        ("rsud  tarakan", "RSUD Tarakan"),
        ("UPTD PENGELOLAAN SAMPAH WILAYAH II", "UPTD Pengelolaan Sampah Wilayah II"),
        ("DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL", "Dinas Kependudukan dan Pencatatan Sipil"),
        ("di atas awan", "Di Atas Awan"),
        ("kantor di jakarta", "Kantor di Jakarta"),
        ("SDN 01 PAGI (CABANG)", "SDN 01 Pagi (Cabang)"),
        ("MASJID MA'ARIF", "Masjid Ma'arif"),
        ("ANAK-ANAK", "Anak-Anak"),
        ("RSKB Duren Sawit", "RSKB Duren Sawit"),
        ("MTs Al-Falah", "MTs Al-Falah"),
        ("TPS Albo RW 08", "TPS Albo RW 08"),
    ],
)
def test_title_case_is_indonesian(text, expected):
    """Small words low, acronyms and Roman numerals high, mixed words as they are."""
    assert expected == title(text)


@given(st.lists(st.sampled_from(["rsud", "DI", "Kota", "ii", "dan", "MTs", "ma'arif", "jl."]), min_size=1, max_size=6))
def test_title_case_of_a_title_is_the_title(words):
    """Twice is once, whatever the case before."""
    once = title(" ".join(words).upper())
    assert once == title(once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("JALAN RUSAK DI RT 03", "Jalan rusak di RT 03"), ("jalan rusak", "Jalan rusak"), ("Jalan Rusak", "Jalan Rusak")],
)
def test_shouted_text_becomes_a_sentence(text, expected):
    """Only shouting is lowered."""
    assert expected == sentence(text)


def test_white_space_is_squashed_and_folded():
    """Runs of any white space are one blank; folding takes the case too."""
    assert ("Duren Sawit", "duren sawit") == (squash(" Duren \n\u00a0Sawit "), fold(" DUREN\tSawit"))


def test_text_is_shortened_at_a_word():
    """The cut is marked, and never longer than the limit."""
    assert ("satu dua…", "satu dua tiga", "abcd…") == (
        shorten("satu dua tiga", 10),
        shorten("satu dua tiga", 13),
        shorten("abcdefgh", 5),
    )


@given(st.text(max_size=60), st.integers(1, 50))
def test_shortened_text_keeps_its_limit(text, limit):
    """Whatever the text."""
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a ", "a"),
        (10150, "10150"),
        (3173.0, "3173"),
        (1.5, "1.5"),
        (True, None),
        (None, None),
        ([], None),
        ({}, None),
    ],
)
def test_scalars_become_text(value, expected):
    """A number is written as its digits; a boolean is no text."""
    assert expected == text_of(value)


def test_lists_of_scalars_become_texts():
    """Null and empty items are left out; an item that is no scalar spoils the list."""
    assert (["a", "5"], ["b"], None) == (texts_of([" a ", None, "", 5]), texts_of("b"), texts_of(["a", {}]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2", "2"), ("LP-01.a_b", "LP-01.a_b"), ("a b/c", "a~20b~2Fc"), ("é", "~C3~A9"), ("~", "~7E"), ("²", "~C2~B2")],
)
def test_identifiers_keep_safe_signs_and_escape_the_rest(text, expected):
    """Each byte of UTF-8 is `~` and two hex digits."""
    assert expected == identifier(text)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_an_identifier_says_what_it_was_made_of(text):
    """Two source ids never become one."""
    assert text == source_identifier(identifier(text))


def test_a_pattern_takes_its_group_trimmed():
    """No match, an empty group and an overlong text are nothing."""
    take = first_group(r"Lokasi\s*:(?P<value>[^\n]*)")
    assert ["Jl. Johar", None, None, None] == [
        take("Lokasi : Jl. Johar \nKategori: x"),
        take("Kategori: x"),
        take("Lokasi: "),
        take("Lokasi: x" + "y" * PATTERN_LIMIT),
    ]


def test_values_are_compared_without_taking_true_for_one():
    """`null_if = [1]` does not empty `true`."""
    assert [False, True, True, None] == [
        comparable(*[True]) == comparable(1),
        comparable(" a ") == comparable("a"),
        comparable(0.0) == comparable(0),
        comparable({"a": 1}),
    ]
