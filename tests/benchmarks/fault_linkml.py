"""The same fields by linkml-map: its own validator on the specification first, then its transformer on the rows."""

import re
from functools import cache
from typing import Any

import yaml

from gateway.mapping.language.declaration import Const, From, Join, PointFrom, Template
from gateway.mapping.language.paths import Each, Index, Key, Path
from gateway.mapping.source.source_type import SourceType
from tests.benchmarks.fault_peers import Intent, Mapper, Unsaid, Words, expression, same, without_marks

_RANGES = {"integer": "integer", "number": "float", "string": "string", "boolean": "boolean"}


def slot_name(name: str) -> str:
    """A key as LinkML and Python can name it."""
    bare = re.sub(r"\W+", "_", name)
    return f"c{bare}" if bare[:1].isdigit() else bare


def linkml_schema(record: SourceType) -> str:
    """The source schema of one record, as LinkML: a class, and one for each object in it."""
    classes: dict[str, Any] = {}
    _add_class(classes, "Row", record)
    classes["Row"]["tree_root"] = True
    return yaml.safe_dump(
        {
            "id": "https://pertukaran.example/source",
            "name": "source",
            "prefixes": {"linkml": "https://w3id.org/linkml/"},
            "imports": ["linkml:types"],
            "default_range": "string",
            "classes": classes,
        }
    )


def _add_class(classes: dict[str, Any], name: str, type_: SourceType) -> None:
    attributes: dict[str, Any] = {}
    classes[name] = {"attributes": attributes}
    for key, member in type_.properties.items():
        slot = slot_name(key)
        inner = member.type.content or member.type  # the rows have the JSON of their texts decoded
        attributes[slot] = {"required": member.required and not inner.nullable}
        if inner.properties:
            attributes[slot] |= {"range": f"{name}_{slot}", "inlined": True}
            _add_class(classes, f"{name}_{slot}", inner)
        elif "array" in inner.kinds:
            attributes[slot] |= {"multivalued": True}
        else:
            kinds = sorted(inner.scalar_kinds & set(_RANGES))
            attributes[slot] |= {"range": _RANGES[kinds[0]] if len(kinds) == 1 else "string"}


def renamed(value: Any) -> Any:
    """A row with the keys that the LinkML schema has."""
    if isinstance(value, dict):
        return {slot_name(key): renamed(inner) for key, inner in value.items()}
    return [renamed(item) for item in value] if isinstance(value, list) else value


def _path(path: Path) -> str:
    if path.root != "record" or any(isinstance(step, (Index, Each)) for step in path.steps):
        raise Unsaid
    return ".".join(slot_name(step.name) for step in path.steps if isinstance(step, Key))


def _replaced(value: str, old: str, new: str) -> str:
    return f'replace({value}, "{old}", "{new}")'


LINKML = Words(
    path=_path,
    literal=repr,
    join=lambda parts, separator: f" + {separator!r} + ".join(f"str({part})" for part in parts),
    point=lambda latitude, longitude: f"[{longitude}, {latitude}]",
    null_if=lambda x, nulls: f"case(({x} in {list(nulls)!r}, None), (True, {x}))",
    pattern=same,
    split=lambda x, separator: f"split({x}, {separator!r})",
    number=lambda x, form: f"float({without_marks(x, form, _replaced)})",
    rupiah=lambda x: f'int(replace(replace({x}, "Rp ", ""), ".", ""))',
    times=lambda x, factor: f"({x}) * {factor}",
    date=same,
    lookup=same,
)
"""It has no patterns nor forms of date in expressions; tables are `value_mappings`."""


@cache
def _view(schema: str) -> Any:
    from linkml_runtime import SchemaView

    return SchemaView(schema)


def linkml_map(intent: Intent, record: SourceType) -> Mapper:
    """The field by linkml-map; raises what its validator says, and its transformer for each row."""
    from linkml_map.session import Session
    from linkml_map.validator import normalize_spec_dict, validate_spec_semantics

    view = _view(linkml_schema(record))
    specification = {"class_derivations": {"Record": {"populated_from": "Row", "slot_derivations": _slots(intent)}}}
    messages = validate_spec_semantics(normalize_spec_dict(_copy(specification)), source_schemaview=view)
    if messages:
        raise ValueError("; ".join(message.message for message in messages))
    session = Session()
    session.set_source_schema(view)
    session.set_object_transformer(_copy(specification))
    return lambda row: session.transform(renamed(row), source_type="Row")


def _copy(specification: dict[str, Any]) -> Any:
    return yaml.safe_load(yaml.safe_dump(specification))


def _slots(intent: Intent) -> dict[str, Any]:
    field = intent.field
    name = slot_name(field.name)
    match field.source:
        case From(paths) if len(paths[0].steps) == 1 and not (
            field.number or field.split or field.unit or field.rupiah
        ):
            derived: dict[str, Any] = {"populated_from": _path(paths[0])}
            if intent.table is not None:
                derived["value_mappings"] = {str(key): str(code) for key, code in intent.table.items()}
            return {name: derived}
        case Const() | From() | Join() | Template() | PointFrom():
            return {name: {"expr": expression(intent, LINKML)}}
    raise Unsaid
