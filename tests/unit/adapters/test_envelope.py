"""The few values that are read of a document, and the proof that all of it is JSON."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Fault
from adapters.envelope import EnvelopeReader, as_json, keys_of

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc") | st.text(), inner, max_size=4),
    max_leaves=12,
)
PATHS = ["a", "a.b", "a.b.c", "b", "b.a", "c"]


def at(document, path):
    """What plain Python finds at the path."""
    for key in path.split("."):
        if not isinstance(document, dict) or key not in document:
            return None
        document = document[key]
    return document


@given(DOCUMENTS)
def test_every_path_yields_what_is_there(document):
    """For any document, and for any number of paths at once."""
    envelope = EnvelopeReader(PATHS).read(json.dumps(document).encode())
    assert [at(document, path) for path in PATHS] == [envelope.value(path) for path in PATHS]


@given(DOCUMENTS.filter(lambda it: isinstance(it, dict | list)), st.data())
def test_no_truncated_document_is_read(document, data):
    """A list or object cut anywhere is not JSON, whichever paths are of interest."""
    body = json.dumps(document).encode()
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    with pytest.raises(AdapterError) as caught:
        EnvelopeReader(PATHS).read(as_json(cut))
    assert Fault.UNREADABLE == caught.value.fault


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_a_fault(body):
    """Never another error."""
    with contextlib.suppress(AdapterError):
        EnvelopeReader(PATHS).read(as_json(body))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": NaN}',
        b'{"a": 1} {"a": 2}',
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"x": "\xff"}',
        b"\xfe\xff\x00{",
    ],
    ids=["deep list", "deep object", "NaN", "two documents", "quotes", "octal", "no UTF-8", "UTF-16"],
)
def test_what_is_almost_json_is_a_fault(body):
    """Named by kind and byte, without content."""
    with pytest.raises(AdapterError) as caught:
        EnvelopeReader(["a"]).read(as_json(body))
    assert Fault.UNREADABLE == caught.value.fault


def test_a_byte_order_mark_is_no_content():
    """Some PHP files begin with one."""
    assert b"[]" == as_json(b"\xef\xbb\xbf[]")


def test_a_key_that_holds_a_dot_is_quoted():
    """As in a mapping."""
    assert ("meta", "a.b", "total") == keys_of('meta."a.b".total')
    assert 7 == EnvelopeReader(['meta."a.b"']).read(b'{"meta": {"a.b": 7}}').value('meta."a.b"')


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b'"12"', 12), (b"12", 12), (b'" 12 "', 12), (b"12.5", None), (b"-1", None), (b'"x"', None), (b"true", None)],
)
def test_a_count_may_be_written_as_text(body, expected):
    """Anything else is no count."""
    assert expected == EnvelopeReader(["n"]).read(b'{"n": ' + body + b"}").whole_number("n")
