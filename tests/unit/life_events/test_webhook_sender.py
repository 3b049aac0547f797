"""What leaves for a webhook and what comes back, over real connections."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from gateway.clock import SystemClock
from gateway.ids import DatasetId, PartnerId
from gateway.life_events.delivery import Claimed, Parcel
from gateway.life_events.event import StoredEvent
from gateway.life_events.outgoing import CLOUD_EVENT
from gateway.life_events.signature import Scheme, SigningSecret, new_key
from gateway.life_events.subscription import Webhook
from gateway.life_events.target_guard import TargetGuard
from gateway.life_events.webhook_sender import MOST_OF_ANSWER_BYTES, WebhookSender
from tests.support.certificates import Certificates
from tests.support.deliveries import START, a_subscription
from tests.support.receiver import (
    Flood,
    Receiver,
    answering,
    answering_body_byte_by_byte,
    answering_head_byte_by_byte,
    hanging,
    resetting,
    verified,
)

SECRET = SigningSecret("whs_1", Scheme.HMAC, new_key())
BODY = b'{"specversion":"1.0","id":"evt_1","data":{}}'


@pytest.fixture
async def receiver():
    """One that takes everything."""
    async with Receiver() as made:
        yield made


@pytest.fixture
async def sender():
    """One that may go to loopback, and waits a second at most."""
    async with opened(timeout_s=1.0) as made:
        yield made


@asynccontextmanager
async def opened(*, timeout_s=1.0, private=("127.0.0.0/8",), tls=None, **changes):
    """A sender with a guard that is made so."""
    guard = TargetGuard(**{"ports": (443,), "private": private} | changes)
    made = WebhookSender(guard=guard, clock=SystemClock(), timeout_s=timeout_s, tls=tls)
    await made.open()
    yield made
    await made.close()


def parcel(url, *, secrets=(SECRET,), attempts=0) -> Parcel:
    """One event on its way there."""
    event = StoredEvent(
        sequence=1,
        id="evt_1",
        name="birth",
        provider=PartnerId("sumedang"),
        dataset=DatasetId("sumedang/hospital-births"),
        client_id="rsud",
        time=START,
        accepted_at=START,
        case_id=None,
        order_key="evt_1",
        facts={},
        record=b"{}",
    )
    claimed = Claimed(
        id="dlv_1",
        event=event,
        subscription=a_subscription(target=Webhook(url)),
        secrets=secrets,
        attempts=attempts,
        failures=attempts,
        first_due_at=START,
        lease_until=START,
    )
    return Parcel(claimed=claimed, prepared_at=START, fields=frozenset(), data=b"{}", body=BODY)


async def test_a_delivery_is_a_signed_cloud_event(receiver, sender):
    """`standardwebhooks` verifies it; the id is the delivery's, at each attempt the same."""
    first = await sender.send(parcel(receiver.url))
    await sender.send(parcel(receiver.url, attempts=1))
    assert (204, None) == (first.status_code, first.reason)
    one, other = receiver.received
    assert verified(one, SECRET)
    assert (CLOUD_EVENT, BODY, "POST") == (one.headers["content-type"], one.body, one.method)
    assert "dlv_1" == one.headers["webhook-id"] == other.headers["webhook-id"]


async def test_connections_are_kept(receiver, sender):
    """Twenty deliveries, one after the other, are one connection."""
    for _ in range(20):
        await sender.send(parcel(receiver.url))
    assert (20, 1) == (len(receiver.received), receiver.connections)


@pytest.mark.parametrize(
    ("behaviour", "status", "reason"),
    [
        (answering(200, b"ok"), 200, None),
        (answering(202), 202, None),
        (answering(301, Location="http://127.0.0.1:1/elsewhere"), 301, "redirect"),
        (answering(404), 404, "http-404"),
        (answering(500), 500, "http-500"),
        (hanging, None, "timeout"),
        (resetting, None, "connection-lost"),
        (answering_head_byte_by_byte, None, "timeout"),
    ],
)
async def test_only_a_status_of_success_has_arrived(receiver, sender, behaviour, status, reason):
    """What it was else is told by a code."""
    receiver.behave = behaviour
    attempt = await sender.send(parcel(receiver.url))
    assert (status, reason) == (attempt.status_code, attempt.reason)


async def test_a_redirect_is_not_followed(sender):
    """Not even to a place that would be allowed."""
    async with Receiver() as elsewhere, Receiver() as receiver:
        receiver.behave = answering(307, Location=elsewhere.url)
        assert "redirect" == (await sender.send(parcel(receiver.url))).reason
        assert [] == elsewhere.received


async def test_a_body_that_trickles_costs_two_seconds_at_most(receiver):
    """It arrived, as its status said; the connection is given up."""
    receiver.behave = answering_body_byte_by_byte
    async with opened(timeout_s=20.0) as patient:
        async with asyncio.timeout(8):
            attempt = await patient.send(parcel(receiver.url))
    assert (200, None) == (attempt.status_code, attempt.reason)


async def test_of_a_gigabyte_only_the_beginning_is_taken(receiver, sender):
    """The receiver could send no more than what the sockets between hold."""
    receiver.behave = flood = Flood()
    attempt = await sender.send(parcel(receiver.url))
    await asyncio.sleep(0.1)
    assert (200, None) == (attempt.status_code, attempt.reason)
    assert flood.sent < MOST_OF_ANSWER_BYTES + 16 * 1024 * 1024


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_told(receiver, sender, status):
    """Where the status is one that it belongs to."""
    receiver.behave = answering(status, Retry_After="120")
    assert 120.0 == (await sender.send(parcel(receiver.url))).retry_after_s
    receiver.behave = answering(500, Retry_After="120")
    assert (await sender.send(parcel(receiver.url))).retry_after_s is None


async def test_410_says_that_the_receiver_is_gone(receiver, sender):
    """And no other status does."""
    receiver.behave = answering(410)
    assert (await sender.send(parcel(receiver.url))).is_gone
    receiver.behave = answering(404)
    assert not (await sender.send(parcel(receiver.url))).is_gone


async def test_where_nobody_listens_it_is_unreachable(sender):
    """A closed port."""
    attempt = await sender.send(parcel("http://127.0.0.1:1/hook"))
    assert (None, "unreachable") == (attempt.status_code, attempt.reason)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:{port}/hook", "target-address"),
        ("http://localhost:{port}/hook", "target-address"),
        ("http://2130706433:{port}/hook", "target-host"),
        ("http://[::ffff:127.0.0.1]:{port}/hook", "target-address"),
    ],
)
async def test_a_hostile_target_is_not_even_connected_to(receiver, url, reason):
    """The receiver is there and listens; nothing reaches it."""
    async with opened(private=()) as strict:
        attempt = await strict.send(parcel(url.format(port=receiver.url.split(":")[2].split("/")[0])))
    assert (reason, 0) == (attempt.reason, receiver.connections)


async def test_a_name_that_was_public_and_is_loopback_now_is_not_connected_to(receiver):
    """DNS rebinding, with a name server that answers so; the address that was checked is the one that is dialled."""
    answers = [["93.184.215.14"], ["127.0.0.1"]]

    async def lookup(host, port):
        return answers.pop(0)

    port = receiver.url.split(":")[2].split("/")[0]
    async with opened(private=(), ports=(int(port),), lookup=lookup) as strict:
        url = f"https://hooks.example:{port}/hook"
        await strict._guard.check(url)
        attempt = await strict.send(parcel(url))
    assert ("target-address", 0) == (attempt.reason, receiver.connections)


async def test_no_proxy_of_the_environment_is_used(receiver, sender, monkeypatch):
    """What `HTTP_PROXY` says is for others."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await sender.send(parcel(receiver.url))).reason is None


async def test_tls_is_verified_for_the_name_and_the_checked_address_is_dialled(tmp_path):
    """A certificate of an authority that is trusted, for the name in the URL; else nothing is sent."""
    certificates = Certificates(tmp_path / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    bodies = []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        bodies.append(head)
        await reader.readexactly(len(BODY))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]

    async def lookup(host, port):
        return ["127.0.0.1"]

    trusting = ssl.create_default_context(cafile=certificates.authority)
    for name, tls, reason in (
        ("localhost", trusting, None),
        ("hooks.example", trusting, "tls"),
        ("localhost", None, "tls"),
    ):
        async with opened(tls=tls, lookup=lookup) as made:
            attempt = await made.send(parcel(f"https://{name}:{port}/hook"))
        assert reason == attempt.reason
    assert 1 == len(bodies)
    server.close()


async def test_without_a_secret_nothing_is_sent(receiver, sender):
    """A delivery that nobody could verify is none."""
    attempt = await sender.send(parcel(receiver.url, secrets=()))
    assert ("secret-missing", []) == (attempt.reason, receiver.received)


async def test_the_time_of_an_attempt_is_told(receiver, sender):
    """When it began, and how long it took."""
    attempt = await sender.send(parcel(receiver.url))
    assert 0 <= attempt.duration_ms < 1000
    assert abs((datetime.now(UTC) - attempt.at).total_seconds()) < 5
