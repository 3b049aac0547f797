"""The whole gateway as a process of its own, on SQLite with Valkey and on PostgreSQL with Redis: the same answers."""

import json
import time

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from gateway.demo.faults import Failure
from tests.support.engines import postgres_server, postgres_url, redis_server  # noqa: F401
from tests.support.process import installation, stand_ins_in_thread


@pytest.fixture(params=["embedded", "servers"])
def installed(request, tmp_path):
    """A served installation on one of the pairs, its stand-ins and its clients."""
    overlay = {}
    if request.param == "servers":
        overlay["GATEWAY__DATABASE__URL"] = request.getfixturevalue("postgres_url")
        overlay["GATEWAY__SHARED__URL"] = request.getfixturevalue("redis_server")
    with stand_ins_in_thread() as stand_ins, installation(tmp_path, stand_ins, **overlay) as process:
        seeded = process.seed()
        process.start()
        yield process, stand_ins, seeded
        for started in process.started:  # before the database goes
            started.terminate()
            started.wait(20)


def ask(process, path, token=None):
    """The answer to a question."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{process.url}{path}", headers=headers, trust_env=False, timeout=15)


def recorded(process, answer):
    """The outcome and reason of the audit record of an answer, read by the command line."""
    listed = process.run("audit", "list", "--limit", "200", "--json")
    assert 0 == listed.returncode, listed.stderr
    entries = json.loads(listed.stdout)
    entries = entries["records"] if isinstance(entries, dict) else entries
    leaves = [entry.get("record", entry) for entry in entries]
    found = [it for it in leaves if it.get("request_id") == answer.headers["x-request-id"]]
    assert 1 == len(found)
    return found[0]["outcome"], found[0].get("reason")


def test_a_platform_that_says_errors_with_200_is_a_gap_and_the_others_are_answered(installed):
    """Jakarta's API answers 200 with `errors`: its hospitals are a gap; the rest is there, and recorded."""
    process, stand_ins, seeded = installed
    stand_ins.faults.forced["/jakarta/api/v1/rumahsakitumum"] = Failure.ERRORS
    answer = ask(process, "/v1/facilities?partner=jakarta,sumedang&limit=100", process.token(seeded))
    body = answer.json()
    assert (200, False) == (answer.status_code, body["complete"])
    assert ("jakarta/hospitals", "partner-unreadable") in {(gap["dataset"], gap["reason"]) for gap in body["gaps"]}
    assert {"jakarta", "sumedang"} == {record["partner"] for record in body["data"]}
    assert ("answered", None) == recorded(process, answer)


def foreign_token(process, token):
    """A token that says what a good one says, signed by somebody else's key."""
    header = jws.extract_compact(token.encode()).headers()
    now = int(time.time())
    claims = {"iss": process.url, "aud": f"{process.url}/v1", "sub": "jakarta-demo", "client_id": "jakarta-demo"}
    claims |= {"iat": now, "nbf": now, "exp": now + 300, "jti": "x" * 24, "scope": "facilities:read"}
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": header["kid"]}, claims, ECKey.generate_key("P-256"))


def statistician_token(process):
    """The token of a client of Jakarta for a purpose that no agreement covers."""
    act = ["--partner", "jakarta", "--name", "Statistik", "--id", "statistik", "--profile", "basic", "--by", "Rina"]
    act += ["--scope", "facilities:read", "--purpose", "statistik", "--reason", "Uji", "--json"]
    registered = process.run("clients", "register", *act)
    assert 0 == registered.returncode, registered.stderr
    answer = httpx.post(
        f"{process.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=("statistik", json.loads(registered.stdout)["secret"]),
        trust_env=False,
    )
    return answer.json()["access_token"]


def suspend_agreement(process, *, provider, consumer):
    """An administrator suspends the agreement; every process knows within 2 s."""
    listed = json.loads(process.run("agreements", "list", "--json").stdout)
    listed = listed["agreements"] if isinstance(listed, dict) else listed
    (found,) = [it["id"] for it in listed if (it["provider"], it["consumer"]) == (provider, consumer)]
    told = process.run("agreements", "suspend", found, "--by", "Rina", "--reason", "Ditinjau ulang")
    assert 0 == told.returncode, told.stderr
    time.sleep(2)


def test_every_refusal_is_the_right_problem_and_is_recorded(installed):
    """No token, a foreign one, one without the scope, without agreement, for another purpose, revoked: each is told."""
    process, _, seeded = installed
    good = process.token(seeded)
    other_purpose = statistician_token(process)
    jakarta = seeded.clients["jakarta"]
    narrow = process.token(seeded, scope="services:read")
    facilities = "/v1/facilities?partner=sumedang&limit=5"
    walk = [
        (None, facilities, 401, "token-missing"),
        ("rubbish", facilities, 401, "token-invalid"),
        (foreign_token(process, good), facilities, 401, "token-invalid"),
        (narrow, facilities, 403, "scope-missing"),
        (other_purpose, facilities, 403, "purpose-not-covered"),
        (good, "/v1/facilities?partner=sumedang&fields=head_name", 403, None),
    ]
    for token, path, status, code in walk:
        answer = ask(process, path, token)
        assert status == answer.status_code, answer.text
        assert code in {None, answer.json()["code"]}
        assert ("refused", answer.json()["code"]) == recorded(process, answer)
    suspend_agreement(process, provider="sumedang", consumer="jakarta")
    answer = ask(process, facilities, good)
    assert (403, "agreement-suspended") == (answer.status_code, answer.json()["code"])
    assert ("refused", "agreement-suspended") == recorded(process, answer)
    form = {"token": good}
    revoked = httpx.post(
        f"{process.url}/oauth/revoke", data=form, auth=(jakarta.client_id, jakarta.secret), trust_env=False
    )
    assert 200 == revoked.status_code
    answer = ask(process, facilities, good)
    assert (401, "token-revoked") == (answer.status_code, answer.json()["code"])
    assert ("refused", "token-revoked") == recorded(process, answer)
