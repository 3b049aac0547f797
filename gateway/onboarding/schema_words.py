"""What a field's schema can promise beyond its type, each promise kept by every value of the sample."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import reader_of_number, rupiah
from gateway.mapping.operations.periods import period_reader
from gateway.mapping.regions import Regions
from gateway.onboarding.date_forms import has_offset_always
from gateway.onboarding.hint_words import CODE_LIST, COUNT, POSTAL
from gateway.onboarding.profile import FieldProfile, Form, FormKind, Scalar
from gateway.onboarding.text_forms import nik_like, phone_like

_WHOLE = 0.9999
_ID_WORDS = frozenset({"id", "no", "nomor", "kode", "code", "uuid", "ref", "number", "num", "nik", "kd"})
_SAFE = re.compile(r"[A-Za-z0-9._-]{1,80}")
_URI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_POSTAL = re.compile(r"[1-9]\d{4}")
_SEEN_FOR_LIMIT = 20
_LONGEST_CODE = 40
Words = dict[str, Any]


def schema_words(field: FieldProfile, values: Sequence[Scalar], *, regions: Regions, nullable: bool) -> Words:
    """The keywords to add to a field's schema. `values` are all that stand there, those of passed rows too."""
    if not values:
        return {}
    distinct = list({(type(value), value): value for value in values}.values())
    found: Words = {}
    for propose in (_listed, _date, _region, _axis, _number, _format, _id_pattern, _unit, _least):
        for word, said in propose(field, distinct, regions).items():
            found.setdefault(word, said)
    if "enum" in found:
        listed = [*found["enum"], *([None] if nullable else [])]
        said = "as in the sample; another value is a change of the contract"
        return {
            "$comment": said,
            "enum": listed,
            **{word: said for word, said in found.items() if word in {"x-scheme", "x-date"}},
        }
    return found


def _listed(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    """A closed code list; nothing that may be of a person is ever listed."""
    if not field.closed or field.personal or field.many or not CODE_LIST & {*field.words, *field.parents}:
        return {}
    if any(isinstance(value, float) or not _is_public(value) for value in values) or all(
        isinstance(value, bool) for value in values
    ):
        return {}
    return {"enum": sorted(values, key=lambda value: (str(type(value)), value))}


def _is_public(value: Scalar) -> bool:
    """Whether a value can be of no person: short, without an address, a long number or a title."""
    text = str(value).strip()
    long_number = re.search(r"\d{6}", text) is not None
    return (
        len(text) <= _LONGEST_CODE
        and "@" not in text
        and not long_number
        and not phone_like(text)
        and not nik_like(text)
    )


def _date(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    kinds = {FormKind.DATE, FormKind.DATETIME, FormKind.PERIOD}
    forms = [form for form in field.forms if form.kind in kinds]
    if not forms or any(form.ambiguous for form in forms) or sum(form.share for form in forms) < _WHOLE:
        return {}
    readers = [_reader(form) for form in forms]
    if not all(any(read(value) for read in readers) for value in values):
        return {}
    details = list(dict.fromkeys(form.detail for form in forms))
    if "quarter" in details:
        return {}
    texts = [value for value in values if isinstance(value, str)]
    found: Words = {"x-date": details[0] if len(details) == 1 else details}
    if details == ["iso"] and len(texts) == len(values):
        if {form.kind for form in forms} == {FormKind.DATE}:
            found["format"] = "date"
        elif has_offset_always(texts):
            found["format"] = "date-time"
    return found


def _reader(form: Form) -> Callable[[Any], bool]:
    """Whether a value is of a form: a text as it stands, a number as its digits or, for an epoch, as it is."""
    if form.kind is FormKind.PERIOD:
        period = period_reader((form.detail,))
        return lambda value: period(str(value).strip()) is not None
    if form.kind is FormKind.DATE:
        day = date_reader((form.detail,))
        return lambda value: day(str(value).strip()) is not None
    instant = instant_reader((form.detail,), zone="UTC")
    return lambda value: instant(value.strip() if isinstance(value, str) else value) is not None


def _region(field: FieldProfile, values: Sequence[Scalar], regions: Regions) -> Words:
    form = field.form(FormKind.REGION_CODE)
    if form is None or form.ambiguous or form.share < _WHOLE or field.blanks:
        return {}
    scheme = "bps" if form.detail == "bps" else "kemendagri"
    if any(isinstance(value, (bool, float)) for value in values):
        return {}
    known = all(regions.to_kemendagri(scheme, str(value)) is not None for value in values)  # type: ignore[arg-type]
    return {"x-scheme": scheme} if known else {}


def _axis(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    for kind in (FormKind.LATITUDE, FormKind.LONGITUDE):
        if field.share(kind) >= _WHOLE and not any(isinstance(value, bool) for value in values):
            return {"x-axis": str(kind)}
    return {}


def _number(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    axis = field.form(FormKind.LATITUDE) or field.form(FormKind.LONGITUDE)
    if not all(isinstance(value, str) for value in values):
        return {}
    texts = [str(value).strip() for value in values]
    if axis is not None:
        form = "id" if axis.detail == "comma" else "plain"
        read = reader_of_number(form, percent=False)
        return {"x-number": form} if all(read(text) is not None for text in texts) else {}
    money = field.form(FormKind.RUPIAH)
    if money is not None:
        return {"x-number": "rupiah"} if all(rupiah(text) is not None for text in texts) else {}
    number = field.form(FormKind.NUMBER) or field.form(FormKind.PERCENT)
    if number is None or number.ambiguous or number.share < _WHOLE or _is_code(field, texts):
        return {}
    read = reader_of_number(number.detail, percent=number.kind is FormKind.PERCENT)
    if not all(read(text) is not None for text in texts):
        return {}
    return {"x-number": number.detail} | ({"x-unit": "%"} if number.kind is FormKind.PERCENT else {})


def _is_code(field: FieldProfile, texts: Sequence[str]) -> bool:
    """Whether digits without any mark are more likely a name than a measure."""
    if not all(text.isdecimal() for text in texts):
        return False
    other = {
        FormKind.POSTAL_CODE,
        FormKind.REGION_CODE,
        FormKind.DATE,
        FormKind.DATETIME,
        FormKind.PERIOD,
        FormKind.PHONE,
    }
    return bool(_ID_WORDS & set(field.words)) or any(form.kind in other and form.share > 0.9 for form in field.forms)


def _format(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        return {}
    if all(_UUID.fullmatch(text) for text in texts):
        return {"format": "uuid"}
    if all(_URI.fullmatch(text) for text in texts):
        return {"format": "uri"}
    if all(_EMAIL.fullmatch(text) for text in texts):
        return {"format": "email"}
    if POSTAL & set(field.words) and field.seen >= 5 and all(_POSTAL.fullmatch(text) for text in texts):
        return {"format": "postal-code"}
    return {}


def _id_pattern(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    """Ids hold only the signs that ids hold here; how long they may get is twice of what was seen."""
    texts = [value for value in values if isinstance(value, str)]
    if not field.is_unique or len(texts) < len(values) or not all(_SAFE.fullmatch(text) for text in texts):
        return {}
    if not _ID_WORDS & set(field.words) or field.form(FormKind.LATITUDE) or field.form(FormKind.LONGITUDE):
        return {}
    most = max(20, -(-2 * max(len(text) for text in texts) // 20) * 20)
    return {"pattern": f"^[{'0-9' if all(text.isdecimal() for text in texts) else 'A-Za-z0-9._-'}]{{1,{most}}}$"}


def _unit(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    measures = all(not isinstance(value, (str, bool)) for value in values) or field.form(FormKind.NUMBER) is not None
    return {"x-unit": field.unit} if field.unit and measures else {}


def _least(field: FieldProfile, values: Sequence[Scalar], _: Regions) -> Words:
    """Counts are never negative."""
    whole = all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in values)
    return {"minimum": 0} if whole and COUNT & set(field.words) and field.seen >= _SEEN_FOR_LIMIT else {}
