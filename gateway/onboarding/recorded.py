"""A sample as it is kept beside the contract: few records, and made-up values where it looks like Personal data."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from gateway.fictional.fiction import Fiction
from gateway.fictional.shapes import Shape
from gateway.mapping.language.paths import Each, Index, Key, Step, parse_path
from gateway.onboarding.path_text import keys_of
from gateway.onboarding.source import InferredSource

MOST_RECORDS = 60
_TELLING = 6
_LEFT_OVER = 0.2
_SHOWN = frozenset({Shape.EMAIL, Shape.NIK, Shape.PHONE})
"""What is made up wherever it stands, whatever its field is called."""


def kept_json(document: Any, source: InferredSource, *, personal: Sequence[str], fiction: Fiction) -> bytes:
    """A document with at most `MOST_RECORDS` records."""
    copied = msgspec.json.decode(msgspec.json.encode(document))
    holder, key = _holder(copied, source)
    records = copied if holder is None else holder[key]
    few = _few(records, source)
    rows = list(few.values()) if source.records.form == "keyed" else few if isinstance(few, list) else [few]
    for record in rows[source.records.skip_first + source.records.header_row :]:
        for path in personal:
            _replace(record, parse_path(path).steps, fiction)
    if holder is None:
        copied = few
    else:
        holder[key] = few
    return msgspec.json.format(msgspec.json.encode(_scrubbed(copied, fiction)), indent=1) + b"\n"


def kept_csv(content: bytes, *, personal: Sequence[str], options: dict[str, str], fiction: Fiction) -> bytes:
    """A table, in its own encoding and with its own delimiter. The lines above the records stay as they are."""
    encoding = options.get("encoding", "utf-8")
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text), delimiter=options.get("delimiter", ",")))
    columns = {_column(path) for path in personal}
    head = next((row for row in rows if columns & {cell.strip() for cell in row}), rows[0] if rows else [])
    places = [place for place, cell in enumerate(head) if cell.strip() in columns]
    start = rows.index(head) + 1 if head in rows else 1
    kept = rows[:start] + rows[start : start + MOST_RECORDS]
    for row in kept[start:]:
        for place in places:
            if place < len(row):
                row[place] = fiction.value(row[place])
        row[:] = [fiction.scrubbed(cell, only=_SHOWN) for cell in row]
    made = io.StringIO()
    csv.writer(made, delimiter=options.get("delimiter", ","), lineterminator="\r\n").writerows(kept)
    return made.getvalue().encode(encoding, errors="replace")


def kept_xml(content: bytes, source: InferredSource, *, personal: Sequence[str], fiction: Fiction) -> bytes:
    """A feed: rows beyond the first ones go, and the texts of elements that look Personal are made up."""
    root = ET.fromstring(content)  # noqa: S314  it was read before, by a parser that refuses entities
    keys = keys_of(parse_path(source.records.at).steps)
    parent = root
    for key in keys[1:-1]:
        parent = next((child for child in parent if child.tag == key), parent)
    rows = [child for child in parent if not keys or child.tag == keys[-1]]
    for row in rows[MOST_RECORDS:]:
        parent.remove(row)
    for row in rows[:MOST_RECORDS]:
        for path in personal:
            names = keys_of(parse_path(path).steps)
            for element in row.iterfind("/".join(names)) if names else ():
                element.text = fiction.value(element.text)
    for element in root.iter():
        element.text = _scrubbed(element.text, fiction)
        element.attrib.update({name: fiction.scrubbed(value, only=_SHOWN) for name, value in element.attrib.items()})
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def still_holds(content: bytes, source: InferredSource, *, personal: Sequence[str]) -> bool:
    """Whether values of the sample that ought to be made up stand in what is to be kept."""
    text = content.decode(errors="replace")
    for field in source.fields:
        values = [str(one.value).strip() for one in field.frequent] if field.path in personal else []
        telling = [value for value in values if len(value) >= _TELLING and not value.islower()]
        if telling and sum(value in text for value in telling) > len(telling) * _LEFT_OVER:
            return True
    return False


def _holder(document: Any, source: InferredSource) -> tuple[Any, Any]:
    """The container of the records and their key in it; None where the document is the records."""
    at = source.records.at + (".features" if source.records.form == "features" and source.records.at else "")
    if source.records.form == "features" and not at:
        at = "features"
    steps = parse_path(at).steps
    if not steps:
        return None, None
    for step in steps[:-1]:
        document = document[_key(step)]
    return document, _key(steps[-1])


def _key(step: Step) -> Any:
    return step.name if isinstance(step, Key) else step.index if isinstance(step, Index) else 0


def _few(records: Any, source: InferredSource) -> Any:
    """The first records, and the rows that are none: a header before them, totals behind."""
    if source.records.form == "single":
        return records
    most = MOST_RECORDS + source.records.skip_first + source.records.header_row
    if isinstance(records, dict):
        return dict(list(records.items())[:most])
    last = source.records.skip_last
    if not isinstance(records, list) or len(records) <= most + last:
        return records
    return records[:most] + (records[-last:] if last else [])


def _replace(value: Any, steps: Sequence[Step], fiction: Fiction) -> None:
    """Puts a made-up value where the steps lead."""
    if not steps:
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, Each):
        for place, item in enumerate(value if isinstance(value, list) else ()):
            if rest:
                _replace(item, rest, fiction)
            else:
                value[place] = fiction.value(item)
        return
    key = _key(step)
    is_place = isinstance(key, int)
    there = key in value if isinstance(value, dict) else isinstance(value, list) and is_place and key < len(value)
    if not there:
        return
    if rest and isinstance(value[key], str):  # JSON inside a text
        _replace_inside(value, key, rest, fiction)
    elif rest:
        _replace(value[key], rest, fiction)
    else:
        value[key] = fiction.value(value[key])


def _replace_inside(value: Any, key: Any, rest: Sequence[Step], fiction: Fiction) -> None:
    try:
        inner = msgspec.json.decode(value[key])
    except msgspec.DecodeError:
        value[key] = fiction.value(value[key])
        return
    _replace(inner, rest, fiction)
    value[key] = msgspec.json.encode(inner).decode()


def _scrubbed(value: Any, fiction: Fiction) -> Any:
    """A value in whose texts, wherever they stand, nothing looks like a number or mailbox of somebody."""
    if isinstance(value, str):
        return fiction.scrubbed(value, only=_SHOWN)
    if isinstance(value, list):
        return [_scrubbed(item, fiction) for item in value]
    if isinstance(value, dict):
        return {fiction.scrubbed(key, only=_SHOWN): _scrubbed(item, fiction) for key, item in value.items()}
    return value


def _column(path: str) -> str:
    """The name of a CSV column, from its path."""
    steps = parse_path(path).steps
    return steps[0].name.strip() if steps and isinstance(steps[0], Key) else path
