"""The rows of recorded samples: which the mapping takes, and a header or a total among them."""

import re
from collections.abc import Sequence
from typing import Any

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_names import spelled
from gateway.mapping.language.declaration import Declaration, Records
from gateway.mapping.language.findings import Findings
from gateway.mapping.language.paths import Index, Key, Path

_TOTAL = re.compile(r"(?:sub ?|grand )?(?:total|jumlah)(?: .*)?")
_FEWEST_ROWS = 4


def rows_in(document: Any, records: Records) -> list[Any]:
    """The records of a document as `records` selects them, but for `keep_if`."""
    found = _place(document, records)
    if records.form == "keyed":
        return list(found.values()) if isinstance(found, dict) else []
    if records.form == "single":
        return [found] if isinstance(found, dict) else []
    if not isinstance(found, list):
        return []
    return found[records.header_row + records.skip_first : len(found) - records.skip_last or None]


def _place(document: Any, records: Records) -> Any:
    """What stands at the first of the places that is there."""
    for path in records.at:
        value = _at(document, path)
        if records.form == "features" and isinstance(value, dict):
            value = value.get("features")
        if isinstance(value, list if records.form in {"list", "features"} else dict):
            return value
    return None


def _at(document: Any, path: Path) -> Any:
    for step in path.steps:
        if isinstance(step, Key):
            document = document.get(step.name) if isinstance(document, dict) else None
        elif isinstance(step, Index):
            inside = isinstance(document, list) and step.index < len(document)
            document = document[step.index] if inside else None
    return document


def check_sample_rows(declaration: Declaration, documents: Sequence[Any], *, findings: Findings) -> None:
    """Faults a first row that names columns and a last one that sums them up, if the mapping takes them for data."""
    records = declaration.records
    if records.form != "list" or records.keep_if:
        return
    for document in documents:
        rows = [row for row in rows_in(document, records) if isinstance(row, dict)]
        if len(rows) >= _FEWEST_ROWS:
            _check_first(rows, records, findings=findings)
            _check_last(rows, records, findings=findings)
            _check_skipped(rows, _place(document, records), records, findings=findings)


def _check_first(rows: list[dict[str, Any]], records: Records, *, findings: Findings) -> None:
    if _is_header(rows):
        findings.add(
            (*records.key_path, "header_row"),
            "header-as-data",
            "the first row of a recorded sample names columns, and would become a record; write `header_row = true` "
            "and `headers`",
            expected="header_row = true",
            found="a row of names",
        )


def _check_last(rows: list[dict[str, Any]], records: Records, *, findings: Findings) -> None:
    if _is_total(rows):
        findings.add(
            (*records.key_path, "skip_last"),
            "total-as-data",
            "the last row of a recorded sample sums up the others, and would become a record; write "
            f"`skip_last = {records.skip_last + 1}`",
            expected=f"skip_last = {records.skip_last + 1}",
            found=f"skip_last = {records.skip_last}",
        )


def _check_skipped(rows: list[dict[str, Any]], every: list[Any], records: Records, *, findings: Findings) -> None:
    """Rows that are skipped, are as filled as all others, and neither name columns nor sum them up, are data."""
    first = every[records.header_row : records.header_row + records.skip_first]
    last = every[-records.skip_last :] if records.skip_last else []
    fewest = min(_filled(row) for row in rows)
    for key, declared, lost in (
        ("skip_first", records.skip_first, [row for row in first if not _is_header([row, *rows])]),
        ("skip_last", records.skip_last, [row for row in last if not _adds_up(rows, row)]),
    ):
        count = sum(isinstance(row, dict) and _filled(row) >= fewest for row in lost)
        if count:
            findings.add(
                (*records.key_path, key),
                "rows-lost",
                f"{count} of the {declared} rows that `{key}` takes away from a recorded sample look like all others: "
                f"they are data, and would be lost; write `{key} = {declared - count}`",
                expected=f"{key} = {declared - count}",
                found=f"{key} = {declared}",
            )


def _adds_up(rows: list[dict[str, Any]], row: Any) -> bool:
    """Whether a row calls itself a total, or sums up the others in any column."""
    return not isinstance(row, dict) or _is_total([*rows, row]) or any(_sums([*rows, row]))


def _filled(row: dict[str, Any]) -> int:
    return sum(value is not None and str(value).strip() != "" for value in row.values())


def check_sample_ids(check: FieldCheck, rows: Sequence[Any]) -> None:
    """Faults an id that more than a tenth of the rows share with another one that differs."""
    if any(path.root != "record" for path in check.field.paths):
        return
    ids: dict[tuple[object, ...], list[Any]] = {}
    for row in rows:
        ids.setdefault(tuple(_hashable(_at(row, path)) for path in check.field.paths), []).append(row)
    shared = [one for one in ids.values() if any(row != one[0] for row in one[1:])]
    count = sum(len(one) for one in shared)
    if count * 10 > len(rows):
        check.fault(
            "from",
            "id-not-unique",
            f"{count} of the {len(rows)} rows of the recorded samples share their id with a row that differs, and one "
            "of them would be refused; take more of the row into the id",
            expected="an id of its own for each row",
            found=f"{len(ids)} ids for {len(rows)} rows",
        )


def _hashable(value: object) -> object:
    return value if isinstance(value, (str, int, float)) else None


def _is_header(rows: list[Any]) -> bool:
    """Whether the first row has words in columns where all others have numbers, or nothing but its own keys."""
    first, rest = rows[0], rows[1:]
    if not isinstance(first, dict):
        return True
    texts = {key: value for key, value in first.items() if isinstance(value, str) and value.strip()}
    if not texts:
        return False
    if len(texts) > 1 and all(spelled(value) == spelled(key) for key, value in texts.items()):
        return True
    numeric = [key for key in texts if sum(_number(row.get(key)) is not None for row in rest) * 10 > len(rest) * 9]
    return bool(numeric) and all(_number(texts[key]) is None and spelled(texts[key]) for key in numeric)


def _is_total(rows: list[dict[str, Any]]) -> bool:
    """Whether the last row calls itself a total, or is the sum of the others in every column that adds up at all."""
    last = rows[-1]
    if any(isinstance(value, str) and _TOTAL.fullmatch(spelled(value)) for value in last.values()):
        return True
    sums = _sums(rows)
    return len(sums) > 1 and all(sums)


def _sums(rows: list[dict[str, Any]]) -> list[bool]:
    """For each column of numbers in which the last row has more than any other: whether that is their sum."""
    last, rest = rows[-1], rows[:-1]
    sums = []
    for key, value in last.items():
        total, cells = _number(value), [_number(row.get(key)) for row in rest]
        known = [cell for cell in cells if cell is not None]
        if total is not None and len(known) * 10 > len(rest) * 9 and total > max(known):
            sums.append(abs(sum(known) - total) < 0.5)
    return sums


def _number(value: object) -> float | None:
    """The number that a cell most likely is, with dots between thousands or none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?|-?\d+(?:,\d+)?", text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else None
