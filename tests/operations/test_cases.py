"""Cases over real HTTP: who may open and follow up, what is shown, and to whom; and the recipes themselves."""

import json

import pytest

from tests.support.event_world import EventWorld, sample
from tests.support.newborn import DOCUMENTS, Newborn
from tests.support.served import served

UNKNOWN = "case_01kaw000000000000000000000"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway."""
    with served(tmp_path_factory.mktemp("cases")) as gateway:
        yield EventWorld(gateway)


@pytest.fixture(scope="module")
def sumedang(world):
    """Sumedang runs the recipe."""
    made = Newborn(world)
    made.adopt()
    return made


@pytest.fixture(scope="module")
def jakarta(world):
    """So does Jakarta, with other systems."""
    made = Newborn(world, "jakarta")
    made.adopt()
    return made


def problem(answer):
    """Status and code of a refusal."""
    assert "application/problem+json" == answer.headers["content-type"], answer.text
    return answer.status_code, answer.json()["code"]


def steps(case, status):
    """The names of the steps in that status."""
    return {step["name"] for step in case["steps"] if step["status"] == status}


def test_a_birth_by_the_hospital_opens_a_case(sumedang):
    """The answer names it; four steps wait, and nothing of the family is in it."""
    case_id = sumedang.opened()
    case = sumedang.case(case_id)
    assert ("newborn-documents", "open", None) == (case["recipe"], case["status"], case["completed_at"])
    assert {*DOCUMENTS, "parents-notified"} == steps(case, "waiting")
    assert [("birth", "opened", "hospital")] == [(it["type"], it["effect"], it["role"]) for it in case["timeline"]]
    assert [] == case["missing"]


def test_nothing_of_a_person_is_in_a_case(world, sumedang):
    """Neither in the case nor in the list nor in the record of reading them."""
    case_id = sumedang.opened()
    sumedang.document(case_id, "family-card")
    answer = world.gateway.get(f"/v1/cases/{case_id}", headers=sumedang.reader)
    records = world.gateway.records(answer.headers["x-request-id"])
    told = json.dumps([answer.json(), sumedang.cases(), records])
    personal = [
        value
        for source in ("hospital-births", "civil-registry-documents")
        for value in sample("sumedang", source).values()
        if isinstance(value, str)
        and len(value) > 9
        and value != sample("sumedang", "civil-registry-documents")["tgl_terbit"]
    ]
    assert [] == [value for value in personal if value in told]


def test_a_repeated_birth_opens_no_second_case(sumedang):
    """The same answer, with the same case."""
    first = sumedang.birth(id_lahir="N-SAME")
    before = len(sumedang.cases()["data"])
    event = json.loads(first.request.content)
    again = sumedang.world.post(event, sumedang.headers["hospital"])
    assert (202, first.content) == (again.status_code, again.content)
    assert before == len(sumedang.cases()["data"])


def test_a_birth_by_a_client_without_the_role_is_taken_and_opens_nothing(sumedang):
    """Others may still hear of it; its answer names no case."""
    answer = sumedang.birth(role="registry")
    assert 202 == answer.status_code
    assert "caseid" not in answer.json()["data"]


def test_follow_ups_complete_the_case(sumedang):
    """By the case in the data, or by the extension `caseid`; roles, steps and times are told."""
    case_id = sumedang.opened()
    assert 202 == sumedang.document(case_id, "birth-certificate").status_code
    assert 202 == sumedang.document(None, "child-identity-card", caseid=case_id).status_code
    assert 202 == sumedang.document(case_id, "family-card").status_code
    case = sumedang.case(case_id)
    assert (set(DOCUMENTS), {"parents-notified"}) == (steps(case, "done"), steps(case, "waiting"))
    assert 202 == sumedang.notified(case_id).status_code
    case = sumedang.case(case_id)
    assert "complete" == case["status"]
    assert case["took_s"] >= 0
    assert 0 == max(step["late_by_s"] for step in case["steps"])
    assert ["opened", "done", "done", "done", "done"] == [it["effect"] for it in case["timeline"]]
    assert ["hospital", "civil-registry", "civil-registry", "civil-registry", "notifier"] == [
        it["role"] for it in case["timeline"]
    ]


def test_told_before_the_documents_is_recorded_and_does_not_count(sumedang):
    """The step waits on, and is done by the message that follows the documents."""
    case_id = sumedang.opened()
    assert 202 == sumedang.notified(case_id).status_code
    for kind in DOCUMENTS:
        sumedang.document(case_id, kind)
    assert "open" == sumedang.case(case_id)["status"]
    sumedang.notified(case_id)
    case = sumedang.case(case_id)
    assert "complete" == case["status"]
    assert ["opened", "early", "done", "done", "done", "done"] == [it["effect"] for it in case["timeline"]]


def test_repeated_and_other_documents_are_noted(sumedang):
    """A second card, and one that the recipe does not ask for."""
    case_id = sumedang.opened()
    for kind in ("family-card", "family-card", "move-letter"):
        assert 202 == sumedang.document(case_id, kind).status_code
    case = sumedang.case(case_id)
    assert ["opened", "done", "repeated", "noted"] == [it["effect"] for it in case["timeline"]]
    assert "civil-registry" == case["timeline"][-1]["role"]


def test_a_step_is_done_only_by_the_client_in_its_role(world, sumedang):
    """403 that names the role, in the caller's language; recorded; the step waits on."""
    case_id = sumedang.opened()
    answer = sumedang.document(case_id, "family-card", role="notifier")
    assert (403, "case-role-missing") == problem(answer)
    told = answer.json()
    assert (["civil-registry"], "family-card", sumedang.ids["notifier"]) == tuple(
        told["parameters"][name] for name in ("roles", "step", "client_id")
    )
    assert "civil-registry" in told["detail"]
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("refused", "case-role-missing") == (record["outcome"], record["reason"])
    assert "waiting" in {step["status"] for step in sumedang.case(case_id)["steps"] if step["name"] == "family-card"}


def test_what_is_for_no_step_needs_a_role_all_the_same(world, sumedang):
    """A client of the partner that fills none adds nothing to a case."""
    case_id = sumedang.opened()
    sumedang.headers["outsider"] = world.publisher("sumedang")
    assert (403, "case-role-missing") == problem(sumedang.document(case_id, "move-letter", role="outsider"))


def test_a_foreign_case_is_as_unknown_as_none(sumedang, jakarta):
    """The very same problem, so that nobody learns what cases another partner has."""
    case_id = sumedang.opened()
    foreign, none = jakarta.document(case_id, "family-card"), jakarta.document(UNKNOWN, "family-card")
    assert (422, "case-unknown") == problem(foreign) == problem(none)
    unlike = ("request_id", "instance")
    assert {k: v for k, v in foreign.json().items() if k not in unlike} == {
        k: v for k, v in none.json().items() if k not in unlike
    }
    assert case_id not in foreign.text


def test_a_batch_is_placed_event_by_event(world, sumedang):
    """What is for an unknown case is refused beside the others."""
    case_id = sumedang.opened()
    events = [json.loads(sumedang.document(it, "family-card").request.content) for it in (case_id, UNKNOWN)]
    events = [event | {"id": f"{event['id']}-again"} for event in events]
    answer = world.post(events, sumedang.headers["registry"])
    assert 207 == answer.status_code
    assert ["accepted", "refused"] == [it["status"] for it in answer.json()["data"]]
    assert "case-unknown" == answer.json()["data"][1]["code"]


def test_jakarta_runs_the_same_recipe_with_its_own_names(jakarta):
    """FHIR in, nested documents, epoch times: the same case."""
    case_id = jakarta.opened()
    for kind in DOCUMENTS:
        assert 202 == jakarta.document(case_id, kind).status_code
    assert 202 == jakarta.notified(case_id).status_code
    assert "complete" == jakarta.case(case_id)["status"]


def test_another_partners_case_is_not_found(world, sumedang, jakarta):
    """404, recorded; and its list holds none of the others."""
    case_id = sumedang.opened()
    answer = world.gateway.get(f"/v1/cases/{case_id}", headers=jakarta.reader)
    none = world.gateway.get(f"/v1/cases/{UNKNOWN}", headers=jakarta.reader)
    assert (404, "not-found") == problem(answer) == problem(none)
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("case.read", "refused", "not-found", "jakarta") == tuple(
        record[name] for name in ("kind", "outcome", "reason", "partner")
    )
    assert {"jakarta"} >= {case["partner"] for case in jakarta.cases()["data"]}


def test_reading_is_recorded_before_it_is_answered(world, sumedang):
    """One record: who, for what, which filters, how many."""
    answer = world.gateway.get("/v1/cases?status=open&limit=2", headers=sumedang.reader)
    (record,) = world.gateway.records(answer.headers["x-request-id"])
    assert ("case.read", "answered", {"status": "open"}) == tuple(record[name] for name in ("kind", "outcome", "query"))
    assert {"sumedang": len(answer.json()["data"])} == record["released"]


def test_pages_lead_on(sumedang):
    """From the newest back, none twice and none left out."""
    opened = [sumedang.opened() for _ in range(5)]
    first = sumedang.cases(limit=2, recipe="newborn-documents")
    second = sumedang.cases(limit=3, before=first["next_before"])
    assert list(reversed(opened)) == [case["id"] for case in first["data"] + second["data"]]


def test_cases_are_filtered_by_what_they_are(sumedang):
    """Complete, open, since."""
    case_id = sumedang.opened()
    for kind in DOCUMENTS:
        sumedang.document(case_id, kind)
    sumedang.notified(case_id)
    assert {"complete"} == {case["status"] for case in sumedang.cases(status="complete")["data"]}
    assert {"open"} == {case["status"] for case in sumedang.cases(status="open")["data"]}
    assert [] == sumedang.cases(status="late")["data"]
    assert [] == sumedang.cases(opened_since="2099-01-01T00:00:00Z")["data"]
    assert [] == sumedang.cases(recipe="death-documents")["data"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=done", "parameter-invalid"),
        ("recipe=newborn", "parameter-invalid"),
        ("opened_since=2026-03-01", "parameter-invalid"),
        ("opened_since=2026-03-01T00:00:00", "parameter-invalid"),
        ("before=evt_1", "parameter-invalid"),
        ("limit=0", "parameter-invalid"),
        ("step=x", "parameter-unknown"),
    ],
)
def test_a_question_that_cannot_be_is_refused(world, sumedang, query, code):
    """400, by the parameter."""
    assert (400, code) == problem(world.gateway.get(f"/v1/cases?{query}", headers=sumedang.reader))


def test_reading_needs_its_scope(world, sumedang):
    """A publisher does not see cases; nor does anybody without a token."""
    refused = world.gateway.get("/v1/cases", headers=sumedang.headers["registry"])
    assert (403, "scope-missing") == problem(refused)
    (record,) = world.gateway.records(refused.headers["x-request-id"])
    assert ("case.read", "refused", "scope-missing") == (record["kind"], record["outcome"], record["reason"])
    assert (401, "token-missing") == problem(world.gateway.get("/v1/cases"))


def test_recipes_are_there_for_everybody(world):
    """With types, schemas, deadlines and labels in both languages; with an ETag."""
    listed = world.gateway.get("/v1/recipes")
    assert ["death-documents", "newborn-documents"] == [it["name"] for it in listed.json()["data"]]
    shown = world.gateway.get("/v1/recipes/newborn-documents")
    recipe = shown.json()
    assert ("birth", "urn:pertukaran:schema:birth:v1") == (recipe["trigger"]["type"], recipe["trigger"]["dataschema"])
    assert ["P3D", "P3D", "P3D", "P4D"] == [step["within"] for step in recipe["steps"]]
    assert {"id", "en"} == set(recipe["title"]) == set(recipe["steps"][0]["title"])
    unchanged = world.gateway.get("/v1/recipes/newborn-documents", headers={"If-None-Match": shown.headers["etag"]})
    assert 304 == unchanged.status_code
    assert (404, "not-found") == problem(world.gateway.get("/v1/recipes/none"))
