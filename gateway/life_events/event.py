"""A life event once it is understood: mapped to the common model, bound to its publisher, not yet or just stored."""

from datetime import datetime

import msgspec

from gateway.ids import ClientId, DatasetId, PartnerId


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """The event opens a case of `recipe`: its steps with when each is due, and the fields that the record lacks."""

    recipe: str
    due: dict[str, datetime]
    missing: tuple[str, ...] = ()


class FollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """The event follows a case up: the step that it is for, if any, and the steps that must be done before."""

    step: str | None = None
    after: tuple[str, ...] = ()


class PublishedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is taken: its envelope, and `record`, the common record as JSON (sealed at rest).

    `name` is the life event's name (`document-issued`). `source` and `source_event_id` are the publisher's own
    CloudEvents `source` and `id`, which together identify the event. `case_id` is the case that it opens or
    joins. Events of one `order_key` (the case, or else the event itself) are delivered in order. `facts` are
    what subscriptions filter on, kept in the clear: never Personal. `fingerprint` tells a repetition from a
    conflict: a keyed digest of what was sent. `placing` says what it is to its case.
    """

    id: str
    name: str
    provider: PartnerId
    dataset: DatasetId
    client_id: ClientId
    source: str
    source_event_id: str
    time: datetime
    accepted_at: datetime
    case_id: str | None = None
    order_key: str
    facts: dict[str, str] = {}
    record: bytes
    fingerprint: bytes
    placing: Opening | FollowUp | None = None


class StoredEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is read back. `sequence` is gapless, in the order of acceptance; `record` is open again."""

    sequence: int
    id: str
    name: str
    provider: PartnerId
    dataset: DatasetId
    client_id: ClientId
    time: datetime
    accepted_at: datetime
    case_id: str | None
    order_key: str
    facts: dict[str, str]
    record: bytes
