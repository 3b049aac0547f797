"""Where a list goes on, and where it must not."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import AdapterError, Fault, Question, Response
from adapters.config import AdapterMisconfigured, Paging
from adapters.envelope import EnvelopeReader
from adapters.paging import build_pager, next_link

BASE = "https://data.contoh.go.id/v1"


def pager_of(paging, *, secret_parameter=None):
    """A pager of a list below `BASE`."""
    return build_pager(paging, base_url=BASE, list_url=f"{BASE}/daftar", secret_parameter=secret_parameter)


def next_of(paging, document, *, position=None, size=100, headers=None, secret_parameter=None):
    """Where the list goes on after `document`."""
    pager = pager_of(paging, secret_parameter=secret_parameter)
    body = msgspec.json.encode(document)
    envelope = EnvelopeReader(pager.paths).read(body)
    question = Question(position=position, size=size)
    return pager.next_position(question, Response(status=200, headers=headers or {}, body=body), envelope)


LINK = Paging(kind="link", next="next")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://data.contoh.go.id/v1/daftar?page=2", "/v1/daftar?page=2"),
        ("https://DATA.contoh.go.id:443/v1/daftar?page=2", "/v1/daftar?page=2"),
        ("/v1/daftar?page=2", "/v1/daftar?page=2"),
        ("?page=2", "/v1/daftar?page=2"),
        ("lain?page=2", "/v1/lain?page=2"),
        ("/v1?page=2#x", "/v1?page=2"),
        ("/v1/daftar?nama=Élok Raya", "/v1/daftar?nama=%C3%89lok%20Raya"),
    ],
)
def test_a_link_becomes_a_position_without_its_origin(link, expected):
    """So that a cursor names no address."""
    assert expected == next_of(LINK, {"next": link})
    assert pager_of(LINK).step(Question(position=expected)).url == f"https://data.contoh.go.id{expected}"


@pytest.mark.parametrize(
    "link",
    [
        "https://jahat.example/v1/daftar?page=2",
        "//jahat.example/v1/daftar",
        "http://data.contoh.go.id/v1/daftar",
        "https://data.contoh.go.id:8443/v1/daftar",
        "https://data.contoh.go.id@jahat.example/v1/daftar",
        "https://data.contoh.go.id.jahat.example/v1/daftar",
        "/v2/admin",
        "/v1/../admin",
        "/v1/%2e%2e/admin",
        "/v1/..%2fadmin",
        "/v1x/daftar",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[::1/v1/daftar",
        "https://data.contoh.go.id:port/v1/daftar",
    ],
)
def test_a_link_that_leads_away_is_refused(link):
    """Whether the platform sends it, or someone writes it into a cursor."""
    with pytest.raises(AdapterError) as sent:
        next_of(LINK, {"next": link})
    with pytest.raises(AdapterError) as written:
        pager_of(LINK).step(Question(position=link))
    assert [Fault.UNREADABLE] * 2 == [sent.value.fault, written.value.fault]
    assert "jahat" not in str(sent.value)


def test_a_key_in_a_link_is_not_passed_on():
    """A platform that repeats our key in its links does not make a cursor of it."""
    link = f"{BASE}/daftar?api_token=rahasia&page=2&q="
    assert "/v1/daftar?page=2&q=" == next_of(LINK, {"next": link}, secret_parameter="api_token")


@pytest.mark.parametrize("paging", [LINK, Paging(kind="cursor", next="next")])
def test_a_list_that_points_at_itself_is_refused(paging):
    """Rather than walked for ever."""
    with pytest.raises(AdapterError) as caught:
        next_of(paging, {"next": "/v1/daftar?page=2"}, position="/v1/daftar?page=2")
    assert Fault.UNREADABLE == caught.value.fault


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<https://a/?p=2>; rel="next"', "https://a/?p=2"),
        ("<https://a/?p=2>;rel=next", "https://a/?p=2"),
        ('<https://a/?p=1>; rel="prev", <https://a/?p=3,4>; title="a, b; c"; REL="last next"', "https://a/?p=3,4"),
        ('<https://a/?p=1>; rel="prev"', None),
        ('<https://a/?p=1>; rel="nextish"', None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_the_next_link_is_found_among_others(header, expected):
    """RFC 8288, with what platforms make of it."""
    assert expected == next_link(header)


@given(st.text(max_size=300))
def test_any_link_header_is_read(header):
    """To a target or to none, never to an error."""
    assert next_link(header) is None or isinstance(next_link(header), str)


@pytest.mark.parametrize(
    ("paging", "document", "expected"),
    [
        (Paging(kind="page", total_pages="n", records="d"), {"n": "3", "d": [1]}, "2"),
        (Paging(kind="page", total_pages="n", records="d"), {"n": 1, "d": [1]}, None),
        (Paging(kind="page", total_pages="n", records="d"), {"n": 3, "d": []}, None),
        (Paging(kind="page", total_pages="n", records="d"), {"n": 3, "d": None}, None),
        (Paging(kind="page", total_pages="n", first=0), {"n": 3}, "1"),
        (Paging(kind="page", total="t", size=2, records="d"), {"t": 3, "d": [1, 2]}, "2:2"),
        (Paging(kind="page", total="t", size=2), {"t": 2}, None),
        (Paging(kind="page", total="t", records="d"), {"t": 3, "d": [1, 2]}, "2:2"),
        (Paging(kind="page", has_next="h"), {"h": True}, "2"),
        (Paging(kind="page", has_next="h"), {"h": "false"}, None),
        (Paging(kind="page", has_next="h"), {"h": None}, None),
        (Paging(kind="page", has_next="h"), {"h": "https://x/?page=2"}, "2"),
        (Paging(kind="page", has_next="h"), {"h": {"href": "x"}}, "2"),
        (Paging(kind="page", has_next="m.h"), {"m": []}, None),
        (Paging(kind="page", size=2), [1, 2], "2:2"),
        (Paging(kind="page", size=2), [1], None),
        (Paging(kind="page", size=2, records="d"), {"d": {"a": 1, "b": 2}}, "2:2"),
        (Paging(kind="page"), [1], "2"),
        (Paging(kind="page"), [], None),
        (Paging(kind="offset", total="t", records="d"), {"t": 3, "d": [1, 2]}, "2:2"),
        (Paging(kind="offset", total="t", size=2), {"t": 3}, "2:2"),
        (Paging(kind="offset", size=2), [1, 2], "2:2"),
        (Paging(kind="offset", size=2, first=1), [1, 2], "3:2"),
    ],
)
def test_the_end_of_a_list_is_where_the_platform_says(paging, document, expected):
    """By its totals, its own word, or a short page."""
    assert expected == next_of(paging, document)


def test_a_platform_that_gives_less_than_asked_is_still_walked_to_its_end():
    """Asked for a hundred, it gives two of three: one is to come, and the next page is asked in twos."""
    paging = Paging(kind="page", size_parameter="n", total="t", records="d")
    position = next_of(paging, {"t": 3, "d": [1, 2]})
    assert "2:2" == position
    assert {"page": "2", "n": "2"} == dict(pager_of(paging).step(Question(position=position)).parameters)
    assert next_of(paging, {"t": 3, "d": [3]}, position=position) is None


@pytest.mark.parametrize("document", [{"d": 1}, {"x": []}])
def test_a_list_whose_end_cannot_be_told_is_refused(document):
    """Rather than taken for one page."""
    with pytest.raises(AdapterError):
        next_of(Paging(kind="page", records="d"), document)


def test_a_size_is_never_more_than_the_platform_takes():
    """Nor what a cursor makes of it."""
    pager = pager_of(Paging(kind="page", size_parameter="n", max_size=50))
    sizes = [
        pager.step(Question(size=size, position=at)).parameters["n"]
        for size, at in [(10, None), (900, None), (0, None), (10, "2:900"), (10, "2:20"), (10, "2:0")]
    ]
    assert ["10", "50", "1", "50", "20", "1"] == sizes


@pytest.mark.parametrize("position", ["", "x", "-1", "1:", "1:x", "1;2", "٣", "9" * 13, "1:2:3", "1\n"])
def test_a_position_of_another_list_is_refused(position):
    """It reaches no platform."""
    with pytest.raises(AdapterError) as caught:
        pager_of(Paging(kind="page")).step(Question(position=position))
    assert Fault.UNREADABLE == caught.value.fault


@pytest.mark.parametrize(
    ("paging", "key"), [(Paging(kind="cursor"), "paging.next"), (Paging(kind="page", size=0), "paging.size")]
)
def test_paging_that_cannot_work_is_named_when_built(paging, key):
    """By its key."""
    with pytest.raises(AdapterMisconfigured) as caught:
        pager_of(paging)
    assert key == caught.value.key
