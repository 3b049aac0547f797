"""The whole journey over HTTP: a client is registered, an agreement made, data exchanged, everything recorded."""

import json
import time
from datetime import date, timedelta

import msgspec
import pytest
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.settings import Database, Shared
from tests.support.served import served


@pytest.fixture
def gateway(engine_pair, tmp_path):
    """The whole gateway, served, on one of the pairs of engines."""

    def change(settings):
        database = Database(url=engine_pair.get("GATEWAY__DATABASE__URL", settings.database.url))
        shared = Shared(url=engine_pair.get("GATEWAY__SHARED__URL", settings.shared.url))
        return msgspec.structs.replace(settings, database=database, shared=shared)

    with served(tmp_path, change=change) as running:
        yield running


def assertion(gateway, client_id, key, *, serial):
    """A client assertion, as a partner's own program would sign it."""
    now = int(gateway.running.gateway.clock.seconds())
    claims = {"iss": client_id, "sub": client_id, "aud": gateway.url, "iat": now, "exp": now + 60, "jti": serial}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def test_from_registration_to_the_audit_trail(gateway):  # noqa: PLR0915  (one journey, told in order)
    """Sumedang's client gets the head of a hospital by name, for its purpose, once Jakarta has agreed; all is kept."""
    admin, http = gateway.admin("Rina, Diskominfo"), gateway.http

    def act(path, body):
        answer = http.post(f"{gateway.admin_url}/admin/v1{path}", json=body, headers=admin)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    key = ECKey.generate_key("P-256", auto_kid=True)
    client = act(
        "/clients",
        {
            "partner": "sumedang",
            "name": "Rujukan RSUD",
            "profile": "fapi",
            "scopes": ["facilities:read"],
            "purposes": ["pelayanan-publik", "statistik"],
            "keys": {"keys": [key.as_dict(private=False)]},
            "reason": "Surat 12/2026",
        },
    )["client"]

    def token(serial, purpose):
        form = {
            "grant_type": "client_credentials",
            "purpose": purpose,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(gateway, client["id"], key, serial=serial),
        }
        answer = http.post(f"{gateway.url}/oauth/token", data=form)
        assert 200 == answer.status_code, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept-Language": "en"}

    wanted = {"partner": "jakarta", "fields": "id,name,head_name", "limit": 100}

    def ask(headers, *, until=None):
        """The answer; with `until`, the first of that status within the 2 s that a decision may take."""
        for _ in range(40):
            answer = gateway.get("/v1/facilities", headers=headers, params=wanted)
            if until in (None, answer.status_code):
                return answer
            time.sleep(0.05)
        return answer

    headers = token("serial-0001", "pelayanan-publik")
    refused = ask(headers)
    assert (403, "field-not-granted") == (refused.status_code, refused.json()["code"])
    assert ["head_name"] == refused.json()["parameters"]["fields"]

    today = date.today()  # noqa: DTZ011
    agreement = act(
        "/agreements",
        {
            "provider": "jakarta",
            "consumer": "sumedang",
            "title": "PKS rujukan",
            "resources": [
                {
                    "resource": "facility",
                    "fields": [
                        {"name": "@public", "legal_basis": "UU 14/2008"},
                        {"name": "head_name", "legal_basis": "UU 27/2022 pasal 20"},
                    ],
                }
            ],
            "purposes": ["pelayanan-publik"],
            "valid_from": (today - timedelta(days=2)).isoformat(),
            "valid_until": (today + timedelta(days=2)).isoformat(),
            "quota": {"limit": 2, "window_s": 86_400},
            "reason": "Surat 13/2026",
        },
    )
    path = f"/agreements/{agreement['id']}"
    act(f"{path}/submit", {"reason": "Diajukan"})
    act(f"{path}/approve", {"reason": "Disetujui"})

    answer = ask(headers, until=200)
    assert 200 == answer.status_code, answer.text
    records = answer.json()["data"]
    assert records
    assert {"id", "partner", "source_updated_at", "name", "head_name"} >= set().union(*records)
    assert any(record.get("head_name") for record in records)
    (record,) = gateway.records(answer.headers["x-request-id"])
    assert (client["id"], "pelayanan-publik", [agreement["id"]]) == (
        record["client_id"],
        record["purpose"],
        [it for it in record["agreements"] if it == agreement["id"]],
    )
    assert "head_name" in record["fields"]
    heads = [it["head_name"] for it in records if it.get("head_name")]
    assert not any(head in json.dumps(record) for head in heads)
    assert not any(head in gateway.logs.getvalue() for head in heads)

    other_purpose = gateway.get(
        "/v1/facilities", headers=token("serial-0002", "statistik"), params={"partner": "sumedang"}
    )
    assert (403, "purpose-not-covered") == (other_purpose.status_code, other_purpose.json()["code"])
    assert "statistik" in other_purpose.json()["detail"]

    ask(headers)
    used_up = ask(headers)
    assert (429, "quota-reached") == (used_up.status_code, used_up.json()["code"])
    assert agreement["id"] == used_up.json()["parameters"]["agreement"]
    assert int(used_up.headers["retry-after"]) > 0
    assert '"quota";q=2;w=86400' == used_up.headers["ratelimit-policy"]

    act(f"{path}/suspend", {"reason": "Ditinjau"})
    suspended = ask(headers, until=403)
    assert 403 == suspended.status_code
    assert suspended.json()["code"] in {"agreement-suspended", "field-not-granted"}

    trail = http.get(f"{gateway.admin_url}/admin/v1/audit", params={"kind": "admin."}, headers=admin).json()["data"]
    kinds = [entry["record"]["kind"] for entry in trail if entry["record"].get("by", "").startswith("Rina")]
    assert [
        "admin.suspend-agreement",
        "admin.approve-agreement",
        "admin.submit-agreement",
        "admin.draft-agreement",
        "admin.register-client",
    ] == kinds


def test_a_client_that_asks_too_often_is_told_when_to_come_back(tmp_path):
    """429 names the rule, what is left and when; another client is not touched by it."""

    def change(settings):
        access = msgspec.structs.replace(settings.access, rate_limit=60, rate_window_s=60, rate_burst=3)
        return msgspec.structs.replace(settings, access=access)

    with served(tmp_path, change=change) as gateway:
        headers = gateway.bearer()
        answers = [gateway.get("/v1/services?limit=1", headers=headers) for _ in range(5)]
        assert [200, 200, 200, 429] == [it.status_code for it in answers][:4]
        told = answers[3]
        assert "limit-reached" == told.json()["code"]
        assert "client" == told.json()["parameters"]["rule"]
        assert 1 <= int(told.headers["retry-after"]) <= 2
        assert '"client";q=60;w=60' == told.headers["ratelimit-policy"]
        assert 200 == gateway.get("/v1/services?limit=1", headers=gateway.bearer("sumedang")).status_code
        (record,) = gateway.records(told.headers["x-request-id"])
        assert ("refused", "limit-reached") == (record["outcome"], record["reason"])
