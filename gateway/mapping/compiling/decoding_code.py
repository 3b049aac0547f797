"""Writes the classes that a document is decoded into: the used part of the source schema, as msgspec Structs."""

import math
import re
from typing import Any, Literal, TypeAlias

from gateway.errors import BadConfiguration
from gateway.mapping.compiling.python_text import Names, PythonText, class_name
from gateway.mapping.compiling.used_part import Part
from gateway.mapping.operations.regular_expressions import strict_pattern

Stage: TypeAlias = Literal["whole", "envelope"]
"""`whole`: records are decoded with their document. `envelope`: they are left raw, to be decoded one by one."""

_MOST = 2**63 - 1
_UNREADABLE_NAME = re.compile(r'["\\\x00-\x1f]')
_NO_ATTRIBUTES = {"self", "bool", "dict", "float", "int", "list", "str"}
"""In a class, an attribute hides a type of the same name; so attributes are in lower case, and classes are not."""
_SCALARS = {"string", "integer", "number", "boolean"}


class DecodingCode:
    """Writes classes into `text`, each after those that it holds, and names the types."""

    def __init__(self, text: PythonText, names: Names) -> None:
        self._text = text
        self._names = names

    def type_of(self, part: Part, wish: str, *, stage: Stage = "whole") -> str:
        """The type, as Python source, of what stands at a part; the classes that it needs are written before."""
        if part.rows is not None and part.record is not None:
            return self._rows(part, wish, stage=stage)
        kinds = set(part.type.kinds)
        found = self._listed(part)
        if found:
            kinds -= {"string", "integer"}
        for kind, write in (("string", _text), ("number", _number), ("integer", _integer)):
            if kind in kinds and not (kind == "integer" and "number" in kinds):
                found.append(write(part))
        if "boolean" in kinds:
            found.append("bool")
        if "array" in kinds:
            found.append(self._list(part, wish, stage=stage))
        if "object" in kinds:
            found.append(self.struct(part, wish, stage=stage) if part.members else "dict[str, Raw]")
        if "null" in kinds or not found:
            found.append("None")
        return " | ".join(found)

    def struct(self, part: Part, wish: str, *, stage: Stage = "whole") -> str:
        """Writes the class of an object and returns its name."""
        for name in part.members:
            if _UNREADABLE_NAME.search(name):
                raise BadConfiguration(
                    f"{part.type.pointer}/properties: a member whose name holds a quote, a backslash or a control "
                    f"character cannot be read: {name!r}; let the adapter name it otherwise"
                )
        types = {name: self.type_of(member, name, stage=stage) for name, member in part.members.items()}
        attributes = Names(_NO_ATTRIBUTES)
        part.attributes = part.attributes or {name: attributes.free(name.lower()) for name in types}
        written = self._names.free(class_name(wish) if stage == "whole" else f"{class_name(wish)}Envelope")
        renamed = {attribute: name for name, attribute in part.attributes.items() if name != attribute}
        rename = f", rename={renamed!r}" if renamed else ""
        with self._text.block(f"class {written}(Struct, gc=False, kw_only=True{rename}):"):
            for name in part.members:
                absent = name not in part.type.properties or not part.type.properties[name].required
                default = " = None" if absent else ""
                self._text.add(f"{part.attributes[name]}: {types[name]}{default}")
        self._text.add("", "")
        part.class_name = part.class_name or written
        return written

    def _rows(self, part: Part, wish: str, *, stage: Stage) -> str:
        """Where the records stand; other kinds are let through, as another place may hold them."""
        assert part.record is not None
        if stage == "envelope":
            row = "Raw"
        elif part.record.class_name:
            row = part.record.class_name
        else:
            row = self.type_of(part.record, "Record")
        if part.rows == "single":
            return row
        if part.rows == "keyed" and part.members:
            raise BadConfiguration(f"`$root.…` cannot lead into the object of the records: {', '.join(part.members)}")
        found = [f"list[{row}]" if part.rows == "list" else f"dict[str, {row}]"]
        if part.rows == "list" and "object" in part.type.kinds:
            found.append(self.struct(part, wish, stage=stage) if part.members else "dict[str, Raw]")
        if part.type.nullable:
            found.append("None")
        return " | ".join(found)

    def _listed(self, part: Part) -> list[str]:
        """The `Literal` of listed values, where every one of them can stand in it."""
        values = part.type.values
        if not part.strict or not values or part.type.kinds & {"number"}:
            return []
        texts = [value for value in values if isinstance(value, (str, int)) and not isinstance(value, bool)]
        return [f"Literal[{', '.join(repr(value) for value in texts)}]"] if texts else []

    def _list(self, part: Part, wish: str, *, stage: Stage) -> str:
        if part.item is not None:
            item = self.type_of(part.item, wish, stage=stage)
            return f"list[{item} | None]" if "None" not in item.split(" | ") else f"list[{item}]"
        items = part.type.items
        if not part.readers or (items is None and not part.type.prefix):
            return "list[Any]" if part.readers else "list[Raw]"
        if items is None or part.type.prefix or not items.scalar_kinds <= _SCALARS:
            return "list[Any]"
        leaf = Part(items)
        return f"list[{self.type_of(leaf, wish)}]"


def _text(part: Part) -> str:
    limits: dict[str, Any] = {}
    if part.strict:
        limits = {"min_length": part.type.min_length or None, "max_length": part.type.max_length}
        if part.type.pattern is not None:
            limits["pattern"] = strict_pattern(part.type.pattern)
    return _annotated("str", limits)


def _integer(part: Part) -> str:
    """Whole numbers within 64 bits, whatever the schema leaves open."""
    low, high = (part.type.minimum, part.type.maximum) if part.strict else (None, None)
    least = -_MOST - 1 if low is None else max(-_MOST - 1, math.ceil(low))
    most = _MOST if high is None else min(_MOST, math.floor(high))
    return _annotated("int", {"ge": least, "le": most})


def _number(part: Part) -> str:
    limits: dict[str, Any] = {"ge": part.type.minimum, "le": part.type.maximum} if part.strict else {}
    real = _annotated("float", limits)
    return real if part.as_float and part.readers else f"{_integer(part)} | {real}"


def _annotated(type_: str, limits: dict[str, Any]) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in limits.items() if value is not None)
    return f"Annotated[{type_}, Meta({given})]" if given else type_
