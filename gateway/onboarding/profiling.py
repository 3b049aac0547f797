"""Every field of some records, profiled: each by its own values first, then by what stands beside it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from gateway.mapping.language.paths import Index, Key
from gateway.mapping.regions import Regions
from gateway.onboarding import date_forms, number_forms
from gateway.onboarding.column import Column
from gateway.onboarding.coordinates import coordinate_forms
from gateway.onboarding.field_profile import profile_of
from gateway.onboarding.hint_words import COUNT, PHONE, TIME, YEAR
from gateway.onboarding.number_forms import number_text
from gateway.onboarding.observed import Observed, leaves
from gateway.onboarding.profile import FieldProfile, Form, FormKind
from gateway.onboarding.region_forms import RegionForms
from gateway.onboarding.text_forms import local_phone_like, nik_like, text_forms, yes_of

_DATES = frozenset({FormKind.DATE, FormKind.DATETIME})
_LESS_THAN_CODES = frozenset({FormKind.DATE, FormKind.PERIOD, FormKind.POSTAL_CODE, FormKind.TIME})
"""What a region code or a coordinate may look like as well, and is not."""
_NUMBERS = frozenset({FormKind.NUMBER, FormKind.PERCENT})


class Profiled(msgspec.Struct, frozen=True):
    """The profiles, the columns that they were made of, and what is odd."""

    fields: list[FieldProfile]
    columns: list[Column]
    issues: list[str]


def profile_records(
    records: Sequence[Any], top: Observed, *, regions: Regions, labels: Mapping[str, str] | None = None
) -> Profiled:
    """The profile of each field. `labels` are the names that a header row gives the columns."""
    named = labels or {}
    columns = [Column(leaf, records=len(records), label=_label(leaf.steps, named)) for leaf in leaves(top)]
    coordinates, issues = coordinate_forms(columns)
    placed = RegionForms(regions, records=records).of([column for column in columns if column.path not in coordinates])
    own = {column.path: _own_forms(column) for column in columns}
    _settle(columns, own)
    fields = []
    for column in columns:
        first = [form for form in (coordinates.get(column.path), placed.get(column.path)) if form is not None]
        rest = [form for form in own[column.path] if not (first and form.kind in _LESS_THAN_CODES)]
        fields.append(profile_of(column, [*first, *rest]))
    return Profiled(fields, columns, issues)


def _label(steps: tuple[Any, ...], labels: Mapping[str, str]) -> str | None:
    step = steps[0] if len(steps) == 1 else None
    if isinstance(step, Key):
        return labels.get(step.name)
    return labels.get(str(step.index)) if isinstance(step, Index) else None


def _own_forms(column: Column) -> list[Form]:
    """What a column's values say by themselves."""
    words = set(column.words)
    if column.flags and not (column.texts or column.whole or column.real):
        return [Form(kind=FormKind.BOOLEAN, share=1.0, detail="true")]
    if column.texts:
        return _text_forms(column)
    found: list[Form] = []
    if column.whole and not column.real:
        periods = [form for form in date_forms.whole_number_periods(column.whole) if form.share > 0.9]
        years = all(1900 <= number <= 2100 or number > 190000 for number in column.whole)
        found += periods if years and (words & (TIME | YEAR) or len(column.whole) > 1) else []
        if set(column.whole) == {0, 1}:
            found.append(Form(kind=FormKind.BOOLEAN, share=1.0, detail="1", ambiguous=True))
        found += _digit_forms(column)
        if all(10_000 <= number <= 99_999 for number in column.whole) and not words & (TIME | COUNT):
            found.append(Form(kind=FormKind.POSTAL_CODE, share=1.0))
    if column.numbers and words & TIME:
        found += [msgspec.structs.replace(form, ambiguous=False) for form in date_forms.epoch_forms(column.numbers)]
    return found


def _digit_forms(column: Column) -> list[Form]:
    """What whole numbers are that were better sent as text."""
    digits = [str(number) for number in column.whole]
    if all(map(nik_like, digits)):
        return [Form(kind=FormKind.NIK, share=1.0)]
    if set(column.words) & PHONE and all(map(local_phone_like, digits)):
        return [Form(kind=FormKind.PHONE, share=1.0)]
    return []


def _text_forms(column: Column) -> list[Form]:
    texts = column.texts
    total = column.seen
    part = sum(texts.values()) / total
    found = [*date_forms.date_like_forms(texts), *number_text(texts).forms, *text_forms(texts)]
    if column.words and set(column.words) & TIME and all(text.isdecimal() for text in texts):
        numbers = Counter({float(text): count for text, count in texts.items()})
        found += [msgspec.structs.replace(form, ambiguous=False) for form in date_forms.epoch_forms(numbers)]
    if set(column.words) & PHONE and not any(form.kind is FormKind.PHONE and form.share > 0.9 for form in found):
        local = sum(count for text, count in texts.items() if any(map(local_phone_like, text.split(",")))) / total
        found = [form for form in found if form.kind is not FormKind.PHONE]
        found += [Form(kind=FormKind.PHONE, share=min(1.0, local))] if local > 0.5 else []
    if yes_of(texts) is None and set(texts) <= {"0", "1"} and len(texts) == 2:
        found.append(Form(kind=FormKind.BOOLEAN, share=1.0, detail="1", ambiguous=True))
    found = [form for form in found if form.kind is not FormKind.TIME or not _is_decimal(column)]
    scaled = [msgspec.structs.replace(form, share=form.share * part) for form in found] if part < 1 else found
    return sorted(scaled, key=lambda form: -form.share)


def _is_decimal(column: Column) -> bool:
    """Whether what looks like a time with a dot is rather a number: nothing in the name speaks of a time."""
    return not set(column.words) & TIME and not any(":" in text for text in column.texts)


def _settle(columns: Sequence[Column], own: dict[str, list[Form]]) -> None:
    """Decides what is ambiguous in one field by what is sure in the others: people write all dates alike."""
    orders: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    for column in columns:
        for form in own[column.path]:
            if form.kind in _DATES and (order := date_forms.order_of(form)) in {"dmY", "mdY"}:
                orders[order] += 1
            marked = any("." in text or "," in text for text in column.texts)
            if form.kind in _NUMBERS and marked and not form.ambiguous:
                marks[form.detail] += 1
    counts = {column.path for column in columns if set(column.words) & COUNT}
    for path, forms in own.items():
        settled = forms
        if path in counts:  # people and things are counted in whole numbers
            settled = [number_forms.settled_by(form, mark="id") if form.kind in _NUMBERS else form for form in settled]
        if len(orders) == 1:
            settled = date_forms.settled_by(settled, order=next(iter(orders)))
        if len(marks) == 1:
            mark = next(iter(marks))
            settled = [number_forms.settled_by(form, mark=mark) if form.kind in _NUMBERS else form for form in settled]
        own[path] = settled
