"""Reads a source schema (JSON Schema 2020-12 and the words of our own) into types; every fault is found at once."""

import json
import pathlib
from typing import Any

import msgspec

from gateway.mapping.json_pointer import definition_of, pointer_of
from gateway.mapping.language.findings import Findings, MappingRejected, nearest_name
from gateway.mapping.language.toml_lines import KeyPath
from gateway.mapping.source.json_lines import json_lines
from gateway.mapping.source.source_keywords import (
    KINDS_OF,
    KNOWN,
    LIMITS,
    SILENT,
    check_promises,
    read_examples,
    read_promises,
    read_structure,
)
from gateway.mapping.source.source_schema import SourceSchema
from gateway.mapping.source.source_type import KINDS, Kind, Property, SourceType, union

_BRANCHES = ("anyOf", "oneOf")
_DEEPEST = 60


def read_source_schema(path: pathlib.Path) -> SourceSchema:
    """The source schema that a file holds, or raises `MappingRejected` with everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        schema = json.loads(text)
    except FileNotFoundError as error:
        raise _rejected(path, "file-missing", "there is no such file; a dataset needs its source schema", 1) from error
    except UnicodeDecodeError as error:
        raise _rejected(path, "not-utf-8", "the file is not UTF-8 text", 1) from error
    except json.JSONDecodeError as error:
        raise _rejected(path, "not-json", f"not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise _rejected(path, "not-json", "nested too deeply", 1) from error
    reader = _Reader(schema, Findings(str(path), json_lines(text)))
    document = reader.type(schema, ())
    if reader.findings.found:
        raise MappingRejected(sorted(reader.findings.found, key=lambda finding: finding.line))
    return SourceSchema(str(path), document)


def _rejected(path: pathlib.Path, code: str, message: str, line: int) -> MappingRejected:
    findings = Findings(str(path), {(): line})
    findings.add((), code, message)
    return MappingRejected(findings.found)


class _Reader:
    """Turns schemas into types, following `$ref` into `$defs`."""

    def __init__(self, schema: Any, findings: Findings) -> None:
        self.schema = schema
        self.findings = findings
        self.following: list[str] = []

    def type(self, schema: Any, at: KeyPath) -> SourceType:
        """The type of the values that a schema admits; after a fault, one that admits everything."""
        if schema is True or schema == {}:
            return SourceType(pointer=pointer_of(at))
        if not isinstance(schema, dict):
            self._fault(at, "schema-malformed", "a schema is an object (or true)", found=str(schema)[:40])
            return SourceType(pointer=pointer_of(at))
        self._check_keywords(schema, at)
        if "$ref" in schema:
            return self._with_words(self._reference(schema, at), schema, at)
        for keyword in _BRANCHES:
            if keyword in schema:
                return self._with_words(self._branches(schema, keyword, at), schema, at)
        return self._plain(schema, at)

    def _fault(self, at: KeyPath, code: str, message: str, **more: str | None) -> None:
        self.findings.add(at, code, f"{pointer_of(at) or 'the document'}: {message}", **more)

    def _check_keywords(self, schema: dict[str, Any], at: KeyPath) -> None:
        """Faults what cannot be honoured: an unknown keyword, and one beside `$ref`, `anyOf` or `oneOf`."""
        combining = [key for key in ("$ref", *_BRANCHES) if key in schema]
        for key in schema:
            if key not in KNOWN:
                self._fault(
                    (*at, key),
                    "keyword-unsupported",
                    f"`{key}` is not a keyword that is honoured here; what it says would be lost, so say it otherwise",
                    expected="the keywords of the mapping language's page",
                    nearest=nearest_name(key, KNOWN),
                )
            elif combining and key != combining[0] and key not in SILENT and not key.startswith("x-"):
                self._fault(
                    (*at, key),
                    "keyword-beside-ref",
                    f"`{key}` cannot stand beside `{combining[0]}`; move it into the schema that is pointed at",
                )

    def _reference(self, schema: dict[str, Any], at: KeyPath) -> SourceType:
        reference = schema["$ref"]
        definitions = self.schema.get("$defs", {}) if isinstance(self.schema, dict) else {}
        name = definition_of(reference)
        if not str(reference).startswith("#/$defs/") or name not in definitions:
            self._fault(
                (*at, "$ref"),
                "ref-unknown",
                f"`{reference}` points at nothing; a $ref goes to #/$defs/<name> of the same file",
                expected=", ".join(sorted(definitions)) or "$defs",
                nearest=nearest_name(name, definitions),
            )
            return SourceType(pointer=pointer_of(at))
        if name in self.following:
            self._fault(
                (*at, "$ref"), "ref-recursive", f"`{reference}` leads back to itself; no mapping can reach its end"
            )
            return SourceType(pointer=pointer_of(at))
        self.following.append(name)
        found = self.type(definitions[name], ("$defs", name))
        self.following.pop()
        return found

    def _branches(self, schema: dict[str, Any], keyword: str, at: KeyPath) -> SourceType:
        branches = schema[keyword]
        if not isinstance(branches, list) or not branches:
            self._fault((*at, keyword), "schema-malformed", f"`{keyword}` takes a list of schemas with at least one")
            return SourceType(pointer=pointer_of(at))
        found = self.type(branches[0], (*at, keyword, 0))
        for index, branch in enumerate(branches[1:], start=1):
            found = union(found, self.type(branch, (*at, keyword, index)))
        return found

    def _with_words(self, found: SourceType, schema: dict[str, Any], at: KeyPath) -> SourceType:
        """The type with the promises that stand beside a `$ref` or `anyOf`."""
        promises = read_promises(schema, at=at, fault=self._fault, base=found.promises)
        if promises != found.promises:
            check_promises(promises, found.kinds, at=at, fault=self._fault)
        return msgspec.structs.replace(found, pointer=pointer_of(at), promises=promises)

    def _plain(self, schema: dict[str, Any], at: KeyPath) -> SourceType:
        if len(at) > _DEEPEST:
            self._fault(at, "schema-malformed", "nested too deeply")
            return SourceType(pointer=pointer_of(at))
        kinds, values = self._kinds(schema, at)
        promises = read_promises(schema, at=at, fault=self._fault)
        check_promises(promises, kinds, at=at, fault=self._fault)
        limits = {
            name: read(schema, keyword, at, self._fault)
            for keyword, (name, read) in LIMITS.items()
            if keyword in schema
        }
        found = SourceType(
            pointer=pointer_of(at),
            kinds=kinds,
            values=values,
            promises=promises,
            content=self._content(schema, at),
            **read_examples(schema),
            **read_structure(schema, at=at, fault=self._fault),
            **{
                **self._list(schema, at),
                **self._object(schema, at),
                **{name: value for name, value in limits.items() if value is not None},
            },
        )
        self._check_sense(found, at)
        return found

    def _kinds(self, schema: dict[str, Any], at: KeyPath) -> tuple[frozenset[Kind], tuple[Any, ...] | None]:
        """The kinds that `type` and the listed values leave, and the listed values without null."""
        kinds = self._named_kinds(schema, at)
        if "enum" not in schema and "const" not in schema:
            if "type" not in schema and (misplaced := [key for key in schema if key in KINDS_OF]):
                self._fault(at, "type-missing", f"`{misplaced[0]}` limits only one type; say which with `type`")
            return kinds, None
        listed = schema["enum"] if "enum" in schema else [schema["const"]]
        if not isinstance(listed, list) or not listed or any(isinstance(value, (list, dict)) for value in listed):
            self._fault(at, "enum-unsupported", "`enum` takes a list of texts, numbers, booleans and null")
            return kinds, None
        fitting = [
            value for value in listed if _kind(value) in kinds or ("number" in kinds and _kind(value) == "integer")
        ]
        if not fitting:
            self._fault(at, "schema-contradicts-itself", "no value of `enum` or `const` is of the `type`")
        return frozenset(_kind(value) for value in fitting), tuple(value for value in fitting if value is not None)

    def _named_kinds(self, schema: dict[str, Any], at: KeyPath) -> frozenset[Kind]:
        named = schema.get("type", sorted(KINDS))
        names = [named] if isinstance(named, str) else named
        if not isinstance(names, list) or not names or any(name not in KINDS for name in names):
            self._fault(
                (*at, "type"),
                "schema-malformed",
                "`type` takes a JSON type, or a list of them",
                expected=", ".join(sorted(KINDS)),
                found=str(named)[:60],
                nearest=nearest_name(str(named), KINDS),
            )
            return KINDS
        return frozenset(names)

    def _content(self, schema: dict[str, Any], at: KeyPath) -> SourceType | None:
        if "contentSchema" not in schema:
            return None
        if schema.get("contentMediaType") != "application/json":
            self._fault(at, "content-not-json", 'with `contentSchema`, write "contentMediaType": "application/json"')
        return self.type(schema["contentSchema"], (*at, "contentSchema"))

    def _list(self, schema: dict[str, Any], at: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if isinstance(schema.get("prefixItems"), list):
            prefix = enumerate(schema["prefixItems"])
            found["prefix"] = tuple(self.type(item, (*at, "prefixItems", index)) for index, item in prefix)
        if schema.get("items") is False:
            found["max_items"] = len(found.get("prefix", ()))
        elif "items" in schema:
            found["items"] = self.type(schema["items"], (*at, "items"))
        return found

    def _object(self, schema: dict[str, Any], at: KeyPath) -> dict[str, Any]:
        properties = self._members(schema, "properties", at)
        required = schema.get("required", [])
        for name in required if isinstance(required, list) else ():
            if name not in properties:
                self._fault(
                    (*at, "required"),
                    "required-unknown",
                    f"`required` names `{name}`, which is not among the properties",
                    nearest=nearest_name(str(name), properties),
                )
        additional = schema.get("additionalProperties", True)
        return {
            "properties": {name: Property(type_, name in required) for name, type_ in properties.items()},
            "patterns": self._members(schema, "patternProperties", at),
            "additional": self.type(additional, (*at, "additionalProperties"))
            if isinstance(additional, dict)
            else None,
            "closed": additional is False,
        }

    def _members(self, schema: dict[str, Any], keyword: str, at: KeyPath) -> dict[str, SourceType]:
        members = schema.get(keyword, {})
        if not isinstance(members, dict):
            self._fault((*at, keyword), "schema-malformed", f"`{keyword}` takes an object of schemas")
            return {}
        return {name: self.type(member, (*at, keyword, name)) for name, member in members.items()}

    def _check_sense(self, found: SourceType, at: KeyPath) -> None:
        """Limits that no value can keep."""
        pairs = (
            (found.min_length, found.max_length, "minLength"),
            (found.minimum, found.maximum, "minimum"),
            (found.min_items, found.max_items, "minItems"),
        )
        for least, most, name in pairs:
            if least is not None and most is not None and least > most:
                self._fault(at, "schema-contradicts-itself", f"`{name}` is above its maximum; no value can be right")


def _kind(value: Any) -> Kind:
    """The JSON type of a listed scalar; whole numbers are integers."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "integer" if isinstance(value, int) or value.is_integer() else "number"
