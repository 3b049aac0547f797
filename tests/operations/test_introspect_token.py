"""POST `/oauth/introspect` over real stores."""

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.support.access import ISSUER, SECRET_CLIENT, a_client, basic, with_secret
from tests.support.token_doors import opened_token_doors

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory):
    """The doors, open."""
    async with opened_token_doors(tmp_path_factory.mktemp("introspect")) as opened:
        yield opened


async def test_a_client_learns_what_its_token_says_until_it_is_revoked(doors):
    """RFC 7662 §2.2."""
    token = await doors.token()
    answer = await doors.post("/oauth/introspect", {"token": token})
    body = answer.json()
    assert (200, "no-store", True, "Bearer", SECRET_CLIENT, ISSUER, f"{ISSUER}/v1", "perencanaan") == (
        answer.status_code,
        answer.headers["cache-control"],
        *(body[name] for name in ("active", "token_type", "client_id", "iss", "aud", "purpose")),
    )
    await doors.post("/oauth/revoke", {"token": token})
    assert {"active": False} == (await doors.post("/oauth/introspect", {"token": token})).json()


async def test_only_the_scope_introspect_opens_the_tokens_of_others(doors):
    """All others learn that they don't count."""
    token = await doors.token()
    for scopes, is_told in (({"facilities:read"}, False), ({"introspect"}, True)):
        client, secret = with_secret(
            a_client("client_watch", scopes=frozenset(scopes)), doors.access.keeper, datetime.now(UTC)
        )
        await doors.put(client)
        header = basic("client_watch", secret)
        answer = await doors.post("/oauth/introspect", {"token": token}, authorization=header)
        assert is_told == answer.json()["active"]


async def test_the_client_must_be_proved(doors):
    """The token alone tells nothing."""
    answer = await doors.post("/oauth/introspect", {"token": await doors.token()}, authorization="Bearer x")
    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])
