"""Reads the `records` of a mapping: where the list is, and which of its rows count."""

from typing import get_args

from gateway.mapping.language.declaration import Column, Condition, RecordForm, Records
from gateway.mapping.language.paths import Path
from gateway.mapping.language.tables import Table, kind_of

_KEYS = ("at", "as", "header_row", "headers", "skip_first", "skip_last", "keep_if", "distinct", "unpivot")
_FORMS: tuple[RecordForm, ...] = get_args(RecordForm)


def read_records(top: Table) -> Records:
    """The `records` of the whole file, written as text or as a table; absent is the document itself."""
    value = top.values.get("records", "")
    if isinstance(value, str):
        path = top.readable("records", value)
        return Records(at=() if path is None else (path,))
    table = top.table("records")
    return Records(at=()) if table is None else _from_table(table)


def _from_table(table: Table) -> Records:
    table.only(_KEYS)
    places = table.paths("at") if "at" in table else (Path(text="", root="record", steps=()),)
    records = Records(
        at=places,
        form=table.choice("as", _FORMS) or "list",
        header_row=table.flag("header_row"),
        headers=_headers(table),
        skip_first=table.count("skip_first") or 0,
        skip_last=table.count("skip_last") or 0,
        keep_if=_conditions(table),
        distinct=table.flag("distinct"),
        unpivot=_columns(table),
    )
    _check_places(table, records)
    _check_rows(table, records)
    return records


def _check_places(table: Table, records: Records) -> None:
    """`records` start at the document and end at one list."""
    for path in records.at:
        if path.root != "record" or path.many:
            table.fault(
                "at", "bad-path", f"`{path.text}`: records stand at a path of plain keys from the document's top"
            )


def _check_rows(table: Table, records: Records) -> None:
    """Only a list has rows to skip and a first row that names the columns."""
    if records.form != "list":
        for key in ("header_row", "skip_first", "skip_last"):
            if key in table:
                table.fault(key, "rows-without-list", f'`{key}` counts rows, and `as = "{records.form}"` has none')
    if records.headers and not records.header_row:
        table.fault("headers", "headers-without-row", "`headers` needs `header_row = true`, else no row is compared")
    if records.header_row and not records.headers:
        table.fault(
            "header_row",
            "header-row-unnamed",
            "`header_row = true` needs `headers`: say what the columns that are read must be called, "
            'as headers = { "1" = "Kecamatan" }, else a moved column is not noticed',
        )


def _headers(table: Table) -> dict[str, str]:
    headers = table.table("headers")
    if headers is None:
        return {}
    return {key: text for key in headers.values if (text := headers.text(key)) is not None}


def _conditions(table: Table) -> tuple[Condition, ...]:
    """The conditions; one that reads nothing is a fault."""
    found = []
    for condition in table.tables("keep_if"):
        if "from" in condition:
            found.append(_condition(condition))
        else:
            condition.fault(None, "source-missing", "a condition needs `from`: the path whose value decides")
    return tuple(found)


def _condition(table: Table) -> Condition:
    table.only(("from", "is", "present", "pattern"))
    asked = [key for key in ("is", "present", "pattern") if key in table]
    if len(asked) != 1:
        table.fault(
            None,
            "condition-unclear",
            "a condition asks exactly one of `is`, `present` and `pattern`",
            found=", ".join(asked) or "none",
        )
    return Condition(
        key_path=table.at,
        path=table.path("from") or Path(text="", root="record", steps=()),
        equals=table.scalars("is") if "is" in table else None,
        present=table.typed("present", bool, words="true or false"),
        pattern=table.pattern("pattern", group=False),
    )


def _columns(table: Table) -> tuple[Column, ...]:
    unpivot = table.table("unpivot")
    if unpivot is None:
        return ()
    unpivot.only(("columns",))
    columns = unpivot.tables("columns")
    if not columns:
        unpivot.fault(None, "columns-missing", "`unpivot` needs `columns`: one entry for each record of a row")
    found = []
    for column in columns:
        path = column.path("from")
        if "from" not in column:
            column.fault(None, "source-missing", "a column needs `from`: the path of the cell")
        if path is not None:
            found.append(Column(key_path=column.at, path=path, constants=_constants(column)))
    return tuple(found)


def _constants(column: Table) -> dict[str, str]:
    """What `$column.<name>` reads; texts only."""
    constants = {}
    for key, value in column.values.items():
        if key == "from":
            continue
        if isinstance(value, str):
            constants[key] = value
        else:
            column.fault(
                key,
                "wrong-type",
                f'`{key}` takes text, as `$column.{key}` yields text; write "{value}"',
                expected="text",
                found=kind_of(value),
            )
    return constants
