"""A life event as it leaves: a CloudEvent in JSON (structured mode) around what of the record may be had."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway.life_events.event import StoredEvent
from gateway.minimisation import Minimisation
from schemas.publish import schema_id
from schemas.resources import Resource, event_type

CLOUD_EVENT = "application/cloudevents+json"


class OutgoingEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """CloudEvents 1.0. `source` is `/<provider>/<event source>`; `caseid` is an extension."""

    specversion: str
    id: str
    source: str
    type: str
    time: datetime
    datacontenttype: str
    dataschema: str
    caseid: str | None = None
    data: msgspec.Raw


class OutgoingEvents:
    """Narrows records to granted fields and puts them into their envelopes."""

    def __init__(self, *, minimisation: Minimisation, events: Mapping[str, Resource]) -> None:
        self._minimisation = minimisation
        self._decoders = {name: msgspec.json.Decoder(event.type) for name, event in events.items()}
        self._schemas = {name: schema_id(event) for name, event in events.items()}
        self._encode = msgspec.json.Encoder().encode

    def data(self, event: StoredEvent, fields: frozenset[str]) -> bytes:
        """The record with these fields only, as JSON."""
        record = self._decoders[event.name].decode(event.record)
        (data,) = self._minimisation.projection(event.name, fields)([record])
        return data

    def envelope(self, event: StoredEvent, data: bytes) -> bytes:
        """The CloudEvent."""
        return self._encode(
            OutgoingEvent(
                specversion="1.0",
                id=event.id,
                source=f"/{event.dataset}",
                type=event_type(event.name),
                time=event.time,
                datacontenttype="application/json",
                dataschema=self._schemas[event.name],
                caseid=event.case_id,
                data=msgspec.Raw(data),
            )
        )
