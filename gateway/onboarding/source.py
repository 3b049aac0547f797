"""What a sample shows of its source: where the records are, the schema, every field, and how the list goes on."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from adapters.config import Paging, Success
from gateway.mapping.language.paths import Key
from gateway.mapping.regions import Regions
from gateway.onboarding.envelope import collection_paging, datastore_paging, paging_of, success_of
from gateway.onboarding.observed import observe
from gateway.onboarding.path_text import path_text
from gateway.onboarding.profile import FieldProfile
from gateway.onboarding.profiling import Profiled, profile_records
from gateway.onboarding.record_places import RecordForm, RecordPlace, record_place, records_at, with_rows
from gateway.onboarding.rejected import SampleRejected
from gateway.onboarding.rows import header_of, header_of_lists, rows_at_begin, rows_at_end
from gateway.onboarding.sample import Sample
from gateway.onboarding.source_issues import Looked, issues_of
from gateway.onboarding.source_schema import SchemaWriter
from gateway.onboarding.wide_columns import WideColumn, wide_columns

_SAYS_WHAT_FAILED = frozenset({"error", "errors", "error_description", "exception", "message", "msg", "pesan"})
_OF_ANSWERS = _SAYS_WHAT_FAILED | {
    "code", "data", "detail", "details", "error_code", "errorcode", "instance", "kode", "ok", "path", "request_id",
    "result", "status", "status_code", "statuscode", "success", "sukses", "timestamp", "title", "trace", "type",
}  # fmt: skip
MOST_RECORDS = 5_000
"""Of a larger sample, this many are looked at, evenly taken."""
_AT_END = 6


class RecordsPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where the records are, in the words of a mapping's `[records]`. `count` is how many the sample holds."""

    at: str = ""
    form: RecordForm = "list"
    header_row: bool = False
    headers: dict[str, str] = {}
    skip_first: int = 0
    skip_last: int = 0
    distinct: bool = False
    columns: tuple[WideColumn, ...] = ()
    count: int = 0


class InferredSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was inferred from one sample.

    `schema` is JSON Schema 2020-12 of a whole document, in the words of `docs/mapping.md`. `paging` and `success`
    are guesses from the envelope, None where it says nothing. `issues` are for a person to look at, without values.
    """

    records: RecordsPlace
    schema: dict[str, Any]
    fields: list[FieldProfile]
    paging: Paging | None = None
    success: Success | None = None
    issues: list[str] = []


def infer_source(sample: Sample, *, regions: Regions, most_records: int = MOST_RECORDS) -> InferredSource:
    """What the sample shows. Raises `SampleRejected` where no records are found."""
    place = _place(sample.documents)
    rows = _Rows(sample.documents, place, most=most_records)
    profiled = profile_records(rows.records, observe(rows.records), regions=regions, labels=rows.labels)
    writer = SchemaWriter(rows.documents, place=place, rows=rows.all)
    fields = [(column.steps, field) for column, field in zip(profiled.columns, profiled.fields, strict=True)]
    schema = writer.write(fields, regions=regions, records=len(rows.records), of=rows.count)
    at = path_text(place.steps)
    looked = Looked(rows=rows.all, records=rows.records, place=place, document=sample.documents[0])
    issues, has_copies = issues_of(looked, profiled.fields)
    return InferredSource(
        records=_records(rows, at, profiled, has_copies=has_copies),
        schema=schema,
        fields=profiled.fields,
        paging=_paging(sample, place, at=at, count=rows.counts[0]),
        success=success_of(sample.documents[0], at=place.steps) if sample.kind == "json" else None,
        issues=[*profiled.issues, *issues],
    )


def _paging(sample: Sample, place: RecordPlace, *, at: str, count: int) -> Paging | None:
    """How the list goes on, as far as its adapter leaves that open."""
    document = sample.documents[0]
    if sample.kind == "ckan":
        return datastore_paging(document, count=count)
    if sample.kind == "geojson":
        return collection_paging(document)
    if sample.kind != "json" or place.form not in {"list", "features"}:
        return None
    return paging_of(document, at=place.steps, records=at, count=count)


def _records(rows: "_Rows", at: str, profiled: Profiled, *, has_copies: bool) -> RecordsPlace:
    return RecordsPlace(
        at=at,
        form=rows.place.form,
        header_row=bool(rows.headers),
        headers=rows.headers,
        skip_first=rows.skip_first,
        skip_last=rows.skip_last,
        distinct=has_copies,
        columns=wide_columns(profiled.fields),
        count=rows.count,
    )


def _place(documents: Sequence[Any]) -> RecordPlace:
    """Where the records are in most of the documents; the one that holds the most shows it."""
    found = [place for document in documents if (place := record_place(document)) is not None]
    best = max(found, key=lambda place: place.weight, default=None)
    if best is None or best.weight == 0:
        if any(isinstance(value, list) and value for value in documents):
            raise SampleRejected(
                "the list holds values of several kinds, and too few objects among them to be records; "
                "save an answer that is a list of objects"
            )
        raise SampleRejected(
            "no records were found: no list with objects in it, no features, and no object with values of its own; "
            "save an answer of the platform that has records in it"
        )
    if _tells_of_failure(documents[0], best):
        raise SampleRejected(
            "the platform answered that it failed, and sent no records; look at its address, its parameters and its "
            "key, and save an answer that has records in it"
        )
    return best


def _tells_of_failure(document: Any, place: RecordPlace) -> bool:
    """Whether an object has nothing but what platforms say of an answer, and a failure where records ought to be."""
    if not isinstance(document, dict) or not {name.casefold() for name in document} <= _OF_ANSWERS:
        return False
    first = place.steps[0] if place.steps else None
    is_error = isinstance(first, Key) and first.name.casefold() in {"error", "errors"}
    return is_error or (first is None and bool(set(document) & _SAYS_WHAT_FAILED))


class _Rows:
    """The rows at one place of all documents, and which of them are records."""

    def __init__(self, documents: Sequence[Any], place: RecordPlace, *, most: int) -> None:
        self.place = place
        per_document = [records_at(document, place) for document in documents]
        self.counts = [len(rows) for rows in per_document]
        self.labels: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        self.skip_first = 0
        first = next((rows for rows in per_document if rows), [])
        if place.form == "list":
            self._find_header(first)
            self.skip_first += rows_at_begin(first[self.skip_first + bool(self.headers) :])
        self.skip_last = rows_at_end(per_document[-1]) if place.form == "list" else 0
        begin = self.skip_first + bool(self.headers)
        chosen = _evenly(most, total=sum(self.counts), begin=begin)
        self.documents = [with_rows(document, place, chosen) for document in documents]
        self.all = [row for document in self.documents for row in records_at(document, place)]
        self.records: list[Any] = []
        for document in self.documents:
            rows = records_at(document, place)
            self.records += [row for row in self._kept(rows, begin) if isinstance(row, (dict, list))]
        self.count = sum(1 for rows in per_document for row in self._kept(rows, begin) if isinstance(row, (dict, list)))
        if not self.records:
            raise SampleRejected("no records were found: the list of records is empty; save an answer that has some")

    def _kept(self, rows: list[Any], begin: int) -> list[Any]:
        return rows[begin : len(rows) - self.skip_last] if self.place.form == "list" else rows

    def _find_header(self, rows: list[Any]) -> None:
        header = header_of(rows)
        if header is not None:
            self.headers = self.labels = header.names
            return
        names = header_of_lists(rows)
        if names is not None:
            self.labels = {str(place): name for place, name in enumerate(names)}
            self.skip_first = 1


def _evenly(most: int, *, total: int, begin: int) -> Callable[[list[Any]], list[Any]]:
    """A function that takes its part of `most` rows, evenly, with those at both ends."""
    if total <= most:
        return lambda rows: rows
    step = -(-total // most)

    def chosen(rows: list[Any]) -> list[Any]:
        middle = rows[begin : len(rows) - _AT_END : step] if len(rows) > begin + _AT_END else rows[begin:]
        return [*rows[:begin], *middle, *(rows[-_AT_END:] if len(rows) > begin + _AT_END else [])]

    return chosen
