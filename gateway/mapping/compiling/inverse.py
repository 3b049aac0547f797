"""The other way: common records as the partner's platform writes them, where every operation can be undone.

For every record of the source in the platform's canonical writing, as far as the mapping reads it,
`to_source(to_common(record)) == record`. What loses something has no inverse, and the mapping is refused:
null values that were several, texts that were trimmed of meaning, several forms, codes that are not one to one.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from gateway.errors import BadConfiguration
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.compiling.inverse_values import (
    Writer,
    date_writer,
    instant_writer,
    number_writer,
    period_writer,
    unit_writer,
)
from gateway.mapping.language.declaration import NOTHING, Const, Declaration, Field, From, ObjectFrom, PointFrom, Scheme
from gateway.mapping.language.paths import Key, Path
from gateway.mapping.operations.dates import zone_of
from gateway.mapping.operations.text import source_identifier
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SourceType


class NotInvertible(BadConfiguration):
    """A mapping cannot be turned round; `reasons` say which field loses what."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


class _Place(NamedTuple):
    """One member that is written: where, how, whether it is always there, and null where there is nothing."""

    keys: tuple[str, ...]
    field: str
    writer: Writer
    always: bool
    nullable: bool


class Inverse:
    """Writes common records as records of the source. `fields` are those that it writes.

    `needed` are those without which no record of the source can be written; `lacking` are members that every record
    of the source has and that no field fills.
    """

    def __init__(self, places: list[_Place], *, frame: "_Frame") -> None:
        self._places = places
        self._frame = frame
        self.fields = frozenset(place.field for place in places)
        self.needed = frozenset(place.field for place in places if place.always and not place.nullable)
        self.lacking = tuple(frame.lacking)

    def to_source(self, record: Any) -> dict[str, Any]:
        """The record as the platform's own; members that are not read, or hold nothing, are absent."""
        written = self._frame.made()
        for place in self._places:
            value = getattr(record, place.field)
            found = None if value is None else place.writer(value)
            if found in (None, []) and not (place.always and (place.nullable or found == [])):
                continue
            holder = written
            for key in place.keys[:-1]:
                holder = holder.setdefault(key, {})
            holder[place.keys[-1]] = found
        return written


def derive_inverse(declaration: Declaration, source: RecordSource, *, codes: CodeLists) -> Inverse:
    """The inverse of a checked mapping, or raises `NotInvertible` with every reason."""
    deriving = _Deriving(source, codes)
    if declaration.records.unpivot:
        deriving.reasons.append("records: `unpivot` makes several records of one row")
    for field in declaration.fields:
        deriving.add(field, name=field.name, part=lambda value: value)
    if deriving.reasons:
        raise NotInvertible(deriving.reasons)
    return Inverse(deriving.places, frame=_Frame(source.record, {place.keys for place in deriving.places}))


class _Frame:
    """What stands in every record besides what fields fill: objects, nulls, and members that have one value only."""

    def __init__(self, record: SourceType, filled: Container[tuple[str, ...]]) -> None:
        self._constants: list[tuple[tuple[str, ...], Any]] = []
        self.lacking: list[str] = []
        self._add(record, (), filled)

    def made(self) -> dict[str, Any]:
        """A frame of its own for one record."""
        frame: dict[str, Any] = {}
        for keys, value in self._constants:
            holder = frame
            for key in keys[:-1]:
                holder = holder[key]
            holder[keys[-1]] = {} if value == {} else value
        return frame

    def _add(self, type_: SourceType, keys: tuple[str, ...], filled: Container[tuple[str, ...]]) -> None:
        for name, member in type_.properties.items():
            here = (*keys, name)
            if not member.required or here in filled:
                continue
            if member.type.kinds == {"object"}:
                self._constants.append((here, {}))
                self._add(member.type, here, filled)
            elif member.type.nullable:
                self._constants.append((here, None))
            elif member.type.values is not None and len(member.type.values) == 1:
                self._constants.append((here, member.type.values[0]))
            else:
                self.lacking.append(".".join(here))


class _Deriving:
    """Gathers places and reasons, field by field."""

    def __init__(self, source: RecordSource, codes: CodeLists) -> None:
        self._source = source
        self._codes = codes
        self.places: list[_Place] = []
        self.reasons: list[str] = []

    def add(self, field: Field, *, name: str, part: Writer) -> None:
        """Adds what writes a field, or why nothing can."""
        match field.source:
            case Const():
                return
            case ObjectFrom(members):
                for member in members:
                    self.add(member, name=name, part=_member(member.name))
            case PointFrom(latitude, longitude, decimal):
                self._lossy(field, name)
                for path, index in ((latitude, 1), (longitude, 0)):
                    self._point(path, index, name=name, comma=decimal == "comma")
            case From((path,)):
                self._lossy(field, name)
                self._value(field, path, name=name, part=part)
            case _:
                self.reasons.append(f"{name}: only a value from one path can be written back")

    def _lossy(self, field: Field, name: str) -> None:
        """Notes each operation that several source values lead through to one."""
        losing = {
            "null_if": bool(field.null_if),
            "pattern": field.pattern is not None,
            "text": field.text is not None,
            "shorten": field.shorten is not None,
            "default": field.default is not NOTHING,
            "otherwise": field.otherwise is not NOTHING,
            "unreadable": field.unreadable is not None,
        }
        self.reasons += [f"{name}: `{key}` makes one value of several" for key, declared in losing.items() if declared]

    def _keys(self, path: Path, name: str) -> tuple[tuple[str, ...], SourceType, bool] | None:
        """The members that lead to a path, its type, and whether it is always there."""
        found = self._source.at(path)
        keys = tuple(step.name for step in path.steps if isinstance(step, Key))
        plain = path.root == "record" and keys and len(keys) == len(path.steps)
        if not isinstance(found, Found) or not plain or len(found.steps) != len(keys):
            self.reasons.append(f"{name}: `{path.text}` is no plain path of members")
            return None
        return keys, found.type, not found.absent

    def _point(self, path: Path, index: int, *, name: str, comma: bool) -> None:
        place = self._keys(path, name)
        if place is None:
            return
        keys, type_, always = place

        def write(point: Any) -> Any:
            value = point.coordinates[index]
            return str(value).replace(".", "," if comma else ".") if type_.scalar_kinds == {"string"} else value

        self.places.append(_Place(keys, name, write, always, type_.nullable))

    def _value(self, field: Field, path: Path, *, name: str, part: Writer) -> None:
        place = self._keys(path, name)
        if place is None:
            return
        keys, type_, always = place
        writers = [part, *self._writers(field, type_, name=name)]

        def write(value: Any) -> Any:
            for writer in writers:
                if value is None:
                    return None
                value = writer(value)
            return value

        self.places.append(_Place(keys, name, write, always, type_.nullable))

    def _writers(self, field: Field, type_: SourceType, *, name: str) -> list[Writer]:
        """What undoes the operations, last first."""
        writers: list[Writer | None] = []
        if name == "id":
            writers.append(lambda value: source_identifier(value.partition(".")[2]))
        if field.codes is not None:
            writers.append(self._codes_writer(field))
        if field.scheme is not None:
            writers.append(self._scheme_writer(field.scheme, as_digits="integer" in type_.kinds))
        writers += _date_writers(field)
        if field.unit is not None:
            writers.append(unit_writer(field.unit.source, field.unit.target))
        if field.number is not None:
            writers.append(number_writer(field.number))
        if field.split is not None:
            writers.append(field.split.join)
        if type_.scalar_kinds == {"integer"}:
            writers.append(int)
        untold = len(type_.scalar_kinds) != 1 or (field.rupiah and type_.scalar_kinds != {"integer"})
        if untold or None in writers:
            self.reasons.append(f"{name}: the platform's own writing of the value cannot be told")
        return [writer for writer in writers if writer is not None]

    def _codes_writer(self, field: Field) -> Writer | None:
        """The source value of each code, where there is just one."""
        listed = self._codes.of(field)
        if listed is None or len(set(listed.written.values())) < len(listed.written):
            return None
        inverse = {code: value for value, code in listed.written.items()}
        return inverse.get

    def _scheme_writer(self, scheme: Scheme, *, as_digits: bool) -> Writer | None:
        """The source's code of each Kemendagri code, where there is just one."""
        regions = self._codes.regions
        if scheme == "kemendagri":
            return (lambda value: value.replace(".", "")) if as_digits else (lambda value: value)
        inverse: Mapping[str, str] = {region: code for code, region in regions.crosswalk.items()}
        return inverse.get if len(inverse) == len(regions.crosswalk) else None


def _member(name: str) -> Writer:
    return lambda value: value.get(name)


def _date_writers(field: Field) -> list[Writer | None]:
    """What undoes `period`, `datetime` and `date`; of several forms, none can be told."""
    found: list[Writer | None] = []
    zone = zone_of(field.zone) if field.zone is not None else None
    if field.period:
        found.append(period_writer(field.period[0]) if len(field.period) == 1 else None)
    if field.datetime:
        found.append(instant_writer(field.datetime[0], zone) if len(field.datetime) == 1 else None)
    if field.date:
        found.append(date_writer(field.date[0]) if len(field.date) == 1 else None)
    return found
