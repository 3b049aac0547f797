"""Writes what is done to one value: each operation of the mapping language as straight-line Python.

Every possible failure is guarded where it can arise. What is known of the value narrows the code: a text
needs no asking whether it is one. After each step the variable holds a value of `kinds`, or None.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import gcd
from typing import Any

from gateway.mapping.compiling.generation import Failure, Generation
from gateway.mapping.compiling.source_code import is_squashed_at_once
from gateway.mapping.language.declaration import NOTHING, Field
from gateway.mapping.language.units import UNITS
from gateway.mapping.operations import code_lookup, fitting
from gateway.mapping.operations.dates import date_reader, instant_reader
from gateway.mapping.operations.numbers import converted, reader_of_number, rupiah, whole
from gateway.mapping.operations.periods import period_reader
from gateway.mapping.operations.text import first_group, sentence, title
from gateway.mapping.targets import Target

NUMBERS = frozenset({"integer", "number"})
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_TEXT_CODE = {"squash": '" ".join({0}.split())', "upper": "{0}.upper()", "lower": "{0}.lower()"}


class ValueCode:
    """Writes the operations on one scalar. `kinds` are JSON kinds, or `date`, `instant`, `code`, `point`, `any`.

    In the end, `optional`: the variable may be None; `digits`: its text is a whole number within 64 bits.
    """

    def __init__(
        self,
        generation: Generation,
        field: Field,
        *,
        target: Target,
        type_: Any,
        failure: Failure,
        kinds: frozenset[str],
        optional: bool,
        percent: bool = False,
    ) -> None:
        self._generation = generation
        self._text = generation.text
        self._field = field
        self._target = target
        self._type = type_
        self._failure = failure
        self._percent = percent
        self.variable = failure.variable
        self.kinds = kinds
        self.optional = optional
        self.fits = False
        self.digits = False
        self._sure = True

    @contextmanager
    def present(self) -> Iterator[None]:
        """What is written inside happens only where there is a value."""
        if not self.optional:
            yield
            return
        with self._text.block(f"if {self.variable} is not None:", joined=self._sure):
            self._sure = True
            yield

    def operations(self) -> None:
        """Writes what the field declares, in the language's order."""
        field = self._field
        done: tuple[tuple[bool, Callable[[], None]], ...] = (
            (field.pattern is not None, self._pattern),
            (field.text is not None, self._case),
            (field.number is not None, self._number),
            (field.rupiah, self._rupiah),
            (field.unit is not None, self._unit),
            (bool(field.date), self._date),
            (bool(field.datetime), self._datetime),
            (bool(field.period), self._period),
            (field.scheme is not None, self._scheme),
            (field.codes is not None, self._codes),
            (field.shorten is not None, self._shorten),
        )
        for declared, write in done:
            if declared:
                write()

    def narrow(self, *allowed: str) -> None:
        """Values of other kinds fail."""
        others = self.kinds - set(allowed)
        if others:
            types = [_TYPES[kind] for kind in ("string", "integer", "number", "boolean") if kind in allowed]
            asked = f"type({self.variable}) is not {types[0]}"
            if len(types) > 1:
                asked = f"type({self.variable}) not in ({', '.join(types)})"
            with self.present(), self._text.block(f"if {asked}:"):
                self._fail("'wrong-type'")
        left = self.kinds & set(allowed)
        if "any" in others or not left:
            left = frozenset(allowed)
        if "number" in left:
            left |= {"integer"} & set(allowed)
        self.kinds = left

    def to_text(self) -> None:
        """A number becomes its digits; other values that are no text fail."""
        self.narrow("string", "integer", "number")
        if self.kinds == {"integer"}:
            self._set(f"str({self.variable})")
            self.digits = not (self._field.pattern or self._field.text)
        elif self.kinds != {"string"}:
            with self.present(), self._text.block(f"if type({self.variable}) is not str:"):
                self._text.add(f"{self.variable} = text_of({self.variable})")
        self.kinds = frozenset({"string"})

    def _set(self, expression: str) -> None:
        with self.present():
            self._text.add(f"{self.variable} = {expression}")

    def _fail(self, reason: str, *, is_none: bool = False) -> None:
        self._failure.write(reason, is_none=is_none)
        if self._failure.empties:
            self.optional, self._sure = True, False

    def _set_or_fail(self, expression: str, reason: str) -> None:
        """The expression's value; None is a failure."""
        with self.present():
            self._text.add(f"{self.variable} = {expression}")
            with self._text.block(f"if {self.variable} is None:"):
                self._fail(reason, is_none=True)

    def _give(self, wish: str, value: Any) -> str:
        return self._generation.give(wish, value)

    def _pattern(self) -> None:
        self.to_text()
        name = self._give(f"in_{self._field.name}", first_group(self._field.pattern or ""))
        self._set(f"{name}({self.variable})")
        self.optional, self._sure = True, False

    def _case(self) -> None:
        self.to_text()
        how = self._field.text or "squash"
        if how == "squash" and is_squashed_at_once(self._field):
            return
        if how in _TEXT_CODE:
            self._set(_TEXT_CODE[how].format(self.variable))
        else:
            function = {"title": title, "sentence": sentence}[how]
            self._set(f"{self._give(how, function)}({self.variable})")

    def _number(self) -> None:
        self.narrow("string", "integer", "number")
        if "string" in self.kinds:
            name = self._give("number", reader_of_number(self._field.number or "plain", percent=self._percent))
            if self.kinds == {"string"}:
                self._set_or_fail(f"{name}({self.variable})", "'unreadable-number'")
            else:
                with self.present(), self._text.block(f"if type({self.variable}) is str:"):
                    self._text.add(f"{self.variable} = {name}({self.variable})")
                    with self._text.block(f"if {self.variable} is None:"):
                        self._fail("'unreadable-number'", is_none=True)
        self.kinds = NUMBERS

    def _rupiah(self) -> None:
        self.narrow("string", "integer", "number")
        self._set_or_fail(f"{self._give('rupiah', rupiah)}({self.variable})", "'unreadable-number'")
        self.kinds = frozenset({"integer"})

    def _unit(self) -> None:
        assert self._field.unit is not None
        source, target = UNITS[self._field.unit.source], UNITS[self._field.unit.target]
        numerator, denominator = source.numerator * target.denominator, source.denominator * target.numerator
        common = gcd(numerator, denominator)
        self.narrow("integer", "number")
        if numerator == denominator:
            return
        name = self._give("converted", converted)
        self._set_or_fail(f"{name}({self.variable}, {numerator // common}, {denominator // common})", "'out-of-range'")
        self.kinds = NUMBERS

    def _date(self) -> None:
        self.narrow("string", "integer", "number")
        name = self._give(f"date_{self._field.name}", date_reader(self._field.date, zone=self._field.zone))
        self._set_or_fail(f"{name}({self.variable})", "'unreadable-date'")
        self.kinds = frozenset({"date"})

    def _datetime(self) -> None:
        self.narrow("string", "integer", "number")
        name = self._give(f"instant_{self._field.name}", instant_reader(self._field.datetime, zone=self._field.zone))
        self._set_or_fail(f"{name}({self.variable})", "'unreadable-date'")
        self.kinds = frozenset({"instant"})

    def _period(self) -> None:
        self.to_text()
        name = self._give("period_of", period_reader(self._field.period))
        self._set_or_fail(f"{name}({self.variable})", "'unreadable-date'")

    def _scheme(self) -> None:
        self.narrow("string", "integer", "number")
        scheme = self._field.scheme or "kemendagri"
        lookup = code_lookup.of_regions(self._generation.codes.regions, scheme)
        self._look_up(lookup, name=f"{scheme}_regions")
        self.fits = self._target.format == "kode-wilayah"

    def _codes(self) -> None:
        listed = self._generation.codes.of(self._field)
        assert listed is not None
        self.narrow("string", "integer", "number", "boolean")
        name = self._field.codes if isinstance(self._field.codes, str) else f"codes_of_{self._field.name}"
        self._look_up(code_lookup.of_codes(listed, type_=self._type), name=name)
        self.kinds, self.fits = frozenset({"code"}), True

    def _look_up(self, lookup: code_lookup.Lookup, *, name: str) -> None:
        """The code; most values are found as they are written, the rest by the slower function."""
        known, search = self._give(name, lookup.known), self._give(f"search_{name}", lookup.search)
        with self.present():
            self._text.add(f"{self.variable} = {known}.get({self.variable}) or {search}({self.variable})")
            with self._text.block(f"if {self.variable} is None:"):
                if self._field.otherwise is NOTHING:
                    self._fail("'unknown-code'", is_none=True)
                else:
                    value = fitting.declared(self._field.otherwise, type_=self._type)
                    self._text.add(f"{self.variable} = {self.constant(value)}")
        self.kinds = frozenset({"string"})

    def constant(self, value: Any) -> str:
        """Python of a constant of the mapping."""
        if type(value) in {str, int, float, bool} or value is None:
            return repr(value)
        return self._give(f"{self._field.name}_value", value)

    def _shorten(self) -> None:
        if self.kinds == {"code"}:
            return
        self.to_text()
        limit = self._field.shorten
        with self.present(), self._text.block(f"if len({self.variable}) > {limit}:"):
            self._text.add(f"{self.variable} = shorten({self.variable}, {limit})")

    def fit(self) -> None:
        """Writes what the common field still asks, so that no record can be made that its schema does not admit."""
        if self.fits:
            return
        target = self._target
        if target.kind == "text" and not self.kinds & {"date", "instant", "point"}:
            self.to_text()
            self._guard_text()
        elif target.kind == "code" and not self.kinds & {"date", "instant", "point"}:
            self.to_text()
            lookup = code_lookup.of_members(target.members, type_=self._type)
            self._look_up(lookup, name=f"{self._field.name}_members")
        elif target.kind == "integer" and not self.kinds & {"date", "instant", "point"}:
            self._whole()
            self._guard_limits()
        elif target.kind == "number" and not self.kinds & {"date", "instant", "point"}:
            self.narrow("integer", "number")
            self._guard_limits()
        elif self.kinds != {target.kind}:
            self._convert()

    def _whole(self) -> None:
        self.narrow("integer", "number")
        if "number" in self.kinds:
            self._set_or_fail(f"{self._give('whole', whole)}({self.variable})", "'not-whole'")
        self.kinds = frozenset({"integer"})

    def _convert(self) -> None:
        """Whatever else there is must be right as it is."""
        name = self._give("fitting", fitting.fitting_to(self._type))
        with self.present():
            self._text.add(f"{self.variable} = {name}({self.variable})")
            with self._text.block(f"if {self.variable} is UNREADABLE:"):
                self._fail("'malformed'")

    def _guard_text(self) -> None:
        target, variable = self._target, self.variable
        guards = []
        if target.min_length and not self.digits:
            asked = f"not {variable}" if target.min_length == 1 else f"len({variable}) < {target.min_length}"
            guards.append((asked, "'too-short'"))
        if target.max_length is not None and (self._field.shorten is None or self._field.shorten > target.max_length):
            guards.append((f"len({variable}) > {target.max_length}", "'too-long'"))
        if target.pattern is not None:
            name = self._give(f"is_{target.format or 'formed'}", fitting.matcher(target.pattern))
            guards.append((f"{name}({variable}) is None", "'malformed'"))
        self._guard(guards)

    def _guard_limits(self) -> None:
        guards = []
        if self._target.minimum is not None:
            guards.append((f"{self.variable} < {self._target.minimum!r}", "'out-of-range'"))
        if self._target.maximum is not None:
            guards.append((f"{self.variable} > {self._target.maximum!r}", "'out-of-range'"))
        self._guard(guards)

    def _guard(self, guards: list[tuple[str, str]]) -> None:
        if not guards:
            return
        with self.present():
            for position, (asked, reason) in enumerate(guards):
                with self._text.block(f"{'elif' if position else 'if'} {asked}:"):
                    self._fail(reason)
