"""`scheme` and `codes`, checked: exhaustive over what the source lists, and every code one of the target's."""

import msgspec

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.code_lists import CodeList, code_key
from gateway.mapping.language.declaration import Scheme
from gateway.mapping.language.findings import nearest_name
from gateway.mapping.language.tables import shown
from gateway.mapping.source.source_type import SourceType


def after_scheme(check: FieldCheck, value: Value) -> Value | None:
    """A Kemendagri code in dots."""
    scheme, promised = check.field.scheme, value.type.promises.scheme
    assert scheme is not None
    if not value.is_text:
        check.fault(
            "scheme",
            "wrong-operand",
            f"a region code is a text or a whole number, and here is {value.words}",
            expected="text or whole number",
            found=value.words,
        )
        return None
    if promised is not None and promised != scheme:
        check.fault(
            "scheme",
            "scheme-mismatch",
            f"the source promises {promised} codes, and they are read as {scheme}: 3173 is Jakarta Pusat for BPS and "
            f'Jakarta Barat for Kemendagri; write `scheme = "{promised}"`',
            expected=promised,
            found=scheme,
            nearest=promised,
        )
        return None
    _hazard_unknown_region(check, value, scheme=scheme)
    made = SourceType(kinds=frozenset({"string"}), max_length=13)
    return Value(type=made, nothing=value.nothing, many=value.many, filled=True, region=True, why=value.why)


def _hazard_unknown_region(check: FieldCheck, value: Value, *, scheme: Scheme) -> None:
    """A code may be no region's, unless the source promises its scheme or lists the codes."""
    if value.type.values is not None:
        regions = check.codes.regions
        unknown = [one for one in value.type.values if regions.to_kemendagri(scheme, str(one)) is None]
        if unknown:
            check.hazard(
                "unreadable",
                "scheme",
                "region-unknown",
                f"{shown(unknown[0])} is no {scheme} code of a known region",
                found=", ".join(shown(one) for one in unknown[:6]),
            )
    elif value.type.promises.scheme is None:
        check.hazard(
            "unreadable",
            "scheme",
            "scheme-unpromised",
            f'the source does not promise {scheme} codes (`"x-scheme": "{scheme}"` in its schema would)',
            expected=f"x-scheme {scheme}",
            found=value.words,
        )


def after_codes(check: FieldCheck, value: Value) -> Value | None:
    """A common code."""
    if not value.is_scalar or "number" in value.type.kinds:
        check.fault(
            "codes",
            "wrong-operand",
            f"`codes` looks up texts, whole numbers and booleans, and here is {value.words}",
            expected="text, whole number or boolean",
            found=value.words,
        )
        return None
    listed = check.codes.of(check.field)
    if listed is None:
        names = sorted(check.codes.lists)
        check.fault(
            "codes",
            "codes-unknown",
            f"there is no code list `{check.field.codes}` in schemas/codes",
            expected=", ".join(names),
            found=str(check.field.codes),
            nearest=nearest_name(str(check.field.codes), names),
        )
        return None
    if value.type.values is None and value.type.kinds == {"boolean"}:
        value = value.become(type=msgspec.structs.replace(value.type, values=(True, False)))
    _check_exhaustive(check, value, listed)
    _check_reachable(check, value, listed)
    _check_members(check, value, listed)
    made = tuple(dict.fromkeys(_given(value, listed)))
    otherwise = check.field.otherwise
    if otherwise is not msgspec.UNSET:
        made = (*made, otherwise)
        _check_code(check, "otherwise", otherwise, said="`otherwise`")
    kind = "string" if all(isinstance(one, str) for one in made) else "integer"
    type_ = SourceType(kinds=frozenset({kind}), values=made)  # type: ignore[arg-type]
    return Value(type=type_, nothing=value.nothing, many=value.many, sense="made", declared=True, why=value.why)


def _name(listed: CodeList) -> str:
    return f"code list `{listed.name}`" if listed.name else "table of codes"


def _given(value: Value, listed: CodeList) -> list[str | int | float | bool]:
    """The codes that can come out: those of the listed values, or all."""
    values = value.type.values
    if values is None:
        return list(listed.codes.values())
    return [code for one in values if (code := listed.get(one)) is not None]


def _check_exhaustive(check: FieldCheck, value: Value, listed: CodeList) -> None:
    values = value.type.values
    if values is None:
        check.hazard(
            "unknown",
            "codes",
            "codes-open",
            f"the source lists no values, so one may come that the {_name(listed)} does not know",
            expected="enum in the source schema",
            found=value.words,
        )
        return
    missing = [one for one in values if listed.get(one) is None]
    if missing:
        written = [str(one) for one in listed.written]
        check.hazard(
            "unknown",
            "codes",
            "code-missing",
            f"the {_name(listed)} does not know {', '.join(shown(one) for one in missing[:6])}, "
            "which the source schema lists",
            expected=", ".join(written[:12]),
            found=", ".join(shown(one) for one in missing[:6]),
            nearest=nearest_name(str(missing[0]), written),
        )


def _check_reachable(check: FieldCheck, value: Value, listed: CodeList) -> None:
    """A table of the field's own has no value that can never come: it is a typing error. A shared list may."""
    values = value.type.values
    if listed.name or values is None:
        return
    possible = {code_key(one, fold=listed.fold): str(one) for one in values}
    for written in listed.written:
        if code_key(written, fold=listed.fold) not in possible:
            check.fault(
                "codes",
                "code-unreachable",
                f"`{written}` is none of the values that the source schema lists, so it can never come",
                expected=", ".join(list(possible.values())[:12]),
                found=written,
                nearest=nearest_name(written, list(possible.values())),
            )


def _check_members(check: FieldCheck, value: Value, listed: CodeList) -> None:
    """Each code that can come out is right for the target."""
    for code in dict.fromkeys(_given(value, listed)):
        if not _check_code(check, "codes", code, said=f"the {_name(listed)}"):
            return


def _check_code(check: FieldCheck, key: str, code: object, *, said: str) -> bool:
    target = check.target
    fault = target.fault_of(code)
    if fault is None and target.format == "kode-wilayah" and not check.codes.regions.is_known(str(code)):
        fault = f'"{code}" is no known region'
    if fault is not None:
        members = [str(member) for member in target.members]
        check.fault(
            key,
            "code-not-in-target",
            f"{said} gives {shown(code)}, which the field does not take: {fault}",
            expected=", ".join(members) or target.words,
            found=shown(code),
            nearest=nearest_name(str(code), members) if members else None,
        )
    return fault is None
