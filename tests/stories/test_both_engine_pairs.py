"""The whole gateway as a process of its own, on SQLite with Valkey and on PostgreSQL with Redis: the same answers."""

import json
import time
from datetime import date, timedelta

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey

from gateway.demo.faults import Failure
from tests.support.process import installation, stand_ins_in_thread


@pytest.fixture
def bare(engine_pair, tmp_path):
    """An installation on one of the pairs that knows no client yet, and its stand-ins."""
    with stand_ins_in_thread() as stand_ins, installation(tmp_path, stand_ins, **engine_pair) as process:
        yield process, stand_ins


@pytest.fixture
def installed(bare):
    """A served installation on one of the pairs, its stand-ins and its clients."""
    process, stand_ins = bare
    seeded = process.seed()
    process.start()
    return process, stand_ins, seeded


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


def signed_token(process, good, key, *, lives_for_s=300):
    """A token that says what a good one says, signed by `key`; with a negative life, one that has expired."""
    header = jws.extract_compact(good.encode()).headers()
    claims = json.loads(jws.extract_compact(good.encode()).payload)
    now = int(time.time())
    claims |= {"iat": now - 600, "nbf": now - 600, "exp": now + lives_for_s}
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": header["kid"]}, claims, key)


def own_key(process):
    """The key by which the installation signs."""
    (file,) = (process.folder / "var" / "keys").glob("*.pem")
    return ECKey.import_key(file.read_bytes())


def registered_token(process, purpose):
    """The token of a new client of Jakarta for one purpose."""
    act = ["--partner", "jakarta", "--name", "Uji", "--id", "uji", "--profile", "basic", "--by", "Rina"]
    act += ["--scope", "facilities:read", "--purpose", purpose, "--reason", "Uji", "--json"]
    registered = process.run("clients", "register", *act)
    assert 0 == registered.returncode, registered.stderr
    answer = httpx.post(
        f"{process.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=("uji", json.loads(registered.stdout)["secret"]),
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
    """No token, a foreign, expired or revoked one, no scope, another purpose, an agreement suspended: each is told."""
    process, _, seeded = installed
    good = process.token(seeded)
    other_purpose = registered_token(process, "statistik")
    jakarta = seeded.clients["jakarta"]
    narrow = process.token(seeded, scope="services:read")
    facilities = "/v1/facilities?partner=sumedang&limit=5"
    walk = [
        (None, facilities, 401, "token-missing"),
        ("rubbish", facilities, 401, "token-invalid"),
        (signed_token(process, good, ECKey.generate_key("P-256")), facilities, 401, "token-invalid"),
        (signed_token(process, good, own_key(process), lives_for_s=-1), facilities, 401, "token-expired"),
        (narrow, facilities, 403, "scope-missing"),
        (other_purpose, facilities, 403, "purpose-not-covered"),
        (good, "/v1/facilities?partner=sumedang&fields=head_name", 403, "field-not-granted"),
    ]
    assert 200 == ask(process, facilities, signed_token(process, good, own_key(process))).status_code
    for token, path, status, code in walk:
        answer = ask(process, path, token)
        assert status == answer.status_code, answer.text
        assert code == answer.json()["code"]
        assert ("refused", code) == recorded(process, answer)
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


def test_without_an_agreement_and_after_its_last_day_nothing_is_answered(bare):
    """Before any agreement: missing; with one whose last day is past: its state is told. Both are recorded."""
    process, _ = bare
    process.start()
    token = registered_token(process, "pelayanan-publik")
    facilities = "/v1/facilities?partner=sumedang&limit=5"
    missing = ask(process, facilities, token)
    assert (403, "agreement-missing") == (missing.status_code, missing.json()["code"])
    assert ("refused", "agreement-missing") == recorded(process, missing)
    put_in_force(process, last_day=date.today() - timedelta(days=3))  # noqa: DTZ011
    expired = ask(process, facilities, token)
    assert (403, "agreement-suspended") == (expired.status_code, expired.json()["code"])
    assert "expired" == expired.json()["parameters"]["state"]
    assert ("refused", "agreement-suspended") == recorded(process, expired)


def put_in_force(process, *, last_day):
    """Sumedang's agreement with Jakarta on facilities is drafted, submitted and approved; every process knows it."""
    draft = {
        "provider": "sumedang",
        "consumer": "jakarta",
        "title": "PKS",
        "purposes": ["pelayanan-publik"],
        "valid_from": (last_day - timedelta(days=30)).isoformat(),
        "valid_until": last_day.isoformat(),
        "quota": {"limit": 100, "window_s": 86_400},
        "resources": [{"resource": "facility", "fields": [{"name": "@public", "legal_basis": "UU 14/2008"}]}],
    }
    file = process.folder / "draft.json"
    file.write_text(json.dumps(draft), encoding="utf-8")
    by = ["--by", "Rina", "--reason", "Uji"]
    drafted = process.run("agreements", "draft", str(file), *by, "--json")
    assert 0 == drafted.returncode, drafted.stderr
    agreement = json.loads(drafted.stdout)["id"]
    for step in ("submit", "approve"):
        told = process.run("agreements", step, agreement, *by)
        assert 0 == told.returncode, told.stderr
    time.sleep(2)
