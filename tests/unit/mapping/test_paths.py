"""Paths are read into steps, and what is no path says what to write."""

import pytest

from gateway.mapping.language.paths import Each, Index, Key, PathUnreadable, parse_path


@pytest.mark.parametrize(
    ("text", "root", "steps"),
    [
        ("", "record", ()),
        ("1", "record", (Key("1"),)),
        ("location.latitude", "record", (Key("location"), Key("latitude"))),
        ('"kota/kab_administrasi".nama', "record", (Key("kota/kab_administrasi"), Key("nama"))),
        ('data."1"', "record", (Key("data"), Key("1"))),
        (r'"a \"b\""', "record", (Key('a "b"'),)),
        ("telepon[0]", "record", (Key("telepon"), Index(0))),
        ("documents[].url", "record", (Key("documents"), Each(), Key("url"))),
        ("$root", "document", ()),
        ("$root.updated", "document", (Key("updated"),)),
        ("$key", "key", ()),
        ("$column.sex", "column", (Key("sex"),)),
        ("$value", "value", ()),
    ],
)
def test_a_path_is_read_into_steps(text, root, steps):
    """Keys, quoted keys, positions, each item, and the starting points."""
    path = parse_path(text)
    assert (root, steps) == (path.root, path.steps)


@pytest.mark.parametrize(
    "text",
    [
        "a..b",
        ".a",
        "a.",
        "nama lengkap",
        "a[-1]",
        "a[x]",
        "a[].b[]",
        "$foo",
        "$column",
        "$column.a.b",
        "$value.x",
        '"a',
        "a/b",
    ],
)
def test_what_is_no_path_is_refused(text):
    """Each says what is wrong in words."""
    with pytest.raises(PathUnreadable, match="`"):
        parse_path(text)
