"""`gateway contracts diff`, as a person, a script and `make check` use it."""

import json
from functools import partial
from pathlib import Path

import msgspec
import pytest
import structlog

from gateway.cli.main import root
from gateway.cli.run import run
from gateway.contracts.diff import released
from gateway.contracts.diff.change import Audience, breaking
from gateway.contracts.diff.documents import changes_between
from gateway.errors import BadConfiguration
from tests.support.command import ran

ROOT = Path(__file__).parents[2]
HOSPITALS = ROOT / "schemas/partners/jakarta/hospitals.source.json"
REPORTS = ROOT / "schemas/published/v1/service-request.schema.json"


@pytest.fixture(autouse=True)
def as_before():
    """Logs are configured as they were."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def diff(capsys):
    """The command's exit code, stdout and stderr."""
    return partial(ran, capsys, "contracts", "diff")


@pytest.fixture
def edited(tmp_path):
    """A copy of a schema, edited."""

    def made(path, edit):
        schema = json.loads(path.read_text(encoding="utf-8"))
        edit(schema)
        copy = tmp_path / path.name
        copy.write_text(json.dumps(schema), encoding="utf-8")
        return copy

    return made


def without_phone(schema):
    """The hospitals' telephone numbers are not sent any more."""
    item = schema["properties"]["data"]["items"]
    del item["properties"]["telepon"]
    item["required"].remove("telepon")


def test_the_same_file_has_not_changed(diff):
    """Exit code 0, and nothing on stdout."""
    assert (0, "") == diff(HOSPITALS, HOSPITALS)[:2]


def test_a_breaking_change_is_told_with_its_rule_and_place(diff, edited):
    """Exit code 4; as a table for people."""
    code, out, err = diff(HOSPITALS, edited(HOSPITALS, without_phone))
    assert 4 == code
    assert "field-removed" in out
    assert "/properties/data/items/properties/telepon" in out
    assert "1 changes, 1 of them breaking" in err


def test_scripts_are_told_both_sides(diff, edited):
    """As JSON."""
    code, out, _ = diff(HOSPITALS, edited(HOSPITALS, without_phone), "--json")
    answer = json.loads(out)
    assert 4 == code
    assert (False, 1) == (answer["ok"], answer["breaking"])
    (change,) = answer["changes"]
    assert ("field-removed", "ok", "breaking", True) == tuple(
        change[key] for key in ("rule", "producer", "consumers", "breaking")
    )


def test_what_breaks_the_other_side_alone_can_be_let_pass(diff, edited):
    """By `--for`."""
    copy = edited(HOSPITALS, without_phone)
    assert [0, 4, 4] == [diff(HOSPITALS, copy, "--for", whom)[0] for whom in ("producer", "consumers", "anyone")]


@pytest.mark.parametrize("content", ["", "{", "[1]", '"text"', '{"properties": {"a": [5]}, "required": 7}'])
def test_what_is_no_schema_is_said_so(diff, tmp_path, content):
    """Exit code 2, and a sentence."""
    file = tmp_path / "broken.json"
    file.write_text(content, encoding="utf-8")
    code, _, err = diff(HOSPITALS, file)
    assert 2 == code
    assert "broken" in err


def test_a_schema_is_not_compared_with_an_api(diff, tmp_path):
    """Nor with a mapping."""
    file = tmp_path / "api.json"
    file.write_text('{"openapi": "3.1.0", "paths": {}}', encoding="utf-8")
    assert 2 == diff(HOSPITALS, file)[0]
    assert 2 == diff(HOSPITALS, HOSPITALS.with_name("hospitals.mapping.toml"))[0]


def test_one_of_our_schemas_is_compared_with_its_own_release(diff, edited):
    """A file finds its counterpart by its name."""

    def without_address(schema):
        del schema["properties"]["address"]

    code, out, _ = diff("released", edited(REPORTS, without_address), "--json")
    assert 4 == code
    removed = [change for change in json.loads(out)["changes"] if change["rule"] == "field-removed"]
    assert ["/properties/address"] == [change["old"] for change in removed]


def test_nothing_that_clients_were_promised_is_broken(diff):
    """What `make check` asks, of the common model."""
    code, out, _ = diff("released", "current", "--kind", "common", "--for", "consumers")
    assert (0, "") == (code, out)


def test_a_release_is_what_it_was_made_of():
    """Its files hold every document, and say the same."""
    documents = released.current_schemas()
    files = released.release_files(documents.values())
    assert {"accepted.toml"} < set(files)
    again = {
        name: msgspec.structs.replace(it, content=msgspec.json.decode(files[f"v1/{name}.schema.json"]))
        for name, it in documents.items()
    }
    assert [] == changes_between(documents, again)


def test_a_document_that_is_gone_is_a_change_too():
    """And so is a new one."""
    documents = released.current_schemas()
    fewer = {name: it for name, it in documents.items() if name != "service"}
    assert ["document-removed"] == [it.rule for it in changes_between(documents, fewer)]
    assert ["document-added"] == [it.rule for it in changes_between(fewer, documents)]


def test_a_change_that_was_accepted_breaks_nothing(tmp_path):
    """With its reason; what is accepted and did not happen is told."""
    documents = released.current_schemas()
    fewer = {name: it for name, it in documents.items() if name != "service"}
    (tmp_path / "accepted.toml").write_text(
        '[[change]]\ndocument = "service"\nrule = "document-removed"\nat = ""\nreason = "moved"\n'
        '[[change]]\ndocument = "facility"\nrule = "document-removed"\nat = ""\nreason = "too"\n',
        encoding="utf-8",
    )
    accepted = released.read_accepted(tmp_path)
    changes, idle = released.with_accepted(changes_between(documents, fewer), accepted)
    assert ["moved"] == [change.accepted for change in changes]
    assert [] == breaking(changes, Audience.ANYONE)
    assert ["facility"] == [one.document for one in idle]


@pytest.mark.parametrize("line", ['reason = ""', "", 'reason = "a"\nother = 1'])
def test_nothing_is_accepted_without_a_reason(tmp_path, line):
    """The file says what is wrong with it."""
    text = f'[[change]]\ndocument = "service"\nrule = "document-removed"\nat = ""\n{line}\n'
    (tmp_path / "accepted.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match="accepted"):
        released.read_accepted(tmp_path)


def test_our_apis_describe_themselves_without_serving(capsys):
    """The same documents that `/openapi.json` answers, and nothing of a change against themselves."""
    assert 0 == run(root, ["contracts", "describe"])
    description = json.loads(capsys.readouterr().out)
    assert "3.1.0" == description["openapi"]
    assert "/v1/facilities" in description["paths"]
    assert 0 == run(root, ["contracts", "describe", "--admin"])
    assert "/admin/v1/clients" in json.loads(capsys.readouterr().out)["paths"]
