"""Whether every text that one regular expression finds something in is such a text for another one too.

Decided for regular expressions in the proper sense: literals, classes, repetitions, alternatives, anchors. Whatever
looks around or back, and whatever would take too long, is left undecided.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as tokens  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

Interval = tuple[int, int]
_LAST = 0x10FFFF
_DIGIT: tuple[Interval, ...] = ((48, 57),)
_WORD: tuple[Interval, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: tuple[Interval, ...] = ((9, 13), (32, 32), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF))
_CATEGORIES = {
    tokens.CATEGORY_DIGIT: (_DIGIT, True),
    tokens.CATEGORY_NOT_DIGIT: (_DIGIT, False),
    tokens.CATEGORY_WORD: (_WORD, True),
    tokens.CATEGORY_NOT_WORD: (_WORD, False),
    tokens.CATEGORY_SPACE: (_SPACE, True),
    tokens.CATEGORY_NOT_SPACE: (_SPACE, False),
}
_MOST_STATES = 1_000
_MOST_PAIRS = 4_000
_GROUP = 3


class Undecidable(Exception):
    """The expression is no regular one, or too large."""


def is_subset(old: str, new: str) -> bool | None:
    """Whether all that `old` matches somewhere, `new` does too; None where that cannot be decided."""
    if old == new:
        return True
    try:
        return _Automaton(old).is_within(_Automaton(new))
    except (Undecidable, re.error, RecursionError, OverflowError):
        return None


class _Automaton:
    """A nondeterministic automaton that searches: it may begin anywhere and end anywhere."""

    def __init__(self, pattern: str) -> None:
        self.edges: list[list[tuple[tuple[Interval, ...], int]]] = []
        self.silent: list[list[tuple[str, int]]] = []
        self.start, before, after, self.end = (self._state() for _ in range(4))
        everything = ((0, _LAST),)
        self._silently(self.start, before)
        self.edges[before].append((everything, before))
        last = self._sequence(parser.parse(pattern), before)
        self._silently(last, after)
        self.edges[after].append((everything, after))
        self._silently(after, self.end)

    def is_within(self, other: "_Automaton") -> bool:
        """Whether the other one accepts all that this one does."""
        letters = list(_letters((self, other)))
        first = (self.closed([self.start], at_start=True), other.closed([other.start], at_start=True))
        waiting, known = [first], {first}
        while waiting:
            mine, its = waiting.pop()
            if self.accepts(mine) and not other.accepts(its):
                return False
            if len(known) > _MOST_PAIRS:
                raise Undecidable
            for letter in letters:
                pair = (self.stepped(mine, letter), other.stepped(its, letter))
                if pair[0] and pair not in known:
                    known.add(pair)
                    waiting.append(pair)
        return True

    def accepts(self, states: frozenset[int]) -> bool:
        """Whether a text may end in one of these states. `at_start` matters no more, as `states` are closed."""
        return self.end in self.closed(states, at_end=True)

    def stepped(self, states: frozenset[int], letter: int) -> frozenset[int]:
        """The states after one more letter."""
        reached = [
            target
            for state in states
            for intervals, target in self.edges[state]
            if any(low <= letter <= high for low, high in intervals)
        ]
        return self.closed(reached)

    def closed(self, states: Iterable[int], *, at_start: bool = False, at_end: bool = False) -> frozenset[int]:
        """The states with those that are reached without a letter."""
        may = {"", *(("^",) if at_start else ()), *(("$",) if at_end else ())}
        waiting, known = list(states), set(states)
        while waiting:
            for label, target in self.silent[waiting.pop()]:
                if label in may and target not in known:
                    known.add(target)
                    waiting.append(target)
        return frozenset(known)

    def _state(self) -> int:
        if len(self.edges) >= _MOST_STATES:
            raise Undecidable
        self.edges.append([])
        self.silent.append([])
        return len(self.edges) - 1

    def _silently(self, source: int, target: int, label: str = "") -> None:
        self.silent[source].append((label, target))

    def _sequence(self, items: Sequence[tuple[Any, Any]], source: int) -> int:
        for kind, value in items:
            source = self._item(kind, value, source)
        return source

    def _item(self, kind: Any, value: Any, source: int) -> int:
        if kind in {tokens.LITERAL, tokens.NOT_LITERAL, tokens.ANY, tokens.IN}:
            target = self._state()
            self.edges[source].append((_intervals(kind, value), target))
            return target
        if kind is tokens.SUBPATTERN:
            if value[1] or value[2]:  # flags set or unset inside
                raise Undecidable
            return self._sequence(value[_GROUP], source)
        if kind is tokens.BRANCH:
            target = self._state()
            for branch in value[1]:
                self._silently(self._sequence(branch, source), target)
            return target
        if kind in {tokens.MAX_REPEAT, tokens.MIN_REPEAT}:
            least, most, items = value
            return self._repeated(least, most, items, source)
        if kind is tokens.AT and value in {tokens.AT_BEGINNING, tokens.AT_END}:
            target = self._state()
            self._silently(source, target, "^" if value is tokens.AT_BEGINNING else "$")
            return target
        raise Undecidable

    def _repeated(self, least: int, most: Any, items: Sequence[tuple[Any, Any]], source: int) -> int:
        for _ in range(least):
            source = self._sequence(items, source)
        target = self._state()
        self._silently(source, target)
        if most is tokens.MAXREPEAT:
            inside = self._state()
            self._silently(source, inside)
            self._silently(self._sequence(items, inside), inside)
            self._silently(inside, target)
            return target
        for _ in range(most - least):
            source = self._sequence(items, source)
            self._silently(source, target)
        return target


def _intervals(kind: Any, value: Any) -> tuple[Interval, ...]:
    """The letters that one item stands for."""
    if kind is tokens.LITERAL:
        return ((value, value),)
    if kind is tokens.NOT_LITERAL:
        return _without(((value, value),))
    if kind is tokens.ANY:
        return _without(((10, 10), (13, 13), (0x2028, 0x2029)))
    found: list[Interval] = []
    for inner, said in value:
        if inner is tokens.LITERAL:
            found.append((said, said))
        elif inner is tokens.RANGE:
            found.append(said)
        elif inner is tokens.CATEGORY and said in _CATEGORIES:
            intervals, is_in = _CATEGORIES[said]
            found += intervals if is_in else _without(intervals)
        elif inner is not tokens.NEGATE:
            raise Undecidable
    return _without(found) if value[0][0] is tokens.NEGATE else tuple(found)


def _without(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """All other letters."""
    found: list[Interval] = []
    next_one = 0
    for low, high in sorted(intervals):
        if low > next_one:
            found.append((next_one, low - 1))
        next_one = max(next_one, high + 1)
    return (*found, (next_one, _LAST)) if next_one <= _LAST else tuple(found)


def _letters(automata: Iterable[_Automaton]) -> Iterator[int]:
    """One letter for each set of letters that no automaton tells apart."""
    borders = {0}
    for automaton in automata:
        for edges in automaton.edges:
            for intervals, _ in edges:
                borders.update(low for low, _ in intervals)
                borders.update(high + 1 for _, high in intervals if high < _LAST)
    yield from sorted(borders)
