"""What every adapter must do, over real HTTP. A new protocol joins by its case in `adapter_cases`."""

import msgspec
import pytest

from adapters.base import Fault, Question
from adapters.config import Success
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.adapter_cases import CASES, RECORDS, SIZE
from tests.support.adapter_promises import AnyAdapter, failure, walk
from tests.support.platform_server import (
    PlatformServer,
    answering,
    cut_off,
    dripping,
    endless,
    hanging,
    resetting,
)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request):
    """Each protocol in turn."""
    return request.param


@pytest.fixture
async def server(case):
    """Its platform, as it should be."""
    async with PlatformServer(case.answer()) as running:
        yield running


@pytest.fixture
async def adapter(case, server):
    """Its adapter, with time enough."""
    async with HttpTransport(Upstream(max_bytes=1_000_000)) as transport:
        yield case.adapter(server.url, transport, timeout_s=2.0)


@pytest.fixture
def offer(case, server):
    """Changes the records that the platform has."""

    async def offer(records):
        server.answer = case.answer(records)

    return offer


@pytest.fixture
async def hasty(case, server):
    """Its adapter, with hardly any time."""
    async with HttpTransport(Upstream(max_bytes=1_000_000)) as transport:
        yield case.adapter(server.url, transport, timeout_s=0.15)


class TestEveryAdapter(AnyAdapter):
    """What every adapter promises, whatever its protocol."""


async def test_a_page_holds_no_more_than_the_platform_gives(adapter, case, server):
    """The walk takes as many requests as there are pages: one for a whole document."""
    await walk(adapter, case)
    assert (1 if case.is_single else -(-len(RECORDS) // SIZE)) == len(server.requests)


@pytest.mark.parametrize(
    ("status", "fault", "is_transient"),
    [
        (301, Fault.UNREADABLE, False),
        (400, Fault.UNREADABLE, False),
        (401, Fault.REFUSED_US, False),
        (403, Fault.REFUSED_US, False),
        (404, Fault.UNREADABLE, False),
        (429, Fault.UNREACHABLE, True),
        (500, Fault.UNREACHABLE, True),
        (501, Fault.UNREACHABLE, False),
        (503, Fault.UNREACHABLE, True),
    ],
)
async def test_a_status_is_a_fault(adapter, server, status, fault, is_transient):
    """Each status says whose fault it is, and whether asking again may help."""
    server.answer = answering(b'{"rahasia": "isi"}', status=status, Location=f"{server.url}/api/lain")
    error = await failure(adapter)
    assert (fault, is_transient) == (error.fault, error.is_transient)
    assert f"the platform answered {status}" in error.message
    assert "rahasia" not in str(error)


async def test_a_redirect_is_not_followed(adapter, server):
    """Nothing but the address that the operator wrote is asked."""
    server.answer = answering(status=302, Location=f"{server.url}/api/lain")
    await failure(adapter)
    assert 1 == len(server.requests)


@pytest.mark.parametrize("status", [429, 503])
async def test_the_platforms_wish_to_wait_is_heard(adapter, server, status):
    """`Retry-After` comes through, in seconds."""
    server.answer = answering(status=status, retry_after="17")
    assert 17.0 == (await failure(adapter)).retry_after_s


async def test_a_web_page_with_status_200_is_unreadable(adapter, server):
    """By its media type."""
    server.answer = answering(b"<html><body>Situs dalam perbaikan</body></html>", content_type="text/html")
    error = await failure(adapter)
    assert Fault.UNREADABLE == error.fault
    assert "text/html" in error.message


async def test_a_web_page_that_lies_about_its_type_is_unreadable(adapter, case, server):
    """By its content."""
    server.answer = answering(b"<!DOCTYPE html><html><body>x</body></html>", content_type=case.content_type)
    assert Fault.UNREADABLE == (await failure(adapter)).fault


async def test_another_media_type_is_unreadable(adapter, server):
    """An image is no document."""
    server.answer = answering(b"\x89PNG", content_type="image/png")
    assert Fault.UNREADABLE == (await failure(adapter)).fault


async def test_an_empty_body_is_unreadable_and_may_pass(adapter, case, server):
    """Some platforms answer 200 with nothing when they are busy."""
    server.answer = answering(b" ", content_type=case.content_type)
    error = await failure(adapter)
    assert (Fault.UNREADABLE, True) == (error.fault, error.is_transient)


async def test_a_truncated_document_is_unreadable(adapter, case, server):
    """Cut at any of twenty places, it is a fault and never a shorter list."""
    whole = {
        "application/json": b'{"success": true, "result": {"total": 1, "records": [{"id": "1"}]}, "data": []}',
        "text/csv": b'id;nama;kode\r\n1;"Puskesmas\r\nKaret";"32.11"\r\n2;"',
        "text/xml": b"<isi><baris><id>1</id></baris></isi>",
        "application/geo+json-seq": b'\x1e{"type": "Feature", "id": 1, "properties": {"nama": "Karet"}}',
    }[case.content_type]
    if case.content_type == "text/csv":
        server.answer = answering(whole, content_type="text/csv")
        assert Fault.UNREADABLE == (await failure(adapter)).fault
        return
    first = 2 if whole.startswith(b"\x1e") else 1  # a separator alone is how a sequence says that it is empty
    for end in range(first, len(whole), max(1, len(whole) // 20)):
        server.answer = answering(whole[:end], content_type=case.content_type)
        assert Fault.UNREADABLE == (await failure(adapter)).fault


async def test_a_connection_that_is_cut_within_the_body_is_a_fault(adapter, case, server):
    """Also where what came could be read."""
    server.answer = cut_off(b"<isi/>" if case.content_type == "text/xml" else b"[]", case.content_type)
    error = await failure(adapter)
    assert (Fault.UNREACHABLE, True) == (error.fault, error.is_transient)


async def test_a_platform_that_resets_the_connection_is_unreachable(adapter, server):
    """And may be back in a moment."""
    server.answer = resetting
    error = await failure(adapter)
    assert (Fault.UNREACHABLE, True) == (error.fault, error.is_transient)


async def test_an_answer_that_does_not_end_is_too_large(adapter, case, server):
    """Reading stops at the limit, a long way before the gigabyte."""
    written = []
    server.answer = endless(b" " * 65_536, case.content_type, written=written)
    assert Fault.TOO_LARGE == (await failure(adapter)).fault
    assert sum(written) < 20_000_000


async def test_a_platform_that_hangs_times_out(hasty, server):
    """After the platform's own timeout."""
    server.answer = hanging
    error = await failure(hasty)
    assert (Fault.TIMEOUT, True) == (error.fault, error.is_transient)


async def test_a_body_that_drips_times_out(hasty, case, server):
    """The timeout is for the whole answer, not for each byte."""
    server.answer = dripping(case.content_type)
    assert Fault.TIMEOUT == (await failure(hasty)).fault


async def test_success_is_what_the_operator_says(case, server):
    """The media types that are accepted are the settings', where they name any."""
    async with HttpTransport(Upstream()) as transport:
        adapter = case.adapter(server.url, transport, success=Success(content_type=("application/x-lain",)))
        assert Fault.UNREADABLE == (await failure(adapter)).fault


async def test_an_unchanged_document_is_not_sent_again(adapter, case, server):
    """The document's mark makes the next question conditional."""
    plain = case.answer()

    async def answer(request):
        if request.headers.get("If-None-Match") == '"v1"':
            return await answering(status=304, content_type=None)(request)
        response = await plain(request)
        response.headers["ETag"] = '"v1"'
        return response

    server.answer = answer
    first = await adapter.fetch(Question(size=SIZE))
    again = await adapter.fetch(Question(size=SIZE, etag=first.etag))
    assert ('"v1"', False) == (first.etag, first.not_modified)
    assert (True, b"") == (again.not_modified, again.body)


async def test_every_document_is_json(adapter):
    """Whatever came over the wire."""
    document = await adapter.fetch(Question(size=SIZE))
    assert msgspec.json.decode(document.body)
