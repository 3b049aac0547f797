"""Where partners' platforms take records: which subscriptions can have one as their target, and what is written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from adapters.base import Submitter
from gateway.agreements.field_classes import ALWAYS_RELEASED, CLASSES, FieldClasses
from gateway.errors import ContractBroken
from gateway.ids import DatasetId
from gateway.life_events.subscription import PlatformDataset, Subscription
from gateway.mapping.compiled import CompiledMapping
from gateway.mapping.compiling.inverse import NotInvertible
from gateway.mapping.operations.text import source_identifier
from schemas.resources import Resource, event_type

_OF_THE_ENVELOPE = frozenset({"case_id"})
"""Fields that every delivery carries, as its envelope does."""


class Unwritable(Exception):
    """The record cannot be written in the platform's shape. `reason` is a code; `fields` those that are at fault."""

    def __init__(self, reason: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = fields


class Writing(msgspec.Struct, frozen=True):
    """One record in the platform's shape: JSON, and its id there."""

    body: bytes
    source_id: str


class Intake:
    """One intake: the mapping that is turned round, and what hands over. Unless it `knows_keys` it is asked by id."""

    def __init__(self, *, mapping: CompiledMapping, submitter: Submitter, knows_keys: bool = True) -> None:
        self.mapping = mapping
        self.submitter = submitter
        self.knows_keys = knows_keys
        self._decoder = msgspec.json.Decoder(_partial(mapping.resource))
        self._encode = msgspec.json.Encoder().encode

    @property
    def event(self) -> str:
        """The life event that it takes, by its name."""
        return self.mapping.resource.name

    def written(self, data: bytes, *, case_id: str | None) -> Writing:
        """A narrowed common record, as JSON, in the platform's shape. Raises `Unwritable`.

        What is written is read again by the same mapping, and must say the same: nothing is lost in silence.
        """
        record = self._decoder.decode(data)
        if record.case_id is None:
            record.case_id = case_id
        inverse = self.mapping.inverse
        missing = tuple(sorted(name for name in inverse.needed if getattr(record, name) is None))
        if missing:
            raise Unwritable("record-incomplete", missing)
        body = self._encode(inverse.to_source(record))
        self._check(body, record, fields=inverse.fields - {"id"})
        return Writing(body, source_identifier(record.id.partition(":")[2].partition(".")[2]))

    def _check(self, body: bytes, record: Any, *, fields: frozenset[str]) -> None:
        try:
            mapped = self.mapping.to_common(body)
        except ContractBroken:
            raise Unwritable("record-unwritable") from None
        if len(mapped.records) != 1:
            raise Unwritable("record-unwritable", tuple(it.field for it in mapped.refused if it.field))
        (read,) = mapped.records
        lost = tuple(sorted(name for name in fields if getattr(read, name) != getattr(record, name)))
        if lost:
            raise Unwritable("record-unwritable", lost)


class Intakes:
    """All of them; says which subscriptions can have one as their target."""

    def __init__(self, intakes: Mapping[DatasetId, Intake], *, classes: Mapping[str, FieldClasses]) -> None:
        self._intakes = intakes
        self._classes = classes

    def find(self, dataset: DatasetId) -> Intake | None:
        """The intake, or None where there is none of that name (any more)."""
        return self._intakes.get(dataset)

    def takes_one(self, dataset: DatasetId) -> bool:
        """Whether only one subscription may lead there: of two that ask for a record at once, both would send it."""
        intake = self._intakes.get(dataset)
        return intake is not None and not intake.knows_keys

    def refusal(self, subscription: Subscription) -> str | None:
        """What the subscription's target must be, and is not; None where it is."""
        target = subscription.target
        assert isinstance(target, PlatformDataset)
        own = sorted(name for name in self._intakes if name.startswith(f"{subscription.partner}/"))
        if target.dataset not in own:
            return f"one of your platforms' intakes: {', '.join(own) or 'there are none'}"
        intake = self._intakes[target.dataset]
        if subscription.names != (intake.event,):
            return f"subscribed to {event_type(intake.event)} alone, which is all that {target.dataset} takes"
        fault = writing_fault(intake.mapping)
        if fault is not None:
            return fault
        wanted = self._classes[intake.event].expand(subscription.fields or CLASSES)
        missing = intake.mapping.inverse.needed - wanted - ALWAYS_RELEASED - _OF_THE_ENVELOPE
        if missing:
            return f"given what it cannot do without; name in `fields` also {', '.join(sorted(missing))}"
        return None


def writing_fault(mapping: CompiledMapping) -> str | None:
    """What a mapping must be for records to be written by it, and is not; None where it is."""
    try:
        inverse = mapping.inverse
    except NotInvertible as error:
        return f"a mapping that can be turned round, and this one cannot: {'; '.join(error.reasons)}"
    if not mapping.is_whole:
        return "a mapping whose document is one record with nothing around it"
    if inverse.lacking:
        return f"a mapping that fills every member that is always there, and nothing fills {', '.join(inverse.lacking)}"
    return None


def _partial(resource: Resource) -> type[Any]:
    """The resource's shape with every field optional, as agreements leave some out."""
    fields = [(it.name, it.type | None, None) for it in msgspec.structs.fields(resource.type)]
    return msgspec.defstruct(f"Partial{resource.type.__name__}", fields, kw_only=True)
