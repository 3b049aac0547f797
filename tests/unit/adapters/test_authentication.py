"""How platforms are told who we are."""

import asyncio
import base64
from urllib.parse import parse_qs

import msgspec
import pytest

from adapters.authentication import ClientCredentials
from adapters.base import AdapterError, Fault, Question, Request
from adapters.config import AdapterMisconfigured, Auth
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform, Upstream
from gateway.upstream.http import HttpTransport
from tests.support.platform_server import PlatformServer, answering

SECRET = "rahasia:42/é"[:10]
TOKEN = {"access_token": "t-1", "token_type": "Bearer", "expires_in": 3600}
APIGEE = {
    "access_token": "t-1",
    "token_type": "BearerToken",
    "expires_in": "3599",
    "issued_at": "1795500000000",
    "status": "approved",
    "client_id": "CONTOH",
}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"code": "security", "details": {"text": "rahasia"}}]}


class Platforms:
    """A token endpoint and an API behind it, on one server; both count what they are asked."""

    def __init__(self):
        self.token_answer = answering(msgspec.json.encode(TOKEN))
        self.tokens = []
        self.asked = []
        self.refuse = set()

    async def answer(self, request):
        if request.path.endswith("/token"):
            self.tokens.append(request)
            await asyncio.sleep(0.01)
            return await self.token_answer(request)
        self.asked.append(request)
        is_refused = request.headers.get("Authorization") in self.refuse
        return await answering(b"[]", status=401 if is_refused else 200)(request)


@pytest.fixture
def platforms():
    """Both sides."""
    return Platforms()


@pytest.fixture
async def server(platforms):
    """Where they listen."""
    async with PlatformServer(platforms.answer) as running:
        yield running


@pytest.fixture
async def transport():
    """The real one."""
    async with HttpTransport(Upstream()) as opened:
        yield opened


def build(server, transport, **auth):
    """An adapter that authenticates so."""
    token_url = {"token_url": f"{server.url}/oauth2/v1/token"} if auth.get("kind") == "client-credentials" else {}
    return build_adapter(
        "rest_json",
        platform=Platform(adapter="rest_json", base_url=server.url, auth=Auth(**auth, **token_url)),
        dataset=Dataset(platform="p", path="/daftar"),
        transport=transport,
        secrets={"KEY": SECRET, "EMPTY": "", "LINE": "a\nb"}.__getitem__,
    )


def credentials(server, transport, **more):
    """An adapter with client credentials."""
    return build(server, transport, kind="client-credentials", client_id="gerbang", secret="KEY", **more)


@pytest.mark.parametrize(
    ("auth", "expected"),
    [
        ({"kind": "none"}, None),
        ({"kind": "api-key", "secret": "KEY"}, SECRET),
        ({"kind": "bearer", "secret": "KEY"}, f"Bearer {SECRET}"),
        (
            {"kind": "basic", "secret": "KEY", "user": "gerbang"},
            "Basic " + base64.b64encode(f"gerbang:{SECRET}".encode()).decode(),
        ),
    ],
)
async def test_a_fixed_credential_goes_into_its_header(platforms, server, transport, auth, expected):
    """The Authorization header of each kind."""
    await build(server, transport, **auth).fetch(Question())
    assert expected == platforms.asked[0].headers.get("Authorization")


async def test_a_key_goes_where_the_settings_say(platforms, server, transport):
    """Another header, or a query parameter."""
    await build(server, transport, kind="api-key", secret="KEY", header="X-Kunci").fetch(Question())
    await build(server, transport, kind="api-key", secret="KEY", query_parameter="token").fetch(Question())
    assert [SECRET, None] == [it.headers.get("X-Kunci") for it in platforms.asked]
    assert [None, SECRET] == [it.query.get("token") for it in platforms.asked]


@pytest.mark.parametrize(
    ("auth", "key"),
    [
        ({"kind": "bearer"}, "auth.secret"),
        ({"kind": "bearer", "secret": "GONE"}, "auth.secret"),
        ({"kind": "bearer", "secret": "EMPTY"}, "auth.secret"),
        ({"kind": "bearer", "secret": "LINE"}, "auth.secret"),
        ({"kind": "basic", "secret": "KEY"}, "auth.user"),
        ({"kind": "client-credentials", "secret": "KEY"}, "auth.client_id"),
    ],
)
async def test_a_credential_that_cannot_work_is_named_when_built(server, transport, auth, key):
    """The key of the settings, and never the secret."""
    with pytest.raises(AdapterMisconfigured) as caught:
        build(server, transport, **auth)
    assert key == caught.value.key


async def test_client_credentials_ask_once_for_all_questions(platforms, server, transport):
    """Twenty questions at a time, and one after, share one token."""
    adapter = credentials(server, transport)
    await asyncio.gather(*(adapter.fetch(Question(size=n)) for n in range(1, 21)))
    await adapter.fetch(Question())
    assert (1, 21) == (len(platforms.tokens), len(platforms.asked))
    assert {"Bearer t-1"} == {it.headers["Authorization"] for it in platforms.asked}


async def test_client_credentials_go_by_basic_authentication(platforms, server, transport):
    """Form-encoded first (RFC 6749 §2.3.1), with the grant in the form."""
    await credentials(server, transport, scope="baca").fetch(Question())
    (request,) = platforms.tokens
    user, _, password = (
        base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
    )
    assert ("gerbang", "rahasia%3A42") == (user, password)
    assert {"grant_type": ["client_credentials"], "scope": ["baca"]} == parse_qs(server.bodies[0].decode())


async def test_apigee_gets_its_grant_in_the_query_and_its_secret_in_the_form(platforms, server, transport):
    """And its way of saying a lifetime, a token type and a time of issue is understood."""
    platforms.token_answer = answering(msgspec.json.encode(APIGEE))
    adapter = credentials(server, transport, grant_in_query=True)
    await adapter.fetch(Question())
    await adapter.fetch(Question())
    (request,) = platforms.tokens
    assert {"grant_type": "client_credentials"} == dict(request.query)
    assert {"client_id": ["gerbang"], "client_secret": [SECRET]} == parse_qs(server.bodies[0].decode())
    assert "Authorization" not in request.headers


async def test_a_token_that_is_refused_is_renewed_once(platforms, server, transport):
    """A platform that forgot our token gets a new one within the same question."""
    adapter = credentials(server, transport)
    await adapter.fetch(Question())
    platforms.refuse = {"Bearer t-1"}
    platforms.token_answer = answering(msgspec.json.encode({**TOKEN, "access_token": "t-2"}))
    await adapter.fetch(Question())
    assert (2, 3) == (len(platforms.tokens), len(platforms.asked))


async def test_a_platform_that_refuses_every_token_is_asked_twice_and_no_more(platforms, server, transport):
    """The second refusal is the answer."""
    platforms.refuse = {"Bearer t-1"}
    with pytest.raises(AdapterError) as caught:
        await credentials(server, transport).fetch(Question())
    assert Fault.REFUSED_US == caught.value.fault
    assert (2, 2) == (len(platforms.tokens), len(platforms.asked))


async def test_questions_refused_together_share_the_new_token(platforms, server, transport):
    """The one that comes late finds the token renewed already."""
    adapter = credentials(server, transport)
    await adapter.fetch(Question())
    platforms.refuse = {"Bearer t-1"}
    platforms.token_answer = answering(msgspec.json.encode({**TOKEN, "access_token": "t-2"}))
    await asyncio.gather(*(adapter.fetch(Question(size=n)) for n in range(1, 11)))
    assert 2 == len(platforms.tokens)


@pytest.mark.parametrize(
    ("expires_in", "kept_until"),
    [(3600, 3540), ("3599", 3539), (60, 30), ("besok", 240), (None, 240), (-5, 240), (1e300, 240)],
)
async def test_a_token_is_kept_until_near_its_end(transport, platforms, server, expires_in, kept_until):
    """A minute before, or half a short life; five minutes where its life is not told."""
    now = 1000.0
    platforms.token_answer = answering(msgspec.json.encode({"access_token": "t-1", "expires_in": expires_in}))
    request = Request(method="POST", url=f"{server.url}/token")
    authentication = ClientCredentials(token_request=request, transport=transport, monotonic=lambda: now)
    await authentication.sign(Request(url="http://x"))
    now = 1000.0 + kept_until - 1
    await authentication.sign(Request(url="http://x"))
    assert 1 == len(platforms.tokens)
    now = 1000.0 + kept_until + 1
    await authentication.sign(Request(url="http://x"))
    assert 2 == len(platforms.tokens)


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (400, {"error": "invalid_client", "error_description": "rahasia"}, Fault.REFUSED_US),
        (401, OUTCOME, Fault.REFUSED_US),
        (200, OUTCOME, Fault.REFUSED_US),
        (200, {"error": "rahasia"}, Fault.REFUSED_US),
        (200, {}, Fault.UNREADABLE),
        (200, [], Fault.UNREADABLE),
        (200, {"access_token": 7}, Fault.UNREADABLE),
        (200, {"access_token": "t", "token_type": "mac"}, Fault.UNREADABLE),
        (500, OUTCOME, Fault.UNREACHABLE),
        (429, {}, Fault.UNREACHABLE),
    ],
)
async def test_a_refused_token_says_why_without_the_platforms_words(platforms, server, status, body, fault):
    """Registered error codes are repeated, free text is not."""
    platforms.token_answer = answering(msgspec.json.encode(body), status=status)
    async with HttpTransport(Upstream()) as transport:
        with pytest.raises(AdapterError) as caught:
            await credentials(server, transport).fetch(Question())
    assert fault == caught.value.fault
    assert "rahasia" not in str(caught.value)
    assert SECRET not in str(caught.value)


async def test_a_token_endpoint_that_answers_html_is_unreadable(platforms, server, transport):
    """Not a crash."""
    platforms.token_answer = answering(b"<html>", content_type="text/html")
    with pytest.raises(AdapterError) as caught:
        await credentials(server, transport).fetch(Question())
    assert Fault.UNREADABLE == caught.value.fault


async def test_a_question_given_up_leaves_the_token_to_the_others(platforms, server, transport):
    """The one who began to fetch it may go; the one who waits with it gets it."""
    adapter = credentials(server, transport)
    first = asyncio.create_task(adapter.fetch(Question(size=1)))
    second = asyncio.create_task(adapter.fetch(Question(size=2)))
    await asyncio.sleep(0.002)
    first.cancel()
    assert b"[]" == (await second).body
    assert 1 == len(platforms.tokens)
