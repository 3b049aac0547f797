"""Documents made from a source schema: those that it admits, and what a broken or hostile platform may send instead."""

import copy
import json
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

AWKWARD_TEXTS = (
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
JUNK: SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**40, 3173, 3174070005001000]),
    st.sampled_from([0.0, -0.0, 1.5, 1e308, 5e-324, -6.17, 106.81, 3173.0]),
    st.sampled_from(AWKWARD_TEXTS),
    st.sampled_from([[], {}, [[]], [None], {"": None}, [{}], ["", 0, None], {"data": []}]),
)
_BY_DATE = {
    "iso": ["2024-01-31", "2024-01-31T07:00:00+07:00"],
    "epoch-s": ["1700000000"],
    "epoch-ms": ["1700000000000"],
}
_PIECES = {
    "%Y": "2023",
    "%m": "12",
    "%d": "31",
    "%H": "9",
    "%M": "05",
    "%S": "00",
    "%B": "Desember",
    "%b": "Des",
    "%A": "Minggu",
    "%a": "Min",
    "%I": "10",
    "%p": "AM",
    "%f": "123456",
    "%z": "+07:00",
    "%y": "23",
}
_NUMBERS = {
    "id": ["1.234,5", "18.532", "3,25", "-7", "0"],
    "en": ["1,234.5", "7"],
    "plain": ["1234.5", "-12", "0"],
    "rupiah": ["Rp 10.000,-", "gratis", "10000"],
}


def documents(schema: dict[str, Any], texts: tuple[str, ...] = ()) -> SearchStrategy[Any]:
    """Documents that the schema admits; `texts` are more texts to try where any text is right, as codes are."""
    return _Documents(schema, (*AWKWARD_TEXTS, *texts)).of(schema)


class _Documents:
    """Strategies for the schemas of one file."""

    def __init__(self, top: dict[str, Any], texts: tuple[str, ...]) -> None:
        self._top = top
        self._texts = texts

    def of(self, schema: Any) -> SearchStrategy[Any]:
        if not isinstance(schema, dict):
            return JUNK
        if "$ref" in schema:
            return self.of(self._top["$defs"][schema["$ref"].rpartition("/")[2]])
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        branches = schema.get("anyOf", schema.get("oneOf"))
        if branches:
            return st.one_of([self.of(branch) for branch in branches])
        types = schema.get("type", ["null", "boolean", "integer", "number", "string"])
        return st.one_of([self._typed(schema, one) for one in ([types] if isinstance(types, str) else types)])

    def _typed(self, schema: dict[str, Any], type_: str) -> SearchStrategy[Any]:
        match type_:
            case "null":
                return st.none()
            case "boolean":
                return st.booleans()
            case "integer":
                return self._integer(schema)
            case "number":
                return self._number(schema)
            case "string":
                return self._text(schema)
            case "array":
                item = self.of(schema.get("items", {}))
                return st.lists(item, min_size=schema.get("minItems", 0), max_size=max(4, schema.get("minItems", 0)))
        return self._object(schema)

    def _integer(self, schema: dict[str, Any]) -> SearchStrategy[int]:
        low, high = schema.get("minimum"), schema.get("maximum")
        known = [value for value in (0, 1, 3173, 3171010, 10150, 3174070005001000, -5) if _within(value, low, high)]
        found = st.integers(low, high)
        return st.one_of(st.sampled_from(known), found) if known else found

    def _number(self, schema: dict[str, Any]) -> SearchStrategy[float]:
        low, high = schema.get("minimum"), schema.get("maximum")
        known = [value for value in (0.0, 0, -6.17, 106.81, 7, 1.5) if _within(value, low, high)]
        found = st.floats(low, high, allow_nan=False, allow_infinity=False)
        return st.one_of(st.sampled_from(known), found) if known else found

    def _text(self, schema: dict[str, Any]) -> SearchStrategy[str]:
        if "contentSchema" in schema:
            return self.of(schema["contentSchema"]).map(json.dumps)
        if "pattern" in schema:
            return st.from_regex(schema["pattern"].replace("$", r"\Z"))
        promised = _promised(schema)
        if promised:
            return st.sampled_from(promised)
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        fitting = [text for text in self._texts if least <= len(text) and (most is None or len(text) <= most)]
        characters = st.characters(exclude_categories=("Cs",))
        return st.one_of(st.sampled_from(fitting), st.text(characters, min_size=least, max_size=min(most or 30, 30)))

    def _object(self, schema: dict[str, Any]) -> SearchStrategy[dict[str, Any]]:
        required = set(schema.get("required", ()))
        members = {name: self.of(member) for name, member in schema.get("properties", {}).items()}
        always = {name: member for name, member in members.items() if name in required}
        sometimes = {name: member for name, member in members.items() if name not in required}
        listed = st.fixed_dictionaries(always, optional=sometimes)
        others = [*schema.get("patternProperties", {}).items()]
        if isinstance(schema.get("additionalProperties"), dict):
            others.append((r"\A[a-z0-9]{1,16}\Z", schema["additionalProperties"]))
        if not others:
            return listed
        more = [st.dictionaries(st.from_regex(pattern), self.of(member), max_size=4) for pattern, member in others]
        return st.tuples(listed, *more).map(
            lambda parts: {name: one for part in reversed(parts) for name, one in part.items()}
        )


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _promised(schema: dict[str, Any]) -> list[str]:
    """Texts that keep the schema's own words."""
    if "x-number" in schema:
        return _NUMBERS[schema["x-number"]]
    if "x-scheme" in schema:
        return ["3173", "3211060", "3211"] if schema["x-scheme"] == "bps" else ["31.71", "32.11.15", "321115"]
    forms = schema.get("x-date", "iso" if str(schema.get("format", "")).startswith("date") else ())
    found = []
    for form in [forms] if isinstance(forms, str) else forms:
        text = form
        for directive, piece in _PIECES.items():
            text = text.replace(directive, piece)
        found += [text for text in _BY_DATE.get(form, [text]) if schema.get("format") != "date-time" or "T" in text]
    return found


@st.composite
def mutations(draw: st.DrawFn, document: Any) -> Any:
    """A document with one to four of its values replaced, removed or doubled, wherever they stand."""
    changed = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(changed))
        if not places:
            return copy.deepcopy(draw(JUNK))
        holder, key = draw(st.sampled_from(places))
        if key not in holder and isinstance(holder, dict):
            continue
        act = draw(st.sampled_from(["replace", "replace", "remove", "double"]))
        if act == "replace":
            holder[key] = copy.deepcopy(draw(JUNK))
        elif act == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
    return changed


def _places(value: Any) -> Any:
    """Each place of a document: what holds it, and its key or index."""
    if isinstance(value, (dict, list)):
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(inner)


@st.composite
def hostile_bodies(draw: st.DrawFn, document: Any) -> bytes:
    """The bytes of a document, damaged: cut, with bytes that are no UTF-8, surrogates, NaN, depth."""
    body = json.dumps(document, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    position = draw(st.integers(0, len(body)))
    inserted = draw(
        st.sampled_from(
            [
                b"\xff",
                b"\\ud800",
                b"\\u0000",
                b"\x00",
                b"NaN",
                b"Infinity",
                b"-",
                b"1e999",
                b"9" * 400,
                b"[" * 3000,
                b'"',
                b"\\",
                b"}",
                b",",
                b"\xed\xa0\x80",
                b"\xef\xbb\xbf",
                b'{"a":' * 2000,
            ]
        )
    )
    return draw(st.sampled_from([body[:position], body[:position] + inserted + body[position:], inserted + body, b""]))
