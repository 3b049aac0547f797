"""`/admin/v1`: the acts behind HTTP, each with a person, each refusal recorded."""

import time

import pytest

CLIENT = {
    "partner": "sumedang",
    "name": "Uji coba",
    "profile": "basic",
    "scopes": ["facilities:read"],
    "purposes": ["pelayanan-publik"],
}
AGREEMENT = {
    "provider": "jakarta",
    "consumer": "sumedang",
    "title": "Uji coba",
    "resources": [{"resource": "facility", "fields": [{"name": "@public", "legal_basis": "UU 14/2008"}]}],
    "purposes": ["pelayanan-publik"],
    "valid_from": "2026-01-01",
    "valid_until": "2036-01-01",
    "reason": "Uji",
}


@pytest.fixture
def admin(gateway):
    """Sends one request to the administrators' listener."""

    def send(method, path, *, headers=None, **options):
        return gateway.http.request(
            method, f"{gateway.admin_url}/admin/v1{path}", headers=headers or gateway.admin(), **options
        )

    return send


def test_a_client_is_registered_with_a_secret_that_is_shown_once(gateway, admin):
    """201 with the secret; later the client is shown without it, and no answer holds a digest."""
    made = admin("POST", "/clients", json={**CLIENT, "reason": "Surat 1"})
    client = made.json()["client"]
    shown = admin("GET", f"/clients/{client['id']}")
    assert (201, f"/admin/v1/clients/{client['id']}") == (made.status_code, made.headers["location"])
    assert made.json()["secret"].startswith("pgs_")
    assert made.json()["secret"] not in shown.text
    assert "digest" not in made.text + shown.text
    (record,) = gateway.records(made.headers["x-request-id"])
    assert ("admin.register-client", "Sri Wahyuni (admin-demo)") == (record["kind"], record["by"])
    assert made.json()["secret"] not in str(record)


def test_a_disabled_client_gets_no_token_until_it_is_enabled(gateway, admin):
    """Disable and enable take effect at the token endpoint."""
    made = admin("POST", "/clients", json=CLIENT).json()
    path, auth = f"/clients/{made['client']['id']}", (made["client"]["id"], made["secret"])
    form = {"grant_type": "client_credentials", "scope": "facilities:read"}

    def token(*, until):
        """The first status that is one of `until`, within the 2 s that a decision may take."""
        for _ in range(40):
            status = gateway.http.post(f"{gateway.url}/oauth/token", data=form, auth=auth).status_code
            if status in until:
                return True
            time.sleep(0.05)
        return False

    assert token(until={200})
    assert "disabled" == admin("POST", f"{path}/disable", json={"reason": "Uji"}).json()["status"]
    assert token(until={400, 401})
    assert "active" == admin("POST", f"{path}/enable", json={"reason": "Uji"}).json()["status"]
    assert token(until={200})


def test_a_secret_is_rotated_with_a_grace_and_revoked_at_once(gateway, admin):
    """Both secrets work for a while; a revoked one does not."""
    made = admin("POST", "/clients", json=CLIENT).json()
    path, name = f"/clients/{made['client']['id']}", made["client"]["id"]
    rotated = admin("POST", f"{path}/rotate-secret", json={"grace_s": 600}).json()
    form = {"grant_type": "client_credentials", "scope": "facilities:read"}

    def becomes(status, secret):
        """Whether the token endpoint answers so, within the 2 s that a decision may take."""
        for _ in range(40):
            if status == gateway.http.post(f"{gateway.url}/oauth/token", data=form, auth=(name, secret)).status_code:
                return True
            time.sleep(0.05)
        return False

    assert becomes(200, made["secret"])
    assert becomes(200, rotated["secret"])
    old = made["client"]["secrets"][0]["id"]
    assert 200 == admin("POST", f"{path}/revoke-secret", json={"secret_id": old, "reason": "Bocor"}).status_code
    assert becomes(401, made["secret"])
    assert becomes(200, rotated["secret"])


def test_an_agreement_goes_from_draft_to_end_by_decisions(admin):
    """Each step leads to its status; one that is not possible is 409 and says what is."""
    made = admin("POST", "/agreements", json=AGREEMENT)
    path = f"/agreements/{made.json()['id']}"
    assert (201, "draft") == (made.status_code, made.json()["status"])
    too_early = admin("POST", f"{path}/approve", json={"reason": "Uji"})
    assert (409, "conflict") == (too_early.status_code, too_early.json()["code"])
    assert "submit" in too_early.json()["parameters"]["possible"]
    steps = ("submit", "approve", "suspend", "resume", "end")
    statuses = [admin("POST", f"{path}/{step}", json={"reason": "Uji"}).json()["status"] for step in steps]
    assert ["submitted", "active", "suspended", "active", "ended"] == statuses
    assert "ended" == admin("GET", path).json()["status"]


def test_lists_are_paged_by_the_last_id(admin):
    """`next_after` leads through every client once."""
    for _ in range(3):
        admin("POST", "/clients", json=CLIENT)
    seen, after = [], None
    while True:
        page = admin("GET", "/clients", params={"limit": 2} | ({"after": after} if after else {})).json()
        seen += [client["id"] for client in page["data"]]
        after = page["next_after"]
        if after is None:
            break
    assert len(seen) >= 6
    assert sorted(set(seen)) == seen


def test_agreements_are_listed_by_status(admin):
    """A filter keeps what it says; one that cannot be is 400."""
    found = admin("GET", "/agreements", params={"status": "submitted"}).json()["data"]
    assert {"submitted"} == {agreement["status"] for agreement in found}
    assert 400 == admin("GET", "/agreements", params={"status": "signed"}).status_code


def test_the_audit_trail_is_read_newest_first_and_paged(gateway, admin):
    """Numbers go down, and `next_before` goes on where the page ended."""
    gateway.get("/v1/services", headers=gateway.bearer())
    first = admin("GET", "/audit", params={"limit": 2, "kind": "exchange"}).json()
    second = admin("GET", "/audit", params={"limit": 2, "kind": "exchange", "before": first["next_before"] or 1})
    numbers = [entry["number"] for page in (first, second.json()) for entry in page["data"]]
    assert sorted(numbers, reverse=True) == numbers
    assert {"exchange"} == {entry["record"]["kind"] for entry in first["data"]}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("since=2026", "since"), ("before=0", "before"), ("outcome=maybe", "outcome"), ("sort=up", "sort")],
)
def test_a_question_to_the_audit_trail_that_cannot_be_is_named(admin, query, parameter):
    """400 names the parameter."""
    answer = admin("GET", f"/audit?{query}")
    assert (400, parameter) == (answer.status_code, answer.json()["parameters"]["parameter"])


def test_nobody_acts_without_a_person(gateway, admin):
    """The header that names the person is mandatory for acts, not for reading."""
    headers = gateway.admin()
    del headers["X-Acting-Person"]
    act = admin("POST", "/clients", json=CLIENT, headers=headers)
    assert (400, "X-Acting-Person") == (act.status_code, act.json()["parameters"]["parameter"])
    assert 200 == admin("GET", "/clients", headers=headers).status_code


def test_a_partners_token_opens_no_door_of_the_administrators(gateway, admin):
    """403 names the scope, and the attempt is recorded with its client."""
    headers = gateway.bearer() | {"X-Acting-Person": "Tamu"}
    answer = admin("POST", "/clients", json=CLIENT, headers=headers)
    assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])
    (record,) = gateway.records(answer.headers["x-request-id"])
    assert ("admin.register-client", "refused", "jakarta-demo") == (
        record["kind"],
        record["outcome"],
        record["client_id"],
    )


def test_without_a_token_nothing_is_shown(admin):
    """401 at every door, and the person does not matter."""
    for method, path in (("GET", "/clients"), ("GET", "/audit"), ("POST", "/agreements")):
        answer = admin(method, path, headers={"X-Acting-Person": "Tamu"})
        assert (401, "token-missing") == (answer.status_code, answer.json()["code"])


def test_administration_is_not_served_to_the_public(gateway):
    """The public listener knows none of it; neither metrics."""
    for path in ("/admin/v1/clients", "/admin/v1/audit", "/metrics"):
        assert 404 == gateway.get(path, headers=gateway.admin()).status_code


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"", ""),
        (b"{", ""),
        (b"[]", ""),
        (b"\xff", ""),
        (b"[" * 60_000, ""),
        (b'{"partner": 5}', "/partner"),
        (b'{"partner": "x", "name": "x", "scopes": ["a", 5], "purposes": []}', "/scopes/1"),
        (b'{"partner": "x", "name": "x", "scopes": [], "purposes": [], "colour": 1}', ""),
        (b'{"partner": "x", "name": "x", "scopes": [], "purposes": [], "profile": "rahasia"}', "/profile"),
    ],
)
def test_a_body_that_does_not_fit_is_told_by_its_place(gateway, admin, body, pointer):
    """400 with a JSON Pointer; no value of the body comes back."""
    answer = admin("POST", "/clients", content=body, headers=gateway.admin() | {"Content-Type": "application/json"})
    assert (400, "body-invalid") == (answer.status_code, answer.json()["code"])
    assert pointer == answer.json()["parameters"]["pointer"]
    assert "rahasia" not in answer.text


def test_a_body_of_another_media_type_is_415(gateway, admin):
    """Only JSON is taken."""
    answer = admin("POST", "/clients", content=b"a=1", headers=gateway.admin() | {"Content-Type": "text/plain"})
    assert (415, "unsupported-media-type") == (answer.status_code, answer.json()["code"])


def test_what_cannot_be_registered_is_named(admin):
    """An unknown scope is 400 with the nearest known one."""
    answer = admin("POST", "/clients", json=CLIENT | {"scopes": ["facility:read"]})
    assert (400, "facilities:read") == (answer.status_code, answer.json()["parameters"]["nearest"])


def test_what_is_not_there_is_not_found(admin):
    """404 for an unknown client or agreement, also for acts."""
    assert 404 == admin("GET", "/clients/nobody").status_code
    assert 404 == admin("GET", "/agreements/none").status_code
    assert 404 == admin("POST", "/clients/nobody/disable", json={"reason": "Uji"}).status_code


def test_metrics_count_requests_by_route(gateway):
    """The counter of a route goes up; no raw path becomes a label."""
    gateway.get("/v1/services/sumedang:service:services.x", headers=gateway.bearer())
    text = gateway.http.get(f"{gateway.admin_url}/metrics").text
    assert 'gateway_requests_total{method="GET",route="/v1/services/{record_id}",status="404"}' in text
    assert "sumedang:service" not in text
