"""One audit record for each exchange, however it ends, durable before anything leaves."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from gateway.access.caller import Caller
from gateway.agreements.check import Entitlement, Grant
from gateway.audit.ending import Origin, ending_of
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.clock import Clock
from gateway.exchange.answer import Gap
from gateway.exchange.ledger import total
from gateway.exchange.page import Page
from gateway.exchange.query import Query
from gateway.exchange.understanding import Understood
from gateway.ids import new_id

_GAPS_NAMED = 50


class Note:
    """What is known of an exchange so far; the path fills it as it goes."""

    __slots__ = ("caller", "grant", "origin", "page", "query", "scope", "understood")

    def __init__(self, query: Query, *, scope: str, origin: Origin) -> None:
        self.query = query
        self.scope = scope
        self.origin = origin
        self.caller: Caller | None = None
        self.understood: Understood | None = None
        self.grant: Grant | None = None
        self.page: Page | None = None


class Recording:
    """A block whose note is recorded exactly once when it ends, also when it raises or is cancelled."""

    __slots__ = ("_note", "_recorder")

    def __init__(self, recorder: "Recorder", note: Note) -> None:
        self._recorder = recorder
        self._note = note

    async def __aenter__(self) -> Note:
        return self._note

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, Exception | asyncio.CancelledError):
            await self._recorder.record(self._note, error)


class Recorder:
    """Writes the notes to the audit trail. What was told of a page is remembered with it."""

    def __init__(self, *, trail: AuditTrail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock
        self._told: WeakKeyDictionary[Page, AuditRecord] = WeakKeyDictionary()

    def recording(self, query: Query, *, scope: str, origin: Origin) -> Recording:
        """A block that fills a note and is then recorded.

        It raises `AuditUnavailable` in place of whatever it did, if the record cannot be made durable.
        """
        return Recording(self, Note(query, scope=scope, origin=origin))

    async def record(self, note: Note, error: BaseException | None) -> None:
        """Returns when the record is durable. Raises `AuditUnavailable`."""
        page = note.page if error is None else None  # what was made but did not leave was not released
        told = self._told.get(page) if page is not None else None
        if told is None:
            told = self._tell(note, page, error)
            if page is not None:
                self._told[page] = told
        caller, origin = note.caller, note.origin
        record = msgspec.structs.replace(
            told,
            id=new_id("ex"),
            at=self._clock.now(),
            client_id=caller.client_id if caller else ending_of(error).client_id,
            partner=caller.partner if caller else None,
            token_id=caller.token_id if caller else None,
            purpose=caller.purpose if caller else None,
            request_id=origin.request_id,
            remote=origin.remote,
        )
        await self._trail.append(record)

    def _tell(self, note: Note, page: Page | None, error: BaseException | None) -> AuditRecord:
        """What is the same whenever the same page is answered. A page belongs to one question under one grant."""
        ending = ending_of(error)
        understood, grant = note.understood, note.grant
        entitled = grant.entitlements if grant else ()
        return AuditRecord(
            id="",
            at=self._clock.now(),
            kind="exchange",
            outcome=ending.outcome,
            reason=ending.reason,
            scope=note.scope,
            resource=note.query.resource,
            providers=tuple(sorted({it.offer.provider for it in entitled})),
            agreements=tuple(sorted(it.id for it in grant.agreements())) if grant else (),
            fields=tuple(sorted(frozenset[str]().union(*(it.fields for it in entitled)))),
            query=understood.spoken() if understood else {},
            released=_per_partner(page) if page else {},
            ledger=total(part.ledger for part in page.parts) if page else {},
            gaps=_named(page.gaps) if page else (),
            subject=understood.record_id if understood else None,
            details=_differing_fields(entitled),
        )


def _differing_fields(entitled: Sequence[Entitlement]) -> dict[str, Any]:
    """The fields of each dataset, where not all have the same."""
    if len({it.fields for it in entitled}) <= 1:
        return {}
    return {"fields": {it.offer.dataset: sorted(it.fields) for it in entitled}}


def _per_partner(page: Page) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for part in page.parts:
        counts[part.turn.dataset.partner] += part.ledger.released
    return dict(sorted(counts.items()))


def _named(gaps: Iterable[Gap]) -> tuple[str, ...]:
    """Each dataset and reason with its number: `sumedang/services partner-timeout 1`."""
    counts: Counter[tuple[str, str]] = Counter()
    for it in gaps:
        counts[it.dataset, it.reason] += it.count
    return tuple(f"{dataset} {reason} {count}" for (dataset, reason), count in sorted(counts.items())[:_GAPS_NAMED])
