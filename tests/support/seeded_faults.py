"""The corpus of seeded faults: each a small change of one shipped contract's files."""

import json
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from gateway.mapping.checking.checker import check
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.checking.sample_evidence import check_samples
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.resources import SHAPES
from tests.support.partner_documents import ROOT, shipped_partners

FOLDER = Path(__file__).parents[1] / "contracts" / "faults"
SCHEMAS = ROOT / "schemas"
EVIDENCE = frozenset(
    {"examples", "title", "x-axis", "x-header-rows", "x-key", "x-list", "x-sensitivity", "x-total-rows", "x-zone"}
)


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is changed in the files of one shipped contract: text that is replaced, and places of the source schema."""

    name: str
    dataset: str
    mapping: list[tuple[str, str]] = []
    schema: list[dict[str, Any]] = []
    codes: dict[str, list[tuple[str, str]]] = {}

    @property
    def slug(self) -> str:
        """A name for a test."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.casefold()).strip("-")


class Fault(Edit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit that is wrong: its class, the stage that must find it, and what a finding says."""

    class_: str = msgspec.field(name="class")
    says: list[str]
    stage: Literal["mapping", "documents", "samples"] = "mapping"


@cache
def faults():
    """Every fault of the corpus, in the order of its files."""
    return msgspec.convert(_read("fault"), list[Fault])


@cache
def harmless_edits():
    """Edits after which nothing is wrong."""
    return msgspec.convert(_read("edit"), list[Edit])


def _read(table):
    files = sorted(FOLDER.glob("*.toml"))
    return [one for file in files for one in tomllib.loads(file.read_text(encoding="utf-8")).get(table, [])]


@cache
def _shipped_codes():
    return load_code_lists(SCHEMAS / "codes")


@cache
def _homes():
    return {name: Home(partner.kode_wilayah, partner.zone) for name, partner in shipped_partners().items()}


def findings_after(edit, folder, *, documents=(), bare=False):
    """What is found before anything runs: faults of form, or of meaning; else what the `documents` of samples show.

    `bare` leaves nothing in the source schema but what it limits and the first five words of our own.
    """
    schemas = seeded(edit, folder)
    partner, _, dataset = edit.dataset.partition("/")
    files = schemas / "partners" / partner
    if bare:
        file = files / f"{dataset}.source.json"
        file.write_text(json.dumps(_without_evidence(json.loads(file.read_text(encoding="utf-8")))), encoding="utf-8")
    try:
        codes = load_code_lists(schemas / "codes") if edit.codes else _shipped_codes()
        declaration = parse_declaration(files / f"{dataset}.mapping.toml")
        schema = read_source_schema(files / f"{dataset}.source.json")
    except MappingRejected as error:
        return list(error.findings)
    resource, home = SHAPES[declaration.resource], _homes()[partner]
    found = check(declaration, schema, resource, codes, home=home)
    if found or not documents:
        return found
    return check_samples(declaration, schema, resource, codes, documents=documents, home=home)


def _without_evidence(schema):
    """A source schema without examples, titles and the words that say more of a value than its form."""
    if isinstance(schema, list):
        return [_without_evidence(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in EVIDENCE or isinstance(value, dict)}
    return {
        key: {name: _without_evidence(member) for name, member in value.items()}
        if key == "properties"
        else _without_evidence(value)
        for key, value in kept.items()
        if key != "x-dimensions"
    }


def seeded(edit, folder):
    """The folder `schemas` of a copy that holds the edit."""
    partner, _, dataset = edit.dataset.partition("/")
    schemas = folder / "schemas"
    (schemas / "partners" / partner).mkdir(parents=True)
    for suffix in ("mapping.toml", "source.json"):
        shutil.copy(SCHEMAS / "partners" / partner / f"{dataset}.{suffix}", schemas / "partners" / partner)
    if edit.codes:
        shutil.copytree(SCHEMAS / "codes", schemas / "codes")
    else:
        (schemas / "codes").symlink_to(SCHEMAS / "codes")
    _rewrite(schemas / "partners" / partner / f"{dataset}.mapping.toml", edit.mapping)
    for name, edits in edit.codes.items():
        _rewrite(schemas / "codes" / f"{name}.toml", edits)
    _reshape(schemas / "partners" / partner / f"{dataset}.source.json", edit.schema)
    return schemas


def _rewrite(file, edits):
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) >= 1, f"{file.name} does not hold {old!r}"
        text = text.replace(old, new)
    if edits:
        file.write_text(text, encoding="utf-8")


def _reshape(file, edits):
    if not edits:
        return
    schema = json.loads(file.read_text(encoding="utf-8"))
    at = record_pointer(schema)
    for edit in edits:
        pointer = edit.get("set", edit.get("remove"))
        *parents, last = pointer.replace("@", at).strip("/").split("/")
        holder = schema
        for key in parents:
            holder = holder[key]
        if "remove" in edit:
            del holder[last]
            if last in schema_at(schema, parents[:-1]).get("required", []):
                schema_at(schema, parents[:-1])["required"].remove(last)
        else:
            holder[last] = edit["to"]
    file.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def schema_at(schema, keys):
    """The part of a schema at some keys."""
    for key in keys:
        schema = schema[key]
    return schema


def record_pointer(schema):
    """The pointer of the schema of one record: `$defs/row`, or the items of the outermost list of objects."""
    if "row" in schema.get("$defs", {}):
        return "/$defs/row"
    found, level = [], [("", schema)]
    while level and not found:
        found = [f"{pointer}/items" for pointer, one in level if "properties" in one.get("items", {})]
        level = [
            (f"{pointer}/properties/{name}", member)
            for pointer, one in level
            for name, member in one.get("properties", {}).items()
        ]
    return found[0]
