"""Dates, instants and periods: which forms they are written in."""

import re
from typing import Any

import msgspec

from gateway.mapping.language.date_forms import (
    DATE_WORDS,
    DATETIME_WORDS,
    PERIOD_WORDS,
    directives,
    form_fault,
    parts,
)
from gateway.mapping.operations.dates import date_reader
from gateway.onboarding.fit import NO_FIT, Fit
from gateway.onboarding.profile import FieldProfile, Form, FormKind

_ENOUGH = 0.02
_ENTIRE = 0.97
_OFFSET = re.compile(r"T.*(?:Z|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)
_DIGITS = frozenset("dmyY")
_DAY = frozenset({"day", "month", "year"})


def fit_date(field: FieldProfile) -> Fit:
    """A day."""
    usable = [form for form in _forms(field, FormKind.DATE, FormKind.DATETIME) if _makes(form, DATE_WORDS, needs=_DAY)]
    return _written(field, usable, key="date")


def fit_instant(field: FieldProfile) -> Fit:
    """A day and time of day; a day alone is its beginning."""
    usable = _forms(field, FormKind.DATETIME, FormKind.DATE)
    usable = [form for form in usable if _makes(form, DATETIME_WORDS, needs=_DAY)]
    timed = any(form.kind is FormKind.DATETIME for form in usable)
    fit = _written(field, usable, key="datetime")
    return fit if timed or not fit.share else msgspec.structs.replace(fit, share=fit.share * 0.93)


def fit_period(field: FieldProfile) -> Fit:
    """A year, quarter, month or day."""
    usable = [form for form in _forms(field, FormKind.PERIOD, FormKind.DATE) if _is_period(form)]
    fit = _written(field, usable, key="period")
    return fit if fit.share else _day_of_instant(field)


def _day_of_instant(field: FieldProfile) -> Fit:
    """The day with which every instant begins."""
    form = max(_forms(field, FormKind.DATETIME, FormKind.DATE), key=lambda form: form.share, default=None)
    if form is None or form.share < _ENTIRE or field.many or "string" not in field.kinds:
        return NO_FIT
    day = "%Y-%m-%d" if form.detail == "iso" else form.detail.split(" ")[0].split("T")[0]
    if (
        form_fault(day, words=frozenset(), needs=_DAY) is not None
        or parts(day) != _DAY
        or not set(day[1::3]) <= _DIGITS
    ):
        return NO_FIT
    pattern = re.escape(day).replace("%Y", r"\d{4}")
    pattern = re.sub(r"%[dmy]", lambda _: r"\d{2}", pattern)
    operations = {"pattern": f"^(?P<value>{pattern})", "period": day}
    return Fit(
        share=form.share * 0.93, telling=form.share * 0.7, operations=operations, reason="the day of each instant"
    )


def _makes(form: Form, words: frozenset[str], *, needs: frozenset[str]) -> bool:
    return form_fault(form.detail, words=words, needs=needs) is None


def _is_period(form: Form) -> bool:
    """Whether a period is read so. What is promised as `iso` may have a time of day, so its day is cut out."""
    if form.detail == "iso":
        return False
    fault = form_fault(form.detail, words=PERIOD_WORDS, needs=frozenset({"year"}))
    return fault is None and "hour" not in parts(form.detail)


def _forms(field: FieldProfile, *kinds: FormKind) -> list[Form]:
    """The forms of these kinds, the most frequent first."""
    found = [form for form in field.forms if form.kind in kinds and form.detail]
    return sorted(found, key=lambda form: (-form.share, kinds.index(form.kind)))


def _written(field: FieldProfile, forms: list[Form], *, key: str) -> Fit:
    """The few forms that all values together are written in."""
    if field.many or not forms or forms[0].share < 0.5:
        return Fit(share=0.4, reason="no values") if not field.seen and not field.many else NO_FIT
    chosen, share = [forms[0]], forms[0].share
    for form in forms[1:]:
        disjoint = share + form.share <= 1.0 + _ENOUGH / 2
        clear = all(_skeleton(form.detail) != _skeleton(one.detail) for one in chosen)
        if share < 1 - _ENOUGH / 4 and form.share > 0 and disjoint and clear:
            chosen.append(form)
            share += form.share
    written = [form.detail for form in chosen]
    if key == "datetime" and "iso" in written and not _says_offset(field):
        written = list(dict.fromkeys([*written, "%Y-%m-%d"]))  # as an instant, `iso` has a time of day
    ambiguous = any(form.ambiguous for form in chosen)
    reason = f"{min(share, 1.0):.0%} are written as {', '.join(written)}"
    if ambiguous:
        others = ", ".join(dict.fromkeys(other for form in chosen for other in form.others))
        reason += f", but could also be {others}"
    return Fit(
        share=min(1.0, share) * (0.75 if ambiguous else 1.0),
        telling=share,
        operations={key: written[0] if len(written) == 1 else written},
        reason=reason,
    )


def _says_offset(field: FieldProfile) -> bool:
    """Whether the instants say their own offset, and so are no days alone."""
    return bool(field.frequent) and all(_OFFSET.search(str(one.value)) for one in field.frequent)


def _skeleton(form: str) -> str:
    """A form in which every two digits look the same."""
    for letter in "dmyHIMS":
        form = form.replace("%" + letter, "%2")
    return form


def month_form(field: FieldProfile) -> str | None:
    """How a field writes months: `%m`, `%b` or `%B`; None where it does not."""
    values = {str(one.value).strip() for one in field.frequent}
    for form in ("%m", "%B", "%b"):
        read = date_reader((f"%Y-{form}-%d",))
        if values and all(read(f"2024-{value}-01") is not None for value in values):
            return form
    return None


def is_year_only(operations: dict[str, Any]) -> bool:
    """Whether a period is given by its year alone."""
    forms = operations.get("period")
    return isinstance(forms, str) and set(directives(forms)) == {"Y"}
