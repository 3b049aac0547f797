"""Rows that are no records: a header row among the data, and totals and notes at the end."""

import re
from typing import Any

import msgspec

from gateway.onboarding.path_text import words_of

_GENERIC = re.compile(
    r"\d{1,3}|[A-Za-z]{1,2}|(?:col(?:umn)?|kolom|field|f|c|var|unnamed|_+empty|x)[ _:.-]*\d*", re.IGNORECASE
)
_NUMBER = re.compile(r"[-+]?(?:Rp\.?\s*)?\d[\d.,]*\s*%?")
_TOTAL = re.compile(
    r"\W*(?:(?:grand|sub)[ -]?total|total|jumlah|jml|rata[ -]?rata|rerata|average|mean|sum)\b.{0,60}", re.IGNORECASE
)
_NOTE = re.compile(
    r"\W*(?:sumber|source|keterangan|catatan|note|ket|ctt|cat|diolah|data diolah)\b.*", re.IGNORECASE | re.DOTALL
)
_MOST_AT_END = 6
_COLUMN_NUMBER = re.compile(r"\(?(\d{1,2})\)?")
_SURE_COLUMNS = 4


class Header(msgspec.Struct, frozen=True):
    """The names that the first row gives the columns."""

    names: dict[str, str]


def header_of(rows: list[Any]) -> Header | None:
    """The header that stands as the first row of objects with meaningless keys, or None."""
    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) < 3 or objects[0] is not rows[0]:
        return None
    first, below = objects[0], objects[1:]
    cells = {key: value.strip() for key, value in first.items() if isinstance(value, str) and value.strip()}
    if len(cells) < len(first) or any(_is_number(cell) for cell in cells.values()):
        return None
    if all(words_of(key) == words_of(cell) for key, cell in cells.items()):
        return Header(cells)
    if not all(_GENERIC.fullmatch(key) for key in first) or len(set(cells.values())) < len(cells):
        return None
    numeric = [key for key in first if _share(below, key) >= 0.6]
    come_again = [key for key, cell in cells.items() if any(row.get(key) == cell for row in below)]
    if numeric or (len(below) >= 5 and not come_again):
        return Header(cells)
    return None


def header_of_lists(rows: list[Any]) -> list[str] | None:
    """The same where rows are lists."""
    if len(rows) < 3 or not all(isinstance(row, list) for row in rows):
        return None
    first, below = rows[0], rows[1:]
    if not all(isinstance(cell, str) and cell.strip() and not _is_number(cell) for cell in first):
        return None
    as_objects = [{str(place): cell for place, cell in enumerate(row)} for row in below]
    if any(_share(as_objects, str(place)) >= 0.6 for place in range(len(first))):
        return [str(cell) for cell in first]
    return None


def rows_at_begin(rows: list[Any]) -> int:
    """1 where the first row only numbers the columns, `(1) (2) (3)`, as statistical tables do."""
    first = rows[0] if len(rows) > 2 else None
    cells = list(first.values()) if isinstance(first, dict) else first if isinstance(first, list) else []
    texts = [str(cell).strip() for cell in cells if cell is not None and str(cell).strip()]
    numbers = [_COLUMN_NUMBER.fullmatch(text) for text in texts]
    if len(numbers) < 2 or not all(numbers):
        return 0
    bracketed = any("(" in text for text in texts)
    counted = [int(found[1]) for found in numbers if found] == list(range(1, len(numbers) + 1))
    return int(counted and (bracketed or len(numbers) >= _SURE_COLUMNS))


def rows_at_end(rows: list[Any]) -> int:
    """How many rows at the end are totals, notes or nothing."""
    found = 0
    while found < min(_MOST_AT_END, len(rows) - 1) and _is_no_record(rows[len(rows) - 1 - found], rows):
        found += 1
    return found


def _is_no_record(row: Any, rows: list[Any]) -> bool:
    if row is None:
        return True
    cells = list(row.values()) if isinstance(row, dict) else row if isinstance(row, list) else []
    filled = [cell for cell in cells if cell is not None and (not isinstance(cell, str) or cell.strip())]
    if not filled:
        return True
    texts = [cell for cell in cells[:4] if isinstance(cell, str) and cell.strip() and not _is_number(cell)]
    if len(filled) == 1 and len(cells) > 1 and texts and _NOTE.fullmatch(texts[0]):
        return True
    if not texts or not _TOTAL.fullmatch(texts[0]):
        return False
    return _is_alone(texts[0], rows)


def _is_alone(text: str, rows: list[Any]) -> bool:
    """Whether no other row says the same, as it would where `Jumlah …` is what the rows are about."""
    head = words_of(text)[0]
    others = 0
    for other in rows:
        cells = list(other.values()) if isinstance(other, dict) else other if isinstance(other, list) else []
        others += any(isinstance(cell, str) and words_of(cell)[:1] == (head,) for cell in cells[:4])
    return others <= max(2, len(rows) // 20)


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.strip()) is not None


def _share(rows: list[Any], key: str) -> float:
    """How many of the filled cells of a column are numbers."""
    cells = [row.get(key) for row in rows if isinstance(row, dict)]
    filled = [cell for cell in cells if cell is not None and str(cell).strip()]
    numbers = sum(not isinstance(cell, str) or _is_number(cell) for cell in filled)
    return numbers / len(filled) if filled else 0.0
