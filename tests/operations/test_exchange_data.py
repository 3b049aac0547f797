"""GET `/v1/<resources>`: what is answered, and how each refusal is told."""

import pytest

READ = {
    "facilities": "facility",
    "indicators": "indicator",
    "services": "service",
    "service-requests": "service-request",
}


@pytest.mark.parametrize("plural", READ)
def test_both_partners_are_read_in_one_shape(gateway, plural):
    """Each resource of Jakarta and Sumedang comes through, with freshness, limits and an audit record."""
    answer = gateway.get(f"/v1/{plural}", headers=gateway.bearer(), params={"limit": 20})
    body = answer.json()
    assert 200 == answer.status_code
    assert ["data", "complete", "gaps", "freshness", "next_cursor"] == list(body)
    assert {"jakarta", "sumedang"} == {record["partner"] for record in body["data"]}
    assert "no-store" == answer.headers["cache-control"]
    assert answer.headers["ratelimit"].startswith(('"client";r=', '"quota";r='))
    (record,) = gateway.records(answer.headers["x-request-id"])
    assert ("exchange", "answered", READ[plural]) == (record["kind"], record["outcome"], record["resource"])


def test_the_next_page_is_linked_and_begins_where_this_one_ended(gateway):
    """`Link: rel="next"` and `next_cursor` lead to the same page, and no record comes twice."""
    headers = gateway.bearer()
    first = gateway.get("/v1/facilities", headers=headers, params={"limit": 10, "partner": "jakarta"})
    linked = first.links["next"]["url"]
    second = gateway.http.get(linked, headers=headers)
    again = gateway.get(
        "/v1/facilities",
        headers=headers,
        params={"limit": 10, "partner": "jakarta", "cursor": first.json()["next_cursor"]},
    )
    assert second.json()["data"] == again.json()["data"]
    seen = [record["id"] for page in (first, second) for record in page.json()["data"]]
    assert len(seen) == len(set(seen))


def test_an_unchanged_answer_is_304_with_the_same_etag(gateway):
    """`If-None-Match` with the ETag of before answers 304 without a body, and is recorded as well."""
    headers = gateway.bearer()
    first = gateway.get("/v1/services", headers=headers)
    second = gateway.get("/v1/services", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (304, b"", first.headers["etag"]) == (second.status_code, second.content, second.headers["etag"])
    assert 1 == len(gateway.records(second.headers["x-request-id"]))


@pytest.mark.parametrize("query", ["limit=3&partner=sumedang", "limit=0", "region=x", "cursor=x"])
@pytest.mark.parametrize("scope", ["services:read", "facilities:read", None])
def test_the_short_way_and_the_frameworks_answer_alike(gateway, query, scope):
    """A slash at the end takes the framework's way to the same door: status, members, headers, record."""
    headers = gateway.bearer(scope=scope) if scope else {}
    short, long = (gateway.get(f"/v1/services{slash}?{query}", headers=headers) for slash in ("", "/"))
    own = {"x-request-id", "ratelimit", "date", "content-length"}
    assert short.status_code == long.status_code
    assert {k: v for k, v in short.headers.items() if k not in own} == {
        k: v for k, v in long.headers.items() if k not in own
    }
    members = [
        {k: v for k, v in it.json().items() if k not in {"freshness", "request_id", "instance"}} for it in (short, long)
    ]
    assert members[0] == members[1]
    recorded = [[it["outcome"] for it in gateway.records(one.headers["x-request-id"])] for one in (short, long)]
    assert recorded[0] == recorded[1]


def test_a_list_asked_for_with_a_body_is_refused(gateway):
    """As at every other door, and whatever is remembered."""
    headers = gateway.bearer()
    assert 200 == gateway.get("/v1/services", headers=headers).status_code
    answer = gateway.http.request("GET", f"{gateway.url}/v1/services", headers=headers, content=b"x")
    assert (400, "body-unexpected") == (answer.status_code, answer.json()["code"])


def test_one_record_is_shown_by_its_id(gateway):
    """An id of a list leads to the same record."""
    headers = gateway.bearer()
    listed = gateway.get("/v1/services", headers=headers, params={"partner": "sumedang"}).json()["data"][0]
    shown = gateway.get(f"/v1/services/{listed['id']}", headers=headers)
    assert (200, listed) == (shown.status_code, shown.json()["data"])


def test_a_record_that_is_not_there_is_not_found(gateway):
    """What is not there is 404, in the words of the problem."""
    answer = gateway.get("/v1/services/sumedang:service:services.tidak-ada", headers=gateway.bearer())
    assert (404, "not-found") == (answer.status_code, answer.json()["code"])


def test_head_answers_as_get_does_without_a_body(gateway):
    """HEAD has the headers of GET, and no body."""
    answer = gateway.http.head(f"{gateway.url}/v1/services", headers=gateway.bearer())
    assert (200, b"") == (answer.status_code, answer.content)
    assert int(answer.headers["content-length"]) > 100
    assert answer.headers["etag"]


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("limt=5", "parameter-unknown", "limt"),
        ("limit=0", "parameter-invalid", "limit"),
        ("limit=201", "parameter-invalid", "limit"),
        ("limit=1.5", "parameter-invalid", "limit"),
        ("limit=%D9%A5", "parameter-invalid", "limit"),
        ("limit=5&limit=6", "parameter-invalid", "limit"),
        ("cursor=a&cursor=b", "parameter-invalid", "cursor"),
        ("completeness=most", "parameter-invalid", "completeness"),
        ("partner=bandung", "parameter-invalid", "partner"),
        ("partner=", "parameter-invalid", "partner"),
        ("fields=nama", "parameter-invalid", "fields"),
        ("fields=id,,name", "parameter-invalid", "fields"),
        ("kind=castle", "parameter-invalid", "kind"),
        ("region=3173", "parameter-invalid", "region"),
        ("updated_since=yesterday", "parameter-invalid", "updated_since"),
        ("%FF=1", "parameter-invalid", "*"),
        ("kind=%00", "parameter-invalid", "*"),
        ("&".join(f"partner=p{n}" for n in range(60)), "parameter-invalid", "*"),
    ],
)
def test_a_bad_parameter_is_named(gateway, query, code, parameter):
    """A parameter that is unknown, repeated or malformed is 400, and the answer says which and what would be right."""
    answer = gateway.get(f"/v1/facilities?{query}", headers=gateway.bearer())
    body = answer.json()
    assert (400, code) == (answer.status_code, body["code"])
    assert [parameter] == [item["parameter"] for item in body["errors"]]


def test_a_misspelt_parameter_names_the_nearest(gateway):
    """`limt` was `limit`."""
    body = gateway.get("/v1/facilities?limt=5", headers={"Accept-Language": "en"}).json()
    assert "limit" == body["parameters"]["nearest"]
    assert "Did you mean limit?" in body["detail"]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "é", "a" * 5000, "=" * 40])
def test_a_cursor_that_is_not_ours_is_refused(gateway, cursor):
    """A cursor that was made up, cut or is of another question is 422, or 400 if it is no text."""
    answer = gateway.get("/v1/facilities", headers=gateway.bearer(), params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) in {(422, "cursor-invalid"), (400, "parameter-invalid")}


def test_a_cursor_is_good_for_its_own_question_only(gateway):
    """The cursor of one resource does not go on with another."""
    headers = gateway.bearer()
    cursor = gateway.get("/v1/facilities", headers=headers, params={"limit": 5}).json()["next_cursor"]
    answer = gateway.get("/v1/indicators", headers=headers, params={"limit": 5, "cursor": cursor})
    assert (422, "cursor-invalid") == (answer.status_code, answer.json()["code"])


def test_without_a_token_the_answer_says_how_to_get_one(gateway):
    """401 with a challenge that has no error code, as RFC 6750 wants it, and a record of the refusal."""
    answer = gateway.get("/v1/facilities")
    assert (401, "token-missing") == (answer.status_code, answer.json()["code"])
    assert 'Bearer realm="gateway"' == answer.headers["www-authenticate"]
    (record,) = gateway.records(answer.headers["x-request-id"])
    assert ("refused", "token-missing") == (record["outcome"], record["reason"])


@pytest.mark.parametrize(
    "authorization",
    ["Bearer x", "Bearer a.b.c", "Bearer " + "a" * 5000, "Bearer é", "DPoP x", "Basic YTpi"],
)
def test_a_token_that_is_none_is_401(gateway, authorization):
    """Whatever stands in Authorization, it is 401 and recorded, never 500."""
    answer = gateway.get("/v1/facilities", headers={"Authorization": authorization.encode()})
    assert 401 == answer.status_code
    assert answer.json()["code"] in {"token-invalid", "token-missing"}
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert 1 == len(gateway.records(answer.headers["x-request-id"]))


def test_two_authorization_headers_are_one_too_many(gateway):
    """Two tokens at once are no token."""
    token = gateway.token()
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    answer = gateway.http.get(f"{gateway.url}/v1/facilities", headers=headers)
    assert (401, "token-invalid") == (answer.status_code, answer.json()["code"])


def test_a_missing_scope_is_named(gateway):
    """403 with `insufficient_scope` and the scope, in body and challenge."""
    answer = gateway.get("/v1/indicators", headers=gateway.bearer(scope="facilities:read"))
    assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])
    assert "indicators:read" == answer.json()["parameters"]["scope"]
    assert 'error="insufficient_scope", scope="indicators:read"' in answer.headers["www-authenticate"]


def test_a_field_that_is_not_granted_is_named_with_who_can_grant_it(gateway):
    """403 says which field is missing, of whom, and how to reach them."""
    answer = gateway.get(
        "/v1/facilities",
        headers=gateway.bearer("sumedang") | {"Accept-Language": "en"},
        params={"partner": "jakarta", "fields": "head_name"},
    )
    body = answer.json()
    assert (403, "field-not-granted") == (answer.status_code, body["code"])
    assert (["head_name"], "jakarta") == (body["parameters"]["fields"], body["parameters"]["provider"])
    assert body["parameters"]["contact"] in body["detail"]


def test_a_problem_speaks_the_language_that_was_asked_for(gateway):
    """`Accept-Language` chooses title and detail; code and status stay."""
    indonesian = gateway.get("/v1/facilities")
    english = gateway.get("/v1/facilities", headers={"Accept-Language": "fr, en;q=0.8, id;q=0.2"})
    assert ("Token tidak ada", "Token missing") == (indonesian.json()["title"], english.json()["title"])
    assert ("id", "en") == (indonesian.headers["content-language"], english.headers["content-language"])
    assert "accept-language" in english.headers["vary"]


def test_a_problem_is_a_problem_document(gateway):
    """Type, title, status, detail, instance, code and request id are all there."""
    answer = gateway.get("/v1/facilities")
    body = answer.json()
    assert "application/problem+json" == answer.headers["content-type"]
    assert {"type", "title", "status", "detail", "instance", "code", "request_id"} <= body.keys()
    assert (401, "/v1/facilities") == (body["status"], body["instance"])
    assert answer.headers["x-request-id"] == body["request_id"]
    assert 200 == gateway.http.get(body["type"]).status_code


def test_completeness_all_refuses_what_would_have_gaps(gateway):
    """`completeness=all` turns gaps into a refusal that lists them."""
    headers = gateway.bearer()
    partial = gateway.get("/v1/facilities", headers=headers, params={"partner": "jakarta", "limit": 200})
    assert partial.json()["gaps"]
    whole = gateway.get(
        "/v1/facilities", headers=headers, params={"partner": "jakarta", "limit": 200, "completeness": "all"}
    )
    assert (409, "incomplete") == (whole.status_code, whole.json()["code"])
    assert whole.json()["parameters"]["gaps"]


def test_an_idle_id_is_echoed_and_logged_with_the_trace(gateway):
    """`X-Request-Id` and `traceparent` of the caller are taken on; the log names client, route and status."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = gateway.bearer() | {
        "X-Request-Id": "permintaan-0001",
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
    }
    answer = gateway.get("/v1/services", headers=headers, params={"limit": 1})
    assert "permintaan-0001" == answer.headers["x-request-id"]
    (line,) = [it for it in gateway.logged("permintaan-0001") if it["event"] == "request"]
    assert (trace, "/v1/services", 200) == (line["trace_id"], line["route"], line["status"])
    assert gateway.client("jakarta").client_id == line["client_id"]


@pytest.mark.parametrize("request_id", ["kort", "a" * 200, "spasi tidak boleh", "<script>alert(1)</script>"])
def test_a_request_id_that_cannot_be_one_is_replaced(gateway, request_id):
    """What would not be safe to log or echo is not."""
    answer = gateway.get("/livez", headers={"X-Request-Id": request_id})
    assert answer.headers["x-request-id"].startswith("req_")
