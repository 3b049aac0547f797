"""Values that have broken readers before, and values that keep what a source schema promises."""

from typing import Any

import msgspec

TEXTS = (
    "",
    " ",
    "-",
    "--",
    "0",
    "\u00a0",
    "\u200b",
    "a\nb",
    "x\n",
    "1.234,5",
    "18.532",
    "3,25",
    "-6,17",
    "-6.171333",
    "106,81",
    "106.810013",
    "12%",
    "Rp 10.000,-",
    "gratis",
    "1e309",
    "NaN",
    "Infinity",
    "٣",
    "²",
    "1_000",
    "+1",
    "0x10",
    "true",
    "null",
    "9" * 40,
    "2024-02-30",
    "2024-01-31",
    "0000-00-00",
    "0001-01-01T00:00:00Z",
    "2024-01-01T10:00:00.123456Z",
    "31-12-2023",
    "2024-01-01T24:00:00",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01",
    "202413",
    "Minggu, 31 Desember 2023",
    "3173",
    "3211060",
    "31.73",
    "32.11.15",
    "[010] Sumedang Utara",
    "Jatinangor",
    "Rumah Sakit Umum Daerah",
    "Selesai",
    "finished",
    "Status : Siaga 3",
    "a,b,,c",
    "kelahiran|lahir",
    "x" * 501,
    "y" * 4001,
    "😀" * 120,
    "e\u0301",
    "\u202e",
    '{"deadline": "2023-12-31"}',
    "{}",
    "[]",
    '{"deadline": 5}',
    "{",
    "~",
    "/",
    "a b/c~d",
)
"""Each is a text that a field without further limits may hold."""
INTEGERS = (
    0,
    1,
    -1,
    -5,
    7,
    3173,
    3171010,
    10150,
    2**31,
    2**53,
    2**53 + 1,
    3174070005001000,
    2**63,
    2**64 - 1,
    -(2**63),
)
"""No whole number beyond 64 bits: those are refused as out of range, whatever a mapping says."""
NUMBERS = (0.0, 0, -6.17, 106.81, 7, 1.5, -0.0, 1e-9, 1e15, 1e308, -1e308, 5e-324)
LEAST, MOST = -(2**63), 2**63 - 1
_BY_DATE = {
    "iso": ("2024-01-31", "2024-01-31T07:00:00+07:00", "2024-02-29T23:59:59Z", "1900-01-01"),
    "epoch-s": ("1700000000", "0", "1"),
    "epoch-ms": ("1700000000000", "0", "1"),
}
_PIECES = {
    "%Y": ("2023", "1999", "2024"),
    "%m": ("12", "01", "2"),
    "%d": ("31", "01", "29"),
    "%H": ("9", "00", "23"),
    "%M": ("05", "59", "00"),
    "%S": ("00", "59", "07"),
    "%B": ("Desember", "Januari", "Februari"),
    "%b": ("Des", "Jan", "Feb"),
    "%A": ("Minggu", "Jumat", "Kamis"),
    "%a": ("Min", "Jum", "Kam"),
    "%I": ("10", "12", "01"),
    "%p": ("AM", "PM", "AM"),
    "%f": ("123456", "000000", "1"),
    "%z": ("+07:00", "+0700", "+09:00"),
    "%y": ("23", "99", "24"),
}
_BY_FORMAT = {
    "duration": ("P1Y2M3DT4H5M6S", "PT0S", "P3W"),
    "email": ("a@b.id", "nama.orang+dinas@diskominfo.garutkab.example"),
    "hostname": ("a", "data.garutkab.example", "x" * 63 + ".example"),
    "ipv4": ("0.0.0.0", "10.20.30.40", "255.255.255.255"),  # noqa: S104  (a value of a record, nobody listens there)
    "ipv6": ("::", "2001:db8::1"),
    "postal-code": ("10110", "44151", "99999"),
    "time": ("00:00:00Z", "23:59:59.123456+07:00"),
    "uri": ("urn:a", "https://garutkab.example/a?b=c#d", "https://garutkab.example/" + "x" * 600),
    "uuid": ("00000000-0000-4000-8000-000000000000", "0190d5a7-4c1e-7a3b-9f00-1234567890ab"),
}
"""Formats that are no promise of a date; what is of one is never blank."""
_NUMBERS = {
    "id": ("1.234,5", "18.532", "3,25", "-7", "0"),
    "en": ("1,234.5", "7"),
    "plain": ("1234.5", "-12", "0"),
    "rupiah": ("Rp 10.000,-", "gratis", "10000"),
}


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Words that the contract knows: `texts` are source values of its code lists, the others region codes."""

    texts: tuple[str, ...] = ()
    bps: tuple[str, ...] = ("3173", "3211060", "3211")
    kemendagri: tuple[str, ...] = ("31.71", "32.11.15", "321115")


def promised(schema: dict[str, Any], words: Vocabulary) -> tuple[str, ...]:
    """Texts that keep what the schema promises by its format or words of our own; none where it promises nothing."""
    if "x-number" in schema:
        return _NUMBERS[schema["x-number"]]
    if "x-scheme" in schema:
        return words.bps if schema["x-scheme"] == "bps" else words.kemendagri
    if "x-date" not in schema and (schema.get("format") in _BY_FORMAT or schema.get("format") == "kode-wilayah"):
        return _formed(schema, words)
    forms = schema.get("x-date", "iso" if str(schema.get("format", "")).startswith("date") else ())
    found: list[str] = []
    for form in [forms] if isinstance(forms, str) else forms:
        found += _BY_DATE.get(form) or (_dated(form, place) for place in range(3))
    with_hour = schema.get("format") == "date-time" or any("%H" in form for form in forms)
    return tuple(text for text in found if _fits(text, schema.get("format"), with_hour=with_hour))


def _formed(schema: dict[str, Any], words: Vocabulary) -> tuple[str, ...]:
    """Texts of the schema's format, as long as it lets them be where there are such."""
    found = words.kemendagri if schema["format"] == "kode-wilayah" else _BY_FORMAT[schema["format"]]
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    return tuple(text for text in found if least <= len(text) <= most) or found


def _fits(text: str, format: str | None, *, with_hour: bool) -> bool:
    """Whether a date is one of `date`, or has its hour where the others have it."""
    if format == "date":
        return len(text) == 10
    return not with_hour or ":" in text


def _dated(form: str, place: int) -> str:
    for directive, pieces in _PIECES.items():
        form = form.replace(directive, pieces[place])
    return form


def within(value: float, schema: dict[str, Any]) -> bool:
    """Whether a number keeps the schema's limits."""
    low, high = schema.get("minimum"), schema.get("maximum")
    return (low is None or value >= low) and (high is None or value <= high)


def integers(schema: dict[str, Any], words: Vocabulary) -> list[int]:
    """Whole numbers that the schema admits, its limits among them; those that keep a promise where it makes one."""
    found: list[Any] = list(INTEGERS)
    if "x-scheme" in schema:
        found = [
            int(text) for text in (words.bps if schema["x-scheme"] == "bps" else words.kemendagri) if text.isdigit()
        ]
    elif "x-date" in schema:
        found = [int(text) for text in promised(schema, words) if text.isdigit()]
    elif "x-axis" in schema:
        found = [-6, 0] if schema["x-axis"] == "latitude" else [106, 140]
    found += [int(schema[key]) for key in ("minimum", "maximum") if key in schema and float(schema[key]).is_integer()]
    found += [one for one in schema.get("examples", ()) if isinstance(one, int) and not isinstance(one, bool)]
    return list(dict.fromkeys(value for value in found if within(value, schema) and LEAST <= value <= MOST))


def numbers(schema: dict[str, Any], words: Vocabulary) -> list[float]:
    """Numbers that the schema admits, its limits among them."""
    found: list[float] = list(NUMBERS)
    if "x-axis" in schema:
        found = [-6.17, 0.5, -10.9] if schema["x-axis"] == "latitude" else [106.81, 95.3, 140.9]
    elif "x-scheme" in schema or "x-date" in schema:
        return [float(value) for value in integers(schema, words)]
    found += [schema[key] for key in ("minimum", "maximum") if key in schema]
    found += [one for one in schema.get("examples", ()) if isinstance(one, int | float) and not isinstance(one, bool)]
    return [value for value in found if within(value, schema)]


def texts(schema: dict[str, Any], words: Vocabulary) -> list[str]:
    """Texts that the schema admits, without a pattern: promised ones, or any, the awkward and the boundary lengths."""
    examples = [one for one in schema.get("examples", ()) if isinstance(one, str)]
    kept = promised(schema, words)
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if kept:
        found = list(dict.fromkeys((*examples, *kept)))
        return [text for text in found if has_length(text, schema)] or found
    lengths = {least, least + 1, *((most, most - 1) if most is not None else ())}
    sized = ["x" * length for length in sorted(lengths) if 0 < length <= 10_000]
    known = (*examples, *words.texts, *TEXTS, *sized)
    return [text for text in dict.fromkeys(known) if has_length(text, schema)]


def has_length(text: str, schema: dict[str, Any]) -> bool:
    """Whether a text keeps the schema's limits of length."""
    most = schema.get("maxLength")
    return schema.get("minLength", 0) <= len(text) and (most is None or len(text) <= most)
