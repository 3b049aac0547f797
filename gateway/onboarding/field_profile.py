"""One column and its forms as a `FieldProfile`."""

from collections.abc import Sequence

from gateway.onboarding.column import Column
from gateway.onboarding.hint_words import PERSON, PLACE_OF_PERSON, UNITS
from gateway.onboarding.number_forms import number_text, unit_in_values
from gateway.onboarding.profile import FieldProfile, Form, FormKind, Occurrence
from gateway.onboarding.text_forms import case_of, separator_of

_PERSONAL = frozenset(
    {FormKind.EMAIL, FormKind.FREE_TEXT, FormKind.NIK, FormKind.PERSON, FormKind.PHONE, FormKind.STREET}
)
_FREQUENT = 50
_MOST_CODES = 40
_LONGEST_CODE = 80
_MOST_CLOSED = 12
_SEEN_FOR_CLOSED = 20
_ODDLY = ("jam", "hari", "orang")
"""Words that name a unit behind a number, and something else in most names."""


def profile_of(column: Column, forms: Sequence[Form]) -> FieldProfile:
    """The profile; `forms` come with the surest first."""
    place = column.leaf.place
    counted = column.counted
    seen = column.seen
    numbers = list(column.numbers)
    texts = number_text(column.texts) if column.texts else None
    if texts is not None and texts.forms and texts.minimum is not None and texts.maximum is not None:
        numbers += [texts.minimum, texts.maximum]
    lengths = [len(text) for text in column.texts]
    records = max(column.records, 1)
    codes = _codes(column, forms)
    return FieldProfile(
        path=column.path,
        words=column.words,
        parents=column.parents,
        label=column.label,
        many=column.leaf.many,
        records=column.records,
        present=min(1.0, place.records / records),
        null=0.0 if column.leaf.many else place.nulls / records,
        kinds=dict(place.kinds),
        blanks=tuple(value for _, value in column.blanks),
        blank=min(1.0, sum(column.blanks.values()) / records),
        seen=seen,
        distinct=len(counted),
        is_unique=len(counted) == seen and seen == column.records and seen > 1 and not column.leaf.many,
        codes=codes,
        closed=_is_closed(codes, seen),
        frequent=tuple(Occurrence(value, count) for value, count in counted[:_FREQUENT]),
        minimum=min(numbers, default=None),
        maximum=max(numbers, default=None),
        shortest=min(lengths, default=None),
        longest=max(lengths, default=None),
        forms=tuple(forms),
        separator=separator_of(column.texts) if column.texts else None,
        unit=unit_of(column),
        case=case_of(column.texts) if column.texts else None,
        personal=is_personal(column, forms),
    )


def is_personal(column: Column, forms: Sequence[Form]) -> bool:
    """Whether the values look like Personal data, or the name says that they are a person's."""
    if any(form.kind in _PERSONAL and form.share >= 0.2 for form in forms):
        return True
    words = set(column.words)
    return bool(words & PERSON or (words & PLACE_OF_PERSON and column.texts))


def unit_of(column: Column) -> str | None:
    """The unit that stands behind the numbers, or as the last word of the name, or in brackets in it."""
    found = unit_in_values(column.texts) if column.is_text else None
    if found is not None:
        return UNITS.get(found, found)
    if column.is_text and not any(text[:1].isdigit() or text[:1] in "-+" for text in column.texts):
        return None
    words = list(column.words)
    if len(words) > 1 and "".join(words[-2:]) in UNITS:
        return UNITS["".join(words[-2:])]
    if len(words) > 1 and words[-1] in UNITS and words[-1] not in _ODDLY:
        return UNITS[words[-1]]
    first = words[0] if words else ""
    return "%" if UNITS.get(first) == "%" else None


def _codes(column: Column, forms: Sequence[Form]) -> tuple[Occurrence, ...]:
    """The values, where they are few and come again: a code list."""
    counted = column.counted
    if column.real or not counted or len(counted) > _MOST_CODES:
        return ()
    if len(counted) > max(2, column.seen // 2) or column.seen < 4:
        return ()
    if any(form.kind is FormKind.FREE_TEXT and form.share > 0.2 for form in forms):
        return ()
    if any(len(text) > _LONGEST_CODE for text in column.texts):
        return ()
    return tuple(Occurrence(value, count) for value, count in counted)


def _is_closed(codes: Sequence[Occurrence], seen: int) -> bool:
    """Whether a new value is not to be expected, as every known one came three times and more.

    By Good and Turing, the share of values seen once is the chance that the next is a new one.
    """
    return 0 < len(codes) <= _MOST_CLOSED and seen >= _SEEN_FOR_CLOSED and all(code.count > 2 for code in codes)
