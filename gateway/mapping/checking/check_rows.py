"""Rows that are no data, columns that are others than declared, and records that stand elsewhere."""

from gateway.mapping.checking.field_names import spelled
from gateway.mapping.language.declaration import Condition
from gateway.mapping.language.findings import Findings
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import KINDS


def check_rows(source: RecordSource, *, findings: Findings) -> None:
    """Faults a header or total taken as data, data taken as one, and columns under another name."""
    _check_places(source, findings=findings)
    _check_header_rows(source, findings=findings)
    _check_total_rows(source, findings=findings)
    _check_titles(source, findings=findings)
    _check_columns(source, findings=findings)
    for condition in source.records.keep_if:
        _check_examples_meet(source, condition, findings=findings)


def _check_places(source: RecordSource, *, findings: Findings) -> None:
    """What stands where records are looked for, and is none, must be another of the places."""
    wanted = {"list": "array", "features": "array", "keyed": "object", "single": "object"}[source.records.form]
    paths = source.records.at
    for path, place in zip(paths, source.places, strict=True):
        others = place.kinds - {wanted, "null"}
        goes_on = any(len(one.steps) > len(path.steps) and one.steps[: len(path.steps)] == path.steps for one in paths)
        if others and place.kinds != KINDS and not (goes_on and others == {"object"}):
            inner = sorted(name for name, member in place.properties.items() if wanted in member.type.kinds)
            more = ".".join([path.text, inner[0]]).strip(".") if inner else None
            findings.add(
                (*source.records.key_path, "at"),
                "records-elsewhere",
                f"`{path.text}` can also be {' or '.join(sorted(others))}, and then no record would be found; name "
                "every place: `at = [" + (f'"{more}", ' if more else "") + f'"{path.text}"]`',
                expected=wanted,
                found=" or ".join(sorted(place.kinds)),
                nearest=more,
            )


def _check_header_rows(source: RecordSource, *, findings: Findings) -> None:
    records = source.records
    if records.form != "list":
        return
    promised = next((place.header_rows for place in source.places if place.header_rows is not None), None)
    taken = records.skip_first + records.header_row
    numbered = bool(source.record.properties) and all(name.isdigit() for name in source.record.properties)
    if taken < (promised or 0) or (promised is None and numbered and not taken and not records.keep_if):
        titles = {name: member.type.title for name, member in source.record.properties.items()}
        named = ", ".join(f'"{name}" = "{title or "…"}"' for name, title in list(titles.items())[:8])
        findings.add(
            (*records.key_path, "header_row"),
            "header-as-data",
            "the columns have numbers for names, so the first row names them, and it would become a record; write "
            f'`header_row = true` and `headers = {{ {named} }}` (or `"x-header-rows": 0` in the source schema)',
            expected="header_row = true",
            found="no header_row",
        )
    if promised is not None and taken > promised:
        findings.add(
            (*records.key_path, "header_row" if records.header_row else "skip_first"),
            "rows-lost",
            f"the source schema has {promised} rows before the data, and {taken} would be taken away: records "
            "would be lost; leave `header_row` and `skip_first` out",
            expected=str(promised),
            found=str(taken),
        )


def _check_total_rows(source: RecordSource, *, findings: Findings) -> None:
    records = source.records
    promised = next((place.total_rows for place in source.places if place.total_rows is not None), None)
    if promised is None or records.form != "list":
        return
    if records.skip_last < promised and not records.keep_if:
        code, message = "total-as-data", "what is left of them would become records, as if they were one more region"
    elif records.skip_last > promised:
        code, message = "rows-lost", "the others are none, and rows of data would be lost"
    else:
        return
    findings.add(
        (*records.key_path, "skip_last"),
        code,
        f"the source schema has {promised} rows of totals at the end, and `skip_last = {records.skip_last}`: "
        f"{message}; write `skip_last = {promised}`",
        expected=str(promised),
        found=str(records.skip_last),
        nearest=f"skip_last = {promised}",
    )


def _check_titles(source: RecordSource, *, findings: Findings) -> None:
    """A column is called in `headers` what the source schema calls it."""
    for key, text in source.records.headers.items():
        member = source.record.properties.get(key)
        if member is not None and member.type.title and spelled(member.type.title) != spelled(text):
            findings.add(
                (*source.records.key_path, "headers", key),
                "header-differs",
                f'column `{key}` is called "{member.type.title}" in the source schema, and "{text}" in `headers`: '
                "no document would be accepted, or another column read",
                expected=member.type.title,
                found=text,
                nearest=member.type.title,
            )


def _check_columns(source: RecordSource, *, findings: Findings) -> None:
    """Each column of `unpivot` is read once, and says of itself what the source schema says of it."""
    seen: dict[object, str] = {}
    for column in source.records.unpivot:
        if column.path.steps in seen:
            findings.add(
                (*column.key_path, "from"),
                "column-twice",
                f"column `{column.path.text}` is read twice, so its values would count twice; take another for one",
                expected=", ".join(
                    sorted(set(source.record.properties) - {one.path.text for one in source.records.unpivot})
                ),
                found=column.path.text,
            )
        seen[column.path.steps] = column.path.text
        found = source.at(column.path)
        dimensions = found.type.promises.dimensions if isinstance(found, Found) else {}
        for name, value in dimensions.items():
            said = column.constants.get(name, value)
            if said != value:
                findings.add(
                    (*column.key_path, name),
                    "category-differs",
                    f"column `{column.path.text}` counts {name} {value}, and the mapping calls it {said}; exchange the "
                    "columns, or the words",
                    expected=value,
                    found=said,
                    nearest=value,
                )


def _check_examples_meet(source: RecordSource, condition: Condition, *, findings: Findings) -> None:
    """At least one example of a path meets the condition on it."""
    found = source.schema.at(condition.path, start=source.record)
    examples = found.type.examples if isinstance(found, Found) else ()
    if condition.equals is None or not examples:
        return
    wanted = {str(value).strip() for value in condition.equals}
    if not wanted & {str(example).strip() for example in examples}:
        findings.add(
            (*condition.key_path, "is"),
            "condition-unmet",
            f"no example of `{condition.path.text}` in the source schema is {' or '.join(sorted(wanted))}, so "
            "no record would be kept",
            expected=", ".join(str(example) for example in examples[:8]),
            found=", ".join(sorted(wanted)),
        )
