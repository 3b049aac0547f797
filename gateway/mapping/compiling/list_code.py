"""Writes what is done to a value that becomes a list: each operation, item by item."""

import types
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gateway.mapping.compiling.generation import Failure, Generation
from gateway.mapping.language.declaration import NOTHING, Field
from gateway.mapping.operations import code_lookup, fitting
from gateway.mapping.operations.text import first_group, sentence, shorten, squash, text_of, title
from gateway.mapping.targets import Target


class ListCode:
    """Writes the operations of a field that is a list of texts or codes."""

    def __init__(
        self, generation: Generation, field: Field, *, target: Target, item_type: Any, failure: Failure
    ) -> None:
        self._generation = generation
        self._text = generation.text
        self._field = field
        self._target = target
        self._type = item_type
        self._failure = failure
        self._variable = failure.variable

    def write(self, *, kinds: frozenset[str], items: frozenset[str]) -> None:
        """Writes all of it, for a value of these kinds; `items` are the kinds of a list's items."""
        self._to_texts(kinds, items)
        field = self._field
        each: list[tuple[bool, Callable[[], None]]] = [
            (field.pattern is not None, self._pattern),
            (field.text is not None, self._case),
            (field.scheme is not None or field.codes is not None or self._target.kind == "code", self._look_up),
            (field.shorten is not None, self._shorten),
        ]
        for declared, write in each:
            if declared:
                write()
        if self._is_limited():
            self._convert()

    def _to_texts(self, kinds: frozenset[str], items: frozenset[str]) -> None:
        """Writes a list of trimmed texts; empty ones and those of `null_if` are dropped."""
        variable, split = self._variable, self._field.split
        dropped = {text for text in (text_of(value) for value in self._field.null_if) if text}
        also = f" and text not in {sorted(dropped)!r}" if dropped else ""
        parts = f" for part in item.split({split!r})" if split else ""
        taken = "part" if split else "item"
        if kinds == {"array"} and items and items <= {"string", "null"}:
            there = " if item is not None" if "null" in items else ""
            self._items(f"text for item in {variable}{there}{parts} if (text := {taken}.strip()){also}")
        elif kinds == {"string"}:
            source = f"part in {variable}.split({split!r})" if split else f"item in ({variable},)"
            self._items(f"text for {source} if (text := {taken}.strip()){also}")
        else:
            self._text.add(f"{variable} = texts_of({variable})")
            with self._text.block(f"if {variable} is None:"):
                self._failure.write("'wrong-type'", is_none=True)
            if split or also:
                with self._unless_emptied():
                    self._items(f"text for item in {variable}{parts} if (text := {taken}.strip()){also}")

    def _unless_emptied(self) -> AbstractContextManager[None]:
        """Inside, there is a list, also where a failure before it empties the field."""
        if self._failure.empties:
            return self._text.block(f"if {self._variable} is not None:")
        return nullcontext()

    def _items(self, comprehension: str) -> None:
        self._text.add(f"{self._variable} = [{comprehension}]")

    def _pattern(self) -> None:
        name = self._generation.give(f"in_{self._field.name}", first_group(self._field.pattern or ""))
        with self._unless_emptied():
            self._items(f"text for item in {self._variable} if (text := {name}(item)) is not None")

    def _case(self) -> None:
        how = self._field.text or "squash"
        function = {"title": title, "sentence": sentence, "squash": squash, "upper": str.upper, "lower": str.lower}[how]
        name = self._generation.give(how, function)
        with self._unless_emptied():
            self._items(f"{name}(item) for item in {self._variable}")

    def _look_up(self) -> None:
        lookup = self._lookup()
        name = self._generation.give("codes_of", code_lookup.of_items(lookup, otherwise=self._otherwise()))
        with self._unless_emptied():
            self._text.add(f"{self._variable} = {name}({self._variable})")
            with self._text.block(f"if {self._variable} is None:"):
                self._failure.write("'unknown-code'", is_none=True)

    def _lookup(self) -> code_lookup.Lookup:
        field, codes = self._field, self._generation.codes
        if field.scheme is not None:
            return code_lookup.of_regions(codes.regions, field.scheme)
        listed = codes.of(field)
        if field.codes is not None and listed is not None:
            return code_lookup.of_codes(listed, type_=self._type)
        return code_lookup.of_members(self._target.members, type_=self._type)

    def _otherwise(self) -> Any:
        if self._field.otherwise is NOTHING:
            return None
        return fitting.declared(self._field.otherwise, type_=self._type)

    def _shorten(self) -> None:
        self._generation.namespace["shorten"] = shorten
        with self._unless_emptied():
            self._items(f"shorten(item, {self._field.shorten}) for item in {self._variable}")

    def _is_limited(self) -> bool:
        """Whether the common field asks more of its items than that they are texts or codes."""
        target = self._target
        plain = target.kind == "code" or (target.kind == "text" and not target.min_length and target.pattern is None)
        return not plain or target.max_length is not None or bool(target.min_items) or target.max_items is not None

    def _convert(self) -> None:
        name = self._generation.give("fitting", fitting.fitting_to(types.GenericAlias(list, (self._type,))))
        with self._unless_emptied():
            self._text.add(f"{self._variable} = {name}({self._variable})")
            with self._text.block(f"if {self._variable} is UNREADABLE:"):
                self._failure.write("'malformed'")
