"""Mechanical changes of the shipped mappings: every path exchanged, every operation dropped or changed, one at a time.

Some of them are as right as before (a form of number where no thousands come), so not all can be found: the share
shows where the checker is blind, without anybody choosing the faults.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.mapping.checking.checker import check
from gateway.mapping.checking.field_names import places
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.code_lists import load_code_lists
from gateway.mapping.language.declaration import Const, Declaration, Field, From, PointFrom
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import Findings
from gateway.mapping.language.paths import parse_path
from gateway.mapping.source.record_source import record_source
from gateway.mapping.source.source_schema import SourceSchema
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.resources import SHAPES
from tests.support.partner_documents import shipped_datasets, shipped_partners
from tests.support.seeded_faults import SCHEMAS

_KEYS = ("pattern", "split", "number", "rupiah", "unit", "datetime", "period", "scheme", "codes")
_FORMS = ("%d-%m-%Y", "%Y-%d-%m", "%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "iso", "%Y%m", "%Y")
_OTHERS: dict[str, tuple[Any, ...]] = {
    "number": ("id", "en", "plain"),
    "split": (",", ";", "|", "\n", "/"),
    "scheme": ("bps", "kemendagri"),
}


def mutants_found(every: int = 1) -> dict[str, tuple[int, int]]:
    """By kind of change: how many the type checker finds, and how many there are; of the other paths, every nth."""
    codes = load_code_lists(SCHEMAS / "codes")
    homes = {name: Home(partner.kode_wilayah, partner.zone) for name, partner in shipped_partners().items()}
    found: dict[str, tuple[int, int]] = {}
    for partner, dataset in shipped_datasets():
        folder = SCHEMAS / "partners" / partner
        declaration = parse_declaration(folder / f"{dataset}.mapping.toml")
        schema = read_source_schema(folder / f"{dataset}.source.json")
        for position, (kind, mutant) in enumerate(mutants(declaration, schema)):
            if kind.startswith("another path") and position % every:
                continue
            findings = check(mutant, schema, SHAPES[mutant.resource], codes, home=homes[partner])
            one, all_ = found.get(kind, (0, 0))
            found[kind] = (one + bool(findings), all_ + 1)
    return found


def mutants(declaration: Declaration, schema: SourceSchema) -> Iterator[tuple[str, Declaration]]:
    """Each change of a mapping, with its kind."""
    source = record_source(declaration.records, schema=schema, findings=Findings("", {}))
    assert source is not None
    names = [place.text for place in places(source.record)]
    for index, field in enumerate(declaration.fields):
        for kind, changed in (*_paths(field, names), *_operations(field), *_declared(field)):
            fields = (*declaration.fields[:index], changed, *declaration.fields[index + 1 :])
            yield kind, msgspec.structs.replace(declaration, fields=fields)
    records = declaration.records
    for kind, changes in (
        ("no header row", {"header_row": False, "headers": {}}),
        ("one row more at the end", {"skip_last": max(0, records.skip_last - 1)}),
        ("one row less at the end", {"skip_last": records.skip_last + 1}),
        ("one row less at the start", {"skip_first": records.skip_first + 1}),
    ):
        changed_records = msgspec.structs.replace(records, **changes)
        if changed_records != records:
            yield kind, msgspec.structs.replace(declaration, records=changed_records)


def _paths(field: Field, names: list[str]) -> Iterator[tuple[str, Field]]:
    """The field with another path of the record."""
    if isinstance(field.source, From):
        own = [path.text for path in field.source.paths]
        for position, path in enumerate(field.source.paths):
            for name in names if path.root == "record" else ():
                if name not in own:
                    paths = (*field.source.paths[:position], parse_path(name), *field.source.paths[position + 1 :])
                    yield "another path", msgspec.structs.replace(field, source=From(paths))
    elif isinstance(field.source, PointFrom):
        for axis in ("latitude", "longitude"):
            for name in names:
                if name != getattr(field.source, axis).text:
                    source = msgspec.structs.replace(field.source, **{axis: parse_path(name)})
                    yield "another coordinate", msgspec.structs.replace(field, source=source)


def _operations(field: Field) -> Iterator[tuple[str, Field]]:
    """The field with an operation less, or changed."""
    empty = Field(name="", key_path=(), source=field.source)
    for key in _KEYS:
        if getattr(field, key):
            yield f"no `{key}`", msgspec.structs.replace(field, **{key: getattr(empty, key)})
    for key, others in _OTHERS.items():
        for other in others:
            if getattr(field, key) not in {None, other}:
                yield f"another `{key}`", msgspec.structs.replace(field, **{key: other})
    for key in ("datetime", "period"):
        for form in _FORMS:
            if getattr(field, key) and getattr(field, key) != (form,):
                yield f"another `{key}`", msgspec.structs.replace(field, **{key: (form,)})


def _declared(field: Field) -> Iterator[tuple[str, Field]]:
    """The field in another zone, or another unit."""
    if field.datetime:
        for zone in ("UTC", "Asia/Makassar"):
            yield "another `zone`", msgspec.structs.replace(field, zone=zone)
    if field.name == "unit" and isinstance(field.source, Const):
        for unit in ("mm", "m", "%", "ribu orang"):
            yield "another unit", msgspec.structs.replace(field, source=Const(unit))
