"""What everything that submits records must do, over real HTTP: one record on the platform, whatever went wrong."""

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from adapters.base import AdapterError, Fault
from adapters.config import AdapterMisconfigured, Auth, Success
from adapters.registry import build_authentication_of, build_submitter
from gateway.settings import Intake, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering, hanging, resetting

BODY = b'{"rujukan":"KLH-1","nama":"Euis Rohaeti"}'
BY_KEY = Intake(platform="p", path="/permohonan", query={"v": "3"}, key_header="Idempotency-Key", known_status=(409,))
BY_ID = Intake(platform="p", path="/permohonan", query={"v": "3"}, by_id="/permohonan/{id}")
SUCCESS = Success(equals={"status": ("sukses",)})


@dataclass
class Registry:
    """A platform that keeps what it is sent. It knows keys, or ids, as the intake has it."""

    intake: Intake
    kept: list[bytes] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    loses_answers: bool = False

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        assert ("3", "Bearer rahasia-42") == (request.query.get("v"), request.headers.get("Authorization"))
        if request.method == "GET":
            wanted = request.path.rpartition("/")[2]
            there = any(json.loads(it)["rujukan"] == wanted for it in self.kept)
            return web.json_response({"status": "sukses"}) if there else web.json_response({}, status=404)
        assert "application/json" == request.headers["Content-Type"]
        if self.intake.key_header is not None:
            key = request.headers[self.intake.key_header]
            if key in self.keys:
                return web.json_response({"status": "gagal"}, status=409)
            self.keys.add(key)
        self.kept.append(await request.read())
        if self.loses_answers:
            await asyncio.sleep(3600)
        return web.json_response({"status": "sukses", "nomor": "REG-1"}, status=201)


@pytest.fixture(params=[BY_KEY, BY_ID], ids=["by key", "by id"])
def registry(request):
    """A platform of each kind in turn."""
    return Registry(request.param)


@pytest.fixture
async def server(registry):
    """It runs."""
    async with PlatformServer(registry) as running:
        yield running


@pytest.fixture
async def transport():
    """Real HTTP."""
    async with HttpTransport(Upstream(max_bytes=100_000)) as opened:
        yield opened


def submitter_of(intake, server, transport, *, timeout_s=2.0, kind="rest_json"):
    """What submits to the server."""
    platform = Platform(
        adapter=kind,
        base_url=server.url,
        auth=Auth(kind="bearer", secret="KEY"),
        success=SUCCESS,
        timeout_s=timeout_s,
    )
    secrets = {"KEY": "rahasia-42"}.__getitem__
    authentication = build_authentication_of(platform, transport=transport, secrets=secrets)
    return build_submitter(kind, platform=platform, intake=intake, transport=transport, authentication=authentication)


@pytest.fixture
def submitter(registry, server, transport):
    """With time enough."""
    return submitter_of(registry.intake, server, transport)


async def failure(submitter) -> AdapterError:
    """What a submission raises."""
    with pytest.raises(AdapterError) as raised:
        await submitter.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")
    assert "Euis" not in str(raised.value)
    return raised.value


async def test_a_record_arrives_as_it_was_written(registry, submitter):
    """Byte for byte, with our credentials."""
    receipt = await submitter.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")
    assert (201, False, [BODY]) == (receipt.status, receipt.was_there, registry.kept)


async def test_a_record_that_is_sent_again_is_one_record(registry, submitter):
    """The second receipt says that it was there."""
    await submitter.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")
    receipt = await submitter.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")
    assert (True, [BODY]) == (receipt.was_there, registry.kept)


async def test_another_record_is_another(registry, submitter):
    """Its own key, its own id."""
    await submitter.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")
    receipt = await submitter.submit(BODY.replace(b"-1", b"-2"), source_id="KLH-2", idempotency_key="evt_2")
    assert (False, 2) == (receipt.was_there, len(registry.kept))


async def test_what_was_taken_without_an_answer_is_not_taken_twice(registry, server, transport):
    """The platform kept it, and the answer was lost: that is transient, and the next attempt finds it there."""
    registry.loses_answers = True
    error = await failure(submitter_of(registry.intake, server, transport, timeout_s=0.2))
    assert (Fault.TIMEOUT, True) == (error.fault, error.is_transient)
    registry.loses_answers = False
    again = submitter_of(registry.intake, server, transport)
    assert (await again.submit(BODY, source_id="KLH-1", idempotency_key="evt_1")).was_there
    assert [BODY] == registry.kept


@pytest.mark.parametrize(
    ("status", "fault", "is_transient"),
    [
        (301, Fault.UNREADABLE, False),
        (401, Fault.REFUSED_US, False),
        (403, Fault.REFUSED_US, False),
        (422, Fault.REJECTED, False),
        (429, Fault.UNREACHABLE, True),
        (500, Fault.UNREACHABLE, True),
        (503, Fault.UNREACHABLE, True),
    ],
)
async def test_a_status_is_a_fault(server, submitter, status, fault, is_transient):
    """Only what speaks of the record itself is final; the status goes along."""
    registry, refuse = server.answer, answering(b'{"status":"gagal"}', status=status, retry_after="7")

    async def answer(request):
        return await (registry if request.method == "GET" else refuse)(request)

    server.answer = answer
    error = await failure(submitter)
    assert (fault, is_transient, status) == (error.fault, error.is_transient, error.status)
    assert (7.0 if is_transient else None) == error.retry_after_s


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (answering("<html>Sedang dalam perbaikan</html>", content_type="text/html"), Fault.UNREADABLE),
        (answering(b'{"status":"gagal"}'), Fault.UNREADABLE),
        (answering(b'{"status":"suk'), Fault.UNREADABLE),
        (answering(b"", status=204), Fault.UNREADABLE),
        (answering(b"x" * 200_000), Fault.TOO_LARGE),
        (resetting, Fault.UNREACHABLE),
    ],
    ids=["page", "the platform's own word", "half", "nothing", "too large", "reset"],
)
async def test_a_success_that_is_none_is_a_fault(server, submitter, answer, fault):
    """A page of maintenance takes no record, whatever its status; it may be another answer the next time."""
    server.answer = answer
    error = await failure(submitter)
    assert fault is error.fault
    assert fault is not Fault.REJECTED


async def test_a_platform_that_hangs_is_given_up(registry, server, transport):
    """Within its own time."""
    server.answer = hanging
    error = await failure(submitter_of(registry.intake, server, transport, timeout_s=0.15))
    assert (Fault.TIMEOUT, True) == (error.fault, error.is_transient)


@pytest.mark.parametrize("id", ["..", "../admin", "a%2f..%2fadmin"])
async def test_an_id_cannot_lead_elsewhere(server, transport, id):
    """It is not asked for, and nothing is sent."""
    submitter = submitter_of(BY_ID, server, transport)
    with pytest.raises(AdapterError):
        await submitter.submit(BODY, source_id=id, idempotency_key="evt_1")
    assert [] == server.requests


@pytest.mark.parametrize(
    ("intake", "kind", "key"),
    [
        (Intake(platform="p", path="/x"), "rest_json", "key_header"),
        (Intake(platform="p", path="/x", key_header="Idempotency Key"), "rest_json", "key_header"),
        (Intake(platform="p", path="/x", by_id="/x"), "rest_json", "by_id"),
        (Intake(platform="p", path="/x", key_header="K", known_status=(500,)), "rest_json", "known_status"),
        (Intake(platform="p", path="/x", key_header="K"), "ckan", "platform"),
    ],
)
async def test_what_cannot_work_is_said_when_it_is_built(server, transport, intake, kind, key):
    """By its key; above all an intake that would make two records of one."""
    with pytest.raises(AdapterMisconfigured) as raised:
        submitter_of(intake, server, transport, kind=kind)
    assert key == raised.value.key


async def test_a_platform_is_asked_for_a_record_without_being_sent_one(registry, server, submitter):
    """By id it says yes or no; one that knows keys only is not even connected to."""
    registry.kept.append(BODY)
    by_id = registry.intake.by_id is not None
    expected = [True, False] if by_id else [None, None]
    assert expected == [await submitter.has(id_) for id_ in ("KLH-1", "KLH-2")]
    assert (1, ["GET", "GET"] if by_id else []) == (len(registry.kept), [it.method for it in server.requests])
