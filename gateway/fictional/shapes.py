"""What gives Personal data away by its shape, anywhere in a text: NIK, e-mail, telephone, tax and plate numbers."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Shape(StrEnum):
    """What a value is, told by its shape or by where it stands. Reports name these, and never a value."""

    ADDRESS = "address"
    COORDINATE = "coordinate"
    DATE = "date"
    EMAIL = "e-mail"
    NAME = "name"
    NIK = "nik"
    NUMBER = "number"
    PHONE = "phone"
    PLATE = "plate"
    TEXT = "text"
    URL = "url"


class Span(NamedTuple):
    """A part of a text."""

    start: int
    end: int
    shape: Shape


EMAIL = re.compile(r"[^\s@<>\"'();,:=/?&]+@[^\s@<>\"'();,:/?&]+\.[A-Za-z]{2,}")
URL = re.compile(r"(?:https?://|www\.)[^\s\"'<>]+", re.IGNORECASE)
DAY = re.compile(
    r"(?P<year_first>\d{4}[-/.]\d{1,2}[-/.])(?P<day>\d{1,2})(?P<rest>(?:[ T].*)?)"
    r"|(?P<weekday>(?:[^\W\d]+,\s*)?)(?P<other_day>\d{1,2})(?P<month>[-/.\s]+(?:\d{1,2}|[^\W\d]+)[-/.\s]+)"
    r"(?P<year>\d{4}|\d{2})(?P<end>(?:[ T,].*)?)"
)
FRACTION = re.compile(r"(?P<whole>-?\d{1,3})(?P<mark>[.,])(?P<part>\d+)")
MOBILE = re.compile(r"628\d{8,10}")
STREET = re.compile(r"^\W*(?:jl|jln|jalan|gg|gang|komp|perum|blok)\b.*\S|\brt\b\.?\s*\d+.{0,6}\brw\b", re.IGNORECASE)
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SIXTEEN = re.compile(r"(?<![\d.])\d(?:[ .\-]?\d){15}(?![\d])")
_PHONE = re.compile(
    r"(?<![\w.\-/])(?:\(?(?:\+\s?62|62(?=[\s\-]?8)|0(?=[1-9]))\)?[\s.\-]?\(?\d{2,4}\)?(?:[\s.\-]?\d){4,9})(?![\w]|[.\-/]\d)"
)
_TAX = re.compile(r"(?<!\d)\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?!\d)")
_PLATE = re.compile(
    r"(?<![\w/.-])(?P<area>[A-Z]{1,2})[ -]?(?P<digits>[1-9]\d{0,3})[ -]?(?P<suffix>[A-Z]{1,3})(?![\w/-])"
)
_PLATES = frozenset({*"ABDEFGHKLMNPRSTWZ"}) | {
    f"{first}{second}"
    for first, seconds in {
        "A": "ABDEG",
        "B": "ABDEGHKLMNP",
        "D": "ABCDEGHKLMNPRSTW",
        "E": "ABD",
        "K": "BHTU",
        "P": "AB",
    }.items()
    for second in seconds
}
_LEAST_DIGITS, _MOST_DIGITS = 9, 14


def spans(text: str) -> Iterator[Span]:
    """The parts of a text that look Personal, from left to right, none within another."""
    found = [Span(*match.span(), Shape.EMAIL) for match in EMAIL.finditer(text)]
    found += [Span(*match.span(), Shape.NIK) for match in _SIXTEEN.finditer(text) if is_nik(match.group())]
    found += [Span(*match.span(), Shape.NUMBER) for match in _TAX.finditer(text)]
    found += [Span(*match.span(), Shape.PHONE) for match in _PHONE.finditer(text) if is_phone(match.group())]
    found += [Span(*match.span(), Shape.PLATE) for match in _PLATE.finditer(text) if match["area"] in _PLATES]
    end = 0
    for span in sorted(found, key=lambda it: (it.start, -it.end)):
        if span.start >= end:
            yield span
            end = span.end


def is_nik(text: str) -> bool:
    """Whether digits are built as a NIK or family card number: region, day (plus 40 for women), month, year, serial.

    The serial 0000 is nobody's, and marks those that are made up.
    """
    digits = digits_of(text)
    if len(digits) != 16 or not "11" <= digits[:2] <= "97":
        return False
    day, month = int(digits[6:8]) % 40, int(digits[8:10])
    return 1 <= day <= 31 and 1 <= month <= 12 and digits[12:] != "0000"


def is_phone(text: str) -> bool:
    """Whether a text with a telephone number's signs has as many digits as one, and its own beginning."""
    digits = digits_of(text)
    return _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS and digits.startswith(("62", "0"))


def digits_of(text: str) -> str:
    """The digits of a text."""
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())
