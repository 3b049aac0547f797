"""Where a field's value comes from, checked: what it can be before any operation."""

import re

import msgspec

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.text_facts import text_facts
from gateway.mapping.language.declaration import From, Join, ObjectFrom, Scalar, Template
from gateway.mapping.language.paths import Path
from gateway.mapping.language.tables import shown
from gateway.mapping.source.source_schema import Found
from gateway.mapping.source.source_type import SCALARS, SourceType, union


def found_at(check: FieldCheck, path: Path, *, key: str) -> Found | None:
    """What stands at a path; None, and a finding, where there is nothing."""
    found = check.source.at(path)
    if isinstance(found, Found):
        return found
    check.fault(
        key,
        found.code,
        f"`{path.text}`: {found.message}",
        expected=found.expected,
        found=path.text,
        nearest=found.nearest,
    )
    return None


def value_from(check: FieldCheck, source: From) -> Value | None:
    """The value of `from`: of one path, or of the first of several that is there."""
    values = [
        null_if(check, _as_value(check, found, path), path)
        for path in source.paths
        if (found := found_at(check, path, key="from")) is not None
    ]
    if len(values) < len(source.paths):
        return None
    for path, value in zip(source.paths[:-1], values[:-1], strict=True):
        if not value.nothing:
            check.fault("from", "path-idle", f"`{path.text}` is always there, so the paths after it are never read")
    result = values[0]
    for value in values[1:]:
        result = Value(
            type=union(result.type, value.type),
            nothing=result.nothing and value.nothing,
            many=result.many or value.many,
            declared=result.declared and value.declared,
            filled=result.filled and value.filled,
            why=tuple(dict.fromkeys((*result.why, *value.why))),
        )
        if value.many != values[0].many:
            check.fault("from", "one-or-many", "one of the paths yields a list and another does not")
    _check_null_if(check, source)
    return result


def _as_value(check: FieldCheck, found: Found, path: Path) -> Value:
    """A list without `[]` counts as its items; so does a text that `split` will make a list."""
    type_, many = found.type, found.many
    nothing = found.nothing
    bare = msgspec.structs.replace(type_, kinds=type_.kinds - {"null"})
    if not many and "array" in bare.kinds and (bare.kinds == {"array"} or check.field.split):
        many = True
        items = [*bare.prefix, *([bare.items] if bare.items is not None else [])]
        if "string" in bare.kinds:
            items.append(msgspec.structs.replace(bare, kinds=frozenset({"string"})))
        item = items[0] if items else SourceType(pointer=bare.pointer)
        for other in items[1:]:
            item = union(item, other)
        bare = msgspec.structs.replace(item, kinds=item.kinds - {"null"})
    why = [*["absent"] * found.absent, *["null"] * (type_.nullable and not found.many)]
    return Value(type=bare, nothing=nothing, many=many, declared=path.root == "column", why=tuple(why))


def null_if(check: FieldCheck, value: Value, path: Path) -> Value:
    """After `null_if`: there may be nothing, and what became null cannot be there."""
    if path.root == "column":
        return value
    possible = [one for one in check.field.null_if if may_be(value.type, one)]
    if not possible:
        return value
    type_ = value.type
    changes: dict[str, object] = {}
    if type_.values is not None:
        changes["values"] = tuple(one for one in type_.values if not any(_same(one, null) for null in possible))
    return value.become(
        type=msgspec.structs.replace(type_, **changes),
        nothing=value.nothing or not value.many,
        filled=value.filled or "" in possible,
        why=value.why if value.many else (*value.why, f"null by `null_if` where it is {_or(possible)}"),
    )


def _or(values: list[Scalar]) -> str:
    return " or ".join(shown(value) for value in values)


def may_be(type_: SourceType, value: Scalar) -> bool:
    """Whether a value, text compared trimmed, can stand at a place."""
    if type_.values is not None:
        return any(_same(one, value) for one in type_.values)
    if isinstance(value, bool):
        return "boolean" in type_.kinds
    if isinstance(value, (int, float)):
        whole = float(value).is_integer()
        below = type_.minimum is not None and value < type_.minimum
        above = type_.maximum is not None and value > type_.maximum
        return ("number" in type_.kinds or (whole and "integer" in type_.kinds)) and not below and not above
    if "string" not in type_.kinds or type_.format or type_.promises.date or type_.promises.number:
        return False
    if not value.strip():
        return text_facts(msgspec.structs.replace(type_, kinds=frozenset({"string"}))).solid == 0
    if type_.max_length is not None and len(value) > type_.max_length:
        return False
    return type_.pattern is None or re.search(type_.pattern, value) is not None


def _same(left: Scalar, right: Scalar) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool) or isinstance(left, str) is not isinstance(right, str):
        return False
    return left.strip() == right.strip() if isinstance(left, str) and isinstance(right, str) else left == right


def _check_null_if(check: FieldCheck, source: From) -> None:
    """The field's own `null_if` (not the file's) names only values that can come."""
    if (*check.field.key_path, "null_if") not in check.findings.lines:
        return
    found = [check.source.at(path) for path in source.paths]
    types = [one.type for one in found if isinstance(one, Found)]
    for value in check.field.null_if:
        if not any(may_be(type_, value) or _in_list(type_, value) for type_ in types):
            check.fault(
                "null_if",
                "value-impossible",
                f"`null_if` names {shown(value)}, which the source schema does not admit here; leave it out",
                found=shown(value),
            )


def _in_list(type_: SourceType, value: Scalar) -> bool:
    return type_.items is not None and may_be(type_.items, value)


def value_template(check: FieldCheck, source: Template) -> Value | None:
    """The text of a template."""
    solid, most, nothing, safe, declared = 0, 0, False, True, True
    why: tuple[str, ...] = ()
    for part in source.parts:
        if isinstance(part, str):
            solid, most = solid + len("".join(part.split())), most + len(part)
            safe = safe and bool(re.fullmatch(r"[A-Za-z0-9._-]*", part))
            continue
        piece = _piece(check, part, key="template")
        if piece is None:
            return None
        facts = piece.facts
        solid, nothing, declared = solid + facts.solid, nothing or piece.nothing, declared and piece.declared
        why = (*why, *(f"`{part.text}` {reason}" for reason in piece.why))
        safe, most = safe and facts.safe, _plus(most, facts.most)
    return _made_text(solid=solid, most=most, safe=safe, nothing=nothing, declared=declared).become(why=why)


def value_join(check: FieldCheck, source: Join) -> Value | None:
    """The joined texts: never empty, as empty ones are not there."""
    most, nothing, safe, declared = 0, True, bool(re.fullmatch(r"[A-Za-z0-9._-]*", source.separator)), True
    for position, path in enumerate(source.paths):
        piece = _piece(check, path, key="join")
        if piece is None:
            return None
        facts = piece.facts
        nothing = nothing and (piece.nothing or facts.solid == 0)
        safe, declared = safe and facts.safe, declared and piece.declared
        most = _plus(_plus(most, facts.most), len(source.separator) if position else 0)
    made = _made_text(solid=1, most=most, safe=safe, nothing=nothing, declared=declared)
    return made.become(why=("none of the texts is there",)) if nothing else made


def _plus(left: int, right: int | None) -> int:
    """A sum in which an open length stays open: beyond any limit."""
    return left + (10**9 if right is None else right)


def _made_text(*, solid: int, most: int, safe: bool, nothing: bool, declared: bool) -> Value:
    pattern = None
    if safe and 0 < most < 10**6:
        pattern = rf"^[A-Za-z0-9._-]{{{1 if solid else 0},{most}}}$"
    elif solid:
        pattern = r"\S"
    type_ = SourceType(kinds=frozenset({"string"}), pattern=pattern, max_length=most if most < 10**9 else None)
    return Value(type=type_, nothing=nothing, declared=declared)


def _piece(check: FieldCheck, path: Path, *, key: str) -> Value | None:
    """One value that becomes part of a text."""
    found = found_at(check, path, key=key)
    if found is None:
        return None
    value = null_if(check, _as_value(check, found, path), path)
    if value.many or not value.is_text:
        check.fault(
            key,
            "wrong-operand",
            f"`{path.text}` is {value.words}, and only texts and whole numbers become part of a text",
            expected="text or whole number",
            found=value.words,
        )
        return None
    return value


def value_object(check: FieldCheck, source: ObjectFrom) -> Value:
    """An object of texts; its members are checked as fields of their own."""
    if not source.members:
        check.fault("object", "object-empty", "`object` has no members; leave the field out")
    return Value(type=SourceType(kinds=frozenset({"object"})), sense="map")


def scalar_only(check: FieldCheck, value: Value) -> bool:
    """Whether a value can be worked on; else a finding that says to go deeper."""
    if value.sense != "plain" or value.type.kinds <= SCALARS:
        return True
    known = sorted(value.type.properties)
    deeper = f"; go on to one of its members: {', '.join(known[:8])}" if known else ""
    listed = ", or take one item with `[0]` or each with `[].…`" if "array" in value.type.kinds else ""
    check.fault(
        "from",
        "wrong-operand",
        f"the path ends at {value.words}, and a value is a text, number or boolean{deeper}{listed}",
        expected="text, number or boolean",
        found=value.words,
    )
    return False
