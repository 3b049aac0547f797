"""`records`, checked: headers and columns that the rows have, and conditions that can hold."""

from gateway.mapping.checking.field_source import may_be
from gateway.mapping.language.declaration import Condition
from gateway.mapping.language.findings import Findings, nearest_name
from gateway.mapping.language.tables import shown
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_schema import Found, Lost


def check_records(source: RecordSource, *, findings: Findings) -> None:
    """Faults what can't be as the mapping says."""
    records = source.records
    known = sorted(source.record.properties)
    for key in records.headers:
        if key not in source.record.properties and source.record.additional is None and not source.record.patterns:
            findings.add(
                (*records.key_path, "headers", key),
                "header-unknown",
                f"`headers` names column `{key}`, which the source schema's rows have not",
                expected=", ".join(known[:12]),
                found=key,
                nearest=nearest_name(key, known),
            )
    for condition in records.keep_if:
        _check_condition(source, condition, findings=findings)


def _check_condition(source: RecordSource, condition: Condition, *, findings: Findings) -> None:
    if condition.path.root in {"column", "value"}:
        message = "`keep_if` looks at rows, before `unpivot` makes records of them; write the path of a column"
        findings.add((*condition.key_path, "from"), "path-misplaced", message, found=condition.path.text)
        return
    found = (
        source.key and Found(type=source.key, absent=False, many=False, steps=())
        if condition.path.root == "key"
        else (source.schema.at(condition.path, start=source.record))
    )
    if not isinstance(found, Found):
        lost = found if isinstance(found, Lost) else Lost("path-misplaced", "these records have no `$key`")
        findings.add(
            (*condition.key_path, "from"),
            lost.code,
            f"`{condition.path.text}`: {lost.message}",
            expected=lost.expected,
            nearest=lost.nearest,
        )
        return
    _check_holds(condition, found, findings=findings)


def _check_holds(condition: Condition, found: Found, *, findings: Findings) -> None:
    """A condition that no record can meet is a typing error."""
    listed = [str(value) for value in found.type.values or ()]
    for value in condition.equals or ():
        if not may_be(found.type, value):
            findings.add(
                (*condition.key_path, "is"),
                "condition-impossible",
                f"`{condition.path.text}` can never be {shown(value)}",
                expected=", ".join(listed[:12]) or " or ".join(sorted(found.type.kinds)),
                found=shown(value),
                nearest=nearest_name(str(value), listed),
            )
    if condition.present is False and not found.nothing:
        message = f"`{condition.path.text}` is always there, so no record would be kept"
        findings.add((*condition.key_path, "present"), "condition-impossible", message)
    if condition.pattern is not None and "string" not in found.type.kinds:
        findings.add(
            (*condition.key_path, "pattern"),
            "condition-impossible",
            f"`pattern` looks at text, and `{condition.path.text}` is {' or '.join(sorted(found.type.kinds))}",
            expected="text",
        )
