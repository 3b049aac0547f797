"""`/admin/v1/adoptions` and `gateway recipes`: the same act through both doors."""

import json
import shutil

import pytest

from gateway.cases.recipe_reader import RecipeRejected
from gateway.demo.stand_ins import StandIns
from gateway.wiring import opened
from gateway.wiring.contracts import SCHEMAS
from tests.support.event_world import EventWorld
from tests.support.newborn import RECIPE, Newborn
from tests.support.running import settings_in
from tests.support.served import served

DEATH_ROLES = {role: ["x"] for role in ("hospital", "civil-registry", "social-insurance", "notifier")}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway."""
    with served(tmp_path_factory.mktemp("adoptions")) as gateway:
        yield EventWorld(gateway)


@pytest.fixture
def admin(world):
    """Sends one request to the administrators' listener."""

    def send(method, path, **options):
        url = f"{world.gateway.admin_url}/admin/v1/adoptions{path}"
        return world.gateway.http.request(method, url, headers=world.gateway.admin(), **options)

    return send


@pytest.fixture
def gateway(world, commands):
    """Runs a command over the same database: its exit code, what it wrote to stdout, and to stderr."""
    return commands(world.gateway.folder)


def test_a_recipe_is_adopted_by_request_and_opens_cases(world, admin):
    """From the act to the first case; the act is recorded with the person; ended, no case is opened any more."""
    newborn = Newborn(world)
    body = {"roles": newborn.roles(), "reason": "SK Bupati 14/2026"}
    made = admin("PUT", f"/sumedang/{RECIPE}", json=body)
    assert 200 == made.status_code, made.text
    assert [newborn.ids["hospital"]] == made.json()["roles"]["hospital"]
    (record,) = world.gateway.records(made.headers["x-request-id"])
    assert ("admin.adopt-recipe", "Sri Wahyuni (admin-demo)") == (record["kind"], record["by"])
    assert [made.json()] == admin("GET", "?partner=sumedang").json()["data"]
    assert [] == admin("GET", "?partner=jakarta").json()["data"]
    world.gateway.do(world.gateway.running.followed())
    case_id = newborn.opened()

    ended = admin("POST", f"/sumedang/{RECIPE}/end", json={"reason": "Ditinjau"})
    assert ended.json()["ended_at"] is not None
    world.gateway.do(world.gateway.running.followed())
    assert "caseid" not in newborn.birth().json()["data"]
    assert 202 == newborn.document(case_id, "family-card").status_code, "an open case goes on"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/sumedang/none", {"roles": {"hospital": ["x"]}, "reason": "Uji"}, 400, "parameter-invalid"),
        (f"/bandung/{RECIPE}", {"roles": {"hospital": ["x"]}, "reason": "Uji"}, 400, "parameter-invalid"),
        (f"/sumedang/{RECIPE}", {"roles": {}, "reason": "Uji"}, 400, "parameter-invalid"),
        (f"/sumedang/{RECIPE}", {"roles": {"hospital": []}, "reason": "Uji"}, 400, "body-invalid"),
        (f"/sumedang/{RECIPE}", {"roles": {"hospital": ["x"]}}, 400, "body-invalid"),
    ],
)
def test_what_cannot_be_adopted_is_refused(admin, path, body, status, code):
    """By the part that is wrong."""
    answer = admin("PUT", path, json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_a_recipe_that_no_system_of_the_partner_opens_is_refused_through_both_doors(admin, gateway):
    """Jakarta publishes no deaths: the file is named in which they would be declared."""
    answer = admin("PUT", "/jakarta/death-documents", json={"roles": DEATH_ROLES, "reason": "Uji"})
    assert (400, "parameter-invalid") == (answer.status_code, answer.json()["code"])
    assert "none publishes death; declare it below [events] of config/partners/jakarta.toml" in answer.text
    bindings = [f"--role={role}=x" for role in DEATH_ROLES]
    code, _, err = gateway("recipes", "adopt", "death-documents", "--partner", "jakarta", *bindings, "--reason", "Uji")
    assert (2, True) == (code, "none publishes death" in " ".join(err.split()))


def test_adopting_needs_an_administrator(world):
    """A partner's token opens no such door."""
    url = f"{world.gateway.admin_url}/admin/v1/adoptions/sumedang/{RECIPE}"
    answer = world.gateway.http.put(url, headers=world.publisher(), json={"roles": {}, "reason": "Uji"})
    assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])


def test_recipes_are_listed_shown_adopted_and_ended_by_command(world, gateway):
    """For people and for programs."""
    newborn = Newborn(world, "jakarta")
    bindings = [f"--role={role}={client}" for role, clients in newborn.roles().items() for client in clients]
    code, out, err = gateway("recipes", "adopt", RECIPE, "--partner", "jakarta", *bindings, "--reason", "Uji", "--json")
    assert 0 == code, err
    assert {role: list(clients) for role, clients in newborn.roles().items()} == json.loads(out)["roles"]

    code, out, _ = gateway("recipes", "list")
    assert (0, True) == (code, any("jakarta" in line for line in out.splitlines() if line.startswith(RECIPE)))
    code, out, _ = gateway("recipes", "show", RECIPE)
    assert all(word in out for word in ("parents-notified", "P4D", "document.issued", newborn.ids["notifier"]))
    listed = json.loads(gateway("recipes", "list", "--json")[1])
    assert {"death-documents", RECIPE} == {it["name"] for it in listed["recipes"]}

    code, out, _ = gateway("recipes", "end", RECIPE, "--partner", "jakarta", "--reason", "Uji", "--json")
    assert (0, True) == (code, json.loads(out)["ended_at"] is not None)


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("show", "newborn-document"), 2, "did you mean newborn-documents"),
        (("adopt", RECIPE, "--partner", "jakarta", "--role", "hospital", "--reason", "Uji"), 2, "ROLE=CLIENT"),
        (
            ("adopt", RECIPE, "--partner", "jakarta", "--role", "hospital=x", "--reason", "Uji"),
            2,
            "roles.civil-registry",
        ),
        (("adopt", RECIPE, "--partner", "jakarta", "--reason", "Uji"), 2, "--role"),
    ],
)
def test_a_command_that_cannot_be_says_why(gateway, arguments, code, word):
    """Exit code 2, and what would be right."""
    told, _, err = gateway("recipes", *arguments)
    assert code == told
    assert word in err


async def test_a_recipe_with_a_fault_stops_the_start(tmp_path):
    """It names file, line and the nearest name."""
    schemas = tmp_path / "schemas"
    shutil.copytree(SCHEMAS, schemas, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = schemas / "recipes" / f"{RECIPE}.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('role     = "notifier"', 'role     = "notifer"'))
    async with StandIns() as stand_ins:
        settings = settings_in(tmp_path, stand_ins)
        with pytest.raises(RecipeRejected) as raised:
            async with opened(settings, secrets=stand_ins.secrets.__getitem__, folder=schemas):
                pass
    assert f"{RECIPE}.toml:" in str(raised.value)
    assert "did you mean: notifier" in str(raised.value)
