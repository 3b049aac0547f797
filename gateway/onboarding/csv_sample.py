"""CSV samples: the delimiter, the encoding and the header line, and the rows as the `csv_file` adapter reads them."""

import csv
import io
import re
from collections import Counter
from typing import Any

import msgspec

from adapters.base import AdapterError
from adapters.csv_file import CsvReader
from gateway.onboarding.file_bytes import FIRST_PART, FileText
from gateway.onboarding.rejected import SampleRejected

_MARKS = (",", ";", "\t", "|")
_LOOKED_AT = 400
_NUMERIC = re.compile(r"[-+]?(?:Rp\.?\s*)?[\d.,]+\s*%?")
_CODECS = {"utf-8": "utf-8", "utf-16": "utf-16", "windows-1252": "cp1252"}
_MOST_ABOVE = 20
Cells = list[list[str]]


class CsvRead(msgspec.Struct, frozen=True):
    """The rows by column name, what the adapter has to be told, and what is to be said."""

    rows: list[dict[str, str] | None]
    options: dict[str, str]
    notes: list[str]


def read_csv(file: FileText) -> CsvRead:
    """The rows of a file. Raises `SampleRejected` where there is no header line to name its columns."""
    if file.encoding not in _CODECS:
        raise SampleRejected(f"the file is {file.encoding}; save it as UTF-8", file=file.name)
    content = _first_part(file.content) if file.is_cut else file.content
    text = content.decode(_CODECS[file.encoding]).lstrip("\ufeff").lstrip("\r\n")
    mark = _delimiter(text)
    header = _header_lines(_cells(text, mark, name=file.name), name=file.name)
    notes = file.notes
    if header != "1":
        notes.append(f"the columns are named in line {header}; what stands above is passed over")
    try:
        rows = CsvReader(delimiter=mark, encoding=file.encoding, header=header).rows(content)
    except AdapterError as error:
        raise SampleRejected(error.message, file=file.name) from None
    if not rows:
        raise SampleRejected("the file has a header line and no rows", file=file.name)
    options = {}
    if mark != ",":
        options["delimiter"] = "tab" if mark == "\t" else mark
    if file.encoding != "utf-8":
        options["encoding"] = file.encoding
    if header != "1":
        options["header"] = header
    return CsvRead(rows, options, notes)


def _first_part(content: bytes) -> bytes:
    """The beginning of a large file, to the end of a row: line breaks within quotes end none."""
    part = content[:FIRST_PART]
    end = part.rfind(b"\n")
    while end > 0 and part.count(b'"', 0, end) % 2:
        end = part.rfind(b"\n", 0, end)
    return part[: end + 1]


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
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise SampleRejected(f"the file is no CSV: {error}", file=name) from None


def _header_lines(cells: Cells, *, name: str) -> str:
    """Which line names the columns, or which lines. Raises `SampleRejected` where none does."""
    filled = [place for place, row in enumerate(cells) if _width(row)]
    if len(filled) < 2:
        raise SampleRejected("the file has one line, and no rows below a header line", file=name)
    width = Counter(_width(cells[place]) for place in filled[:_LOOKED_AT]).most_common(1)[0][0]
    least = max(2, width - width // 3)
    begins = [at for at, place in enumerate(filled) if _width(cells[place]) >= least]
    first = begins[0] if width > 1 and begins and begins[0] <= _MOST_ABOVE else 0
    if first and _is_group(cells[filled[first - 1]], cells[filled[first]]):
        first -= 1
    head, below = cells[filled[first]], [cells[place] for place in filled[first + 1 :]]
    line = filled[first] + 1
    if len(below) > 1 and filled[first + 1] == line and _is_merged(head, below[0], below[1:]):
        return f"{line}-{line + 1}"
    if _is_data(head, below):
        raise SampleRejected(
            "the first line looks like a row of data; put a line with the names of the columns above it", file=name
        )
    return str(line)


def _is_group(above: list[str], below: list[str]) -> bool:
    """Whether a line of few cells names groups of the columns below it, as `Penduduk` above `Laki-laki`."""
    places = [place for place, cell in enumerate(above) if cell.strip()]
    lacking = [place for place, cell in enumerate(below) if not cell.strip() and place < len(above) and above[place]]
    return len(places) > 1 and bool(lacking)


def _width(row: list[str]) -> int:
    """How many cells are filled."""
    return sum(1 for cell in row if cell.strip())


def _is_number(cell: str) -> bool:
    return _NUMERIC.fullmatch(cell.strip()) is not None and any(sign.isdigit() for sign in cell)


def _is_year(cell: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", cell.strip()) is not None


def _is_merged(head: list[str], second: list[str], rows: Cells) -> bool:
    """Whether the second line goes on where the first leaves cells empty, and holds names, not data."""
    if not rows or any(_is_number(cell) and not _is_year(cell) for cell in second):
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
    years = [place for place in numeric if _is_year(head[place])]
    return bool(numeric) and not named and len(years) < len(numeric)


def _share(rows: Cells, place: int) -> float:
    filled: list[Any] = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return sum(_is_number(cell) for cell in filled) / len(filled) if filled else 0.0
