"""How numbers are written in text, told from all values of a field together."""

import re
from collections.abc import Mapping

import msgspec

from gateway.mapping.operations.numbers import number_en, number_id, number_plain, rupiah, without_percent
from gateway.onboarding.hint_words import UNITS
from gateway.onboarding.profile import Form, FormKind

_READERS = {"plain": number_plain, "id": number_id, "en": number_en}
_MONEY = re.compile(r"(?:rp|idr)\.?\s*\d|.*,-$|gratis$|free$|tidak dipungut biaya$|tanpa biaya$", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"[-+]?0\d+")
_WITH_WORD = re.compile(r"(?P<number>[-+]?\d[\d.,]*)\s*(?P<word>[A-Za-z%²³][A-Za-z%²³/.\d ]{0,18})")
_ENOUGH = 0.6
_VARIED = 3
"""A word that is no known unit has to stand behind this many different numbers."""
Counts = Mapping[str, int]


class NumberText(msgspec.Struct, frozen=True):
    """The forms that a field's texts fit, and their least and greatest number in the best of them."""

    forms: list[Form]
    minimum: float | None = None
    maximum: float | None = None


def number_text(texts: Counts) -> NumberText:
    """The forms of numbers in texts; none where digits are a code, as leading zeros show."""
    total = sum(texts.values())
    stripped = {text.strip(): count for text, count in texts.items()}
    if any(_LEADING_ZERO.fullmatch(text) for text in stripped):
        return NumberText([])
    money = sum(count for text, count in stripped.items() if _MONEY.match(text))
    if money >= total * _ENOUGH / 2:
        read = {text: rupiah(text) for text in stripped}
        fits = sum(count for text, count in stripped.items() if read[text] is not None)
        if fits >= total * _ENOUGH:
            return _with_range([Form(kind=FormKind.RUPIAH, share=fits / total)], read)
    percent = sum(count for text, count in stripped.items() if text.endswith("%"))
    kind = FormKind.PERCENT if percent >= total * _ENOUGH else FormKind.NUMBER
    bare = {text: without_percent(text) if kind is FormKind.PERCENT else text for text in stripped}
    return _best(kind, bare, stripped, total)


def _best(kind: FormKind, bare: Mapping[str, str], counts: Counts, total: int) -> NumberText:
    reads = {form: {text: read(bare[text]) for text in counts} for form, read in _READERS.items()}
    shares = {
        form: sum(count for text, count in counts.items() if read[text] is not None) / total
        for form, read in reads.items()
    }
    most = max(shares.values())
    if most < _ENOUGH:
        return NumberText([])
    right = [form for form in _READERS if shares[form] == most]
    differing = [form for form in right[1:] if reads[form] != reads[right[0]]]
    chosen, others = _chosen(right, differing, bare)
    form = Form(kind=kind, share=most, detail=chosen, ambiguous=bool(others), others=others)
    return _with_range([form], reads[chosen])


def _chosen(right: list[str], differing: list[str], bare: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """One of the forms that fit equally well, and those that would read other numbers."""
    if not differing:
        return right[0], ()
    marked = [text for text in bare.values() if "." in text or "," in text]
    if set(right) >= {"plain", "id"} and not any("," in text for text in marked):
        # `18.532`: thousands for an Indonesian reader, a fraction for a programmer's. What has a zero before the dot
        # or a whole part of more than three digits would have been read by one form alone.
        if all(re.fullmatch(r"[-+]?[1-9]\d{0,2}(\.\d{3})+", text) for text in marked):
            # Beside fractions of always three digits, small whole numbers would have them too.
            return "id", () if len(marked) > 1 and len(marked) < len(bare) else ("plain", "en")
        return "plain", ("id",)
    if set(right) >= {"id", "en"}:
        return "id", ("en",)
    return right[0], tuple(differing)


def _with_range(forms: list[Form], read: Mapping[str, float | None]) -> NumberText:
    numbers = [number for number in read.values() if number is not None]
    return NumberText(forms, min(numbers, default=None), max(numbers, default=None))


def settled_by(form: Form, *, mark: str) -> Form:
    """An ambiguous form decided by what the rest of the sample shows: `id`, `en` or `plain`."""
    if form.ambiguous and mark in (form.detail, *form.others):
        return msgspec.structs.replace(form, detail=mark, ambiguous=False, others=())
    return form


def unit_in_values(texts: Counts) -> str | None:
    """The word that stands behind the number in nearly every text: `12 km` → `km`."""
    total = sum(texts.values())
    words: dict[str, int] = {}
    for text, count in texts.items():
        found = _WITH_WORD.fullmatch(text.strip())
        if found is not None:
            word = found.group("word").strip().rstrip(".").casefold()
            words[word] = words.get(word, 0) + count
    best = max(words, key=lambda word: words[word], default=None)
    if best is None or words[best] < total * 0.8:
        return None
    return best if best in UNITS or (len(texts) >= _VARIED and len(best.split()) < 3) else None
