"""The event sources of all partners: made once, from settings and compiled mappings."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from gateway.agreements.check import Offer
from gateway.ids import DatasetId, PartnerId
from gateway.mapping.mapped import Mapped
from gateway.settings import Partner
from schemas.resources import MADE_HERE, Resource, event_type

CASES = "cases"
"""The event source of what the gateway makes of a partner's cases. No partner has one of that name."""


class EventMapping(Protocol):
    """A mapping, checked and compiled; pure."""

    @property
    def resource(self) -> Resource:
        """What the data becomes."""
        ...

    def to_common(self, body: bytes) -> Mapped:
        """The one record of the data, or its refusal. Raises `ContractBroken`."""
        ...


class EventSource(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event that one partner publishes. `source` is its CloudEvents `source`; any of `types` its `type`."""

    id: DatasetId
    partner: PartnerId
    source: str
    types: frozenset[str]
    mapping: EventMapping

    @property
    def name(self) -> str:
        """The life event's name, as `birth`."""
        return self.mapping.resource.name


class EventSources:
    """All of them, by their CloudEvents `source`."""

    def __init__(self, *, partners: Mapping[str, Partner], mappings: Mapping[DatasetId, EventMapping]) -> None:
        found = [
            _source(PartnerId(partner.id), name, type_=source.type, mapping=mappings[DatasetId(f"{partner.id}/{name}")])
            for partner in partners.values()
            for name, source in partner.events.items()
        ]
        self.partners = frozenset(PartnerId(partner.id) for partner in partners.values())
        self.by_source = {it.source: it for it in found}
        self.names = tuple(sorted({it.name for it in found}))

    def of_partner(self, partner: PartnerId) -> tuple[EventSource, ...]:
        """Those that the partner publishes under."""
        return tuple(it for it in self.by_source.values() if it.partner == partner)

    def offers(self) -> dict[str, tuple[Offer, ...]]:
        """Who publishes such an event, by its name: what agreements are held against.

        What the gateway makes of a partner's cases is that partner's.
        """
        cases = tuple(Offer(DatasetId(f"{partner}/{CASES}"), partner) for partner in sorted(self.partners))
        found = dict.fromkeys(sorted(MADE_HERE), cases)
        for it in self.by_source.values():
            found[it.name] = (*found.get(it.name, ()), Offer(it.id, it.partner))
        return found


def _source(partner: PartnerId, name: str, *, type_: str, mapping: EventMapping) -> EventSource:
    ours = event_type(mapping.resource.name)
    return EventSource(
        id=DatasetId(f"{partner}/{name}"),
        partner=partner,
        source=f"/{partner}/{name}",
        types=frozenset({ours, type_ or ours}),
        mapping=mapping,
    )
