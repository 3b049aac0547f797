"""What the checks of one field share: the field, its target, what it reads, and what is found out on the way."""

from typing import Any, Literal, TypeAlias

import msgspec

from gateway.mapping.checking.text_facts import TextFacts, text_facts
from gateway.mapping.code_lists import CodeLists
from gateway.mapping.language.declaration import NOTHING, Field
from gateway.mapping.language.findings import Findings
from gateway.mapping.source.record_source import RecordSource
from gateway.mapping.source.source_type import SCALARS, SourceType
from gateway.mapping.targets import Target

Sense: TypeAlias = Literal["plain", "date", "instant", "point", "map", "made"]
"""What a value is at a point of its way: what JSON holds, or what an operation has made of it."""
HazardKind: TypeAlias = Literal["absent", "unknown", "unreadable"]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value on its way through the operations.

    `type` is that of one item where `many`, and never null: `nothing` says whether there may be no value.
    `declared`: it comes from the mapping itself, as `$column.…` does. `filled`: a text is not empty, as empty
    ones became null. `region`: it is a Kemendagri code. `why`: how there can be no value, for a finding.
    """

    type: SourceType
    nothing: bool = False
    many: bool = False
    sense: Sense = "plain"
    declared: bool = False
    filled: bool = False
    region: bool = False
    why: tuple[str, ...] = ()

    def become(self, **changes: Any) -> "Value":
        """The same with changes."""
        return msgspec.structs.replace(self, **changes)

    def become_text(self, **facts: Any) -> "Value":
        """Plain text of which only `facts` are known."""
        return self.become(type=SourceType(pointer=self.type.pointer, kinds=frozenset({"string"}), **facts))

    @property
    def facts(self) -> TextFacts:
        """What is known of it as text."""
        facts = text_facts(self.type)
        return facts._replace(solid=max(facts.solid, 1)) if self.filled else facts

    @property
    def is_text(self) -> bool:
        """Whether every value is a text, or a whole number that stands as one."""
        return self.sense == "plain" and self.type.kinds <= {"string", "integer"} and bool(self.type.kinds)

    @property
    def is_number(self) -> bool:
        """Whether every value is a number."""
        return self.sense == "plain" and self.type.kinds <= {"integer", "number"} and bool(self.type.kinds)

    @property
    def is_scalar(self) -> bool:
        """Whether every value is a text, number or boolean."""
        return self.sense == "plain" and self.type.kinds <= SCALARS and bool(self.type.kinds)

    @property
    def words(self) -> str:
        """What it is, for a finding."""
        if self.sense != "plain":
            return {"date": "a date", "instant": "an instant", "point": "a point", "map": "an object"}.get(
                self.sense, "a value"
            )
        names = {"string": "text", "integer": "whole number", "array": "list"}
        found = " or ".join(sorted(names.get(kind, kind) for kind in self.type.kinds)) or "nothing"
        return f"a list of {found}" if self.many else found


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can happen to a field and must be settled by one of its keys."""

    kind: HazardKind
    key: str
    code: str
    message: str
    expected: str | None = None
    found: str | None = None
    nearest: str | None = None


class FieldCheck:
    """One field under check. `fault` is wrong whatever is declared; `hazard` is wrong unless settled."""

    def __init__(
        self, field: Field, *, target: Target, source: RecordSource, codes: CodeLists, findings: Findings
    ) -> None:
        self.field = field
        self.target = target
        self.source = source
        self.codes = codes
        self.findings = findings
        self.hazards: list[Hazard] = []
        self.failed = False
        self.open = False

    def fault(self, key: str, code: str, message: str, **more: str | None) -> None:
        """Notes what is wrong in any case, at a key of the field."""
        self.failed = True
        self.findings.add((*self.field.key_path, key), code, message, **more)

    def hazard(self, kind: HazardKind, key: str, code: str, message: str, **more: str | None) -> None:
        """Notes what can happen; `settle` reports it if no key of the field settles it."""
        self.hazards.append(Hazard(kind=kind, key=key, code=code, message=message, **more))

    def settle(self) -> None:
        """Reports each hazard that nothing settles. Where the field already has a fault, one is enough."""
        if self.failed:
            return
        for hazard in self.hazards:
            if not self._is_settled(hazard):
                self.open = True
                self.findings.add(
                    (*self.field.key_path, hazard.key),
                    hazard.code,
                    f"{hazard.message}; {self._advice(hazard)}",
                    expected=hazard.expected,
                    found=hazard.found,
                    nearest=hazard.nearest,
                )

    def _is_settled(self, hazard: Hazard) -> bool:
        field = self.field
        if field.refuse:
            return True
        match hazard.kind:
            case "absent":
                return field.default is not NOTHING or self.target.optional
            case "unknown":
                return field.otherwise is not NOTHING
            case "unreadable":
                return field.unreadable == "null" and self.target.optional

    def _advice(self, hazard: Hazard) -> str:
        """What to write."""
        refuse = "`refuse = true` (the record is refused, with its reason)"
        match hazard.kind:
            case "absent":
                default = "" if self.target.format == "record-id" else "`default = …` or "
                return f"write {default}{refuse}, or let the source schema say that it is always there"
            case "unknown":
                return f"write `otherwise = …` or {refuse}, or list the values in the source schema's `enum`"
            case "unreadable":
                null = '`unreadable = "null"` or ' if self.target.optional else ""
                return f"write {null}{refuse}"
