"""`date`, `datetime` and `period`, checked against what the source promises of its dates."""

from gateway.mapping.checking.field_check import FieldCheck, Sense, Value
from gateway.mapping.language.date_forms import directives, has_offset, parts
from gateway.mapping.source.source_type import SourceType

_NUMERIC_FORMS = {"epoch-s", "epoch-ms"}


def after_date(check: FieldCheck, value: Value) -> Value | None:
    """A date."""
    return _after(check, value, key="date", forms=check.field.date, sense="date")


def after_datetime(check: FieldCheck, value: Value) -> Value | None:
    """An instant; each form without an offset needs a zone."""
    forms = check.field.datetime
    result = _after(check, value, key="datetime", forms=forms, sense="instant")
    if check.field.zone is None:
        for form in forms:
            if not has_offset(form) and not (form == "iso" and value.type.format == "date-time"):
                check.fault(
                    "datetime",
                    "zone-missing",
                    f"`{form}` gives no offset, so nobody knows which instant is meant; write "
                    '`zone = "Asia/Jakarta"` (or Asia/Makassar, Asia/Jayapura) here or in `[defaults]`',
                    expected="zone",
                    found="none",
                )
                return None
    return result


def after_period(check: FieldCheck, value: Value) -> Value | None:
    """The text of a period."""
    forms = check.field.period
    timed = [form for form in forms if "hour" in parts(form)]
    if timed:
        check.fault("period", "form-too-fine", f"`{timed[0]}` gives a time of day; a period is no finer than a day")
    return _after(check, value, key="period", forms=forms, sense="made")


def _after(check: FieldCheck, value: Value, *, key: str, forms: tuple[str, ...], sense: Sense) -> Value | None:
    numeric = value.is_number and value.type.kinds == {"integer"}
    epoch = any(form in _NUMERIC_FORMS for form in forms)
    right = value.is_text or (epoch and value.sense == "plain" and value.type.kinds <= {"string", "integer", "number"})
    if not right or (numeric and not epoch and not _digits_only(forms)):
        expected = "text" if not epoch else "text or number"
        message = f"`{key}` works on {expected}, and here is {value.words}; leave it out, or take another path"
        if numeric:
            message = f"a {value.words} is no date written as {_listed(forms)}; " + (
                "write `epoch-s` or `epoch-ms`" if key == "datetime" else "take another path"
            )
        check.fault(key, "wrong-operand", message, expected=expected, found=value.words)
        return None
    _check_ambiguous(check, key=key, forms=forms)
    _check_promise(check, value, key=key, forms=forms)
    return Value(
        type=SourceType(kinds=frozenset({"string"})), nothing=value.nothing, many=value.many, sense=sense, why=value.why
    )


def _digits_only(forms: tuple[str, ...]) -> bool:
    """Whether a whole number can be of these forms, as 2021 is of `%Y`."""
    return any(form.replace("%", "").isalpha() and not set(directives(form)) & set("bBaApz") for form in forms)


def _promised(type_: SourceType) -> tuple[str, ...]:
    """The forms that the source promises; `format` promises ISO."""
    if type_.promises.date:
        return type_.promises.date
    return ("iso",) if type_.format in {"date", "date-time"} else ()


def _check_promise(check: FieldCheck, value: Value, *, key: str, forms: tuple[str, ...]) -> None:
    promised = _promised(value.type)
    lacking = [form for form in promised if form not in forms]
    if promised and lacking:
        check.fault(
            key,
            "date-form-mismatch",
            f"the source promises dates as {_listed(promised)}, and they are read as {_listed(forms)}; "
            f"write `{key} = {_as_toml(promised)}`",
            expected=", ".join(promised),
            found=", ".join(forms),
            nearest=_as_toml(promised),
        )
    elif not promised and not _listed_fit(value, forms):
        _hazard_unpromised(check, value, key=key, forms=forms)


def _hazard_unpromised(check: FieldCheck, value: Value, *, key: str, forms: tuple[str, ...]) -> None:
    promise = f'(`"x-date": {_as_json(forms)}` in its schema would)'
    short = next((form for form in forms if "y" in directives(form)), None)
    if short is not None:
        code = "two-digit-year"
        message = f"`{short}` has a two-digit year, 24 may be 1924 or 2024, and the source promises nothing {promise}"
    else:
        code = "date-unpromised"
        message = f"the source does not promise dates written as {_listed(forms)} {promise}"
    check.hazard("unreadable", key, code, message, expected="x-date " + ", ".join(forms), found=value.words)


def _listed_fit(value: Value, forms: tuple[str, ...]) -> bool:
    """Whether every listed value, or every number within the limits, is a year written as `%Y`."""
    if forms != ("%Y",):
        return False
    if value.type.values is not None:
        return all(len(str(one)) == 4 and str(one).isdigit() and str(one) >= "1000" for one in value.type.values)
    low, high = value.type.minimum, value.type.maximum
    return value.type.kinds == {"integer"} and low is not None and high is not None and low >= 1000 and high <= 9999


def _check_ambiguous(check: FieldCheck, *, key: str, forms: tuple[str, ...]) -> None:
    """Two forms that read one text as two dates: `%d/%m/%Y` and `%m/%d/%Y`."""
    for position, form in enumerate(forms):
        for other in forms[position + 1 :]:
            if form != other and _skeleton(form) == _skeleton(other):
                check.fault(
                    key,
                    "forms-ambiguous",
                    f"`{form}` and `{other}` fit the same text and give two dates; only one can be right",
                    found=f"{form}, {other}",
                )


def _skeleton(form: str) -> str:
    """A form in which every directive for two digits looks the same."""
    for letter in "dmyHIMS":
        form = form.replace("%" + letter, "%2")
    return form


def _listed(forms: tuple[str, ...]) -> str:
    return " or ".join(f"`{form}`" for form in forms)


def _as_toml(forms: tuple[str, ...]) -> str:
    return f'"{forms[0]}"' if len(forms) == 1 else "[" + ", ".join(f'"{form}"' for form in forms) + "]"


def _as_json(forms: tuple[str, ...]) -> str:
    return _as_toml(forms)
