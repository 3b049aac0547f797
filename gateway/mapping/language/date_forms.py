"""What a `strptime` form of the language says, and what is wrong with it."""

import re
from typing import NamedTuple

DIRECTIVES = {
    "d": "day",
    "m": "month",
    "b": "month",
    "B": "month",
    "Y": "year",
    "y": "year",
    "H": "hour",
    "I": "hour",
    "p": "half",
    "M": "minute",
    "S": "second",
    "f": "fraction",
    "z": "offset",
    "a": "weekday",
    "A": "weekday",
    "%": "percent",
}
"""Each directive that a form may hold, and the part of a date or time that it gives."""

DATE_WORDS = frozenset({"iso"})
DATETIME_WORDS = frozenset({"iso", "epoch-s", "epoch-ms"})
PERIOD_WORDS = frozenset({"iso", "quarter"})
PROMISE_WORDS = frozenset({"iso", "epoch-s", "epoch-ms"})


class FormFault(NamedTuple):
    """A code of the checker and the sentence that goes with it."""

    code: str
    message: str


def directives(form: str) -> list[str]:
    """The letters behind each `%` of a form, in their order."""
    return re.findall(r"%(.)", form, re.DOTALL)


def parts(form: str) -> frozenset[str]:
    """The parts of a date or time that a form gives: `year`, `month` … A word of the language gives none."""
    return frozenset(DIRECTIVES.get(letter, "") for letter in directives(form))


def has_offset(form: str) -> bool:
    """Whether every value of this form says its own offset from UTC."""
    return form.startswith("epoch-") or "z" in directives(form)


def form_fault(form: str, *, words: frozenset[str], needs: frozenset[str]) -> FormFault | None:
    """What is wrong with a form by itself: an unknown directive, a missing or doubled part; None if nothing is.

    `words` are the forms that are no `strptime` form; `needs` the parts that must be there.
    """
    if form in words:
        return None
    letters = directives(form)
    if not letters:
        return FormFault("unknown-form", f"`{form}` is no strptime form and none of {', '.join(sorted(words))}")
    unknown = [letter for letter in letters if letter not in DIRECTIVES]
    if unknown or form.replace("%%", "").endswith("%"):
        named = ", ".join(f"%{letter}" for letter in unknown) or "% at the end"
        return FormFault(
            "unknown-directive", f"`{form}` holds {named}; known are {', '.join('%' + letter for letter in DIRECTIVES)}"
        )
    given = [DIRECTIVES[letter] for letter in letters if letter != "%"]
    doubled = sorted({part for part in given if given.count(part) > 1})
    if doubled:
        return FormFault("directive-twice", f"`{form}` gives the {' and the '.join(doubled)} twice; write it once")
    missing = sorted(needs - set(given))
    if missing:
        return FormFault("form-incomplete", f"`{form}` gives no {' and no '.join(missing)}; add it to the form")
    return _clock_fault(form, letters=letters)


def _clock_fault(form: str, *, letters: list[str]) -> FormFault | None:
    """A time of day that cannot be told from the form."""
    if "I" in letters and "p" not in letters:
        return FormFault("form-ambiguous", f"`{form}` has a 12-hour clock without %p; write %H, or add %p")
    if "p" in letters and "I" not in letters:
        return FormFault("form-ambiguous", f"`{form}` has %p without %I; write %I for the hour")
    given = {DIRECTIVES[letter] for letter in letters}
    for part, above in (("minute", "hour"), ("second", "minute"), ("fraction", "second")):
        if part in given and above not in given:
            return FormFault("form-incomplete", f"`{form}` gives a {part} but no {above}; add it to the form")
    return None
