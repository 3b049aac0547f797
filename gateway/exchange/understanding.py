"""Reads a query: what it wants, in whose datasets, from where on. Raises `BadRequest` for what cannot be understood."""

from collections.abc import Mapping

import msgspec

from gateway.access.caller import Caller
from gateway.agreements.check import Wanted
from gateway.agreements.field_classes import FieldClasses
from gateway.errors import BadRequest, BadRequestCode
from gateway.exchange.cursor import Cursors, Place
from gateway.exchange.filters import Condition, read_filters
from gateway.exchange.offers import OfferedDataset, Offers
from gateway.exchange.query import Query
from gateway.ids import RecordId
from gateway.remembered import Remembered

MAX_LIMIT = 200
_KEPT = 256


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """A query whose every word means something. `places` are in the order in which they are served."""

    resource: str
    wanted: Wanted
    places: tuple[Place, ...]
    conditions: tuple[Condition, ...]
    limit: int
    are_named: bool
    record_id: RecordId | None = None
    source_id: str | None = None

    def spoken(self) -> dict[str, str]:
        """The question for the audit record: only words that have been understood."""
        asked = {it.name: it.text for it in self.conditions}
        if self.wanted.fields is not None:
            asked["fields"] = ",".join(self.wanted.fields)
        return asked if self.record_id else {**asked, "limit": str(self.limit)}


class Reader:
    """Reads queries against what is offered."""

    def __init__(self, *, offers: Offers, cursors: Cursors, classes: Mapping[str, FieldClasses]) -> None:
        self._offers = offers
        self._cursors = cursors
        self._classes = classes
        self._read: Remembered[int, tuple[Query, Understood]] = Remembered(at_most=_KEPT)

    def read(self, query: Query, *, caller: Caller) -> Understood:
        """The understood query: the same for the same one, unless it has a cursor. Raises `BadRequest`."""
        if query.cursor is not None:  # it is good for one partner only
            return self._understood(query, caller)
        read = self._read.get(id(query))
        if read is None:
            read = query, self._understood(query, caller)
            self._read.put(id(query), read)
        return read[1]

    def _understood(self, query: Query, caller: Caller) -> Understood:
        self._check_fields(query)
        if query.record_id is not None:
            return self._read_record(query, query.record_id)
        if not 1 <= query.limit <= MAX_LIMIT:
            raise _invalid("limit", f"a number from 1 to {MAX_LIMIT}")
        conditions = read_filters(query.resource, query.filters)
        datasets = self._datasets(query)
        places = tuple(Place(it.id) for it in datasets)
        if query.cursor is not None:
            places = self._cursors.read(query.cursor, query=query, consumer=caller.partner)
            if not {place.dataset for place in places} <= {it.id for it in datasets}:
                message = "a dataset that the cursor goes on with is no longer offered; begin again without it"
                raise BadRequest(BadRequestCode.CURSOR_INVALID, message, parameter="cursor")
        wanted = Wanted(
            resource=query.resource,
            offers=tuple(self._offers.by_id[place.dataset].offer for place in places),
            are_named=query.partners is not None,
            fields=query.fields,
            filtered_on=tuple(it.field for it in conditions),
        )
        return Understood(
            resource=query.resource,
            wanted=wanted,
            places=places,
            conditions=conditions,
            limit=query.limit,
            are_named=query.partners is not None,
        )

    def _read_record(self, query: Query, record_id: RecordId) -> Understood:
        if query.filters or query.cursor is not None:
            raise _invalid("filters", "none beside the id of one record")
        found = self._offers.of_record(record_id, resource=query.resource)
        if found is None:
            raise not_found()
        dataset, source_id = found
        return Understood(
            resource=query.resource,
            wanted=Wanted(resource=query.resource, offers=(dataset.offer,), are_named=True, fields=query.fields),
            places=(Place(dataset.id),),
            conditions=(),
            limit=1,
            are_named=True,
            record_id=record_id,
            source_id=source_id,
        )

    def _check_fields(self, query: Query) -> None:
        classes = self._classes[query.resource]
        for word in query.fields or ():
            if not classes.knows(word):
                raise _invalid(
                    "fields", "fields of the resource, @public or @restricted", nearest=classes.nearest(word)
                )
        if query.fields == ():
            raise _invalid("fields", "one field or more")

    def _datasets(self, query: Query) -> tuple[OfferedDataset, ...]:
        """The datasets of the named partners, or of all; a named partner must offer the resource."""
        offered = self._offers.of_resource(query.resource)
        if query.partners is None:
            return offered
        offering = {it.partner for it in offered}
        for partner in query.partners:
            if partner not in self._offers.partners:
                raise _invalid("partner", "partners of this exchange", known=sorted(self._offers.partners))
            if partner not in offering:
                expected = f"partners that offer {query.resource}"
                raise _invalid("partner", expected, partner=partner, known=sorted(offering))
        if not query.partners:
            raise _invalid("partner", "one partner or more")
        return tuple(it for it in offered if it.partner in query.partners)


def not_found() -> BadRequest:
    """One and the same answer, whether the id cannot be, is not there, or leads to no dataset."""
    return BadRequest(BadRequestCode.NOT_FOUND, "there is no record with that id")


def _invalid(parameter: str, expected: str, **more: object) -> BadRequest:
    message = f"{parameter}: expected {expected}"
    return BadRequest(BadRequestCode.PARAMETER_INVALID, message, parameter=parameter, expected=expected, **more)
