"""CSV samples: the delimiter, the encoding and the header line, and the rows as the `csv_file` adapter reads them."""

import csv
import io
import re
from collections import Counter
from typing import Any

import msgspec

from adapters.base import AdapterError
from adapters.csv_file import CsvReader
from gateway.onboarding.file_bytes import FileText
from gateway.onboarding.rejected import SampleRejected

_MARKS = (",", ";", "\t", "|")
_LOOKED_AT = 400
_NUMERIC = re.compile(r"[-+]?(?:Rp\.?\s*)?[\d.,]+\s*%?")
_ENCODINGS = frozenset({"utf-8", "utf-16", "windows-1252"})
Cells = list[list[str]]


class CsvRead(msgspec.Struct, frozen=True):
    """The rows by column name, what the adapter has to be told, and what is to be said."""

    rows: list[dict[str, str] | None]
    options: dict[str, str]
    notes: list[str]


def read_csv(file: FileText) -> CsvRead:
    """The rows of a file. Raises `SampleRejected` where there is no header line to name its columns."""
    if file.encoding not in _ENCODINGS:
        raise SampleRejected(f"the file is {file.encoding}; save it as UTF-8", file=file.name)
    text = file.text.lstrip("\ufeff").lstrip("\r\n")
    mark = _delimiter(text)
    cells = _cells(text, mark, name=file.name)
    _check_header(cells, name=file.name)
    content = file.content
    notes = []
    if file.is_cut:
        notes.append(f"only the first {len(content) // 1_048_576 + 1} MB of the file were read")
    try:
        rows = CsvReader(delimiter=mark, encoding=file.encoding).rows(content)
    except AdapterError as error:
        raise SampleRejected(error.message, file=file.name) from None
    if unfit := sum(row is None for row in rows):
        notes.append(f"{unfit} rows have not the cells of the header line; each is refused when it comes")
    if not rows:
        raise SampleRejected("the file has a header line and no rows", file=file.name)
    options = {}
    if mark != ",":
        options["delimiter"] = "tab" if mark == "\t" else mark
    if file.encoding != "utf-8":
        options["encoding"] = file.encoding
    return CsvRead(rows, options, notes)


def _delimiter(text: str) -> str:
    """The mark that cuts most lines into the same number of cells."""
    best, best_score = ",", 0.0
    head = "\n".join(text.splitlines()[:_LOOKED_AT])
    for mark in _MARKS:
        try:
            rows = [row for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if any(row)]
        except csv.Error:
            continue
        width, count = Counter(len(row) for row in rows).most_common(1)[0] if rows else (1, 0)
        score = 0.0 if width == 1 else count / len(rows) + min(width, 50) / 1000
        if score > best_score:
            best, best_score = mark, score
    return best


def _cells(text: str, mark: str, *, name: str) -> Cells:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if any(c.strip() for c in row)]
    except csv.Error as error:
        raise SampleRejected(f"the file is no CSV: {error}", file=name) from None


def _check_header(cells: Cells, *, name: str) -> None:
    """Raises `SampleRejected` unless the first line names the columns."""
    if len(cells) < 2:
        raise SampleRejected("the file has one line, and no rows below a header line", file=name)
    width = Counter(_width(row) for row in cells[:_LOOKED_AT]).most_common(1)[0][0]
    above = next((place for place, row in enumerate(cells) if _width(row) >= max(2, width - width // 3)), 0)
    if width > 1 and above:
        raise SampleRejected(
            f"{_lines(above)} above the names of the columns, as a title; the first line must name the columns: "
            f"delete {'it' if above == 1 else 'them'}, or ask the platform for the plain table",
            file=name,
        )
    head, second = cells[0], cells[1]
    if _is_merged(head, second, cells[2:]):
        raise SampleRejected(
            "the names of the columns stand in two lines (merged cells); write them in one line, "
            "as `Penduduk Laki-laki`",
            file=name,
        )
    if _is_data(head, cells[1:]):
        raise SampleRejected(
            "the first line looks like a row of data; put a line with the names of the columns above it", file=name
        )


def _lines(count: int) -> str:
    return "one line stands" if count == 1 else f"{count} lines stand"


def _width(row: list[str]) -> int:
    """How many cells are filled."""
    return sum(1 for cell in row if cell.strip())


def _is_number(cell: str) -> bool:
    return _NUMERIC.fullmatch(cell.strip()) is not None and any(sign.isdigit() for sign in cell)


def _is_merged(head: list[str], second: list[str], rows: Cells) -> bool:
    """Whether the second line goes on where the first leaves cells empty, and holds names, not data."""
    if not rows or any(_is_number(cell) for cell in second):
        return False
    gaps = [place for place, cell in enumerate(head) if not cell.strip()]
    filled = [place for place in gaps if place < len(second) and second[place].strip()]
    empty = [
        place for place, cell in enumerate(second) if not cell.strip() and place < len(head) and head[place].strip()
    ]
    below = rows[:_LOOKED_AT]
    full = sum(1 for row in below if all(place < len(row) and row[place].strip() for place in (*filled, *empty)))
    return bool(filled) and bool(empty) and full * 2 > len(below)


def _is_data(head: list[str], rows: Cells) -> bool:
    """Whether the first line has numbers where the rows below have, so that it names nothing."""
    below = rows[:_LOOKED_AT]
    numeric = [place for place in range(len(head)) if _share(below, place) > 0.8]
    named = [place for place in numeric if not _is_number(head[place]) and head[place].strip()]
    years = [place for place in numeric if re.fullmatch(r"(19|20)\d\d", head[place].strip())]
    return bool(numeric) and not named and len(years) < len(numeric)


def _share(rows: Cells, place: int) -> float:
    filled: list[Any] = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return sum(_is_number(cell) for cell in filled) / len(filled) if filled else 0.0
