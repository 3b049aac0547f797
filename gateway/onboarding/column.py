"""The values of one field: counted, and told from those that stand for nothing."""

import re
from collections import Counter
from typing import Any

from gateway.fictional.fiction import json_in
from gateway.mapping.language.paths import Each, Index, Key
from gateway.onboarding.hint_words import COUNT
from gateway.onboarding.observed import Leaf, Steps
from gateway.onboarding.path_text import keys_of, path_text, words_of
from gateway.onboarding.profile import Scalar

_NOTHING = frozenset(
    {"", "-", "--", "---", ".", "?", "null", "none", "nil", "n/a", "#n/a", "na", "nan", "undefined", "0000-00-00",
     "0000-00-00 00:00:00", "(null)", "<null>", "\\n", "\u2013", "\u2014"}
)  # fmt: skip
"""Texts that no platform means, in lower case."""
_DIGITS = re.compile(r"\d+")
_CODE_DIGITS = 4


class Column:
    """One field over all records. `texts`, `whole`, `real` and `flags` count what is there and not blank."""

    def __init__(self, leaf: Leaf, *, records: int, label: str | None = None) -> None:
        self.leaf = leaf
        self.steps: Steps = leaf.steps
        self.path = path_text(leaf.steps)
        self.records = records
        keys = keys_of(leaf.steps)
        self.label = label
        self.words = words_of(label if label is not None else keys[-1] if keys else "")
        self.parents = tuple(word for key in keys[:-1] for word in words_of(key))
        self.texts: Counter[str] = Counter()
        self.whole: Counter[int] = Counter()
        self.real: Counter[float] = Counter()
        self.flags: Counter[bool] = Counter()
        self.blanks: Counter[tuple[type, Scalar]] = Counter()
        for value in leaf.place.values:
            self._add(value)
        self._find_zeros()

    def _add(self, value: Scalar) -> None:
        if isinstance(value, bool):
            self.flags[value] += 1
        elif isinstance(value, int):
            self.whole[value] += 1
        elif isinstance(value, float):
            self.real[value] += 1
        elif value.strip().casefold() in _NOTHING:
            self.blanks[(str, value.strip())] += 1
        else:
            self.texts[value.strip()] += 1

    def _find_zeros(self) -> None:
        """Zeros that stand for nothing: among texts, and among codes of a few digits."""
        if self.whole[0] and self.texts and set(self.whole) == {0}:
            self.blank(0)
        if set(self.whole) == {0} and not (self.texts or self.real or self.flags or COUNT & set(self.words)):
            self.blank(0)
        others = [number for number in self.whole if number]
        if self.whole[0] and others and not self.real and _like_codes(others):
            self.blank(0)
        worded = [text for text in self.texts if text != "0"]
        if self.texts["0"] and worded and not any(_numeric(text) for text in worded):
            self.blank("0")
        coded = len(worded) > 1 and all(_DIGITS.fullmatch(text) for text in worded)
        if self.texts["0"] and coded and _like_codes([int(text) for text in worded]):
            self.blank("0")

    def blank(self, value: Scalar) -> None:
        """From now on, the value counts as nothing."""
        counts: Counter[Any] = self.texts
        if not isinstance(value, str):
            counts = self.real if isinstance(value, float) else self.whole
        count = counts.pop(value, 0)
        if count:
            self.blanks[(type(value), value)] += count

    @property
    def seen(self) -> int:
        """How many values are there and not blank."""
        return sum(sum(counts.values()) for counts in (self.texts, self.whole, self.real, self.flags))

    @property
    def counted(self) -> list[tuple[Scalar, int]]:
        """Every distinct value, the most frequent first."""
        found: list[tuple[Scalar, int]] = [
            *self.texts.items(), *self.whole.items(), *self.real.items(), *self.flags.items()
        ]  # fmt: skip
        return sorted(found, key=lambda pair: (-pair[1], str(pair[0])))

    @property
    def numbers(self) -> Counter[float]:
        """The numbers, whole or not."""
        found: Counter[float] = Counter()
        for number, count in (*self.whole.items(), *self.real.items()):
            found[number] += count
        return found

    @property
    def is_text(self) -> bool:
        """Whether every value that counts is text."""
        return bool(self.texts) and not (self.whole or self.real or self.flags)

    def digits(self) -> Counter[str]:
        """The values as digits and dots, where all are: codes come as numbers and as texts."""
        found: Counter[str] = Counter()
        for number, count in self.whole.items():
            found[str(number)] += count
        for text, count in self.texts.items():
            found[text] += count
        return Counter() if self.real or self.flags else found


def value_of(record: Any, column: Column) -> Scalar | None:
    """The scalar of one record at a column's path, or None."""
    found = record
    for step in column.steps:
        if isinstance(found, str):
            found = json_in(found)
        if isinstance(step, Key):
            found = found.get(step.name) if isinstance(found, dict) else None
        elif isinstance(step, Index):
            found = found[step.index] if isinstance(found, list) and step.index < len(found) else None
        elif isinstance(step, Each):
            return None
        if found is None:
            return None
    return found if isinstance(found, (str, int, float, bool)) else None


def _like_codes(numbers: list[int]) -> bool:
    lengths = {len(str(abs(number))) for number in numbers}
    return len(lengths) == 1 and lengths.pop() >= _CODE_DIGITS and len(set(numbers)) > 1


def _numeric(text: str) -> bool:
    return any(sign.isdigit() for sign in text) and not any(sign.isalpha() for sign in text)
