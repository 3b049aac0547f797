"""POST `/oauth/token` over real stores: issued, each refusal, hostile requests."""

import asyncio
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE
from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.access.client import ClientStatus
from gateway.decision import Allowed
from tests.support.access import (
    ISSUER,
    KEY_CLIENT,
    SECRET_CLIENT,
    a_client,
    an_assertion,
    basic,
    with_secret,
)
from tests.support.token_doors import FORM, RealClock, opened_token_doors

pytestmark = pytest.mark.asyncio(loop_scope="module")
GRANT = {"grant_type": "client_credentials"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory):
    """The doors, open."""
    async with opened_token_doors(tmp_path_factory.mktemp("token")) as opened:
        yield opened


def proof(assertion):
    """The fields of an assertion."""
    return GRANT | {
        "purpose": "perencanaan",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


async def post_proof(doors, fields):
    """Without an `Authorization` header."""
    return await doors.http.post("/oauth/token", data=fields)


def heart(answer):
    """What may differ between two refusals: nothing but what belongs to the request itself."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}
    return answer.status_code, answer.content, headers


async def test_a_secret_gets_a_token_that_the_published_keys_verify(doors):
    """RFC 6749 §5.1, RFC 9068: another implementation of JWT reads it with the JWKS."""
    answer = await doors.post("/oauth/token", GRANT | {"scope": "facilities:read"})
    assert (200, "application/json", "no-store", "no-cache") == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["cache-control"],
        answer.headers["pragma"],
    )
    body = answer.json()
    assert ("Bearer", 300, "facilities:read", "perencanaan") == tuple(
        body[name] for name in ("token_type", "expires_in", "scope", "purpose")
    )
    keys = KeySet.import_key_set((await doors.http.get("/oauth/jwks")).json())
    token = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    assert ("at+jwt", f"{ISSUER}/v1", SECRET_CLIENT) == (
        token.header["typ"],
        token.claims["aud"],
        token.claims["client_id"],
    )
    assert isinstance(await doors.access.tokens.check(body["access_token"], scope="facilities:read"), Allowed)


async def test_an_assertion_gets_a_token_once(doors):
    """The replay guard is the real one."""
    fields = proof(an_assertion(RealClock()))
    first, second = await post_proof(doors, fields), await post_proof(doors, fields)
    assert (200, 401) == (first.status_code, second.status_code)
    records = await doors.records()
    assert [("answered", None), ("refused", "assertion-replayed")] == [
        (record["outcome"], record.get("reason")) for record in records[-2:]
    ]


async def test_one_of_many_simultaneous_uses_of_an_assertion_counts(doors):
    """Exactly one, whatever the order."""
    fields = proof(an_assertion(RealClock(), jti="assertion-many"))
    answers = await asyncio.gather(*(post_proof(doors, fields) for _ in range(8)))
    assert [200] + [401] * 7 == sorted(answer.status_code for answer in answers)


async def test_every_request_has_its_record_before_it_is_answered(doors):
    """Issued, refused, and unreadable alike."""
    before = len(await doors.records())
    answers = [
        await doors.post("/oauth/token", GRANT),
        await doors.post("/oauth/token", GRANT, authorization=basic(SECRET_CLIENT, "wrong")),
        await doors.post("/oauth/token", {"grant_type": "password"}),
        await doors.http.post("/oauth/token", content=b"{}", headers={"content-type": "application/json"}),
    ]
    records = (await doors.records())[before:]
    assert [
        ("token", "answered", None, SECRET_CLIENT),
        ("token", "refused", "client-unknown-or-secret-wrong", None),
        ("token", "refused", "unsupported_grant_type", None),
        ("token", "refused", "form-unreadable", None),
    ] == [(record["kind"], record["outcome"], record.get("reason"), record.get("client_id")) for record in records]
    assert [answer.headers["x-request-id"] for answer in answers] == [record["request_id"] for record in records]
    assert {"192.0.2.1"} == {record["remote"] for record in records}


async def test_no_secret_token_or_assertion_stands_in_a_record(doors):
    """Not even a part of one."""
    token = await doors.token()
    assertion = an_assertion(RealClock(), jti="assertion-audited")
    await post_proof(doors, proof(assertion))
    text = repr(await doors.records())
    assert [] == [hidden for hidden in (doors.secret, token, token.split(".")[2], assertion) if hidden in text]


async def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(doors):
    """Status, body and headers, byte for byte."""
    headers = [
        basic("client_nobody", doors.secret),
        basic(SECRET_CLIENT, "wrong"),
        basic(SECRET_CLIENT, doors.secret[:-1]),
        basic(KEY_CLIENT, doors.secret),
        "Basic /////w==",
        "Basic !",
    ]
    answers = [await doors.post("/oauth/token", GRANT, authorization=header) for header in headers]
    fields = proof(an_assertion(RealClock(), jti="assertion-x", iss="client_nobody", sub="client_nobody"))
    answers.append(await post_proof(doors, fields))
    answers.append(
        await post_proof(doors, proof(an_assertion(RealClock(), jti="assertion-y", aud="https://x.example")))
    )
    assert 1 == len({repr(heart(answer)) for answer in answers})
    assert (401, 'Basic realm="https://gateway.example.go.id", charset="UTF-8"') == (
        answers[0].status_code,
        answers[0].headers["www-authenticate"],
    )
    assert {"error": "invalid_client", "error_description": "client authentication failed"} == answers[0].json()


async def test_a_disabled_client_gets_no_token(doors):
    """From the next request of this process on."""
    client, secret = with_secret(a_client("client_shut"), doors.access.keeper, datetime.now(UTC))
    await doors.put(client)
    header = basic("client_shut", secret)
    assert 200 == (await doors.post("/oauth/token", GRANT, authorization=header)).status_code
    await doors.put(a_client("client_shut", secrets=client.secrets, status=ClientStatus.DISABLED))
    answer = await doors.post("/oauth/token", GRANT, authorization=header)
    assert (400, "unauthorized_client") == (answer.status_code, answer.json()["error"])


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        (GRANT | {"scope": "services:read"}, "invalid_scope"),
        (GRANT | {"purpose": "lain"}, "invalid_request"),
        (GRANT | {"resource": "https://x.example"}, "invalid_target"),
        (GRANT | {"client_secret": "x"}, "invalid_request"),
    ],
)
async def test_a_refusal_is_oauths_own_json(doors, fields, error):
    """RFC 6749 §5.2: 400, a code, and what to change; no problem document."""
    answer = await doors.post("/oauth/token", fields)
    assert (400, "application/json", "no-store", error) == (
        answer.status_code,
        answer.headers["content-type"],
        answer.headers["cache-control"],
        answer.json()["error"],
    )
    assert {"error", "error_description"} == set(answer.json())


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"grant_type=client_credentials&grant_type=client_credentials", FORM, 400),
        (b"grant_type=client_credentials&x", FORM, 400),
        (b"grant_type=%zz", FORM, 400),
        (b"grant_type=\xff", FORM, 400),
        (b"a=" + b"x" * 16_384, FORM, 413),
        (b"a=" + b"x" * 1_000_000, FORM, 413),
        (b'{"grant_type":"client_credentials"}', {"content-type": "application/json"}, 415),
        (b"grant_type=client_credentials", {"content-type": "text/plain"}, 415),
        (b"grant_type=client_credentials", {}, 415),
    ],
    ids=range(9),
)
async def test_a_body_that_is_no_short_form_is_refused(doors, content, headers, status):
    """In OAuth's own JSON."""
    answer = await doors.http.post("/oauth/token", content=content, headers=doors.authorization | headers)
    assert (status, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_a_form_may_name_its_charset(doors):
    """Many clients do."""
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"} | doors.authorization
    answer = await doors.http.post("/oauth/token", content=b"grant_type=client_credentials", headers=headers)
    assert 200 == answer.status_code


async def test_parameters_in_the_url_are_refused(doors):
    """They would stand in logs of others."""
    answer = await doors.post("/oauth/token?grant_type=client_credentials", GRANT)
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_two_authorization_headers_are_one_too_many(doors):
    """Whichever of them is right."""
    headers = [*FORM.items(), *doors.authorization.items(), ("authorization", "Basic eDp5")]
    answer = await doors.http.post("/oauth/token", content=b"grant_type=client_credentials", headers=headers)
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_a_body_that_does_not_come_is_not_waited_for(doors):
    """Slow clients hold nothing."""

    async def slowly():
        yield b"grant_type="
        await asyncio.sleep(5)
        yield b"client_credentials"

    answer = await doors.http.post("/oauth/token", content=slowly(), headers=FORM | doors.authorization)
    assert (408, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_too_many_requests_are_told_how_long_to_wait(doors, monkeypatch):
    """429 with `Retry-After`, counted by the real limiter."""
    rule = doors.access.rates._tokens
    monkeypatch.setattr(doors.access.rates, "_tokens", type(rule)("token-test", 1, 3600, 1))
    answers = [await doors.post("/oauth/token", GRANT) for _ in range(2)]
    assert [200, 429] == [answer.status_code for answer in answers]
    assert 3500 < int(answers[1].headers["retry-after"]) <= 3601
    assert "temporarily_unavailable" == answers[1].json()["error"]


async def test_other_methods_are_not_allowed(doors):
    """And say which is."""
    answer = await doors.http.get("/oauth/token")
    assert (405, True) == (answer.status_code, "POST" in answer.headers["allow"])
