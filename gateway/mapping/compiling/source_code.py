"""Writes where a field's value comes from: paths, joins, templates, points, objects, functions."""

from typing import Any

from gateway.mapping.compiling.generation import Failure, Generation
from gateway.mapping.compiling.path_code import PathCode
from gateway.mapping.compiling.used_part import Part
from gateway.mapping.language.declaration import Field, From, Join, PointFrom, Scalar, Template, Use
from gateway.mapping.language.paths import Path
from gateway.mapping.operations.fitting import calling, imported
from gateway.mapping.operations.text import comparable


class SourceCode:
    """Writes `variable = …` for a field's source, and says of which kinds the value then is."""

    def __init__(self, generation: Generation, paths: PathCode, *, field: Field, failure: Failure) -> None:
        self._generation = generation
        self._text = generation.text
        self._paths = paths
        self._field = field
        self._failure = failure
        self._variable = failure.variable
        self.kinds: frozenset[str] = frozenset({"any"})
        self.items: frozenset[str] = frozenset()
        self.optional = False

    def write(self) -> None:
        """Writes the source."""
        match self._field.source:
            case From(paths):
                self._from(paths)
            case Join(paths, separator):
                self._join(paths, separator)
            case Template(_, parts):
                self._template(parts)
            case PointFrom() as point:
                self._point(point)
            case Use(function, paths):
                self._use(function, paths)

    def _read(self, path: Path, variable: str, *, squash: bool = False) -> Part:
        """Reads a path, trims text and makes the declared values null."""
        failure = self._failure
        if variable != failure.variable:
            failure = Failure(
                self._generation,
                field=failure.field,
                variable=variable,
                empties=failure.empties,
                where=self._paths.pointer(path),
            )
        part = self._paths.read(path, variable, failure=failure)
        self._trim(part, variable, squash=squash)
        return self._nullify(part, variable)

    def _trim(self, part: Part, variable: str, *, squash: bool) -> None:
        """Writes the trimming of text; squashing it does the same and more."""
        kinds = part.type.scalar_kinds
        if "string" not in kinds:
            return
        trimmed = f'{variable} = " ".join({variable}.split())' if squash else f"{variable} = {variable}.strip()"
        if kinds == {"string"} and not part.optional:
            self._text.add(trimmed)
            return
        asked = f"{variable} is not None" if kinds == {"string"} else f"type({variable}) is str"
        with self._text.block(f"if {asked}:"):
            self._text.add(trimmed)

    def _nullify(self, part: Part, variable: str) -> Part:
        """Writes `null_if` for the values that can stand here; items of lists come later."""
        kinds = part.type.scalar_kinds
        null_if = [value for value in self._field.null_if if _can_be(value, kinds)]
        if not null_if:
            return part
        if "boolean" in kinds or kinds & {"array", "object"}:
            name = self._generation.give("nulls", frozenset(comparable(value) for value in null_if))
            self._generation.namespace["comparable"] = comparable
            asked = f"if {variable} is not None and comparable({variable}) in {name}:"
        elif len(null_if) == 1:
            asked = f"if {variable} == {_bare(null_if[0])!r}:"
        else:
            asked = f"if {variable} in ({', '.join(repr(_bare(value)) for value in null_if)}):"
        with self._text.block(asked):
            self._text.add(f"{variable} = None")
        return part.seen(optional=True)

    def _from(self, paths: tuple[Path, ...]) -> None:
        field = self._field
        squash = is_squashed_at_once(field)
        first = self._read(paths[0], self._variable, squash=squash)
        self._note(first)
        self.optional = first.optional
        for path in paths[1:]:
            if not self.optional:
                return
            with self._text.block(f"if {self._variable} is None:"):
                part = self._read(path, self._variable, squash=squash)
            self._note(part)
            self.optional = part.optional

    def _note(self, part: Part) -> None:
        kinds = part.type.scalar_kinds
        self.kinds = frozenset(kinds) | (self.kinds - {"any"})
        if "array" in kinds:
            items = part.type.items
            self.items |= items.kinds if items is not None and not part.type.prefix else {"any"}

    def _texts(self, paths: list[Path]) -> list[str]:
        """Reads each path as text into a variable of its own."""
        variables = []
        for path in paths:
            variable = self._generation.names.free(f"{self._field.name}_part")
            part = self._read(path, variable)
            kinds = part.type.scalar_kinds
            if kinds != {"string"}:
                with self._text.block(f"if {variable} is not None:"):
                    self._text.add(f"{variable} = text_of({variable})")
                    if kinds - {"string", "integer", "number"}:
                        with self._text.block(f"if {variable} is None:"):
                            self._failure.write("'wrong-type'", is_none=True)
            variables.append(variable)
        self.kinds, self.optional = frozenset({"string"}), True
        return variables

    def _join(self, paths: tuple[Path, ...], separator: str) -> None:
        variables = self._texts(list(paths))
        joined = ", ".join(variables) + ("," if len(variables) == 1 else "")
        self._text.add(f"{self._variable} = {separator!r}.join([text for text in ({joined}) if text]) or None")

    def _template(self, parts: tuple[str | Path, ...]) -> None:
        names = iter(variables := self._texts([part for part in parts if isinstance(part, Path)]))
        pieces = ", ".join(repr(part) if isinstance(part, str) else next(names) for part in parts)
        there = " and ".join(f"{variable} is not None" for variable in dict.fromkeys(variables))
        self._text.add(f'{self._variable} = "".join(({pieces},)) if {there} else None')

    def _point(self, point: PointFrom) -> None:
        """The two coordinates, each read and guarded; swapped ones are told from ones that lie elsewhere."""
        add, block = self._text.add, self._text.block
        latitude = self._generation.names.free("latitude")
        longitude = self._generation.names.free("longitude")
        parts = [self._read(point.latitude, latitude), self._read(point.longitude, longitude)]
        add(f"{self._variable} = None")
        there = [
            f"{name} is not None" for name, part in zip((latitude, longitude), parts, strict=True) if part.optional
        ]
        with block(f"if {' and '.join(there) or 'True'}:"):
            if any(part.type.scalar_kinds - {"number", "integer"} for part in parts):
                for name in (latitude, longitude):
                    add(f"{name} = coordinate({name}, comma={point.decimal == 'comma'})")
                with block(f"if {latitude} is None or {longitude} is None:"):
                    self._failure.write("'unreadable-number'", is_none=True)
                head = "elif"
            else:
                head = "if"
            with block(f"{head} -11.5 <= {latitude} <= 6.5 and 94.5 <= {longitude} <= 141.5:"):
                add(f"{self._variable} = Point(({longitude}, {latitude}))")
            with block("else:"):
                self._failure.write(f"point_fault({latitude}, {longitude})", is_none=True)
        self.kinds = frozenset({"point"})
        self.optional = bool(there) or self._failure.empties

    def _use(self, function: str, paths: tuple[Path, ...]) -> None:
        arguments = []
        for path in paths:
            variable = self._generation.names.free(f"{self._field.name}_argument")
            self._read(path, variable)
            arguments.append(variable)
        called: Any = calling(imported(function))
        name = self._generation.give(function.rpartition(":")[2], called)
        self._text.add(f"{self._variable} = {name}({', '.join(arguments)})")
        with self._text.block(f"if {self._variable} is UNREADABLE:"):
            self._failure.write("'rule-failed'")
        self.kinds, self.optional = frozenset({"any"}), True


def is_squashed_at_once(field: Field) -> bool:
    """Whether squashing is the first thing done to the field's text, so that it serves as the trimming."""
    return isinstance(field.source, From) and field.text == "squash" and field.pattern is None and field.split is None


def _can_be(value: Scalar, kinds: frozenset[Any]) -> bool:
    """Whether a declared value can stand where these kinds can; lists are asked item by item, elsewhere."""
    if isinstance(value, bool):
        return "boolean" in kinds
    if isinstance(value, str):
        return "string" in kinds
    return bool(kinds & {"integer", "number"})


def _bare(value: Scalar) -> Scalar:
    return value.strip() if isinstance(value, str) else value
