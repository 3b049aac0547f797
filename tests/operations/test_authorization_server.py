"""GET `/.well-known/oauth-authorization-server` and `/oauth/jwks`, and tokens while stores are down."""

from pathlib import Path

import pytest
import pytest_asyncio
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE

from gateway.access.signing_keys import rotate
from gateway.errors import AuditUnavailable, StoreUnavailable
from tests.support.access import ISSUER, an_assertion
from tests.support.token_doors import RealClock, opened_token_doors

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRANT = {"grant_type": "client_credentials"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory):
    """The doors, open."""
    async with opened_token_doors(tmp_path_factory.mktemp("metadata")) as opened:
        yield opened


async def test_the_metadata_leads_to_endpoints_that_are_there(doors):
    """Each answers something other than 404."""
    answer = await doors.http.get("/.well-known/oauth-authorization-server")
    assert (200, "public, max-age=300", ISSUER) == (
        answer.status_code,
        answer.headers["cache-control"],
        answer.json()["issuer"],
    )
    for name, url in answer.json().items():
        if name.endswith("_endpoint"):
            assert 401 == (await doors.post(url.removeprefix(ISSUER), GRANT, authorization="x")).status_code
    assert 200 == (await doors.http.get(answer.json()["jwks_uri"].removeprefix(ISSUER))).status_code


async def test_the_next_key_is_published_without_a_restart(doors):
    """Before it signs."""
    folder = Path(doors.access.keys._folder)
    kid = rotate(folder, now=0x7FFFFFFF, token_ttl_s=300)
    await doors.access.keys.reload()
    published = (await doors.http.get("/oauth/jwks")).json()["keys"]
    assert [kid] == [key["kid"] for key in published][1:]
    assert doors.access.keys.signing().kid != kid
    assert all("d" not in key for key in published)


@pytest.mark.parametrize(
    ("part", "method", "error"),
    [
        ("_clients", "find", StoreUnavailable),
        ("_records", "record", AuditUnavailable),
    ],
)
async def test_no_token_is_issued_while_a_store_is_down(doors, monkeypatch, part, method, error):
    """503 in OAuth's own JSON, and nothing of the cause."""

    async def fails(*_):
        raise error("secret cause")

    monkeypatch.setattr(getattr(doors.access.issuer, part), method, fails)
    answer = await doors.post("/oauth/token", GRANT)
    assert (503, "temporarily_unavailable", "2") == (
        answer.status_code,
        answer.json()["error"],
        answer.headers["retry-after"],
    )
    assert b"cause" not in answer.content


async def test_tokens_and_assertions_while_the_shared_store_is_really_down(tmp_path):
    """Secrets still get tokens, as the limiter fails open; assertions don't, as the replay guard fails closed."""
    async with opened_token_doors(tmp_path) as doors:
        doors.stores.shared._server.stop()
        assert 200 == (await doors.post("/oauth/token", GRANT)).status_code
        fields = GRANT | {
            "purpose": "perencanaan",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": an_assertion(RealClock()),
        }
        answer = await doors.http.post("/oauth/token", data=fields)
        assert (503, "temporarily_unavailable") == (answer.status_code, answer.json()["error"])
        record = (await doors.records())[-1]
        assert ("failed", "store-unavailable") == (record["outcome"], record["reason"])
