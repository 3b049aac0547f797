"""What each door does while a store is down: refuse where it must, go on where it may."""

import pytest

from tests.support.served import served


@pytest.fixture
def gateway(tmp_path):
    """A gateway of its own, since its stores are taken away."""
    with served(tmp_path) as running:
        yield running


def test_without_the_shared_store_exchanges_go_on_and_readiness_says_so(gateway):
    """The limiter fails open; `/readyz` is 503 with the reason; the process is alive."""
    headers = gateway.bearer()
    shared = gateway.running.gateway.readiness._shared
    gateway.do(shared.client.shutdown(nosave=True))
    answer = gateway.get("/v1/services?limit=3", headers=headers)
    assert (200, False) == (answer.status_code, "ratelimit" in answer.headers)
    ready = gateway.get("/readyz?verbose")
    (failed,) = [check for check in ready.json()["checks"] if not check["is_ready"]]
    assert (503, "not-ready", "shared-store") == (ready.status_code, ready.json()["status"], failed["name"])
    assert "retry-after" in ready.headers
    assert 200 == gateway.get("/livez").status_code


def test_without_the_audit_trail_nothing_is_answered(gateway):
    """503 with the code and when to come back, at the exchange, the token and the administrators' doors alike."""
    headers, admin = gateway.bearer(), gateway.admin()
    gateway.do(gateway.running.gateway.trail.close())
    exchange = gateway.get("/v1/services", headers=headers)
    assert (503, "audit-unavailable", "2") == (
        exchange.status_code,
        exchange.json()["code"],
        exchange.headers["retry-after"],
    )
    refused = gateway.http.get(f"{gateway.admin_url}/admin/v1/clients", headers=headers)
    assert (503, "audit-unavailable") == (refused.status_code, refused.json()["code"])
    client = gateway.client("jakarta")
    token = gateway.http.post(
        f"{gateway.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client.client_id, client.secret),
    )
    assert (503, "temporarily_unavailable") == (token.status_code, token.json()["error"])
    assert 200 == gateway.http.get(f"{gateway.admin_url}/admin/v1/clients", headers=admin).status_code


def test_without_news_of_revocations_nobody_is_let_in(gateway):
    """When the changes have not been heard of for 2 s and the database does not answer, a token counts for nothing."""
    headers = gateway.bearer()

    async def forget():
        tokens = gateway.running.gateway.tokens
        watch = tokens._denylist._watch
        await watch.close()
        watch._heard_at = float("-inf")

    gateway.do(forget())
    answer = gateway.get("/v1/services", headers=headers)
    assert (503, "store-unavailable") == (answer.status_code, answer.json()["code"])
    (record,) = gateway.records(answer.headers["x-request-id"])
    assert ("failed", "store-unavailable") == (record["outcome"], record["reason"])
