"""How well the values of a field suit a common field, and which operations turn the one into the other."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from gateway.onboarding.profile import FieldProfile, FormKind

Operations: TypeAlias = dict[str, Any]

_TEXT_SHAPES = (FormKind.EMAIL, FormKind.URL, FormKind.JSON, FormKind.UUID, FormKind.NIK)
_DATES = (FormKind.DATE, FormKind.DATETIME)
_MOSTLY = 0.8
_BETWEEN = re.compile(r"[;,|\n]|\s/\s|/(?=\s*\(?0)|\s{2,}|\b(?:dan|atau|and|or)\b")
_PART_FORMS = {
    FormKind.EMAIL: re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    FormKind.PHONE: re.compile(r"(?=(?:\D*\d){5,15}\D*$)\+?[\d\s().-]+(?:\s*(?:ext|pes)\.?\s*\d+)?", re.IGNORECASE),
    FormKind.POSTAL_CODE: re.compile(r"[1-9]\d{4}"),
}
_TERM = 100
_OFFICE = re.compile(
    r"(?i)\s*(?:dinas|badan|kantor|suku dinas|sudin|bagian|sekretariat|inspektorat|satpol|upt|uptd|bpbd|kelurahan|"
    r"kecamatan|perumda|pdam|pln|balai|kementerian|polres|department|bureau)\b"
)
_IN_DAYS = re.compile(r"(?i)\b(?P<value>\d{1,4})\s*(?:\([^()]{1,40}\)\s*)?hari")


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """`share`: how well the values suit, 0 not at all. `telling`: how far they tell the field by themselves.

    `unknown` are codes that nothing is known for; `reason` says in words what was seen.
    """

    share: float
    telling: float = 0.0
    operations: Operations = {}
    reason: str = ""
    unknown: tuple[str, ...] = ()


NO_FIT = Fit(share=0.0)


def is_text(field: FieldProfile) -> bool:
    """Whether its values are texts, or lists of them."""
    return "string" in field.kinds


def is_numeric(field: FieldProfile) -> bool:
    """Whether its values are numbers, or texts that are written as one."""
    numbers = field.kinds.get("integer", 0) + field.kinds.get("number", 0)
    if numbers and not field.kinds.get("string"):
        return True
    shapes = (FormKind.DIGITS, FormKind.NUMBER, FormKind.PERCENT, FormKind.RUPIAH)
    return any(field.share(shape) >= _MOSTLY for shape in shapes)


def distinctness(field: FieldProfile) -> float:
    """How many of the values differ, 0 to 1."""
    return 1.0 if field.is_unique else field.distinct / max(1, field.seen)


def of_shape(field: FieldProfile, shape: FormKind, *, words: str) -> Fit:
    """Values of one clear form, as an e-mail address; also several of them in one text."""
    share = max(field.share(shape), _share_in_parts(field, shape))
    if share < 0.3:
        return Fit(share=0.0 if field.seen else 0.5, reason="no values" if not field.seen else "")
    return Fit(share=min(1.0, share + 0.05), telling=share, reason=f"{share:.0%} are {words}")


def _share_in_parts(field: FieldProfile, shape: FormKind) -> float:
    """How many of the frequent values are of a form in each of their parts."""
    form = _PART_FORMS.get(shape)
    total = sum(one.count for one in field.frequent)
    if form is None or not total:
        return 0.0
    right = sum(one.count for one in field.frequent if _in_parts(str(one.value), form))
    return right / total


def _in_parts(text: str, form: re.Pattern[str]) -> bool:
    parts = [part.strip() for part in _BETWEEN.split(text) if part.strip()]
    return bool(parts) and all(form.fullmatch(part) for part in parts)


def fit_name(field: FieldProfile) -> Fit:
    """Names: short texts, many of them different."""
    if not is_text(field) or field.many or is_numeric(field) or _is_date(field):
        return NO_FIT
    if any(field.share(shape) > 0.5 for shape in _TEXT_SHAPES):
        return NO_FIT
    long = field.shortest is not None and field.shortest > 80
    return Fit(share=0.4 if long else 1.0, reason=f"text, {distinctness(field):.0%} of it different")


def fit_agency(field: FieldProfile) -> Fit:
    """Names of offices: few, and most of them begin as an office's name does."""
    fit = fit_name(field)
    total = sum(one.count for one in field.frequent)
    offices = sum(one.count for one in field.frequent if _OFFICE.match(str(one.value)))
    share = offices / total if total and distinctness(field) < 0.9 else 0.0
    return msgspec.structs.replace(
        fit, telling=share, reason=f"{share:.0%} are called like offices" if share else fit.reason
    )


def fit_term(field: FieldProfile) -> Fit:
    """Words that come again and again."""
    if field.many or _is_date(field) or any(field.share(shape) > 0.5 for shape in _TEXT_SHAPES):
        return NO_FIT
    if field.kinds.get("number"):
        return NO_FIT
    repeated = (bool(field.codes) or distinctness(field) < 0.5) and not is_numeric(field)
    return Fit(share=1.0 if repeated else 0.7, reason="few values, repeated" if repeated else "text")


def fit_number(field: FieldProfile) -> Fit:
    """What a person is told as the number of something: short, different in every record."""
    if field.many or _is_date(field) or field.kinds.get("number") or field.kinds.get("boolean"):
        return NO_FIT
    if field.longest is not None and field.longest > _TERM:
        return NO_FIT
    share = distinctness(field)
    written = is_text(field) and field.share(FormKind.UUID) < 0.5
    return Fit(share=share if written else 0.85 * share, reason=f"{share:.0%} different")


def fit_prose(field: FieldProfile) -> Fit:
    """Free text."""
    if not is_text(field) or field.many or is_numeric(field) or _is_date(field):
        return NO_FIT
    if field.share(FormKind.URL) > 0.5 or field.share(FormKind.JSON) > 0.5:
        return NO_FIT
    free = field.share(FormKind.FREE_TEXT)
    different = distinctness(field)
    return Fit(share=min(1.0, 0.7 + 0.2 * free + 0.2 * different), reason="free text" if free > 0.5 else "text")


def fit_street(field: FieldProfile) -> Fit:
    """Addresses."""
    if not is_text(field) or field.many or is_numeric(field) or _is_date(field):
        return NO_FIT
    if field.share(FormKind.EMAIL) > 0.3 or field.share(FormKind.URL) > 0.3:
        return NO_FIT
    street = field.share(FormKind.STREET)
    return Fit(share=min(1.0, 0.75 + street / 2), telling=street, reason=f"{street:.0%} look like addresses")


def fit_person(field: FieldProfile) -> Fit:
    """Names of persons."""
    named = fit_name(field)
    person = field.share(FormKind.PERSON)
    return msgspec.structs.replace(named, share=named.share * min(1.0, 0.75 + person / 2))


def fit_phone(field: FieldProfile) -> Fit:
    """Telephone numbers."""
    if field.kinds.get("number") or _is_date(field):
        return NO_FIT
    fit = of_shape(field, FormKind.PHONE, words="telephone numbers")
    certain = field.share(FormKind.PHONE)
    return msgspec.structs.replace(fit, telling=certain)


def fit_days(field: FieldProfile) -> Fit:
    """Working days, as whole numbers, or within a text that says so."""
    fit = fit_amount(field, whole=True)
    if fit.share or not is_text(field) or field.many:
        return fit
    total = sum(one.count for one in field.frequent)
    told = sum(one.count for one in field.frequent if _IN_DAYS.search(str(one.value)))
    if not total or told / total < 0.3:
        return NO_FIT
    operations = {"pattern": _IN_DAYS.pattern, "number": "plain"}
    return Fit(share=min(1.0, 0.7 + 0.3 * told / total), operations=operations, reason=f"{told / total:.0%} name days")


LOOKS: Mapping[str, Callable[[FieldProfile], Fit]] = {
    "agency": fit_agency,
    "email": lambda field: of_shape(field, FormKind.EMAIL, words="e-mail addresses"),
    "name": fit_name,
    "number": fit_number,
    "person": fit_person,
    "phone": fit_phone,
    "prose": fit_prose,
    "street": fit_street,
    "term": fit_term,
    "url": lambda field: of_shape(field, FormKind.URL, words="web addresses"),
}
"""By `looks` of `concepts.toml`."""


def fit_id(field: FieldProfile) -> Fit:
    """Something that is different in every record."""
    if field.many or field.kinds.get("number") or field.kinds.get("boolean") or not field.seen:
        return NO_FIT
    if field.share(FormKind.NIK) > 0.5 or _is_date(field) or field.share(FormKind.FREE_TEXT) > 0.5:
        return NO_FIT
    if field.personal or field.present - field.null - field.blank < 0.95:
        return NO_FIT
    share = distinctness(field)
    return Fit(share=share**3, reason="different in every record" if share == 1 else f"{share:.0%} different")


def fit_postal_code(field: FieldProfile) -> Fit:
    """Five digits that no telephone number is."""
    return of_shape(field, FormKind.POSTAL_CODE, words="postal codes")


def fit_list(field: FieldProfile, *, shape: FormKind | None = None) -> Fit:
    """A list of texts, or one text that holds several."""
    if not is_text(field) or _is_date(field):
        return NO_FIT
    if shape is None and (is_numeric(field) or field.share(FormKind.EMAIL) > 0.5):
        return NO_FIT
    operations: Operations = {} if field.many else {"split": field.separator or _usual_separator(field, shape)}
    listed = field.many or field.separator is not None
    return Fit(share=1.0 if listed else 0.85, operations=operations, reason="a list" if listed else "text")


def _usual_separator(field: FieldProfile, shape: FormKind | None) -> str:
    """What most likely stands between two items, where no record has two. Prose has commas of its own."""
    if shape is not None:
        return ","
    return ";" if (field.longest or 0) < 500 else "\n"


def fit_amount(field: FieldProfile, *, whole: bool) -> Fit:
    """Numbers, or texts that are."""
    if field.many or field.kinds.get("boolean") or not field.seen:
        return NO_FIT
    if whole and field.minimum is not None and field.minimum < 0:
        return NO_FIT
    if not is_text(field):
        return NO_FIT if whole and field.kinds.get("number") else Fit(share=1.0, telling=0.3, reason="numbers")
    rupiah = field.form(FormKind.RUPIAH)
    if rupiah is not None and rupiah.share >= 0.5 and field.share(FormKind.NUMBER) < rupiah.share:
        return Fit(
            share=rupiah.share, telling=0.5, operations={"rupiah": True}, reason=f"{rupiah.share:.0%} are rupiah"
        )
    for shape in (FormKind.NUMBER, FormKind.PERCENT, FormKind.DIGITS):
        form = field.form(shape)
        if form is not None and form.share >= 0.5:
            operations = {"number": form.detail or "plain"}
            reason = f"{form.share:.0%} are numbers in text"
            reason += f", written as {form.detail}, but could also be {', '.join(form.others)}" if form.others else ""
            return Fit(share=form.share * (0.7 if form.ambiguous else 1.0), operations=operations, reason=reason)
    return NO_FIT


def fit_rupiah(field: FieldProfile) -> Fit:
    """Whole rupiah."""
    rupiah = field.form(FormKind.RUPIAH)
    if rupiah is not None and rupiah.share > 0.3:
        return Fit(share=1.0, telling=0.8, operations={"rupiah": True}, reason=f"{rupiah.share:.0%} are rupiah")
    number = field.form(FormKind.NUMBER)
    if is_text(field) and number is not None and number.detail != "id":
        return fit_amount(field, whole=True)
    fit = fit_amount(field, whole=True)
    return msgspec.structs.replace(fit, operations={"rupiah": True} if is_text(field) else {})


def _is_date(field: FieldProfile) -> bool:
    return any(field.share(kind) >= _MOSTLY for kind in _DATES)
