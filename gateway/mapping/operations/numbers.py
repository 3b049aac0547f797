"""Numbers as Indonesian platforms write them in text, and units.

Nothing here guesses: a form is declared, and what is not of that form is None.
"""

import math
import re
from collections.abc import Callable

MOST_DIGITS = 18
"""More digits before the decimal mark are no measurement; 18 always fit a 64-bit integer."""

_SIGN = r"(?P<sign>[-+\u2212]?)"
_FORMS = {
    "id": re.compile(_SIGN + r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,(?P<part>[0-9]{1,30}))?"),
    "en": re.compile(_SIGN + r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]{1,30}))?"),
    "plain": re.compile(_SIGN + r"(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]{1,30}))?"),
}
_RUPIAH = re.compile(
    r"(?:(?:Rp|IDR)\.?\s*)?(?P<whole>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,(?:-|\u2013|0{1,2}))?-?", re.IGNORECASE
)
_FREE = frozenset({"gratis", "free", "tanpa biaya", "tidak dipungut biaya", "tidak ada biaya", "rp. gratis", "nihil"})


def number_id(text: str) -> int | float | None:
    """`1.234,5` → 1234.5, `18.532` → 18532, `3,25` → 3.25: dot between thousands, decimal comma."""
    return _number(text, "id")


def number_en(text: str) -> int | float | None:
    """`1,234.5` → 1234.5: comma between thousands, decimal dot."""
    return _number(text, "en")


def number_plain(text: str) -> int | float | None:
    """`1234.5` → 1234.5: no marks between thousands, decimal dot."""
    return _number(text, "plain")


def _number(text: str, form: str) -> int | float | None:
    found = _FORMS[form].fullmatch(text)
    if found is None:
        return None
    sign, whole, part = found.group("sign", "whole", "part")
    digits = whole.replace(".", "").replace(",", "")
    if len(digits) > MOST_DIGITS:
        return None
    value = int(digits) if part is None else float(f"{digits}.{part}")
    return -value if sign and sign != "+" else value


def without_percent(text: str) -> str:
    """The text without a `%` at its end; `12 %` and `12%` are both written."""
    return text[:-1].rstrip() if text.endswith("%") else text


def rupiah(value: str | float) -> int | None:
    """`Rp 10.000,-` → 10000, `gratis` → 0; whole rupiah, or None: sen, ranges and rates are not read."""
    if isinstance(value, str):
        found = _RUPIAH.fullmatch(value)
        if found is None:
            return 0 if value.casefold() in _FREE else None
        digits = found.group("whole").replace(".", "")
        return int(digits) if len(digits) <= MOST_DIGITS else None
    return whole(value)


def whole(value: float) -> int | None:
    """The number as an integer, or None where it is not whole."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if value.is_integer() and abs(value) < 2**63 else None


def converted(value: float, numerator: int, denominator: int) -> int | float | None:
    """`value * numerator / denominator`, whole where it is; None where it leaves the range of numbers."""
    if isinstance(value, int):
        product = value * numerator
        if product % denominator == 0:
            return product // denominator
        value = float(product)
        return value / denominator
    product_ = value * numerator / denominator
    return product_ if math.isfinite(product_) else None


def reader_of_number(form: str, *, percent: bool) -> Callable[[str], int | float | None]:
    """The reader of a form: `id`, `en` or `plain`; with `percent`, a `%` may stand at the end."""
    read = {"id": number_id, "en": number_en, "plain": number_plain}[form]
    return (lambda text: read(without_percent(text))) if percent else read
