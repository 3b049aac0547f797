"""A question as the doors hand it in: understood, but not yet checked."""

from typing import Literal

import msgspec

from gateway.ids import PartnerId, RecordId


class Query(msgspec.Struct, frozen=True):
    """One question for records of one resource.

    `partners` None means every partner that offers the resource and lets the caller have it; a
    partner that is named must let the caller have something. `fields` None means every field that
    is granted and not Personal; a field that is named must be granted, of a class (`@public`,
    `@restricted`) as much comes as is. `filters` are common filter names and values, read by
    `exchange/filters.py`. `record_id` asks for one record, and then there is no cursor.
    `completeness="all"` turns any gap into a refusal. A question that is asked again is best the same object
    again, since what follows from it is then remembered.
    """

    resource: str
    partners: tuple[PartnerId, ...] | None = None
    fields: tuple[str, ...] | None = None
    filters: dict[str, str] = {}
    limit: int = 100
    cursor: str | None = None
    completeness: Literal["partial", "all"] = "partial"
    record_id: RecordId | None = None
