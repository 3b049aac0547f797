"""Each rule of `contracts diff`, by the smallest change that it speaks of, and the other way round."""

import copy
from pathlib import Path

import msgspec
import pytest

from gateway.contracts.diff.api_changes import api_changes
from gateway.contracts.diff.mapping_changes import mapping_changes
from gateway.contracts.diff.patterns import is_subset
from gateway.contracts.diff.rules import RULES
from gateway.contracts.diff.schema_changes import schema_changes

ROOT = Path(__file__).parents[3]
TEXT = {"type": "string"}
NUMBER = {"type": "number"}


def of(members, **more):
    """An object with members."""
    return {"type": "object", "properties": members, **more}


SCHEMAS = [
    (
        "alternative-added",
        {"oneOf": [of({"k": {"const": 1}})]},
        {"oneOf": [of({"k": {"const": 1}}), of({"k": {"const": 2}})]},
    ),
    (
        "alternative-removed",
        {"anyOf": [of({"k": {"const": 1}}), of({"k": {"const": 2}})]},
        {"anyOf": [of({"k": {"const": 1}})]},
    ),
    ("default-changed", {**TEXT, "default": "a"}, {**TEXT, "default": "b"}),
    ("deprecated", of({"a": TEXT}), of({"a": {**TEXT, "deprecated": True}})),
    ("field-added-optional", of({}), of({"a": TEXT})),
    ("field-added-required", of({}), of({"a": TEXT}, required=["a"])),
    ("field-added-to-closed", of({}, additionalProperties=False), of({"a": TEXT}, additionalProperties=False)),
    ("field-forbidden", of({"a": TEXT}, additionalProperties=False), of({}, additionalProperties=False)),
    ("field-optional", of({"a": TEXT}, required=["a"]), of({"a": TEXT})),
    ("field-removed", of({"a": TEXT}), of({})),
    ("field-required", of({"a": TEXT}), of({"a": TEXT}, required=["a"])),
    ("format-added", TEXT, {**TEXT, "format": "date"}),
    ("format-changed", {**TEXT, "format": "date"}, {**TEXT, "format": "date-time"}),
    ("format-removed", {**TEXT, "format": "date"}, TEXT),
    ("keyword-changed", {"type": "array", "contains": TEXT}, {"type": "array", "contains": NUMBER}),
    ("label-changed", {**TEXT, "x-label": {"id": "Nama"}}, {**TEXT, "x-label": {"id": "Nama lengkap"}}),
    ("limit-changed", {**NUMBER, "multipleOf": 2}, {**NUMBER, "multipleOf": 3}),
    ("limit-loosened", {**TEXT, "maxLength": 5}, {**TEXT, "maxLength": 6}),
    ("limit-loosened", {**NUMBER, "minimum": 5}, NUMBER),
    ("limit-tightened", {**TEXT, "minLength": 5}, {**TEXT, "minLength": 6}),
    ("limit-tightened", {"type": "array"}, {"type": "array", "uniqueItems": True}),
    ("null-added", TEXT, {"anyOf": [TEXT, {"type": "null"}]}),
    ("null-removed", {"type": ["string", "null"]}, TEXT),
    ("object-closed", of({"a": TEXT}), of({"a": TEXT}, additionalProperties=False)),
    ("object-opened", of({"a": TEXT}, additionalProperties=False), of({"a": TEXT})),
    ("part-added", {"allOf": [TEXT]}, {"allOf": [TEXT, {"maxLength": 2}]}),
    ("part-removed", {"allOf": [TEXT, {"maxLength": 2}]}, {"allOf": [TEXT]}),
    ("pattern-added", TEXT, {**TEXT, "pattern": "^a"}),
    ("pattern-changed", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}),
    ("pattern-loosened", {**TEXT, "pattern": r"^\d{5}$"}, {**TEXT, "pattern": "^[0-9]{4,6}$"}),
    ("pattern-removed", {**TEXT, "pattern": "^a"}, TEXT),
    ("pattern-tightened", {**TEXT, "pattern": "^[0-9.]+$"}, {**TEXT, "pattern": r"^\d\d(\.\d\d)?$"}),
    ("pattern-undecided", {**TEXT, "pattern": "^(?=a)b?a"}, {**TEXT, "pattern": "^a"}),
    ("promise-added", TEXT, {**TEXT, "x-number": "id"}),
    ("promise-changed", {**TEXT, "x-scheme": "bps"}, {**TEXT, "x-scheme": "kemendagri"}),
    ("promise-removed", {**TEXT, "x-unit": "mm"}, TEXT),
    ("sensitivity-lowered", {**TEXT, "x-sensitivity": "personal"}, {**TEXT, "x-sensitivity": "restricted"}),
    ("sensitivity-raised", {**TEXT, "x-sensitivity": "public"}, {**TEXT, "x-sensitivity": "personal"}),
    ("text-changed", {**TEXT, "description": "a"}, {**TEXT, "description": "b"}),
    ("type-changed", TEXT, {"type": "integer"}),
    ("type-narrowed", {"type": ["string", "integer"]}, TEXT),
    ("type-narrowed", NUMBER, {"type": "integer"}),
    ("type-widened", {"type": "integer"}, NUMBER),
    ("value-added", {"enum": ["a"]}, {"enum": ["a", "b"]}),
    ("value-added", {**TEXT, "x-date": "%Y"}, {**TEXT, "x-date": ["%Y", "%Y-%m"]}),
    ("value-removed", {"enum": ["a", "b"]}, {"const": "a"}),
    ("values-listed", TEXT, {"enum": ["a"]}),
    ("values-unlisted", {"enum": ["a"]}, TEXT),
]


def operation(**more):
    """A description with one operation."""
    said = {"operationId": "show", "responses": {"200": answer()}, **more}
    return {"openapi": "3.1.0", "info": {}, "paths": {"/v1/items/{id}": {"get": said}}}


def answer(schema=TEXT, **more):
    """A success."""
    return {"description": "", "content": {"application/json": {"schema": schema}}, **more}


def problem(*codes):
    """Problems of one status."""
    return {"description": "", "content": {"application/problem+json": {"examples": {code: {} for code in codes}}}}


def query(name="q", *, required=False, schema=TEXT, **more):
    """A parameter."""
    return {"name": name, "in": "query", "required": required, "schema": schema, **more}


def body(schema=TEXT, *, required=True):
    """What is sent."""
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def scoped(*scopes, at="/token"):
    """A description with the scopes that are given."""
    flow = {"tokenUrl": at, "scopes": dict.fromkeys(scopes, "")}
    schemes = {"oauth": {"type": "oauth2", "flows": {"clientCredentials": flow}}}
    return {**operation(), "components": {"securitySchemes": schemes}}


LISTED = {"type": "array", "items": TEXT}
APIS = [
    ("body-added-optional", operation(), operation(requestBody=body(required=False))),
    ("body-added-required", operation(), operation(requestBody=body())),
    ("body-optional", operation(requestBody=body()), operation(requestBody=body(required=False))),
    ("body-removed", operation(requestBody=body()), operation()),
    ("body-required", operation(requestBody=body(required=False)), operation(requestBody=body())),
    ("deprecated", operation(), operation(deprecated=True)),
    ("field-ignored", operation(requestBody=body(of({"a": TEXT}))), operation(requestBody=body(of({})))),
    ("header-added", operation(), operation(responses={"200": answer(headers={"ETag": {}})})),
    (
        "header-optional",
        operation(responses={"200": answer(headers={"ETag": {"required": True}})}),
        operation(responses={"200": answer(headers={"etag": {}})}),
    ),
    ("header-removed", operation(responses={"200": answer(headers={"ETag": {}})}), operation()),
    (
        "media-type-added",
        operation(),
        operation(responses={"200": {"content": {**answer()["content"], "text/csv": {}}}}),
    ),
    ("media-type-removed", operation(), operation(responses={"200": {"content": {"text/csv": {}}}})),
    ("operation-added", {"paths": {}}, operation()),
    ("operation-id-changed", operation(), operation(operationId="get")),
    ("operation-removed", operation(), {"paths": {}}),
    ("parameter-added-optional", operation(), operation(parameters=[query()])),
    ("parameter-added-required", operation(), operation(parameters=[query(required=True)])),
    ("parameter-optional", operation(parameters=[query(required=True)]), operation(parameters=[query()])),
    ("parameter-removed", operation(parameters=[query()]), operation()),
    (
        "parameter-renamed",
        {"paths": {"/a/{id}": operation()["paths"]["/v1/items/{id}"]}},
        {"paths": {"/a/{key}": operation()["paths"]["/v1/items/{id}"]}},
    ),
    ("parameter-required", operation(parameters=[query()]), operation(parameters=[query(required=True)])),
    (
        "parameter-written-otherwise",
        operation(parameters=[query(schema=LISTED)]),
        operation(parameters=[query(schema=LISTED, explode=False)]),
    ),
    ("problem-added", operation(), operation(responses={"200": answer(), "404": problem("not-found")})),
    (
        "problem-removed",
        operation(responses={"200": answer(), "404": problem("not-found", "gone")}),
        operation(responses={"200": answer(), "404": problem("gone")}),
    ),
    ("response-added", operation(), operation(responses={"200": answer(), "404": {}})),
    ("response-removed", operation(responses={"200": answer(), "202": {}}), operation()),
    ("scheme-changed", scoped(), scoped(at="/oauth/token")),
    ("scheme-removed", scoped(), operation()),
    ("scope-added", operation(security=[{"oauth": ["a"]}]), operation(security=[{"oauth": ["a", "b"]}])),
    ("scope-removed", operation(security=[{"oauth": ["a", "b"]}]), operation(security=[{"oauth": ["a"]}])),
    ("scope-unknown", scoped("a", "b"), scoped("a")),
    ("security-loosened", operation(security=[{"oauth": []}]), operation(security=[{"oauth": []}, {"key": []}])),
    ("security-tightened", operation(), operation(security=[{"oauth": []}])),
    ("server-added", operation(), {**operation(), "servers": [{"url": "/a"}]}),
    ("server-removed", {**operation(), "servers": [{"url": "/a"}]}, operation()),
    ("success-added", operation(), operation(responses={"200": answer(), "206": {}})),
    ("type-changed", operation(), operation(responses={"200": answer(NUMBER)})),
]


def mapping(**more):
    """A mapping of one field."""
    return {"resource": "facility", "records": "data", "fields": {"name": {"from": "nama"}}, **more}


MAPPINGS = [
    ("mapped-field-added", mapping(), mapping(fields={"name": {"from": "nama"}, "kind": {"const": "other"}})),
    ("mapped-field-changed", mapping(), mapping(fields={"name": {"from": "nama", "text": "upper"}})),
    ("mapped-field-moved", mapping(), mapping(fields={"name": {"from": "nama_baru"}})),
    ("mapped-field-removed", mapping(), mapping(fields={})),
    ("mapped-ids-changed", mapping(fields={"id": {"from": "id"}}), mapping(fields={"id": {"from": "kode"}})),
    ("mapped-records-changed", mapping(), mapping(records={"at": "data", "skip_last": 1})),
    ("mapped-resource-changed", mapping(), mapping(resource="service")),
]
NOT_SEEN_HERE = {"document-added", "document-removed"}
"""Rules of sets of documents; `test_diff_command.py` has them."""


def found(changes):
    """The rules that spoke."""
    return {change.rule for change in changes}


@pytest.mark.parametrize(("rule", "old", "new"), SCHEMAS)
def test_a_change_of_a_schema_is_told_by_its_rule(rule, old, new):
    """With the verdict for both sides that the rule has, and places that exist."""
    (change,) = [it for it in schema_changes(old, new) if it.rule == rule]
    assert (RULES[rule].first, RULES[rule].second) == (change.producer, change.consumers)
    for pointer, document in ((change.old, old), (change.new, new)):
        assert pointer is not None
        assert_there(pointer, document)


@pytest.mark.parametrize(("rule", "old", "new"), SCHEMAS)
def test_a_change_turned_round_is_told_otherwise(rule, old, new):
    """What took something away gives it back: no rule speaks both ways, but for what is the same both ways."""
    both_ways = {
        "default-changed",
        "format-changed",
        "keyword-changed",
        "label-changed",
        "limit-changed",
        "pattern-changed",
        "pattern-undecided",
        "promise-changed",
        "text-changed",
        "type-changed",
    }
    assert (rule in found(schema_changes(new, old))) == (rule in both_ways)


@pytest.mark.parametrize(("rule", "old", "new"), APIS)
def test_a_change_of_an_api_is_told_by_its_rule(rule, old, new):
    """Once."""
    assert [rule] == [it.rule for it in api_changes(old, new) if it.rule == rule]


@pytest.mark.parametrize(("rule", "old", "new"), MAPPINGS)
def test_a_change_of_a_mapping_is_told_by_its_rule(rule, old, new):
    """And nothing else is."""
    assert [rule] == [it.rule for it in mapping_changes(old, new)]


@pytest.mark.parametrize(("old", "new"), [(old, new) for _, *pair in (*APIS, *SCHEMAS) for old, new in [pair]])
def test_what_is_the_same_has_not_changed(old, new):
    """Neither of the two against itself."""
    compare = api_changes if "paths" in old else schema_changes
    assert [] == compare(old, copy.deepcopy(old)) == compare(new, copy.deepcopy(new))


def test_every_rule_is_tried():
    """None that nobody has seen speak."""
    assert set(RULES) - NOT_SEEN_HERE == {rule for rule, *_ in (*SCHEMAS, *APIS, *MAPPINGS)}


def test_every_rule_is_documented():
    """With its verdicts, in the table of the page about contracts."""
    text = (ROOT / "docs/contract-changes.md").read_text(encoding="utf-8")
    assert [] == [it.id for it in RULES.values() if f"| `{it.id}` | {it.first} | {it.second} |" not in text]


def test_what_is_sent_and_what_is_answered_have_opposite_rules():
    """A wider answer breaks who reads it; a wider question breaks nobody who asks."""
    narrow, wide = {"enum": ["a"]}, {"enum": ["a", "b"]}
    (answered,) = api_changes(operation(responses={"200": answer(narrow)}), operation(responses={"200": answer(wide)}))
    (asked,) = api_changes(operation(requestBody=body(narrow)), operation(requestBody=body(wide)))
    assert ("value-added", "ok", "breaking") == (answered.rule, answered.producer, answered.consumers)
    assert ("value-added", "breaking", "ok") == (asked.rule, asked.producer, asked.consumers)
    (fewer,) = api_changes(operation(parameters=[query(schema=wide)]), operation(parameters=[query(schema=narrow)]))
    assert ("value-removed", "breaking") == (fewer.rule, fewer.consumers)


def test_a_webhook_is_sent_by_the_producer():
    """So its body has the rules of an answer."""
    narrow, wide = (
        {"paths": {}, "webhooks": {"born": {"post": {"requestBody": body(it)}}}}
        for it in (TEXT, {"type": ["string", "null"]})
    )
    (change,) = api_changes(narrow, wide)
    assert ("null-added", "breaking") == (change.rule, change.consumers)


def test_a_schema_that_many_operations_share_is_told_once():
    """At its own place, not at each of theirs."""
    item = {"get": {"operationId": "a", "responses": {"200": answer({"$ref": "#/components/schemas/A"})}}}
    old, new = (
        {"paths": {"/a": item, "/b": item}, "components": {"schemas": {"A": of({"x": it})}}} for it in (TEXT, NUMBER)
    )
    (change,) = api_changes(old, new)
    assert "/components/schemas/A/properties/x" == change.old == change.new


def test_a_schema_that_holds_itself_is_compared():
    """And the comparison ends."""
    old = {"$ref": "#/$defs/A", "$defs": {"A": of({"next": {"$ref": "#/$defs/A"}, "x": TEXT})}}
    new = {"$ref": "#/$defs/A", "$defs": {"A": of({"next": {"$ref": "#/$defs/A"}, "x": NUMBER})}}
    assert {"type-changed"} == found(schema_changes(old, new))


def test_an_optional_field_of_the_common_model_is_followed_through_its_alternatives():
    """`anyOf` with null is a nullable value, however it is written."""
    plain = {"type": ["string", "null"], "maxLength": 5}
    parted = {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]}
    assert [] == schema_changes(plain, parted)
    (change,) = schema_changes(plain, {"anyOf": [{"type": "string", "maxLength": 4}, {"type": "null"}]})
    assert ("limit-tightened", "/maxLength", "/anyOf/0/maxLength") == (change.rule, change.old, change.new)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("^a$", "^[ab]$", (True, False)),
        ("a", "^a", (False, True)),
        (r"^(\d{2}\.)*\d{2}$", r"^[\d.]*$", (True, False)),
        ("^a*$", "^(aa)*$", (False, True)),
        (r"^\S+$", r"^[^ ]", (True, False)),
        (r"^ab?", r"^a?b", (False, False)),
        (r"^[^a]$", "^b$", (False, True)),
        ("", "x*", (True, True)),
        (r"(a)\1", "a", (None, None)),
        ("a{1,900}b{1,900}", "a", (None, None)),
    ],
)
def test_whether_one_pattern_holds_another_is_decided_where_it_can_be(one, other, expected):
    """For regular expressions in the proper sense; for others it is said that nobody knows."""
    assert expected == (is_subset(one, other), is_subset(other, one))


def assert_there(pointer, document):
    """Whether a JSON Pointer leads to something."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)]
        elif key in document or key != "additionalProperties":
            document = document[key]
    assert document is not msgspec.UNSET
