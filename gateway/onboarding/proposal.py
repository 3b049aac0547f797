"""What is proposed for one dataset, and what is left for a person to say."""

from typing import Any

import msgspec

from gateway.onboarding.source import RecordsPlace

DOUBTFUL = 0.75
"""Below this a person is asked."""
READ_BY = ("date", "datetime", "period", "number", "scheme")
"""Operations that depend on the form of a value."""


class Alternative(msgspec.Struct, frozen=True):
    """Another path that a field could read."""

    paths: tuple[str, ...]
    confidence: float


class ProposedField(msgspec.Struct, frozen=True, kw_only=True):
    """One common field: its line in the mapping, how sure it is, and why.

    `paths` is empty where nothing of the source is read. `unknown` are values of a code list that nothing is known of.
    `readings` are other forms that its values fit as well as the declared one.
    """

    field: str
    required: bool
    declaration: dict[str, Any]
    confidence: float
    reason: str
    paths: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    unknown: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()

    @property
    def reading(self) -> str | None:
        """The form that is declared for its values, where it is a single one."""
        forms = [self.declaration[key] for key in READ_BY if key in self.declaration]
        return forms[0] if len(forms) == 1 and isinstance(forms[0], str) else None

    def read_as(self, form: str) -> "ProposedField":
        """The same with another form declared, by a person."""
        key = next(key for key in READ_BY if key in self.declaration)
        changed = {**self.declaration, key: form}
        return self.become(declaration=changed, confidence=1.0, reason="read as a person says", readings=())

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < DOUBTFUL

    def become(self, **changes: Any) -> "ProposedField":
        """The same with changes."""
        return msgspec.structs.replace(self, **changes)


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the sample does not say. `message` says what, and what to write where."""

    about: str
    message: str
    required: bool = False


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What the mapping made of the sample: `refused` and `emptied` count records by field and reason."""

    records_in: int = 0
    records_out: int = 0
    refused: dict[str, int] = {}
    emptied: dict[str, int] = {}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset's mapping. `findings` are what the checker still says of it; none where it is proved.

    `open` is about no single line of it; `all_open` is that, and the codes that nothing is known of.
    """

    resource: str
    resource_confidence: float
    records: RecordsPlace
    zone: str
    null_if: tuple[str | int, ...] = ("", "-")
    fields: tuple[ProposedField, ...] = ()
    open: tuple[Open, ...] = ()
    unused: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    trial: Trial | None = None

    @property
    def all_open(self) -> tuple[Open, ...]:
        """What the sample does not say of the whole, and of each field."""
        unknown = [
            Open(about=field.field, message=f"nothing is known of the values {', '.join(field.unknown[:12])}")
            for field in self.fields
            if field.unknown
        ]
        return (*self.open, *unknown)

    def field(self, name: str) -> ProposedField | None:
        """The proposal for a common field, if there is one."""
        return next((field for field in self.fields if field.field == name), None)

    def become(self, **changes: Any) -> "Proposal":
        """The same with changes."""
        return msgspec.structs.replace(self, **changes)

    def with_field(self, changed: ProposedField) -> "Proposal":
        """The same with one field changed or added."""
        others = [field for field in self.fields if field.field != changed.field]
        position = next((at for at, field in enumerate(self.fields) if field.field == changed.field), len(others))
        others.insert(position, changed)
        return self.become(fields=tuple(others))

    def without_field(self, name: str, *, because: Open | None = None) -> "Proposal":
        """The same without one field; `because` goes to what is open."""
        fields = tuple(field for field in self.fields if field.field != name)
        return self.become(fields=fields, open=(*self.open, *([because] if because else [])))


def with_constant(
    proposal: Proposal, field: str, value: Any, confidence: float, reason: str, *, required: bool
) -> Proposal:
    """The same value in every record, unless something is proposed for the field already."""
    if proposal.field(field) is not None:
        return proposal
    declaration = {"const": value}
    made = ProposedField(field=field, required=required, declaration=declaration, confidence=confidence, reason=reason)
    return proposal.with_field(made)
