"""The checker: proves that every document that the source schema admits becomes valid records, or says why not.

It looks at types and at what the source schema says beside them (names, examples, promises), never at a document.
What can go wrong with a field is either a fault, wrong whatever is declared, or a hazard, which `default`,
`otherwise`, `unreadable` or `refuse` settles.
"""

import msgspec

from gateway.mapping.checking.check_records import check_records
from gateway.mapping.checking.check_rows import check_rows
from gateway.mapping.checking.evidence import Evidence, evidence_of
from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.field_declared import check_const, check_settlement
from gateway.mapping.checking.field_function import value_use
from gateway.mapping.checking.field_operations import after_operations, check_operations_fit
from gateway.mapping.checking.field_point import value_point
from gateway.mapping.checking.field_regions import Home
from gateway.mapping.checking.field_result import check_result
from gateway.mapping.checking.field_source import scalar_only, value_from, value_join, value_object, value_template
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.language.declaration import (
    Const,
    Declaration,
    From,
    Join,
    ObjectFrom,
    PointFrom,
    Template,
    Use,
)
from gateway.mapping.language.findings import Findings, nearest_name
from gateway.mapping.mapped import Finding
from gateway.mapping.source.record_source import RecordSource, record_source
from gateway.mapping.source.source_schema import Found, SourceSchema
from gateway.mapping.targets import Target, member_target, targets
from schemas.resources import Resource

FILLED_IN = "partner"
"""The field that the gateway fills in by itself."""


def check(
    declaration: Declaration,
    schema: SourceSchema,
    resource: Resource,
    codes: CodeLists,
    *,
    home: Home | None = None,
) -> list[Finding]:
    """Everything that is wrong with a mapping, by line; nothing means that it is proved.

    `home` is the partner's region and zone, where they are known.
    """
    findings = Findings(declaration.file, declaration.lines)
    fields = targets(resource.type)
    if declaration.resource != resource.name:
        message = f"the mapping makes `{declaration.resource}`, not `{resource.name}`"
        findings.add(("resource",), "resource-differs", message, expected=resource.name, found=declaration.resource)
    _check_names(declaration, fields, findings=findings)
    source = record_source(declaration.records, schema=schema, findings=findings)
    if source is not None:
        source = _titled(source)
        check_records(source, findings=findings)
        check_rows(source, findings=findings)
        evidence = evidence_of(declaration, source, home=home)
        results = {
            field.name: _check_field(
                FieldCheck(field, target=fields[field.name], source=source, codes=codes, findings=findings), evidence
            )
            for field in declaration.fields
            if field.name in fields and field.name != FILLED_IN
        }
        _check_unit(declaration, results, source=source, findings=findings)
        _check_unpivot_id(declaration, findings=findings)
    return sorted(findings.found, key=lambda finding: (finding.line, finding.field or ""))


def _titled(source: RecordSource) -> RecordSource:
    """The source, with what the mapping's `headers` call its columns where the source schema gives them no title."""
    properties = dict(source.record.properties)
    for key, text in source.records.headers.items():
        member = properties.get(key)
        if member is not None and member.type.title is None:
            titled = msgspec.structs.replace(member.type, title=text)
            properties[key] = msgspec.structs.replace(member, type=titled)
    return msgspec.structs.replace(source, record=msgspec.structs.replace(source.record, properties=properties))


def _check_names(declaration: Declaration, fields: dict[str, Target], *, findings: Findings) -> None:
    """Every declared field is the resource's, and every required one is declared."""
    declared = {field.name for field in declaration.fields}
    for field in declaration.fields:
        if field.name == FILLED_IN:
            findings.add(field.key_path, "field-filled-in", f"`{FILLED_IN}` is filled in by itself; leave it out")
        elif field.name not in fields:
            nearest = nearest_name(field.name, fields)
            findings.add(
                field.key_path,
                "field-unknown",
                f"`{declaration.resource}` has no field `{field.name}`"
                + (f"; did you mean `{nearest}`?" if nearest else "; leave it out"),
                expected=", ".join(sorted(set(fields) - declared)[:16]),
                found=field.name,
                nearest=nearest,
            )
    for target in fields.values():
        if target.required and target.name != FILLED_IN and target.name not in declared:
            findings.add(
                ("fields",),
                "field-missing",
                f"`{target.name}` is required and nothing makes it; add a line for it",
                expected=f"{target.name} ({target.words})",
                nearest=nearest_name(target.name, declared - set(fields)),
            )


def _check_field(checked: FieldCheck, evidence: Evidence) -> Value | None:
    """What comes out of a field, before it is settled; faults, open hazards and counter-evidence become findings."""
    value = _proved(checked, evidence)
    if not checked.failed and not checked.open:
        evidence.check(checked)
    return value


def _proved(checked: FieldCheck, evidence: Evidence) -> Value | None:
    """What comes out of a field by its types."""
    field = checked.field
    check_operations_fit(checked)
    check_settlement(checked)
    if isinstance(field.source, Const):
        check_const(checked, field.source)
        return None
    value = _value(checked, evidence)
    if value is None:
        checked.failed = True
        return None
    if isinstance(field.source, (From, Template, Join)):
        value = after_operations(checked, value) if scalar_only(checked, value) else None
    if value is not None and not isinstance(field.source, Use):
        check_result(checked, value)
    elif value is not None and value.nothing:
        checked.hazard("absent", "use", "may-be-absent", "the function may return None, and the field is required")
    checked.settle()
    return value


def _value(checked: FieldCheck, evidence: Evidence) -> Value | None:
    """What the field's source yields."""
    match checked.field.source:
        case From() as source:
            return value_from(checked, source)
        case Template() as source:
            return value_template(checked, source)
        case Join() as source:
            return value_join(checked, source)
        case PointFrom() as source:
            return value_point(checked, source)
        case Use() as source:
            return value_use(checked, source)
        case ObjectFrom() as source:
            for member in source.members:
                inner = FieldCheck(
                    member,
                    target=member_target(checked.target, member.name),
                    source=checked.source,
                    codes=checked.codes,
                    findings=checked.findings,
                )
                _check_field(inner, evidence)
            return value_object(checked, source)
        case _:
            return None


def _check_unit(
    declaration: Declaration, results: dict[str, Value | None], *, source: RecordSource, findings: Findings
) -> None:
    """An indicator's `unit` says what its value is measured in."""
    unit = next((field for field in declaration.fields if field.name == "unit"), None)
    value = results.get("value")
    if unit is not None and isinstance(unit.source, From):
        _check_column_units(source, unit.source, findings=findings)
    if unit is None or value is None or not isinstance(unit.source, Const):
        return
    promised = value.type.promises.unit
    if promised is not None and promised != unit.source.value:
        findings.add(
            (*unit.key_path, "const"),
            "unit-differs",
            f"the value comes out in {promised}, and the record would say {unit.source.value}; "
            f'write `const = "{promised}"` here, or a `unit` that converts at the value',
            expected=promised,
            found=str(unit.source.value),
        )


def _check_column_units(source: RecordSource, unit: From, *, findings: Findings) -> None:
    """Each column of `unpivot` says the unit that the source promises of its cells."""
    name = unit.paths[0].text.removeprefix("$column.")
    for column in source.records.unpivot:
        found = source.at(column.path)
        promised = found.type.promises.unit if isinstance(found, Found) else None
        said = column.constants.get(name, promised)
        if promised is not None and said != promised:
            findings.add(
                (*column.key_path, name),
                "unit-differs",
                f"column `{column.path.text}` is in {promised}, and its records would say {said}; "
                f'write `{name} = "{promised}"`',
                expected=promised,
                found=said,
                nearest=promised,
            )


def _check_unpivot_id(declaration: Declaration, *, findings: Findings) -> None:
    """Where one row becomes several records, the id tells them apart."""
    columns = declaration.records.unpivot
    identifier = next((field for field in declaration.fields if field.name == "id"), None)
    if not columns or identifier is None or isinstance(identifier.source, Const):
        return
    names = [path.text.removeprefix("$column.") for path in identifier.paths if path.root == "column"]
    told = {tuple(column.constants.get(name) for name in names) for column in columns}
    if len(told) < len(columns) and not any(path.root == "value" for path in identifier.paths):
        findings.add(
            identifier.key_path,
            "id-not-unique",
            f"one row becomes {len(columns)} records, and the id gives only {len(told)} different ones; add a "
            "`$column.<name>` whose value differs in every entry of `columns`",
            expected=str(len(columns)),
            found=str(len(told)),
        )
