"""Values of the right type and of the wrong kind: a number as a name, a year as a measurement, a text as an axis."""

import re

from gateway.mapping.checking.field_check import FieldCheck
from gateway.mapping.checking.field_key import key_paths
from gateway.mapping.checking.field_names import Place, bare, name_of, spelled
from gateway.mapping.checking.field_point import axis_of
from gateway.mapping.language.declaration import Const, Declaration, From, PointFrom
from gateway.mapping.language.paths import Path, Step
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SCALARS, SourceType

PROSE = 500
"""A field that takes so many characters holds words: a name, an address, a sentence."""
_ROW_NUMBER = re.compile(r"(?:no|nomor|no urut|nomor urut|nomer)")
_DIGITS = re.compile(r"[-+]?\d[\d.,]*")
_CODE = re.compile(r"[A-Z]{0,8}[0-9._-]*\d{4,}[0-9._-]*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMPTY_WORDS = frozenset({"di", "dan", "menurut", "per", "jumlah", "total", "data"})


def check_kinds(
    check: FieldCheck, record: tuple[Place, ...], *, read: frozenset[tuple[Step, ...]], declaration: Declaration
) -> None:
    """Faults a path whose values are evidently no such thing as the field holds."""
    source = check.field.source
    if isinstance(source, PointFrom):
        _check_axes(check, source, record)
    elif isinstance(source, From) and check.field.name == "value":
        for path in source.paths:
            _check_measured(check, path, record, read=read, declaration=declaration)
    elif isinstance(source, From) and (check.target.max_length or 0) >= PROSE and not check.field.codes:
        for path in source.paths:
            _check_prose(check, path)


def _check_prose(check: FieldCheck, path: Path) -> None:
    """Words are no numbers, dates, coordinates or codes."""
    found = check.source.at(path)
    if not isinstance(found, Found) or path.root == "column" or check.field.pattern or check.failed:
        return
    said = _kind_of(found.type)
    if said is not None:
        check.fault(
            "from",
            "no-words",
            f"`{path.text}` is {said}, and the field holds words; take another path",
            expected="words",
            found=said,
        )


def _kind_of(type_: SourceType) -> str | None:
    """What a value is that is no words; None if it may be words."""
    promises = type_.promises
    if type_.kinds & SCALARS <= {"integer", "number", "boolean"} and type_.kinds & SCALARS:
        return "a number" if "boolean" not in type_.kinds else "no text"
    for said, promised in (
        ("a date", promises.date or type_.format in {"date", "date-time"}),
        ("a number", promises.number),
        ("a region code", promises.scheme),
        ("a coordinate", promises.axis),
    ):
        if promised:
            return said
    texts = [text for example in type_.examples if (text := str(example).strip()) and text != "-"]
    for said, shape in (("a number", _DIGITS), ("a code", _CODE)):
        if texts and all(shape.fullmatch(text) for text in texts):
            return said
    return None


def _check_measured(
    check: FieldCheck,
    path: Path,
    record: tuple[Place, ...],
    *,
    read: frozenset[tuple[Step, ...]],
    declaration: Declaration,
) -> None:
    """What is measured is neither a row's number, a key, a date, a code nor a coordinate, nor called otherwise."""
    found = check.source.at(path)
    if not isinstance(found, Found) or path.root != "record" or check.failed:
        return
    name = name_of(path.steps, found.type)
    promises = found.type.promises
    said = next(
        (
            words
            for words, is_so in (
                ("the number of a row", _ROW_NUMBER.fullmatch(name)),
                ("a date", promises.date and not promises.unit),
                ("a region code", promises.scheme),
                ("a coordinate", promises.axis),
                ("part of the record's key", bare(path.steps) in {key.steps for key in key_paths(check.source.record)}),
            )
            if is_so
        ),
        None,
    )
    better = _called(record, declaration, name=name, read=read)
    if said is not None or better is not None:
        check.fault(
            "from",
            "not-measured",
            f"`{path.text}` is {said or 'called otherwise than the indicator'}, and the field holds what was measured"
            + (f"; read `{better.text}`{better.called}" if better else "; take another path"),
            expected=better.text if better else "a measured number",
            found=path.text,
            nearest=better.text if better else None,
        )


def _called(
    record: tuple[Place, ...], declaration: Declaration, *, name: str, read: frozenset[tuple[Step, ...]]
) -> Place | None:
    """A place that no field reads, and whose every word is one of the indicator's name, where `name` has none of it."""
    declared = (field.source for field in declaration.fields if field.name == "name")
    words = {word for one in declared if isinstance(one, Const) for word in spelled(str(one.value)).split()}
    if not words or words & set(name.split()):
        return None
    for place in record:
        own = set(name_of(place.steps, place.type).split())
        if place.steps not in read and own <= words and own - _EMPTY_WORDS:
            return place
    return None


def _check_axes(check: FieldCheck, source: PointFrom, record: tuple[Place, ...]) -> None:
    """A coordinate is called one, if the record has any that is."""
    for axis, path in (("latitude", source.latitude), ("longitude", source.longitude)):
        found = check.source.at(path)
        if not isinstance(found, Found) or axis_of(path.steps, found.type) == axis:
            continue
        others = [place for place in record if axis_of(place.steps, place.type) == axis]
        if others and not check.failed:
            check.fault(
                axis,
                "path-of-another",
                f"nothing says that `{path.text}` is a {axis}, and `{others[0].text}` is one; read `{others[0].text}`",
                expected=others[0].text,
                found=path.text,
                nearest=others[0].text,
            )
