"""Reads a mapping file into a `Declaration`; every fault of form is found at once."""

import pathlib
import tomllib
import zoneinfo
from typing import Any, get_args

from gateway.mapping.language.date_forms import DATE_WORDS, DATETIME_WORDS, PERIOD_WORDS, form_fault
from gateway.mapping.language.declaration import (
    NOTHING,
    Declaration,
    Field,
    NumberForm,
    Scalar,
    Scheme,
    TextForm,
    Unit,
)
from gateway.mapping.language.findings import Findings, MappingRejected
from gateway.mapping.language.records_reader import read_records
from gateway.mapping.language.source_reader import SOURCE_KEYS, read_source
from gateway.mapping.language.tables import Table, kind_of
from gateway.mapping.language.toml_lines import key_lines
from gateway.mapping.language.units import UNITS

_OPERATIONS = (
    "null_if",
    "pattern",
    "split",
    "text",
    "number",
    "rupiah",
    "unit",
    "date",
    "datetime",
    "zone",
    "period",
    "scheme",
    "codes",
    "fold",
    "shorten",
    "default",
    "otherwise",
    "unreadable",
    "refuse",
)
FIELD_KEYS = (*SOURCE_KEYS, *_OPERATIONS)
_ONE_OF = (("number", "rupiah"), ("date", "datetime", "period"))


def parse_declaration(path: pathlib.Path) -> Declaration:
    """The declaration that a file holds, or raises `MappingRejected` with everything that is wrong with its form."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except FileNotFoundError as error:
        raise _rejected(path, "file-missing", "there is no such file; a dataset needs its mapping", 1) from error
    except UnicodeDecodeError as error:
        raise _rejected(path, "not-utf-8", "the file is not UTF-8 text", 1) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = str(error).partition("at line ")[2].partition(",")[0]
        raise _rejected(path, "not-toml", f"not TOML: {error}", int(line) if line.isdigit() else 1) from error
    findings = Findings(str(path), key_lines(text))
    declaration = _declaration(Table(values, at=(), findings=findings))
    if findings.found:
        raise MappingRejected(sorted(findings.found, key=lambda finding: finding.line))
    return declaration


def _rejected(path: pathlib.Path, code: str, message: str, line: int) -> MappingRejected:
    findings = Findings(str(path), {(): line})
    findings.add((), code, message)
    return MappingRejected(findings.found)


def _declaration(top: Table) -> Declaration:
    top.only(("resource", "records", "defaults", "fields"))
    if "resource" not in top:
        top.fault(None, "resource-missing", 'write `resource = "…"`: what the records become', expected="resource")
    defaults = top.table("defaults") or Table({}, at=("defaults",), findings=top.findings)
    defaults.only(("null_if", "zone"))
    common: dict[str, Any] = {"null_if": defaults.scalars("null_if"), "zone": _zone(defaults)}
    fields = top.table("fields")
    if fields is None:
        if "fields" not in top:
            top.fault(None, "fields-missing", "write `[fields]`: one line for each common field")
        fields = Table({}, at=("fields",), findings=top.findings)
    return Declaration(
        file=top.findings.file,
        resource=top.text("resource") or "",
        records=read_records(top),
        fields=tuple(_fields(fields, common=common)),
        lines=top.findings.lines,
    )


def _fields(table: Table, *, common: dict[str, Any]) -> list[Field]:
    """The fields of `[fields]` or of one `object`."""
    fields = []
    for name, value in table.values.items():
        if not isinstance(value, dict):
            table.fault(
                name,
                "wrong-type",
                f'a field is a table; write {name} = {{ from = "…" }}, or {{ const = … }}',
                expected="table",
                found=kind_of(value),
            )
            continue
        field = _field(Table(value, at=(*table.at, name), findings=table.findings), name=name, common=common)
        if field is not None:
            fields.append(field)
    return fields


def _field(table: Table, *, name: str, common: dict[str, Any]) -> Field | None:
    table.only(FIELD_KEYS)
    source = read_source(table, read_members=lambda members: _fields(members, common=common))
    for group in _ONE_OF:
        given = [key for key in group if key in table]
        if len(given) > 1:
            table.fault(given[1], "two-operations", f"{' and '.join(given)} exclude each other; keep one")
    operations = _operations(table)
    own_zone = _zone(table)
    if "null_if" not in table:
        operations["null_if"] = common["null_if"]
    if source is None:
        return None
    return Field(name=name, key_path=table.at, source=source, zone=own_zone or common["zone"], **operations)


def _operations(table: Table) -> dict[str, Any]:
    """Every operation of a field, read."""
    numbers: tuple[NumberForm, ...] = get_args(NumberForm)
    texts: tuple[TextForm, ...] = get_args(TextForm)
    schemes: tuple[Scheme, ...] = get_args(Scheme)
    split = table.text("split")
    if split == "":
        table.fault("split", "split-empty", '`split` needs the text between two items, as `split = ","`')
    return {
        "null_if": table.scalars("null_if"),
        "pattern": table.pattern("pattern", group=True),
        "split": split or None,
        "text": table.choice("text", texts),
        "number": table.choice("number", numbers),
        "rupiah": table.only_true("rupiah"),
        "unit": _unit(table),
        "date": _forms(table, "date", words=DATE_WORDS, needs=frozenset({"year", "month", "day"})),
        "datetime": _forms(table, "datetime", words=DATETIME_WORDS, needs=frozenset({"year", "month", "day"})),
        "period": _forms(table, "period", words=PERIOD_WORDS, needs=frozenset({"year"})),
        "scheme": table.choice("scheme", schemes),
        "codes": _codes(table),
        "fold": table.only_true("fold"),
        "shorten": table.count("shorten", least=1),
        "default": table.values.get("default", NOTHING),
        "otherwise": _otherwise(table),
        "unreadable": table.choice("unreadable", ("null",)),
        "refuse": table.only_true("refuse"),
    }


def _forms(table: Table, key: str, *, words: frozenset[str], needs: frozenset[str]) -> tuple[str, ...]:
    """Forms of dates or times, each right by itself."""
    forms = table.texts(key)
    for form in forms:
        fault = form_fault(form, words=words, needs=needs)
        if fault is not None:
            table.fault(key, fault.code, fault.message, found=form)
        elif forms.count(form) > 1:
            table.fault(key, "form-twice", f"`{form}` stands twice in `{key}`")
    return forms


def _zone(table: Table) -> str | None:
    zone = table.text("zone")
    if zone is None:
        return None
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        table.fault(
            "zone",
            "unknown-zone",
            f"`{zone}` is no time zone; Indonesia's are Asia/Jakarta, Asia/Makassar and Asia/Jayapura",
            expected="Asia/Jakarta, Asia/Makassar, Asia/Jayapura",
            found=zone,
        )
        return None
    return zone


def _unit(table: Table) -> Unit | None:
    unit = table.table("unit")
    if unit is None:
        return None
    unit.only(("from", "to"))
    source, target = unit.choice("from", UNITS), unit.choice("to", UNITS)
    for key in ("from", "to"):
        if key not in unit:
            unit.fault(None, "unit-incomplete", f'`unit` needs `{key}`, as unit = {{ from = "mm", to = "cm" }}')
    if source is None or target is None:
        return None
    if UNITS[source].dimension != UNITS[target].dimension:
        table.fault(
            "unit",
            "units-differ-in-kind",
            f"`{source}` is a {UNITS[source].dimension} and `{target}` a {UNITS[target].dimension}; "
            "no factor leads from one to the other",
        )
    return Unit(source=source, target=target)


def _codes(table: Table) -> str | dict[str, Scalar] | None:
    """The name of a code list, or the list itself."""
    value = table.values.get("codes")
    if value is None or (isinstance(value, str) and value):
        return value
    if isinstance(value, dict) and value and all(isinstance(code, (str, int, float, bool)) for code in value.values()):
        return value
    table.fault("codes", "wrong-type", "`codes` takes the name of a list, or a table of codes", found=kind_of(value))
    return None


def _otherwise(table: Table) -> Any:
    value = table.values.get("otherwise", NOTHING)
    if value is NOTHING or isinstance(value, (str, int, float, bool)):
        return value
    table.fault("otherwise", "wrong-type", "`otherwise` takes one code", found=kind_of(value))
    return NOTHING
