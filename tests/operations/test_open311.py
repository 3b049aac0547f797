"""The Open311 door over real HTTP, asked by a GeoReport client of others' making and by hand."""

import xml.etree.ElementTree as ET
from types import SimpleNamespace

import georeport.georeport
import pytest
import requests
from georeport import GeoReport

from gateway.demo.faults import Failure
from tests.support.served import served

MEMBERS = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address",
    "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway."""
    with served(tmp_path_factory.mktemp("open311")) as running:
        yield running


@pytest.fixture
def client(gateway, monkeypatch):
    """Makes georeport's client, unchanged; the HTTP session under it carries the token."""
    session = requests.Session()
    session.headers.update(gateway.bearer("jakarta"))
    session.trust_env = False
    monkeypatch.setattr(georeport.georeport, "requests", SimpleNamespace(get=session.get))

    def make(jurisdiction="sumedang", form="json"):
        return GeoReport(f"{gateway.url}/open311/v2", jurisdiction=jurisdiction, output_format=form)

    return make


@pytest.fixture
def ask(gateway):
    """Asks by hand, with a token; what comes back is the response."""
    headers = gateway.bearer("jakarta")

    def ask(path, **parameters):
        return gateway.get(f"/open311/v2/{path}", params=parameters, headers=headers)

    return ask


def records(gateway, partner):
    """The same reports at the gateway's own door."""
    found, cursor = [], {}
    while True:
        answer = gateway.get(
            "/v1/service-requests",
            params={"partner": partner, "limit": 200, **cursor},
            headers=gateway.bearer("jakarta"),
        ).json()
        found += answer["data"]
        if answer["next_cursor"] is None:
            return found
        cursor = {"cursor": answer["next_cursor"]}


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_client_from_elsewhere_lists_services_and_reports(gateway, client, form):
    """What it reads is what the gateway's own door tells."""
    own = records(gateway, "sumedang")
    reports = client(form=form).get_service_requests()
    assert [it["service_request_id"] for it in own] == [it["service_request_id"] for it in reports]
    assert all(list(it) == MEMBERS for it in reports)
    services = client(form=form).get_service_list()
    assert {it["service_code"] for it in own if it.get("service_code")} == {it["service_code"] for it in services}


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("jurisdiction", ["sumedang", "jakarta", "32.11"])
def test_a_client_from_elsewhere_shows_one_report_and_one_service(client, form, jurisdiction):
    """By the number and the code that the lists gave it."""
    asked = client(jurisdiction, form)
    listed = asked.get_service_requests()[1]
    assert listed == asked.get_service_request(listed["service_request_id"])
    code = asked.get_service_list()[0]["service_code"]
    assert code == asked.get_service_definition(code)["service_code"]


def test_a_client_from_elsewhere_filters(client):
    """By status, category and span; each report is in one half and not in the other."""
    asked = client("sumedang")
    everything = asked.get_service_requests()
    closed = asked.get_service_requests(status="closed")
    opened = asked.get_service_requests(status="open")
    assert {"closed"} == {it["status"] for it in closed}
    assert len(everything) == len(closed) + len(opened)
    assert everything == asked.get_service_requests(status="open,closed")
    code = everything[0]["service_code"]
    assert [it for it in everything if it["service_code"] == code] == asked.get_service_requests(service_code=code)
    times = sorted(it["requested_datetime"] for it in everything)
    early = asked.get_service_requests(start_date=times[0], end_date=times[2])
    assert set(times[:3]) == {it["requested_datetime"] for it in early}


def test_the_members_are_the_records(gateway, ask):
    """One by one, for a partner that grants its restricted fields; what is not there is null."""
    own = {it["id"]: it for it in records(gateway, "sumedang")}
    for report in ask("requests.json", jurisdiction_id="sumedang", extensions="true").json():
        record = own[report["extended_attributes"]["record_id"]]
        for name in ("service_request_id", "status", "service_name", "description", "address", "agency_responsible"):
            assert record.get(name) == report[name]
        assert record.get("media_urls", [None])[0:1] == [report["media_url"]] or not record.get("media_urls")
        point = record.get("location")
        assert (point["coordinates"] if point else [None, None]) == [report["long"], report["lat"]]
        assert (record.get("status_notes") or record.get("partner_status")) == report["status_notes"]


def test_who_reported_is_never_told(gateway, ask):
    """GeoReport has no place for it in an answer, so it is not even asked for, as the audit record shows."""
    answer = ask("requests.json", jurisdiction_id="sumedang", extensions="true")
    assert "reporter" not in answer.text
    for record in gateway.records(answer.headers["x-request-id"]):
        assert "reporter_name" not in str(record)


def test_each_page_is_the_next_part(ask):
    """Together they are the list, and one beyond its end is empty."""
    whole = ask("requests.json", jurisdiction_id="sumedang").json()
    pages = [ask("requests.json", jurisdiction_id="sumedang", page=n, page_size=7).json() for n in (1, 2, 3, 4)]
    assert whole[:28] == [it for page in pages for it in page]
    assert [] == ask("requests.json", jurisdiction_id="sumedang", page=100, page_size=10).json()


def test_ids_override_everything_else(ask):
    """Numbers and record ids alike; one that is not there is left out."""
    whole = ask("requests.json", jurisdiction_id="jakarta", extensions="true").json()
    first, second = whole[0]["service_request_id"], whole[1]["extended_attributes"]["record_id"]
    found = ask("requests.json", jurisdiction_id="jakarta", service_request_id=f"{first},{second},x", status="closed")
    assert [whole[0]["service_request_id"], whole[1]["service_request_id"]] == [
        it["service_request_id"] for it in found.json()
    ]


def test_a_record_id_needs_no_jurisdiction(ask):
    """It names its partner itself, and no other may be named beside it."""
    record_id = ask("requests.json", jurisdiction_id="jakarta", extensions="true").json()[0]["extended_attributes"]
    path = f"requests/{record_id['record_id']}.json"
    assert 200 == ask(path).status_code
    assert 404 == ask(path, jurisdiction_id="sumedang").status_code


def test_an_agreement_holds_here_too(gateway):
    """Sumedang sees no words of Jakarta's citizens: the members are null, as the agreement leaves them out."""
    headers = gateway.bearer("sumedang")
    reports = gateway.get("/open311/v2/requests.json?jurisdiction_id=jakarta", headers=headers).json()
    assert reports
    assert all((None, None, None) == (it["description"], it["address"], it["lat"]) for it in reports)


def test_each_exchange_is_recorded(gateway, ask):
    """As questions by the same token, with the same purpose."""
    answer = ask("requests.json", jurisdiction_id="sumedang", status="open")
    recorded = gateway.records(answer.headers["x-request-id"])
    assert recorded
    assert {"service-request"} == {it["resource"] for it in recorded}


def error(answer):
    """Code and description of a GeoReport error, from either format."""
    if answer.headers["content-type"].startswith("text/xml"):
        root = ET.fromstring(answer.content)
        assert ("errors", ["error"]) == (root.tag, [it.tag for it in root])
        return int(root[0].findtext("code")), root[0].findtext("description")
    (only,) = answer.json()
    return only["code"], only["description"]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    ("path", "parameters", "told"),
    [
        ("requests", {}, (400, "parameter-invalid")),
        ("requests", {"jurisdiction_id": "bandung"}, (404, "not-found")),
        ("requests", {"jurisdiction_id": "jakarta", "statuz": "open"}, (400, "parameter-unknown")),
        ("requests", {"jurisdiction_id": "jakarta", "status": "diproses"}, (400, "parameter-invalid")),
        ("requests", {"jurisdiction_id": "jakarta", "start_date": "2026-01-01"}, (400, "parameter-invalid")),
        ("requests", {"jurisdiction_id": "jakarta", "page": "0"}, (400, "parameter-invalid")),
        ("requests", {"jurisdiction_id": "jakarta", "page": "11", "page_size": "100"}, (400, "parameter-invalid")),
        (
            "requests",
            {"jurisdiction_id": "jakarta", "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
            (400, "parameter-invalid"),
        ),
        ("requests/tiada", {"jurisdiction_id": "jakarta"}, (404, "not-found")),
        ("requests/jakarta:service-request:service-requests.tiada", {}, (404, "not-found")),
        ("requests/bandung:service-request:x.1", {}, (404, "not-found")),
        ("services/tiada", {"jurisdiction_id": "jakarta"}, (404, "not-found")),
        ("tokens/1", {}, (404, "not-found")),
    ],
)
def test_an_error_is_one_of_geo_reports(ask, form, path, parameters, told):
    """In the format of the path; the stable code begins the description."""
    status, code = told
    answer = ask(f"{path}.{form}", **parameters)
    number, text = error(answer)
    assert (status, status, True) == (answer.status_code, number, text.startswith(f"{code}: "))
    assert ("text/xml" if form == "xml" else "application/json") == answer.headers["content-type"].partition(";")[0]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_without_a_token_nothing_is_told(gateway, form):
    """401 with its challenge, as everywhere; the key that GeoReport has is no token."""
    answer = gateway.get(f"/open311/v2/requests.{form}?jurisdiction_id=jakarta")
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"].partition(" ")[0])
    assert error(answer)[1].startswith("token-missing: ")
    assert 400 == gateway.get("/open311/v2/requests.json?jurisdiction_id=jakarta&api_key=x").status_code


def test_a_scope_that_is_missing_is_403(gateway):
    """With what is missing."""
    headers = gateway.bearer("jakarta", scope="facilities:read")
    answer = gateway.get("/open311/v2/requests.xml?jurisdiction_id=jakarta", headers=headers)
    assert (403, 403) == (answer.status_code, error(answer)[0])


@pytest.mark.parametrize(("language", "said"), [("en", "this door only reads"), ("id", "hanya membaca")])
def test_a_report_is_filed_elsewhere(gateway, language, said):
    """POST is not taken, and the answer says who takes it."""
    headers = {**gateway.bearer("jakarta"), "Accept-Language": language}
    answer = gateway.http.post(f"{gateway.url}/open311/v2/requests.json", headers=headers, data={"service_code": "1"})
    assert (405, True) == (answer.status_code, said in error(answer)[1])
    assert {"GET", "HEAD"} <= {it.strip() for it in answer.headers["allow"].split(",")}


def test_a_platform_that_is_away_is_no_empty_list(gateway, ask):
    """Nothing came, and nothing is not what there is; nor is a report said not to be there."""
    gateway.running.stand_ins.faults.forced = {"/jakarta/crm": Failure.STATUS_500}
    try:
        for path in ("requests.json", "requests.xml", "requests/JK1.json", "services.json"):
            answer = ask(path, jurisdiction_id="jakarta")
            assert (502, True) == (answer.status_code, error(answer)[1].startswith("partner-unreachable: "))
    finally:
        gateway.running.stand_ins.faults.forced = {}


def test_what_is_missing_is_told_in_headers(ask):
    """GeoReport has no place for it in its documents."""
    answer = ask("requests.json", jurisdiction_id="jakarta")
    gaps = answer.headers.get("exchange-gaps", "")
    assert ("?0" if gaps else "?1") == answer.headers["exchange-complete"]
    assert "ratelimit" in answer.headers


def test_an_unchanged_list_is_not_sent_again(gateway, ask):
    """By its ETag."""
    first = ask("requests.xml", jurisdiction_id="jakarta")
    headers = {**gateway.bearer("jakarta"), "If-None-Match": first.headers["etag"]}
    again = gateway.get("/open311/v2/requests.xml?jurisdiction_id=jakarta", headers=headers)
    assert (200, 304, b"") == (first.status_code, again.status_code, again.content)


def test_discovery_needs_no_token(gateway):
    """It says where the endpoint is and how a token is had, in both formats."""
    document = gateway.get("/open311/v2/discovery.json").json()
    (endpoint,) = document["endpoints"]
    assert (f"{gateway.url}/open311/v2", "http://wiki.open311.org/GeoReport_v2") == (
        endpoint["url"],
        endpoint["specification"],
    )
    root = ET.fromstring(gateway.get("/open311/v2/discovery.xml").content)
    assert ["changeset", "contact", "key_service", "endpoints"] == [it.tag for it in root]
    assert ["application/json", "text/xml"] == [it.text for it in root.iter("format")]


def test_the_xml_is_the_json(ask):
    """Element by element, in the standard's names and order; nothing is an empty element."""
    told = ask("requests.json", jurisdiction_id="sumedang", page=1, page_size=9).json()
    root = ET.fromstring(ask("requests.xml", jurisdiction_id="sumedang", page=1, page_size=9).content)
    assert ("service_requests", {"request"}) == (root.tag, {it.tag for it in root})
    for report, element in zip(told, root, strict=True):
        assert list(report) == [it.tag for it in element] == MEMBERS
        assert [None if it is None else str(it) for it in report.values()] == [it.text for it in element]
    services = ET.fromstring(ask("services.xml", jurisdiction_id="sumedang").content)
    assert {"false"} == {it.findtext("metadata") for it in services.iter("service")}


def test_a_code_with_a_slash_is_one_code(ask):
    """In the path as it stands, or escaped; none here has one, so it is not found rather than another address."""
    for name in ("Jalan%2Ftrotoar", "Jalan/trotoar", "%2e%2e%2fdiscovery"):
        answer = ask(f"services/{name}.json", jurisdiction_id="jakarta")
        assert (404, True) == (answer.status_code, error(answer)[1].startswith("not-found: "))
