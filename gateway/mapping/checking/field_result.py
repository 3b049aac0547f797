"""What has become of a field's value, against what the common model asks."""

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.field_limits import check_id, check_limits, check_nothing
from gateway.mapping.language.findings import nearest_name
from gateway.mapping.language.tables import shown


def check_result(check: FieldCheck, value: Value) -> None:
    """Every possible value is right for the target, or settled, or a finding."""
    if value.many and not check.target.many:
        check.fault(
            "from",
            "list-into-one",
            "a list comes out and the field takes one value; take one item (`[0]`), or `join` them in another field",
            expected=check.target.words,
            found=value.words,
        )
    elif check.target.many and not value.many and value.sense != "map":
        check.fault(
            "from",
            "one-into-list",
            'one value comes out and the field takes a list; write `split = ","`, with what stands between two items',
            expected=f"list of {check.target.words}",
            found=value.words,
        )
    elif _kind_is_right(check, value):
        check_nothing(check, value)
        if check.field.name == "id" and check.target.format == "record-id":
            check_id(check, value)
        else:
            check_limits(check, value)


def _kind_is_right(check: FieldCheck, value: Value) -> bool:
    """Whether the value is of the target's kind; else a finding that names the operation."""
    kind = check.target.kind
    made = {"date": "date", "instant": "instant", "point": "point", "map": "map"}.get(value.sense)
    if made is not None:
        return _made_fits(check, value, made=made)
    if kind in {"date", "instant"}:
        key = "date" if kind == "date" else "datetime"
        promised = value.type.promises.date
        hint = f'"{promised[0]}"' if promised else '"%d-%m-%Y"' if kind == "date" else '"%Y-%m-%d %H:%M:%S"'
        return _refused(check, value, "text-into-date", f"write `{key} = {hint}`, in the form that the source uses")
    if kind in {"point", "map"}:
        source = '`latitude = "…", longitude = "…"`' if kind == "point" else "`object = { … }`"
        return _refused(check, value, "wrong-result", f"write {source} instead of `from`")
    if kind in {"integer", "number"}:
        return value.is_number or _refused(check, value, *_number_advice(value))
    if kind == "code":
        return _is_code(check, value)
    if kind == "boolean":
        right = value.sense == "plain" and value.type.kinds == {"boolean"}
        return right or _refused(check, value, "wrong-result", "write `codes = { … }` with true and false")
    if kind == "text":
        return _is_text(check, value)
    return _refused(check, value, "wrong-result", "the language cannot make this kind of field")


def _refused(check: FieldCheck, value: Value, code: str, advice: str) -> bool:
    check.fault(
        "from",
        code,
        f"{value.words} comes out and the field takes a {check.target.words}; {advice}",
        expected=check.target.words,
        found=value.words,
    )
    return False


def _made_fits(check: FieldCheck, value: Value, *, made: str) -> bool:
    if made == check.target.kind:
        return True
    advice = {
        "date": "write `datetime = …` for an instant",
        "instant": "write `date = …` for a date",
    }.get(made, "take another source")
    return _refused(check, value, "wrong-result", advice)


def _number_advice(value: Value) -> tuple[str, str]:
    if "string" in value.type.kinds:
        promised = value.type.promises.number
        rather = "rupiah = true" if promised == "rupiah" else f'number = "{promised or "id"}"'
        return "text-into-number", f'write `{rather}`, in the form that the source uses (`id` is "1.234,5")'
    return "wrong-result", "take a path to a number"


def _is_code(check: FieldCheck, value: Value) -> bool:
    """A code comes from a list, or is already one of the members."""
    members = check.target.members
    listed = value.type.values
    if check.field.codes is not None:
        return True
    strange = [one for one in listed or () if one not in members]
    if listed is not None and not strange:
        return True
    if listed is None:
        return _refused(
            check, value, "codes-missing", 'write `codes = "…"`: the list that says which value is which code'
        )
    check.fault(
        "from",
        "codes-missing",
        f"{shown(strange[0])} is none of the field's codes; write `codes = …`",
        expected=", ".join(str(member) for member in members),
        found=", ".join(shown(one) for one in strange[:6]),
        nearest=nearest_name(str(strange[0]), [str(member) for member in members]),
    )
    return False


def _is_text(check: FieldCheck, value: Value) -> bool:
    if value.sense == "made" or value.is_text:
        form = check.target.format
        plain = not value.region and not value.declared and check.field.codes is None
        if form == "kode-wilayah" and plain:
            check.fault(
                "from",
                "scheme-missing",
                'a region code needs its scheme: write `scheme = "bps"` or `scheme = "kemendagri"`, '
                "as the same digits are two regions (3173 is Jakarta Pusat for BPS, Jakarta Barat for Kemendagri)",
                expected="scheme",
                found="none",
                nearest=value.type.promises.scheme,
            )
            return False
        return True
    code = "number-into-text" if "number" in value.type.kinds else "wrong-result"
    advice = (
        "declare it as `integer` in the source schema if it is one" if code == "number-into-text" else "write `codes`"
    )
    return _refused(check, value, code, advice)
