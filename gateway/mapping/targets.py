"""What the common model asks of each field: the other side of the checker's proof."""

import re
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import inspect

TargetKind: TypeAlias = Literal[
    "text", "integer", "number", "boolean", "code", "date", "instant", "point", "map", "other"
]


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One common field, or one item of it where `many`.

    `optional`: null or leaving it out is right. `members` are the codes of an enumeration. Limits of
    `min_items` and `max_items` are the list's. `labels` are its Indonesian and English name.
    """

    name: str
    kind: TargetKind
    many: bool
    required: bool
    optional: bool
    format: str | None = None
    pattern: str | None = None
    min_length: int = 0
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_items: int = 0
    max_items: int | None = None
    members: tuple[str | int, ...] = ()
    words: str = ""
    sensitivity: str | None = None
    labels: tuple[str, ...] = ()

    def fault_of(self, value: Any) -> str | None:
        """Why one declared value is not right for the field (for one item, if `many`), or None if it is."""
        if isinstance(value, str):
            return self._fault_of_text(value)
        if isinstance(value, bool):
            return None if self.kind == "boolean" else f"a boolean is no {self.words}"
        if self.members:
            return None if value in self.members else f"{value} is none of its codes"
        if self.kind not in {"integer", "number"}:
            return f"a number is no {self.words}"
        if self.kind == "integer" and not float(value).is_integer():
            return f"{value} is no whole number"
        if self.minimum is not None and value < self.minimum:
            return f"{value} is below {self.minimum:g}"
        if self.maximum is not None and value > self.maximum:
            return f"{value} is above {self.maximum:g}"
        return None

    def _fault_of_text(self, value: str) -> str | None:
        if self.members:
            return None if value in self.members else f'"{value}" is none of its codes'
        if self.kind != "text":
            return f"a text is no {self.words}"
        if len(value) < self.min_length:
            return "the text is empty" if not value else f"the text is shorter than {self.min_length}"
        if self.max_length is not None and len(value) > self.max_length:
            return f"the text is longer than {self.max_length}"
        if self.pattern is not None and re.search(self.pattern, value) is None:
            return f'"{value}" is no {self.words}'
        return None


@lru_cache(maxsize=64)
def targets(record: type[msgspec.Struct]) -> dict[str, Target]:
    """The fields of a common record, by name."""
    described = inspect.type_info(record)
    assert isinstance(described, inspect.StructType)
    return {
        field.encode_name: _target(field.encode_name, field.type, required=field.required) for field in described.fields
    }


def member_target(target: Target, name: str) -> Target:
    """What one member of a `dict[str, str]` field must be: text, or left out."""
    return Target(
        name=f"{target.name}.{name}",
        kind="text",
        many=False,
        required=False,
        optional=True,
        words="text",
        sensitivity=target.sensitivity,
    )


def _target(name: str, type_: inspect.Type, *, required: bool) -> Target:
    bare, extra = _bare(type_)
    outer = extra
    nullable = False
    if isinstance(bare, inspect.UnionType):
        others = [one for one in bare.types if not isinstance(one, inspect.NoneType)]
        nullable = len(others) < len(bare.types)
        numeric = all(isinstance(_bare(one)[0], (inspect.IntType, inspect.FloatType)) for one in others)
        wanted = next((one for one in others if isinstance(_bare(one)[0], inspect.FloatType)), others[0])
        if len(others) > 1 and not numeric:
            return Target(name=name, kind="other", many=False, required=required, optional=nullable, words="other")
        bare, inner = _bare(wanted)
        extra = {**extra, **inner}
    facts: dict[str, Any] = {"many": False}
    if isinstance(bare, inspect.ListType):
        facts = {"many": True, "min_items": bare.min_length or 0, "max_items": bare.max_length}
        bare, extra = _bare(bare.item_type)
    facts.update(_facts(bare))
    form = extra.get("format")
    return Target(
        name=name,
        required=required,
        optional=nullable or not required,
        format=form,
        sensitivity=outer.get("x-sensitivity"),
        labels=tuple(outer.get("x-label", {}).values()),
        **{"words": _words(facts["kind"], form), **facts},
    )


def _bare(type_: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """The type within its metadata, and what the metadata says."""
    extra: dict[str, Any] = {}
    while isinstance(type_, inspect.Metadata):
        extra = {**extra, **(type_.extra_json_schema or {})}
        type_ = type_.type
    return type_, extra


def _facts(bare: inspect.Type) -> dict[str, Any]:
    """Kind and limits of a type."""
    match bare:
        case inspect.StrType():
            limits = {"min_length": bare.min_length or 0, "max_length": bare.max_length, "pattern": bare.pattern}
            return {"kind": "text", **limits}
        case inspect.IntType() | inspect.FloatType():
            kind = "integer" if isinstance(bare, inspect.IntType) else "number"
            return {"kind": kind, "minimum": bare.ge, "maximum": bare.le}
        case inspect.EnumType():
            members: list[type[Enum]] = [bare.cls]
            return {"kind": "code", "members": tuple(member.value for cls in members for member in cls)}
        case inspect.LiteralType():
            return {"kind": "code", "members": tuple(bare.values)}
        case inspect.StructType() if bare.tag == "Point":
            return {"kind": "point"}
    kinds: dict[type[inspect.Type], TargetKind] = {
        inspect.BoolType: "boolean",
        inspect.DateType: "date",
        inspect.DateTimeType: "instant",
        inspect.DictType: "map",
    }
    return {"kind": kinds.get(type(bare), "other")}


def _words(kind: TargetKind, form: str | None) -> str:
    """What the field is called in a sentence."""
    if form is not None:
        return {"kode-wilayah": "Kemendagri region code", "record-id": "record id"}.get(form, form)
    return {"integer": "whole number", "instant": "instant (date and time)", "map": "object of texts"}.get(kind, kind)
