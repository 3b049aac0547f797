"""What an exchange answers: data, what is missing and why, how fresh it is, where it goes on."""

from datetime import datetime

import msgspec

from gateway.access.shared import Spent


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One missing part of an answer. Never holds a value of a record.

    `reason` is a stable code: of `UnavailableCode`, of `mapping.mapped.Refused`, of `RefusalCode` where
    a dataset may not be given, or `filter-unsupported`. `pointer` is a JSON Pointer into the partner's
    document. `count` folds equal gaps of one dataset beyond the first twenty.
    """

    partner: str
    dataset: str
    reason: str
    pointer: str | None = None
    field: str | None = None
    count: int = 1
    detail: str | None = None


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """When a dataset's part was fetched from the platform; `stale` where the platform failed since."""

    dataset: str
    fetched_at: datetime
    age_s: int
    stale: bool = False


class Content(msgspec.Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """The members of an answer, in the order they are sent. `data` is already JSON: an array, or one record.

    Whoever asks the same again within the second gets the same object, so what is made of it can be kept with it.
    """

    data: msgspec.Raw
    complete: bool
    gaps: tuple[Gap, ...] = ()
    freshness: tuple[Freshness, ...] = ()
    next_cursor: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The content, and what is told beside it.

    `etag` is a strong tag in its quotes, over everything but `freshness`. `limit` is not sent in the
    body: the door makes `RateLimit` headers of it.
    """

    content: Content
    count: int
    etag: str = ""
    limit: Spent | None = None
    limit_name: str = ""
