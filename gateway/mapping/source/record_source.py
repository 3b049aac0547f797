"""What one record of a dataset is, and what stands at the paths that its fields read."""

import msgspec

from gateway.mapping.language.declaration import Condition, Records
from gateway.mapping.language.findings import Findings, nearest_name
from gateway.mapping.language.paths import Each, Key, Path
from gateway.mapping.source.source_schema import Found, Lost, SourceSchema
from gateway.mapping.source.source_type import SCALARS, Kind, SourceType, union


class RecordSource(msgspec.Struct, frozen=True, kw_only=True):
    """The type of one record, of what `$key`, `$value` and `$column` stand for, and of what holds the records."""

    schema: SourceSchema
    records: Records
    record: SourceType
    key: SourceType | None
    value: Found | None
    places: tuple[SourceType, ...] = ()

    def at(self, path: Path) -> Found | Lost:
        """What stands at a field's path, narrowed by what `keep_if` lets through."""
        match path.root:
            case "key":
                return self._key()
            case "value":
                return self.value or Lost(
                    "path-misplaced", "`$value` belongs to `unpivot`, which these records have not"
                )
            case "column":
                return self._column(path)
            case "document":
                return self.schema.at(path)
        found = self.schema.at(path, start=self.record)
        if isinstance(found, Lost):
            return found
        for condition in self.records.keep_if:
            if condition.path == path:
                found = narrowed(found, condition)
        return found

    def _key(self) -> Found | Lost:
        if self.key is None:
            return Lost("path-misplaced", '`$key` belongs to records of `as = "keyed"`, which these are not')
        return Found(type=self.key, absent=False, many=False, steps=())

    def _column(self, path: Path) -> Found | Lost:
        columns = self.records.unpivot
        step = path.steps[0]
        assert isinstance(step, Key)
        if not columns:
            return Lost("path-misplaced", f"`{path.text}` belongs to `unpivot`, which these records have not")
        known = sorted({name for column in columns for name in column.constants})
        lacking = [column.path.text for column in columns if step.name not in column.constants]
        if lacking:
            words = (
                "none of the columns says" if len(lacking) == len(columns) else f"column `{lacking[0]}` does not say"
            )
            return Lost(
                "column-unknown",
                f"{words} `{step.name}`; add it to each entry of `columns`",
                ", ".join(known),
                nearest_name(step.name, known) if step.name not in known else None,
            )
        values = tuple(dict.fromkeys(column.constants[step.name] for column in columns))
        found = SourceType(kinds=frozenset({"string"}), values=values)
        return Found(type=found, absent=False, many=False, steps=path.steps)


def narrowed(found: Found, condition: Condition) -> Found:
    """What is left at a path of the records that a condition lets through."""
    type_ = found.type
    if condition.equals is not None:
        values = tuple(value for value in condition.equals if type_.values is None or value in type_.values)
        scalars = type_.kinds & SCALARS
        return msgspec.structs.replace(
            found, absent=False, type=msgspec.structs.replace(type_, kinds=scalars, values=values or condition.equals)
        )
    if condition.present:
        return msgspec.structs.replace(
            found, absent=False, type=msgspec.structs.replace(type_, kinds=type_.scalar_kinds)
        )
    if condition.pattern is not None:
        kinds: frozenset[Kind] = frozenset({"string"})
        pattern = type_.pattern or condition.pattern
        return msgspec.structs.replace(
            found, absent=False, type=msgspec.structs.replace(type_, kinds=kinds, pattern=pattern)
        )
    return found


def record_source(records: Records, *, schema: SourceSchema, findings: Findings) -> RecordSource | None:
    """The records of a dataset; None, and a finding, where they cannot be found in its schema."""
    record: SourceType | None = None
    key: SourceType | None = None
    places: list[SourceType] = []
    for path in records.at:
        place = _place(path, records=records, schema=schema, findings=findings)
        if place is None:
            return None
        found = _record_at(place, path, records=records, findings=findings)
        if found is None:
            return None
        places.append(place.type)
        record = found if record is None else union(record, found)
        if records.form == "keyed":
            key = SourceType(kinds=frozenset({"string"}), pattern=_key_pattern(place.type))
    if record is None:
        return None
    plain = RecordSource(schema=schema, records=records, record=record, key=key, value=None, places=tuple(places))
    return msgspec.structs.replace(plain, value=_cells(plain, findings=findings))


def _place(path: Path, *, records: Records, schema: SourceSchema, findings: Findings) -> Found | None:
    if records.form == "features":
        path = Path(path.text, path.root, (*path.steps, Key("features")))
    found = schema.at(path)
    if isinstance(found, Found):
        return found
    findings.add((*records.key_path, "at"), found.code, found.message, expected=found.expected, nearest=found.nearest)
    return None


def _record_at(place: Found, path: Path, *, records: Records, findings: Findings) -> SourceType | None:
    """The type of one record at the place where they stand."""
    where = f"`{path.text}`" if path.text else "the document"
    kinds = " or ".join(sorted(place.type.kinds))
    wanted = {"list": "array", "features": "array", "keyed": "object", "single": "object"}[records.form]
    if wanted not in place.type.kinds:
        other = next(
            (form for form, kind in (("single", "object"), ("list", "array")) if kind in place.type.kinds), None
        )
        hint = f'; write `as = "{other}"`, or correct the path' if other else "; correct the path"
        findings.add(
            (*records.key_path, "at"),
            "records-not-there",
            f"{where} is {kinds}, and records as {records.form} need an {wanted}{hint}",
            expected=wanted,
            found=kinds,
        )
        return None
    if records.form == "single":
        return place.type
    if records.form == "keyed":
        return _members(place.type, where, records=records, findings=findings)
    item = RecordSource(schema=SourceSchema("", place.type), records=records, record=place.type, key=None, value=None)
    found = item.schema.at(Path("[]", "record", (Each(),)))
    if isinstance(found, Lost):
        findings.add((*records.key_path, "at"), "records-untyped", f"{where}: {found.message}; add `items`")
        return None
    return found.type


def _members(type_: SourceType, where: str, *, records: Records, findings: Findings) -> SourceType | None:
    """One type for every member of an object of records."""
    types = [member.type for member in type_.properties.values()]
    types += [*type_.patterns.values(), *([type_.additional] if type_.additional else [])]
    if not types:
        findings.add(
            (*records.key_path, "at"),
            "records-untyped",
            f"the source schema does not say what the members of {where} are; add `additionalProperties`",
        )
        return None
    found = types[0]
    for other in types[1:]:
        found = union(found, other)
    return found


def _key_pattern(type_: SourceType) -> str | None:
    """What every key of a keyed object matches, where the schema says so."""
    if len(type_.patterns) == 1 and not type_.properties and type_.additional is None:
        return next(iter(type_.patterns))
    return None


def _cells(plain: RecordSource, *, findings: Findings) -> Found | None:
    """What `$value` stands for: the cells of all columns."""
    result: Found | None = None
    for column in plain.records.unpivot:
        cell = plain.at(column.path)
        if isinstance(cell, Lost):
            findings.add(
                (*column.key_path, "from"), cell.code, cell.message, expected=cell.expected, nearest=cell.nearest
            )
        elif result is None:
            result = cell
        else:
            result = Found(
                type=union(result.type, cell.type),
                absent=result.absent or cell.absent,
                many=result.many or cell.many,
                steps=(),
            )
    return result
