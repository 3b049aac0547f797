"""What changed in the keywords that limit one value: limits, patterns, formats, values, promises."""

from collections.abc import Callable
from typing import Any

from gateway.contracts.diff.change import Direction
from gateway.contracts.diff.gathering import Gathered, below
from gateway.contracts.diff.patterns import is_subset
from gateway.contracts.diff.schema_node import Node, is_of, values_of

LOWER = frozenset({"exclusiveMinimum", "minItems", "minLength", "minProperties", "minimum", "minContains"})
UPPER = frozenset({"exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maximum", "maxContains"})
PROMISES = frozenset(
    {"x-axis", "x-date", "x-dimensions", "x-header-rows", "x-key", "x-list", "x-number", "x-scheme", "x-total-rows",
     "x-unit", "x-zone"}
)  # fmt: skip
_NUMBERS = ("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf")
_TEXTS = ("contentEncoding", "contentMediaType", "format", "maxLength", "minLength", "pattern")
KEYWORDS = {
    "array": ("maxContains", "maxItems", "minContains", "minItems", "uniqueItems"),
    "boolean": (),
    "integer": _NUMBERS,
    "null": (),
    "number": _NUMBERS,
    "object": ("maxProperties", "minProperties"),
    "string": _TEXTS,
}
"""The keywords about each type of value that are compared one by one."""
_MISSING = object()


class KeywordComparison:
    """Compares the keywords of one alternative with those of another, for one type of value."""

    def __init__(self, gathered: Gathered, direction: Direction) -> None:
        self._gathered = gathered
        self._direction = direction

    def compare(self, old: Node, new: Node, *, kind: str) -> None:
        """Adds what changed."""
        self._values(old, new, kind=kind)
        for keyword in (*KEYWORDS[kind], *sorted(PROMISES)):
            was, is_now = old.members.get(keyword, _MISSING), new.members.get(keyword, _MISSING)
            if was is not _MISSING or is_now is not _MISSING:
                self._keyword(old, new, keyword, was, is_now)

    def add(self, rule: str, old: Node, new: Node, keyword: str, /, **said: Any) -> None:
        """One change of a keyword, at the places where it stands."""
        self._gathered.add(
            rule,
            old_at=below(old.at, keyword) if keyword in old.members else old.at,
            new_at=below(new.at, keyword) if keyword in new.members else new.at,
            direction=self._direction,
            **{"name": keyword, **said},
        )

    def _keyword(self, old: Node, new: Node, keyword: str, was: Any, is_now: Any) -> None:
        if keyword in LOWER or keyword in UPPER:
            self._limit(old, new, keyword, was, is_now)
        elif keyword in PROMISES:
            self._promise(old, new, keyword, was, is_now)
        elif was != is_now:
            special: dict[str, Callable[[Node, Node, Any, Any], None]] = {
                "format": self._format,
                "multipleOf": self._multiple,
                "pattern": self._pattern,
                "uniqueItems": self._unique,
            }
            if keyword in special:
                special[keyword](old, new, was, is_now)
            else:
                self.add("keyword-changed", old, new, keyword)

    def _limit(self, old: Node, new: Node, keyword: str, was: Any, is_now: Any) -> None:
        if was == is_now:
            return
        free = "free"
        said = {"old": free if was is _MISSING else was, "new": free if is_now is _MISSING else is_now}
        tighter = was is _MISSING if was is _MISSING or is_now is _MISSING else (is_now > was) is (keyword in LOWER)
        self.add("limit-tightened" if tighter else "limit-loosened", old, new, keyword, **said)

    def _multiple(self, old: Node, new: Node, was: Any, is_now: Any) -> None:
        if was is _MISSING or (is_now is not _MISSING and is_now % was == 0):
            rule = "limit-tightened"
        elif is_now is _MISSING or was % is_now == 0:
            rule = "limit-loosened"
        else:
            rule = "limit-changed"
        said = {"old": "free" if was is _MISSING else was, "new": "free" if is_now is _MISSING else is_now}
        self.add(rule, old, new, "multipleOf", **said)

    def _unique(self, old: Node, new: Node, was: Any, is_now: Any) -> None:
        if bool(was is True) != bool(is_now is True):
            rule = "limit-tightened" if is_now is True else "limit-loosened"
            self.add(rule, old, new, "uniqueItems", old=was is True, new=is_now is True)

    def _format(self, old: Node, new: Node, was: Any, is_now: Any) -> None:
        if was is _MISSING:
            self.add("format-added", old, new, "format", new=is_now)
        elif is_now is _MISSING:
            self.add("format-removed", old, new, "format", old=was)
        else:
            self.add("format-changed", old, new, "format", old=was, new=is_now)

    def _pattern(self, old: Node, new: Node, was: Any, is_now: Any) -> None:
        if was is _MISSING:
            self.add("pattern-added", old, new, "pattern", new=is_now)
            return
        if is_now is _MISSING:
            self.add("pattern-removed", old, new, "pattern", old=was)
            return
        narrower, wider = is_subset(is_now, was), is_subset(was, is_now)
        if narrower and wider:
            return
        rule = {
            (True, False): "pattern-tightened",
            (False, True): "pattern-loosened",
            (False, False): "pattern-changed",
        }
        decided = None if narrower is None or wider is None else rule[narrower, wider]
        self.add(decided or "pattern-undecided", old, new, "pattern", old=was, new=is_now)

    def _promise(self, old: Node, new: Node, keyword: str, was: Any, is_now: Any) -> None:
        if was == is_now:
            return
        if was is _MISSING:
            self.add("promise-added", old, new, keyword, new=is_now)
        elif is_now is _MISSING:
            self.add("promise-removed", old, new, keyword, old=was)
        elif keyword == "x-date" and _forms(was) < _forms(is_now):
            for form in sorted(_forms(is_now) - _forms(was)):
                self.add("value-added", old, new, keyword, new=form)
        elif keyword == "x-date" and _forms(is_now) < _forms(was):
            for form in sorted(_forms(was) - _forms(is_now)):
                self.add("value-removed", old, new, keyword, old=form)
        elif keyword != "x-date" or _forms(was) != _forms(is_now):
            self.add("promise-changed", old, new, keyword, old=was, new=is_now)

    def _values(self, old: Node, new: Node, *, kind: str) -> None:
        was, is_now = values_of(old.members), values_of(new.members)
        keyword = (
            "const"
            if "const" in {**old.members, **new.members} and not {"enum"} & {*old.members, *new.members}
            else "enum"
        )
        if kind == "null" or (was is None and is_now is None):
            return
        if was is None:
            self.add("values-listed", old, new, keyword, new=[one for one in is_now or () if is_of(one, kind)])
        elif is_now is None:
            self.add("values-unlisted", old, new, keyword, old=[one for one in was if is_of(one, kind)])
        else:
            for one in was:
                if is_of(one, kind) and not _holds(is_now, one):
                    self.add("value-removed", old, new, keyword, old=one)
            for one in is_now:
                if is_of(one, kind) and not _holds(was, one):
                    self.add("value-added", old, new, keyword, new=one)


def _forms(said: Any) -> set[str]:
    return {said} if isinstance(said, str) else set(said)


def _holds(values: list[Any], value: Any) -> bool:
    """Whether a value is listed; `true` and 1 are two."""
    return any(one == value and isinstance(one, bool) is isinstance(value, bool) for one in values)
