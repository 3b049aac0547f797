"""GeoJSON (RFC 7946): whole files, text sequences (RFC 8142), and lists in the pages of OGC API Features or ArcGIS."""

import asyncio
import re
from functools import partial
from typing import Any

import msgspec

from adapters.base import AdapterError, Document, Fault, Question, Request, Response
from adapters.beside_loop import read_beside
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.envelope import Envelope, EnvelopeReader, as_json, keys_of
from adapters.folder import Folder
from adapters.paging import LinkPager, Pager, build_pager
from adapters.platform_client import PlatformClient
from adapters.record_path import RecordPath
from adapters.success import SuccessPredicate, check_content_type

_OPTIONS = frozenset({"form", "max_bytes"})
_FORMS = ("collection", "sequence")
_TYPES = ("application/geo+json", "application/vnd.geo+json", "application/json", "text/json")
_SEQUENCES = ("application/geo+json-seq", "application/x-ndjson", "application/ndjson", "text/plain")
_ACCEPT = "application/geo+json, application/json;q=0.8"
_CRS84 = re.compile(r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?OGC\W[\w.:/]*?\bCRS84h?")
_WGS84 = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?4326")
"""Older GeoJSON names the system so, and means longitude first all the same; the header of a server does not."""
_TYPE, _CRS, _FEATURES, _MATCHED = "type", "crs.properties.name", "features", "numberMatched"
_EXCEEDED = ("properties.exceededTransferLimit", "exceededTransferLimit")


class _Feature(msgspec.Struct):
    """As much of a feature as finds it by its id."""

    id: str | int | float | None = None
    properties: dict[str, Any] | None = None


class _Collection(msgspec.Struct):
    """The features, each undecoded."""

    features: list[msgspec.Raw]


_FEATURE = msgspec.json.Decoder(_Feature)
_COLLECTION = msgspec.json.Decoder(_Collection)


class GeoJson:
    """One feature collection of a platform or of a folder; each document is a `FeatureCollection`.

    Options: `form` (`collection` unless said; `sequence` for one feature a line), `max_bytes` of a local file.
    `by_id` is the path of one feature (`/items/{id}`), or, where the collection is one document, `id` or the
    path of a property (`properties.kode`). With paging `link`, the next page is `links[rel=next]`, or the `Link`
    header. Coordinates in another reference system than WGS 84 are refused: nobody would notice later.
    """

    def __init__(
        self, *, platform: PlatformSettings, dataset: DatasetSettings, client: PlatformClient | None = None
    ) -> None:
        require_options(dataset.options, _OPTIONS)
        form = dataset.options.get("form", "collection")
        if form not in _FORMS:
            raise AdapterMisconfigured("options.form", f"must be one of {', '.join(_FORMS)}")
        self._is_sequence = form == "sequence"
        self._is_whole = dataset.paging.kind == "single"
        if not self._is_whole and (self._is_sequence or client is None):
            raise AdapterMisconfigured("paging.kind", "a file or a sequence is one document: single")
        asks_by_path = dataset.by_id is not None and "{id}" in dataset.by_id
        if dataset.by_id is not None and not asks_by_path and not self._is_whole:
            raise AdapterMisconfigured("by_id", "must hold {id}, unless the collection is one document")
        if asks_by_path and client is None:
            raise AdapterMisconfigured("by_id", "must be id or a property of the features of a file")
        self._record = RecordPath(dataset.by_id or "", client=client) if asks_by_path and client else None
        self._dataset = dataset
        self._id_keys = keys_of(dataset.by_id or "")
        self._client = client
        self._folder = Folder(platform.base_url, max_bytes=dataset.options.get("max_bytes")) if not client else None
        types = (*_TYPES, *_SEQUENCES) if self._is_sequence else _TYPES
        self._success = SuccessPredicate(platform.success, content_type=types)
        self._pager = _pager(dataset, client)
        self._envelopes = EnvelopeReader(
            (*self._success.paths, *self._pager.paths, _TYPE, _CRS, _FEATURES, _MATCHED, *_EXCEEDED)
        )

    @property
    def finds_by_id(self) -> bool:
        """Where the settings have a `by_id`."""
        return self._dataset.by_id is not None

    async def fetch(self, question: Question) -> Document:
        """One page, or a collection of the one feature. Raises `AdapterError`."""
        if question.source_id is not None and self._dataset.by_id is None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        if self._client is None:
            return await self._from_folder(question)
        if question.source_id is not None and self._record is not None:
            is_one, request = True, Request(url=self._record.url(question.source_id), query=self._dataset.query)
        else:
            is_one, request = False, self._page(question)
        response = await self._client.send(request, accept=_ACCEPT, etag=question.etag, is_one=is_one)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        check_content_type(response, self._success.content_type)
        _check_reference_system(response.headers.get("content-crs", "").strip("<>"), _CRS84)
        return await read_beside(partial(self._document, question, response), size=len(response.body))

    async def _from_folder(self, question: Question) -> Document:
        if question.filters or self._folder is None:
            raise AdapterError(Fault.UNREADABLE, "a local file takes no filters")
        content, etag = await asyncio.to_thread(self._folder.read, self._dataset.path, etag=question.etag)
        if content is None:
            return Document(body=b"", etag=question.etag, not_modified=True)
        response = Response(status=200, headers={"etag": etag} if etag else {}, body=content)
        return await read_beside(partial(self._document, question, response), size=len(content))

    def _document(self, question: Question, response: Response) -> Document:
        body = _collected(response.body) if self._is_sequence else as_json(response.body)
        envelope = self._envelopes.read(body)
        self._success.check_body(envelope)
        _check_reference_system(envelope.text(_CRS) or "", _CRS84, _WGS84)
        etag = response.headers.get("etag")
        if question.source_id is not None and self._record is not None and envelope.text(_TYPE) == "Feature":
            return Document(body=b'{"type":"FeatureCollection","features":[' + body + b"]}", etag=etag)
        count = envelope.count(_FEATURES)
        if envelope.text(_TYPE) != "FeatureCollection" or count is None:
            raise AdapterError(Fault.UNREADABLE, "the document is no FeatureCollection")
        if question.source_id is not None:
            return Document(body=self._found(body, envelope, question.source_id), etag=etag)
        if self._is_whole and _has_more(envelope, count):
            raise AdapterError(Fault.UNREADABLE, "there are more features than one document holds: set paging")
        return Document(body=body, next_position=self._pager.next_position(question, response, envelope), etag=etag)

    def _found(self, body: bytes, envelope: Envelope, source_id: str) -> bytes:
        """The collection with the one feature alone. Raises `AdapterError`."""
        if self._record is not None:
            if not envelope.count(_FEATURES):
                raise AdapterError(Fault.NOT_FOUND, "the platform answered without a feature")
            return body
        try:
            features = _COLLECTION.decode(body).features
        except msgspec.ValidationError:
            raise AdapterError(Fault.UNREADABLE, "the features are no list") from None
        found = [raw for raw in features if _id_of(raw, self._id_keys) == source_id]
        if not found:
            raise AdapterError(Fault.NOT_FOUND, "no feature has this id")
        return b'{"type":"FeatureCollection","features":[' + b",".join(map(bytes, found)) + b"]}"

    def _page(self, question: Question) -> Request:
        step = self._pager.step(question)
        if step.url is not None:
            return Request(url=step.url)
        return Request(url=self._url(), query={**self._dataset.query, **question.filters, **step.parameters})

    def _url(self) -> str:
        return self._client.url(self._dataset.path) if self._client else ""


def _pager(dataset: DatasetSettings, client: PlatformClient | None) -> Pager:
    """The pager; lists of links and counts stand where the standards put them, unless the operator says otherwise."""
    paging = dataset.paging
    if client is None or paging.kind == "single":
        return build_pager(paging, base_url="", list_url="", secret_parameter=None)
    if paging.kind in {"page", "offset"} and paging.records is None:
        paging = msgspec.structs.replace(paging, records=_FEATURES)
    secret = client.authentication.query_parameter
    if paging.kind == "link":
        if paging.size_parameter is None:
            paging = msgspec.structs.replace(paging, size_parameter="limit")
        return LinkPager(
            paging,
            base_url=client.base_url,
            list_url=client.url(dataset.path),
            secret_parameter=secret,
            links="links",
        )
    return build_pager(paging, base_url=client.base_url, list_url=client.url(dataset.path), secret_parameter=secret)


def _has_more(envelope: Envelope, count: int) -> bool:
    """Whether the server says that it holds something back."""
    return count < (envelope.whole_number(_MATCHED) or 0) or any(envelope.text(it) == "true" for it in _EXCEEDED)


def _check_reference_system(name: str, *known: re.Pattern[str]) -> None:
    """Raises `AdapterError` where coordinates are no longitudes and latitudes."""
    if name and not any(it.fullmatch(name) for it in known):
        raise AdapterError(Fault.UNREADABLE, "the coordinates are in another reference system than WGS 84")


def _collected(content: bytes) -> bytes:
    """A sequence of features as a collection. Raises `AdapterError`.

    An item that cannot be read becomes null, which a mapping refuses by its place; at the end it means that the
    sequence was cut.
    """
    text = as_json(content)
    if text.lstrip()[:1] not in {b"{", b"\x1e"}:
        raise AdapterError(Fault.UNREADABLE, "the body is no sequence of features")
    separator = b"\x1e" if b"\x1e" in text else b"\n"
    items = [it for it in map(bytes.strip, text.split(separator)) if it]
    kept = [item if _is_feature(item) else b"null" for item in items]
    if kept and kept[-1] == b"null":
        raise AdapterError(Fault.UNREADABLE, "the sequence is cut off: its last item is no feature")
    return b'{"type":"FeatureCollection","features":[' + b",".join(kept) + b"]}"


def _is_feature(item: bytes) -> bool:
    try:
        _FEATURE.decode(item)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _id_of(raw: msgspec.Raw, keys: tuple[str, ...]) -> str | None:
    """The feature's id, or the property that serves as one, as text; None for a feature that has none."""
    try:
        feature = _FEATURE.decode(raw)
    except msgspec.DecodeError:
        return None
    value: Any = {"id": feature.id, "properties": feature.properties}
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None or isinstance(value, dict | list | bool) else str(value).strip()
