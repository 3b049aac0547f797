"""A body as it came over the wire, with made-up values in the places of Personal ones; JSON, CSV and XML."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar
from xml.etree import ElementTree as ET

from adapters.csv_file import merged_names
from gateway.contracts.record.treatments import Treatment, Treatments, Way
from gateway.contracts.told import EACH, Steps
from gateway.fictional.fiction import Fiction, json_in, json_text
from gateway.fictional.shapes import DAY, MOBILE, Shape, is_nik

_SHOWN = frozenset({Shape.EMAIL, Shape.NIK})
_NUMBERED = frozenset({Shape.NIK, Shape.PHONE, Shape.COORDINATE})
_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
T = TypeVar("T")
Replaced = Counter[tuple[Steps, Shape]]


class Unrewritable(Exception):
    """The body cannot be read, so nothing of it can be kept. The message tells nothing of its content."""


class Rewriting:
    """Rewrites the bodies of one recording. `replaced` counts what was made up, by place and shape."""

    def __init__(self, treatments: Treatments, fiction: Fiction) -> None:
        self._treatments = treatments
        self._fiction = fiction
        self.replaced: Replaced = Counter()

    def json(self, content: bytes) -> bytes:
        """A JSON body. Raises `Unrewritable`."""
        try:
            text = content.decode("utf-8-sig")
            document = json.loads(text, parse_constant=_refuse)
            made = self._value(document, ())
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise Unrewritable(f"the body is no JSON: {type(error).__name__}") from None
        is_plain = text.isascii() and "\\u" in text
        rewritten = json.dumps(made, ensure_ascii=is_plain, indent=1) + "\n"
        return (_BOM if content.startswith(_BOM) else b"") + rewritten.encode("utf-8", "surrogatepass")

    def csv(self, content: bytes, *, delimiter: str, encoding: str, header: tuple[int, int]) -> bytes:
        """A table; `header` are the first and last line that name the columns, from 1. Raises `Unrewritable`."""
        try:
            text = content.decode(encoding)
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except (UnicodeDecodeError, LookupError, csv.Error) as error:
            raise Unrewritable(f"the body is no table: {type(error).__name__}") from None
        first, last = header
        blank = next((place for place, row in enumerate(rows) if row), 0)
        first, last = first + blank, last + blank
        names = merged_names(rows[first - 1 : last])
        made = [[self._text(cell, (), _SCRUB) for cell in row] for row in rows[: first - 1]] + rows[first - 1 : last]
        for row in rows[last:]:
            named = [(names[place] if place < len(names) else "") or str(place + 1) for place in range(len(row))]
            made.append([self._value(cell, (EACH, name)) for cell, name in zip(row, named, strict=True)])
        written = io.StringIO()
        end = "\r\n" if "\r\n" in text else "\n"
        csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(made)
        bom = _BOM if content.startswith(_BOM) and encoding == "utf-8-sig" else b""
        return bom + written.getvalue().encode("utf-8" if encoding == "utf-8-sig" else encoding, "xmlcharrefreplace")

    def xml(self, content: bytes) -> bytes:
        """A feed; what is no data in it, as comments, goes. Raises `Unrewritable`."""
        try:
            for _, (prefix, uri) in ET.iterparse(io.BytesIO(content), events=("start-ns",)):  # noqa: S314
                if not re.fullmatch(r"ns\d+", prefix):
                    ET.register_namespace(prefix, uri)
            root = ET.fromstring(content)  # noqa: S314  (read before, by an adapter that refuses entities)
        except (ET.ParseError, ValueError, LookupError) as error:
            raise Unrewritable(f"the body is no XML: {type(error).__name__}") from None
        self._element(root, (_local(root.tag),))
        declared = _DECLARED.search(content[:200])
        encoding = declared[1].decode().lower() if declared else "utf-8"
        made: bytes = ET.tostring(root, encoding=encoding, xml_declaration=True)
        return made + b"\n"

    def _element(self, element: ET.Element, steps: Steps) -> None:
        element.text = self._text(element.text or "", steps, self._treatments.at(steps)) or None
        for name, value in element.attrib.items():
            at = (*steps, f"@{_local(name)}")
            element.attrib[name] = self._text(value, at, self._treatments.at(at))
        for child in element:
            self._element(child, (*steps, _local(child.tag)))
            child.tail = self._text(child.tail or "", steps, self._treatments.at(steps)) or None

    def _value(self, value: Any, steps: Steps) -> Any:
        if isinstance(value, dict):
            return {self._key(key, steps): self._value(it, (*steps, key)) for key, it in value.items()}
        if isinstance(value, list):
            return self._items(value, steps)
        treatment = self._treatments.at(steps)
        if isinstance(value, str):
            return self._text(value, steps, treatment)
        return self._number(value, steps, treatment)

    def _items(self, items: list[Any], steps: Steps) -> list[Any]:
        """The items; of records, those above and below them are no records, and a row that names columns stays."""
        rows = self._treatments.rows
        if not self._treatments.is_list_of_records(steps):
            return [self._value(item, (*steps, place)) for place, item in enumerate(items)]
        return [
            item if place < rows.header_row else self._value(item, (*steps, place)) for place, item in enumerate(items)
        ]

    def _key(self, key: str, steps: Steps) -> str:
        return self._counted(steps, lambda: self._fiction.scrubbed(key, only=_SHOWN | {Shape.PHONE}))

    def _text(self, text: str, steps: Steps, treatment: Treatment) -> str:
        bare = text.strip()
        if bare[:1] in "{[" and (inner := json_in(bare)) is not None:
            made = self._value(inner, steps)
            return text if made == inner else json_text(made, like=bare)
        is_day = treatment.way is Way.REPLACE and not treatment.is_read and DAY.fullmatch(bare) is not None
        if treatment.way is Way.KEEP or (is_day and treatment.shape is not Shape.DATE):
            return self._counted(steps, lambda: self._fiction.scrubbed(text, only=_SHOWN))
        if treatment.way is Way.SCRUB:
            return self._counted(steps, lambda: self._fiction.scrubbed(text))
        shape = treatment.shape or Shape.TEXT
        return self._counted(steps, lambda: str(self._fiction.value(text, shape)))

    def _number(self, value: Any, steps: Steps, treatment: Treatment) -> Any:
        """A number: made up where the contract or its member's name says whose it is, or where it shows that itself."""
        if isinstance(value, bool) or value is None:
            return value
        is_somebodys = treatment.shape in _NUMBERED or treatment.is_read
        wanted = treatment.way is Way.REPLACE and is_somebodys
        shown = isinstance(value, int) and (is_nik(str(value)) or MOBILE.fullmatch(str(value)) is not None)
        if not wanted and not shown:
            return value
        return self._counted(steps, lambda: self._fiction.value(value, treatment.shape))

    def _counted(self, steps: Steps, make: Callable[[], T]) -> T:
        """What is made, once it is noted where how much was."""
        before = Counter(self._fiction.counts)
        made = make()
        for shape, count in (self._fiction.counts - before).items():
            self.replaced[tuple(EACH if isinstance(step, int) else step for step in steps), shape] += count
        return made


_SCRUB = Treatment(Way.SCRUB)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
