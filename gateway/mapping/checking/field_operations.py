"""The operations of a field, checked in the order in which they are done: what each makes of which value."""

import msgspec

from gateway.mapping.checking.field_check import FieldCheck, Value
from gateway.mapping.checking.field_codes import after_codes, after_scheme
from gateway.mapping.checking.field_dates import after_date, after_datetime, after_period
from gateway.mapping.checking.text_facts import group_facts
from gateway.mapping.language.declaration import From
from gateway.mapping.language.units import UNITS
from gateway.mapping.source.source_type import Kind, SourceType

_LENGTHENED = 3
"""One character becomes at most three in another case (`ΐ`)."""
_READABLE_AS = {"id": {"id"}, "en": {"en", "plain"}, "plain": {"plain"}, "rupiah": {"rupiah"}}


def after_operations(check: FieldCheck, value: Value) -> Value | None:
    """The value after every operation of the field; None where one of them can't be done, with a finding."""
    steps = (
        ("pattern", after_pattern),
        ("split", after_split),
        ("text", after_text),
        ("number", after_number),
        ("rupiah", after_rupiah),
        ("unit", after_unit),
        ("date", after_date),
        ("datetime", after_datetime),
        ("period", after_period),
        ("scheme", after_scheme),
        ("codes", after_codes),
        ("shorten", after_shorten),
    )
    result: Value | None = value
    for key, step in steps:
        if getattr(check.field, key) and result is not None:
            result = step(check, result)
    return result


def _needs(check: FieldCheck, key: str, value: Value, *, right: bool, expected: str) -> bool:
    """Whether an operation can be done; else a finding."""
    if not right:
        check.fault(
            key,
            "wrong-operand",
            f"`{key}` works on {expected}, and here is {value.words}; leave it out, or take another path",
            expected=expected,
            found=value.words,
        )
    return right


def after_pattern(check: FieldCheck, value: Value) -> Value | None:
    """The text of the group; nothing where it is not found, and no promise of the source holds for a part."""
    if not _needs(check, "pattern", value, right=value.is_text, expected="text"):
        return None
    assert check.field.pattern is not None
    facts = group_facts(check.field.pattern)
    pattern = rf"^[A-Za-z0-9._-]{{1,{facts.most}}}$" if facts.safe and facts.most else None
    most = facts.most if facts.most is not None else value.facts.most
    return value.become_text(max_length=most, pattern=pattern).become(
        nothing=value.nothing or not value.many,
        filled=facts.solid > 0,
        declared=False,
        why=(*value.why, "`pattern` is not found in it"),
    )


def after_split(check: FieldCheck, value: Value) -> Value | None:
    """A list of trimmed texts, none of them empty."""
    if not _needs(check, "split", value, right=value.is_text, expected="text"):
        return None
    return value.become_text(max_length=value.facts.most).become(many=True, filled=True)


def after_text(check: FieldCheck, value: Value) -> Value | None:
    """Text in another case, or with folded white space."""
    right = value.is_text and "string" in value.type.kinds
    if not _needs(check, "text", value, right=right, expected="text"):
        return None
    facts = value.facts
    most = facts.most if check.field.text == "squash" or facts.most is None else facts.most * _LENGTHENED
    kept = value.type.promises
    return value.become_text(max_length=most, promises=kept).become(filled=facts.solid > 0)


def after_number(check: FieldCheck, value: Value) -> Value | None:
    """Numbers; what is a number already stays."""
    form, promised = check.field.number, value.type.promises.number
    right = (
        value.sense == "plain" and value.type.kinds <= {"string", "integer", "number"} and "string" in value.type.kinds
    )
    if not _needs(check, "number", value, right=right, expected="text"):
        return None
    assert form is not None
    if promised is not None and promised not in _READABLE_AS[form]:
        check.fault(
            "number",
            "number-form-mismatch",
            f"the source promises numbers as {_example(promised)}, and they are read as {_example(form)}: "
            f'"1.234" would be another number; write `{_rather(promised)}`',
            expected=promised,
            found=form,
            nearest=_rather(promised),
        )
        return None
    if promised is None and not _all_read(value, form):
        check.hazard(
            "unreadable",
            "number-unpromised",
            "number-unpromised",
            f"the source does not promise that the text is a number written as {_example(form)} "
            f'(`"x-number": "{form}"` in its schema would)',
            expected=f"x-number {form}",
            found=value.words,
        )
    return _as_number(value, whole=_all_whole(value))


def _all_read(value: Value, form: str) -> bool:
    """Whether every listed value is a number in this form; digits alone are one in each."""
    listed = value.type.values
    return listed is not None and all(
        not isinstance(one, str) or one.strip().lstrip("+-").isdigit() for one in listed if form
    )


def _all_whole(value: Value) -> bool:
    """Whether no value has a fraction: a pattern of digits only, or listed whole values."""
    if "number" in value.type.kinds:
        return False
    listed = value.type.values
    return listed is not None and all(float(one).is_integer() for one in listed if isinstance(one, (int, float)))


def _as_number(value: Value, *, whole: bool, least: float | None = None) -> Value:
    kinds: frozenset[Kind] = frozenset({"integer" if whole else "number"})
    promises = msgspec.structs.replace(value.type.promises, number=None, date=())
    type_ = SourceType(pointer=value.type.pointer, kinds=kinds, minimum=least, promises=promises)
    return value.become(type=type_, filled=False, declared=False)


def _example(form: str) -> str:
    return {"id": '`id` ("1.234,5")', "en": '`en` ("1,234.5")', "plain": '`plain` ("1234.5")'}.get(
        form, '`rupiah` ("Rp 10.000,-")'
    )


def _rather(promised: str) -> str:
    return "rupiah = true" if promised == "rupiah" else f'number = "{promised}"'


def after_rupiah(check: FieldCheck, value: Value) -> Value | None:
    """Whole rupiah, none below zero."""
    right = value.sense == "plain" and value.type.kinds <= {"string", "integer", "number"}
    if not _needs(check, "rupiah", value, right=right, expected="text or number"):
        return None
    promised = value.type.promises.number
    if promised in {"en", "plain"}:
        check.fault(
            "rupiah",
            "number-form-mismatch",
            f"the source promises numbers as {_example(promised)}, and rupiah are written with dots between thousands",
            expected=promised,
            found="rupiah",
            nearest=_rather(promised),
        )
        return None
    whole = value.type.kinds == {"integer"} and (value.type.minimum or -1) >= 0
    if promised != "rupiah" and not whole:
        check.hazard(
            "unreadable",
            "rupiah",
            "number-unpromised",
            'the source does not promise whole rupiah (`"x-number": "rupiah"` in its schema would)',
            expected="x-number rupiah",
            found=value.words,
        )
    return _as_number(value, whole=True, least=0)


def after_unit(check: FieldCheck, value: Value) -> Value | None:
    """A number in another unit."""
    unit = check.field.unit
    assert unit is not None
    if not value.is_number:
        hint = ' (a text becomes one by `number = "…"`)' if value.is_text else ""
        _needs(check, "unit", value, right=False, expected=f"a number{hint}")
        return None
    promised = value.type.promises.unit
    if promised is not None and promised != unit.source:
        check.fault(
            "unit",
            "unit-mismatch",
            f"the source promises {promised}, and the mapping converts from {unit.source}: "
            f'every value would be wrong; write `from = "{promised}"`',
            expected=promised,
            found=unit.source,
        )
        return None
    factor = UNITS[unit.source].numerator * UNITS[unit.target].denominator
    whole = factor % (UNITS[unit.source].denominator * UNITS[unit.target].numerator) == 0
    least = 0 if value.type.minimum is not None and value.type.minimum >= 0 else None
    result = _as_number(value, whole=whole and value.type.kinds == {"integer"}, least=least)
    promises = msgspec.structs.replace(result.type.promises, unit=unit.target)
    return result.become(type=msgspec.structs.replace(result.type, promises=promises))


def after_shorten(check: FieldCheck, value: Value) -> Value | None:
    """Text of no more than so many characters."""
    limit = check.field.shorten
    assert limit is not None
    if not _needs(check, "shorten", value, right=value.is_text or value.sense == "made", expected="text"):
        return None
    most = check.target.max_length
    if most is not None and limit > most:
        check.fault(
            "shorten",
            "shorten-too-long",
            f"`shorten = {limit}` is more than the {most} characters that the field takes; write `shorten = {most}`",
            expected=f"at most {most}",
            found=str(limit),
        )
    facts = value.facts
    known = facts.most if facts.most is not None and facts.most < limit else limit
    return value.become_text(max_length=known, pattern=value.type.pattern if known < limit else None).become(
        filled=facts.solid > 0
    )


def check_operations_fit(check: FieldCheck) -> None:
    """Keys that say nothing where they stand."""
    field = check.field
    if field.fold and field.codes is None:
        check.fault("fold", "key-idle", "`fold` belongs to `codes`, which this field has not")
    if field.otherwise is not msgspec.UNSET and field.codes is None:
        check.fault(
            "otherwise",
            "key-idle",
            "`otherwise` is for values that a code list does not know, and this field has no `codes`; "
            "for nothing at all write `default`",
        )
    own_zone = (*field.key_path, "zone") in check.findings.lines
    if own_zone and not field.datetime and not field.date:
        check.fault("zone", "key-idle", "`zone` belongs to `datetime`, which this field has not")
    if not isinstance(field.source, From) and field.source.__class__.__name__ in {
        "Const",
        "PointFrom",
        "ObjectFrom",
        "Use",
    }:
        for key in ("pattern", "split", "text", "number", "rupiah", "unit", "date", "datetime", "period", "scheme",
                    "codes", "shorten"):  # fmt: skip
            if getattr(field, key):
                check.fault(key, "key-idle", f"`{key}` can't be done to this source; leave it out")
