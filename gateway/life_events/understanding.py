"""Makes of what a publisher sends the event that is kept: its source found, its data mapped, its case named."""

import hashlib
import hmac
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from gateway.access.caller import Caller
from gateway.clock import Clock
from gateway.decision import require
from gateway.errors import BadRequest, BadRequestCode, ContractBroken, Refusal, RefusalCode
from gateway.ids import new_id
from gateway.life_events.cloud_events import ReceivedEvent
from gateway.life_events.event import PublishedEvent
from gateway.life_events.event_sources import EventSource, EventSources
from gateway.life_events.ports import Cases
from schemas.life_event import LifeEvent
from schemas.resources import Resource
from schemas.sensitivity import Sensitivity, sensitivities

_ENCODE = msgspec.json.Encoder().encode


class Understanding:
    """Understands events of a caller. `facts` names the facts of each life event, by its name.

    `secret` keys the digests of their content, which can be few to try.
    """

    def __init__(
        self,
        *,
        sources: EventSources,
        cases: Cases,
        clock: Clock,
        secret: bytes,
        facts: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._sources = sources
        self._cases = cases
        self._clock = clock
        self._secret = secret
        self._facts = facts

    async def understand(self, received: ReceivedEvent, caller: Caller) -> PublishedEvent:
        """The event. Raises `BadRequest` or `Refusal`, by place and reason; `StoreUnavailable`."""
        source = self._source(received, caller)
        record = _mapped(received, source)
        if received.case_id and record.case_id and received.case_id != record.case_id:
            expected = "the case that the data names, or none"
            raise undeclared(f"{received.at}/caseid", expected)
        record = msgspec.structs.replace(record, case_id=received.case_id or record.case_id)
        event = self._published(received, source, record, caller=caller)
        return await self._placed(event, record, caller)

    async def _placed(self, event: PublishedEvent, record: LifeEvent, caller: Caller) -> PublishedEvent:
        """The event in its case: the one that it names, a new one that it opens, or none."""
        name, facts = event.name, event.facts
        if event.case_id is not None:
            follows = await self._cases.follows_up(event.case_id, name=name, facts=facts, caller=caller)
            return msgspec.structs.replace(event, placing=require(follows))
        opening = await self._cases.opens(name, record=record, facts=facts, caller=caller, at=event.accepted_at)
        if opening is None:
            return event
        case_id = new_id("case")
        record = msgspec.structs.replace(record, case_id=case_id)
        return msgspec.structs.replace(
            event, case_id=case_id, order_key=case_id, record=_ENCODE(record), placing=opening
        )

    def digest(self, *contents: bytes) -> bytes:
        """A keyed digest that stands for these contents."""
        made = hmac.new(self._secret, digestmod=hashlib.sha256)
        for content in contents:
            made.update(len(content).to_bytes(8) + content)
        return made.digest()

    def _source(self, received: ReceivedEvent, caller: Caller) -> EventSource:
        """The caller's event source that the event names. Raises `Refusal` for another partner's."""
        source = self._sources.by_source.get(received.source)
        if source is None or source.partner != caller.partner:
            raise self._not_yours(received, caller)
        if received.type not in source.types:
            known = sorted(source.types)
            raise undeclared(f"{received.at}/type", f"one of {', '.join(known)}", known=known)
        return source

    def _not_yours(self, received: ReceivedEvent, caller: Caller) -> BadRequest | Refusal:
        """Why the caller cannot publish under that source."""
        own = [it.source for it in self._sources.of_partner(caller.partner)]
        partner = received.source.removeprefix("/").partition("/")[0]
        if partner in self._sources.partners and partner != caller.partner:
            message = f"{caller.partner} cannot publish in the name of {partner}"
            parameters = {"partner": caller.partner, "known": own, "client_id": caller.client_id}
            return Refusal(RefusalCode.EVENT_SOURCE_FOREIGN, message, **parameters)
        return undeclared(f"{received.at}/source", f"one of {', '.join(own) or 'none'}", known=own)

    def _published(
        self, received: ReceivedEvent, source: EventSource, record: LifeEvent, *, caller: Caller
    ) -> PublishedEvent:
        now = self._clock.now()
        event_id = new_id("evt")
        return PublishedEvent(
            id=event_id,
            name=source.name,
            provider=source.partner,
            dataset=source.id,
            client_id=caller.client_id,
            source=received.source,
            source_event_id=received.id,
            time=received.time or now,
            accepted_at=now,
            case_id=record.case_id,
            order_key=record.case_id or event_id,
            facts=facts_of(record, self._facts[source.name]),
            record=_ENCODE(record),
            fingerprint=self.digest(received.content),
        )


def undeclared(pointer: str, expected: str, **more: Any) -> BadRequest:
    """The error of an event that is well-formed, and that nobody has declared."""
    return BadRequest(
        BadRequestCode.EVENT_UNDECLARED, f"{pointer}: expected {expected}", pointer=pointer, expected=expected, **more
    )


def fact_names(event: Resource) -> tuple[str, ...]:
    """The fields that subscriptions filter on: regions and codes, never Personal ones."""
    found = sensitivities(event.type)
    schema = msgspec.json.schema_components((event.type,))[1][event.type.__name__]["properties"]
    return tuple(
        name
        for name, sensitivity in found.items()
        if sensitivity is not Sensitivity.PERSONAL and (_is_code(schema[name]))
    )


def facts_of(record: LifeEvent, names: tuple[str, ...]) -> dict[str, str]:
    """What the record says in these fields; the empty ones are left out."""
    told = ((name, getattr(record, name)) for name in names)
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in told if value is not None}


def _is_code(schema: Mapping[str, Any]) -> bool:
    """Whether a field is a region's code, a recipe's word, or one of an enumeration."""
    forms = [schema, *schema.get("anyOf", ())]
    return any(it.get("format") in {"kode-wilayah", "recipe-word"} or "$ref" in it or "enum" in it for it in forms)


def _mapped(received: ReceivedEvent, source: EventSource) -> LifeEvent:
    """The common record of the data. Raises `BadRequest` with each place and reason, and no value."""
    try:
        mapped = source.mapping.to_common(received.data)
    except ContractBroken as error:
        faults = [(error.parameters["pointer"], error.parameters["reason"])]
    else:
        if len(mapped.records) == 1 and isinstance(record := mapped.records[0], LifeEvent):
            return record
        faults = [(it.pointer, it.reason) for it in mapped.refused] or [("", "not-selected")]
    raise BadRequest(
        BadRequestCode.EVENT_REFUSED,
        f"the data does not fit the contract of {source.id}",
        dataset=source.id,
        errors=[{"pointer": received.data_at + pointer, "detail": reason} for pointer, reason in faults],
    )
