"""One transaction that takes the events of several publications."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa

from gateway.audit.record import AuditRecord
from gateway.errors import BadRequest, BadRequestCode
from gateway.life_events.event import PublishedEvent
from gateway.life_events.ports import Acceptance, Answer, Conflict, Publication, Verdict
from gateway.life_events.sealing import Sealer
from gateway.storage.audit_trail import insert_now
from gateway.storage.case_placing import place_in_cases
from gateway.storage.deliveries import fan_out
from gateway.storage.event_rows import row_of
from gateway.storage.life_event_tables import events, idempotency_keys
from gateway.storage.prepared import padded
from gateway.storage.sequence import EVENTS, take

_Name: TypeAlias = tuple[str, str]

_INSERT = sa.insert(events)
_INSERT_KEYS = sa.insert(idempotency_keys)
# Source by source and client by client: SQLite looks pairs up in no index, but reads every row there is.
_TAKEN = sa.select(
    events.c.source,
    events.c.source_event_id,
    events.c.id,
    events.c.accepted_at,
    events.c.case_id,
    events.c.fingerprint,
).where(events.c.source == sa.bindparam("source"), events.c.source_event_id.in_(sa.bindparam("ids", expanding=True)))
_KEYS = sa.select(idempotency_keys.c.client_id, idempotency_keys.c.key, idempotency_keys.c.fingerprint).where(
    idempotency_keys.c.client_id == sa.bindparam("client"),
    idempotency_keys.c.key.in_(sa.bindparam("keys", expanding=True)),
)


class _Taken(NamedTuple):
    """An event that is in the log, or will be when this transaction is."""

    id: str
    accepted_at: datetime
    case_id: str | None
    fingerprint: bytes


class Accepting:
    """The publications, and what becomes of them. Rows are made, and sealed, before the transaction begins."""

    def __init__(self, publications: Sequence[Publication], *, sealer: Sealer) -> None:
        self._publications = publications
        self._rows = {event.id: row_of(event, sealer=sealer) for it in publications for event in it.events}
        self._taken: dict[_Name, _Taken] = {}
        self._keys: dict[_Name, bytes] = {}
        self._key_rows: list[dict[str, Any]] = []
        self._records: list[AuditRecord] = []
        self.accepted: list[PublishedEvent] = []

    def run(self, connection: sa.Connection) -> list[Answer]:
        """The answer to each publication, in order; true once the transaction is committed."""
        # The counter's row is held from here on: what others took can be seen, and nobody takes more.
        take(connection, EVENTS, count=0)
        self._read_taken(connection)
        self._read_keys(connection)
        answers = [self._answer(publication) for publication in self._publications]
        self._write(connection)
        return answers

    def _read_taken(self, connection: sa.Connection) -> None:
        names = _grouped((event.source, event.source_event_id) for it in self._publications for event in it.events)
        for source, ids in names.items():
            for _, source_event_id, *taken in connection.execute(_TAKEN, {"source": source, "ids": padded(ids)}):
                self._taken[source, source_event_id] = _Taken(*taken)

    def _read_keys(self, connection: sa.Connection) -> None:
        keys = _grouped((it.events[0].client_id, it.idempotency_key) for it in self._publications if it.idempotency_key)
        for client, own in keys.items():
            for client_id, key, fingerprint in connection.execute(_KEYS, {"client": client, "keys": padded(own)}):
                self._keys[client_id, key] = fingerprint

    def _answer(self, publication: Publication) -> Answer:
        """What becomes of one publication: refused whole by its key, or judged event by event."""
        self._records += publication.refusals
        if publication.idempotency_key is not None and not self._keeps_its_key(publication):
            self._records += [_refused(it, BadRequestCode.IDEMPOTENCY_CONFLICT) for it in publication.records]
            return BadRequest(
                BadRequestCode.IDEMPOTENCY_CONFLICT,
                "this Idempotency-Key was used before, for another request",
                parameter="Idempotency-Key",
                expected="a new key for each request",
            )
        return tuple(
            self._judge(event, record) for event, record in zip(publication.events, publication.records, strict=True)
        )

    def _keeps_its_key(self, publication: Publication) -> bool:
        """Whether the key is new, or stands for this very request."""
        first = publication.events[0]
        name = (first.client_id, str(publication.idempotency_key))
        known = self._keys.setdefault(name, publication.fingerprint)
        if known is publication.fingerprint:
            ids = [event.id for event in publication.events]
            row = {"client_id": name[0], "key": name[1], "fingerprint": known, "event_ids": ids}
            self._key_rows.append({**row, "created_at": first.accepted_at})
        return known == publication.fingerprint

    def _judge(self, event: PublishedEvent, record: AuditRecord) -> Verdict:
        """Accepted where it is new; where it is not, what it was told the first time, or that it differs."""
        name = (event.source, event.source_event_id)
        taken = self._taken.get(name)
        if taken is None:
            self._taken[name] = _Taken(event.id, event.accepted_at, event.case_id, event.fingerprint)
            self.accepted.append(event)
            self._records.append(record)
            return Acceptance(id=event.id, accepted_at=event.accepted_at, case_id=event.case_id, is_repetition=False)
        if taken.fingerprint != event.fingerprint:
            self._records.append(_refused(record, BadRequestCode.EVENT_CONFLICT))
            return Conflict()
        details = {**record.details, "repeated": True}
        self._records.append(msgspec.structs.replace(record, subject=taken.id, details=details))
        return Acceptance(id=taken.id, accepted_at=taken.accepted_at, case_id=taken.case_id, is_repetition=True)

    def _write(self, connection: sa.Connection) -> None:
        """The events, with all that follows from them, and the audit records last: their counter has most takers."""
        if self.accepted:
            first = take(connection, EVENTS, count=len(self.accepted))
            numbered = list(enumerate(self.accepted, first))
            connection.execute(_INSERT, [{**self._rows[event.id], "sequence": number} for number, event in numbered])
            fan_out(connection, numbered)
            place_in_cases(connection, numbered)
        if self._key_rows:
            connection.execute(_INSERT_KEYS, self._key_rows)
        insert_now(connection, self._records)


def _refused(record: AuditRecord, code: BadRequestCode) -> AuditRecord:
    """The record of an event that was not taken after all."""
    return msgspec.structs.replace(record, outcome="refused", reason=code.value, subject=None)


def _grouped(names: Iterable[_Name]) -> dict[str, list[str]]:
    """The second of each pair, by the first."""
    found: dict[str, list[str]] = {}
    for first, second in names:
        found.setdefault(first, []).append(second)
    return found
