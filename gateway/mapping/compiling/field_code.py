"""Writes one common field: its source, what is done to it, and what stands for nothing."""

import typing
from typing import Annotated, Any, NamedTuple

import msgspec

from gateway.mapping.compiling.generation import Failure, Generation
from gateway.mapping.compiling.list_code import ListCode
from gateway.mapping.compiling.path_code import PathCode
from gateway.mapping.compiling.source_code import SourceCode
from gateway.mapping.compiling.value_code import ValueCode
from gateway.mapping.language.declaration import NOTHING, Const, Field, ObjectFrom
from gateway.mapping.operations import fitting
from gateway.mapping.targets import Target, member_target, targets

LONGEST_ID = 200
"""Characters of a source's id, after escaping."""


class _Written(NamedTuple):
    """What is known of a variable once its field is written: whether it may be None, or is a whole number's digits."""

    optional: bool
    digits: bool = False


class FieldCode:
    """Writes fields into the loop over the records; each ends in a variable that is right for its common field."""

    def __init__(self, generation: Generation, paths: PathCode) -> None:
        self._generation = generation
        self._text = generation.text
        self._paths = paths
        self._targets = targets(generation.resource.type)
        self._fields = {field.name: field for field in msgspec.structs.fields(generation.resource.type)}

    def write(self, field: Field) -> str:
        """Writes a field; returns Python of its value: a variable, or a constant."""
        target, described = self._targets[field.name], self._fields[field.name]
        if isinstance(field.source, Const):
            return self._constant(field, described.type)
        variable = self._generation.names.free("record_id" if field.name == "id" else field.name)
        self._text.add(f"# {field.name}")
        if isinstance(field.source, ObjectFrom):
            self._object(field.source, variable, target=target)
            return variable
        if target.format == "record-id":
            self._identifier(field, variable, target=target)
            return variable
        if self._value(field, variable, target=target, type_=described.type).optional:
            self._nothing(field, variable, target=target, described=described)
        return variable

    def _identifier(self, field: Field, variable: str, *, target: Target) -> None:
        """Writes the record's id: partner, resource, dataset, and the source's own id, made safe."""
        free = msgspec.structs.replace(target, pattern=None, format=None, min_length=1)
        value = self._value(field, variable, target=free, type_=str)
        if value.optional:
            self._nothing(field, variable, target=target, described=self._fields[field.name])
        generation = self._generation
        if not value.digits:
            self._text.add(f"{variable} = identifier({variable})")
            with self._text.block(f"if len({variable}) > {LONGEST_ID}:"):
                self.failure(field, variable).write("'too-long'")
        prefix = f"{generation.partner}:{generation.resource.name}:{generation.dataset}."
        self._text.add(f"{variable} = f'{prefix}{{{variable}}}'")

    def _constant(self, field: Field, type_: Any) -> str:
        assert isinstance(field.source, Const)
        value = fitting.declared(field.source.value, type_=type_)
        if type(value) in {str, int, float, bool}:
            return repr(value)
        name = self._generation.give(f"{field.name}_value", value)
        return f"list({name})" if isinstance(value, list) else name

    def failure(self, field: Field, variable: str) -> Failure:
        """What a failure of the field does; its pointer is that of the first path."""
        where = self._paths.pointer(field.paths[0]) if field.paths else "''"
        empties = field.unreadable is not None
        return Failure(self._generation, field=field.name, variable=variable, empties=empties, where=where)

    def _value(self, field: Field, variable: str, *, target: Target, type_: Any) -> _Written:
        """Writes source and operations."""
        failure = self.failure(field, variable)
        source = SourceCode(self._generation, self._paths, field=field, failure=failure)
        source.write()
        if target.many:
            code = ListCode(self._generation, field, target=target, item_type=_item_type(type_), failure=failure)
            if source.optional:
                with self._text.block(f"if {variable} is not None:"):
                    code.write(kinds=source.kinds, items=source.items)
            else:
                code.write(kinds=source.kinds, items=source.items)
            return _Written(optional=source.optional or failure.empties)
        value = ValueCode(
            self._generation,
            field,
            target=target,
            type_=type_,
            failure=failure,
            kinds=source.kinds,
            optional=source.optional,
            percent=self._is_percent(field),
        )
        value.operations()
        value.fit()
        return _Written(optional=value.optional, digits=value.digits)

    def _is_percent(self, field: Field) -> bool:
        """Whether the number's unit is `%`, by conversion, promise, or the record's own constant unit."""
        if field.unit is not None:
            return field.unit.source == "%"
        found = self._generation.source.at(field.paths[0]) if field.paths else ()
        if not isinstance(found, tuple) and found.type.promises.unit == "%":
            return True
        declared = (other for other in self._generation.declaration.fields if other.name == "unit")
        unit = next(declared, None)
        return unit is not None and isinstance(unit.source, Const) and unit.source.value == "%"

    def _nothing(self, field: Field, variable: str, *, target: Target, described: Any) -> None:
        """Writes what stands where there is no value."""
        nullable = described.default is None
        if nullable and field.default is NOTHING and not field.refuse:
            return
        with self._text.block(f"if {variable} is None:"):
            if field.default is not NOTHING:
                value = fitting.declared(field.default, type_=described.type)
                self._text.add(f"{variable} = {self._stand_in(field, value)}")
            elif target.required or (nullable and field.refuse):
                where = self._paths.pointer(field.paths[0]) if field.paths else "''"
                self._text.add(f"ledger.refuse({self._generation.position}, 'absent', {field.name!r}, {where})")
                self._text.add("continue")
            elif described.default_factory is not msgspec.NODEFAULT:
                self._text.add(f"{variable} = {described.default_factory()!r}")
            else:
                self._text.add(f"{variable} = {self._stand_in(field, described.default)}")

    def _stand_in(self, field: Field, value: Any) -> str:
        if type(value) in {str, int, float, bool}:
            return repr(value)
        name = self._generation.give(f"{field.name}_default", value)
        return f"list({name})" if isinstance(value, list) else name

    def _object(self, source: ObjectFrom, variable: str, *, target: Target) -> None:
        """Writes a dictionary of texts; a member that is null is left out."""
        self._text.add(f"{variable} = {{}}")
        for member in source.members:
            if isinstance(member.source, Const):
                self._text.add(f"{variable}[{member.name!r}] = {fitting.declared(member.source.value, type_=str)!r}")
                continue
            wanted = member_target(target, member.name)
            name = self._generation.names.free(f"{variable}_{member.name}")
            if not self._value(member, name, target=wanted, type_=str).optional:
                self._text.add(f"{variable}[{member.name!r}] = {name}")
                continue
            self._missing_member(member, name)
            with self._text.block(f"if {name} is not None:"):
                self._text.add(f"{variable}[{member.name!r}] = {name}")

    def _missing_member(self, member: Field, name: str) -> None:
        if member.default is NOTHING and not member.refuse:
            return
        with self._text.block(f"if {name} is None:"):
            if member.default is not NOTHING:
                self._text.add(f"{name} = {fitting.declared(member.default, type_=str)!r}")
            else:
                where = self._paths.pointer(member.paths[0])
                self._text.add(f"ledger.refuse({self._generation.position}, 'absent', {member.name!r}, {where})")
                self._text.add("continue")


def _item_type(type_: Any) -> Any:
    """The type of a list's items."""
    while typing.get_origin(type_) is Annotated:
        type_ = typing.get_args(type_)[0]
    return typing.get_args(type_)[0]
