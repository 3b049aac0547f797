"""Every key and item of a TOML text has its line."""

import tomllib

from gateway.mapping.json_pointer import pointer_of
from gateway.mapping.language.toml_lines import key_lines
from gateway.mapping.source.json_lines import json_lines

TEXT = '''# a comment with "quotes" and [brackets]
title = "a # no comment"
a.b."c d" = { x = 1, y = [1, "]", { z = 2 }] }
long = """
[not.a.table]
x = 1"""
raw = \'\'\'
it\'s = 2\'\'\'
many = [
  1, # one
  [2, 3],
  { k = "v" },
]

[table."a.b"]
key = 2020-01-01

[[items]]
n = 1
[[items]]
n = 2
[items.sub]
m = 3
'''


def places(value, path=()):
    """Every key and item of what `tomllib` reads."""
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


def test_every_key_that_tomllib_reads_has_a_line():
    """No key or item is left out, whatever the way in which it is written."""
    lines = key_lines(TEXT)
    assert [] == [path for path in places(tomllib.loads(TEXT)) if path not in lines]


def test_lines_are_those_of_an_editor():
    """Lines are counted from 1, also behind texts over several lines."""
    lines = key_lines(TEXT)
    asked = [
        ("title",),
        ("a", "b", "c d", "y", 2, "z"),
        ("raw",),
        ("many", 1),
        ("table", "a.b", "key"),
        ("items", 1, "n"),
    ]
    assert [2, 3, 7, 11, 16, 21] == [lines[path] for path in asked]
    assert 23 == lines["items", 1, "sub", "m"]


def test_members_of_json_have_their_lines():
    """JSON members and items have the line of their key or of the comma before them."""
    lines = json_lines('{\n "a": {"b": [1,\n 2]},\n "c/d": "x, {y}: [z]"\n}')
    assert (2, 2, 4) == (lines["a",], lines["a", "b"], lines["c/d",])
    assert "/a/b/1" == pointer_of(("a", "b", 1))
    assert "/c~1d" == pointer_of(("c/d",))
