"""POST `/oauth/revoke` over real stores."""

import pytest
import pytest_asyncio

from gateway.decision import Allowed, Refused
from gateway.errors import RefusalCode
from gateway.storage.denylist import StoredDenylist
from gateway.storage.watch import Watch
from tests.support.access import SECRET_CLIENT, basic
from tests.support.token_doors import opened_token_doors

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory):
    """The doors, open."""
    async with opened_token_doors(tmp_path_factory.mktemp("revoke")) as opened:
        yield opened


async def test_a_revoked_token_is_refused_at_once_here_and_after_a_restart(doors):
    """The answer is empty, the denylist durable, the record written."""
    token = await doors.token()
    assert isinstance(await doors.access.tokens.check(token, scope="facilities:read"), Allowed)
    answer = await doors.post("/oauth/revoke", {"token": token})
    assert (200, b"", "no-store") == (answer.status_code, answer.content, answer.headers["cache-control"])
    decision = await doors.access.tokens.check(token, scope="facilities:read")
    assert isinstance(decision, Refused)
    assert RefusalCode.TOKEN_REVOKED == decision.code
    record = (await doors.records())[-1]
    assert ("token.revoke", "answered", SECRET_CLIENT) == (record["kind"], record["outcome"], record["client_id"])
    watch = Watch(doors.stores.engine)
    restarted = StoredDenylist(doors.stores.engine, watch)
    await watch.poll()
    assert restarted.is_denied(record["token_id"], SECRET_CLIENT, 0)


async def test_what_is_no_token_is_answered_as_a_revoked_one(doors):
    """RFC 7009 §2.2."""
    answer = await doors.post("/oauth/revoke", {"token": "x.y.z", "token_type_hint": "refresh_token"})
    assert (200, b"") == (answer.status_code, answer.content)


async def test_the_client_must_be_proved(doors):
    """The token stays good."""
    token = await doors.token()
    header = basic(SECRET_CLIENT, "wrong")
    answer = await doors.post("/oauth/revoke", {"token": token}, authorization=header)
    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])
    assert isinstance(await doors.access.tokens.check(token, scope="facilities:read"), Allowed)


async def test_the_token_must_be_there(doors):
    """400, in OAuth's own JSON."""
    answer = await doors.post("/oauth/revoke", {})
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])
