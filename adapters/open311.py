"""Open311 GeoReport v2, as its many servers speak it: reports and services, in JSON or XML, as one list of objects."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from adapters.base import AdapterError, Document, Fault, Question, Request, Response
from adapters.beside_loop import read_beside
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.envelope import EnvelopeReader, as_json
from adapters.open311_window import Window, Windows
from adapters.paging import Pager, SinglePager, build_pager
from adapters.platform_client import PlatformClient
from adapters.record_path import RecordPath
from adapters.success import SuccessPredicate, check_content_type
from adapters.xml_reader import XmlReader

_OPTIONS = frozenset({"back_days", "days", "format", "jurisdiction_id", "list", "most"})
_ROWS = {"requests": "request", "services": "service"}
_TYPES = {"json": ("application/json", "text/json"), "xml": ("text/xml", "application/xml")}
_ACCEPT = {"json": "application/json", "xml": "text/xml, application/xml;q=0.9"}
_TEXTS = ("service_request_id", "service_code", "address_id", "zipcode", "token")
_NUMBERS = ("lat", "long")
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?")
_BUSY = frozenset({"408", "425", "429"})

Row = dict[str, Any]


class Open311:
    """The reports (`list = "requests"`, unless said) or the services of one GeoReport endpoint.

    A document is a list of objects, alike from JSON and XML: codes and ids are text, `lat` and `long` numbers, and
    what is empty is null. Options: `format` (`json` or `xml`), `jurisdiction_id`, `list`. `by_id` is the path of
    one report, as `/requests/{id}.json`. Paging is `single`; `page`, where the server has pages; or `window`: spans
    of `days` (90 at most), backwards from now until `back_days` ago, and within each span pages where there is a
    `size_parameter`, else shorter spans where a span holds `most` reports (1,000).
    """

    def __init__(
        self,
        *,
        platform: PlatformSettings,
        dataset: DatasetSettings,
        client: PlatformClient,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        options = dataset.options
        require_options(options, _OPTIONS)
        self._format = _one_of(options, "format", ("json", "xml"))
        self._list = _one_of(options, "list", tuple(_ROWS))
        self._client = client
        self._record = RecordPath(dataset.by_id, client=client) if dataset.by_id is not None else None
        self._url = client.url(dataset.path or f"/{self._list}.{self._format}")
        jurisdiction = options.get("jurisdiction_id")
        self._query = {**dataset.query, **({"jurisdiction_id": jurisdiction} if jurisdiction else {})}
        self._windows = Windows(options, paging=dataset.paging, now=now) if dataset.paging.kind == "window" else None
        self._pager = _pager(dataset, client)
        self._success = SuccessPredicate(platform.success, content_type=_TYPES[self._format])
        self._envelopes = EnvelopeReader((*self._success.paths, *self._pager.paths))
        self._xml = XmlReader(row=None)

    @property
    def finds_by_id(self) -> bool:
        """Where the settings have a `by_id`."""
        return self._record is not None

    async def fetch(self, question: Question) -> Document:
        """One page, or a list of the one report. Raises `AdapterError`."""
        if question.source_id is not None:
            return await self._one(question, question.source_id)
        if self._windows is not None:
            return await self._in_window(question, self._windows)
        step = self._pager.step(question)
        query = {**self._query, **question.filters, **step.parameters}
        response = await self._send(Request(url=step.url or self._url, query=query), question, is_one=False)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        body = msgspec.json.encode(await self._rows(response, is_one=False))
        position = self._pager.next_position(question, response, self._envelopes.read(body))
        return Document(body=body, next_position=position, etag=response.headers.get("etag"))

    async def _one(self, question: Question, source_id: str) -> Document:
        if self._record is None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        request = Request(url=self._record.url(source_id), query=self._query)
        response = await self._send(request, question, is_one=True)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        rows = await self._rows(response, is_one=True)
        if not rows:
            raise AdapterError(Fault.NOT_FOUND, "the platform answered without a report")
        return Document(body=msgspec.json.encode(rows), etag=response.headers.get("etag"))

    async def _in_window(self, question: Question, windows: Windows) -> Document:
        """The reports of one span; a span that the server cuts is halved until it is whole. Not conditional."""
        window = windows.of(question)
        while True:
            query = {**self._query, **question.filters, **window.parameters()}
            response = await self._send(Request(url=self._url, query=query), None, is_one=False)
            rows = await self._rows(response, is_one=False)
            shorter = windows.shortened(window, count=len(rows))
            if shorter is None:
                break
            window = shorter
        position = windows.next_position(window, count=len(rows))
        return Document(body=msgspec.json.encode(_within(rows, window)), next_position=position)

    async def _send(self, request: Request, question: Question | None, *, is_one: bool) -> Response:
        etag = question.etag if question is not None else None
        response = await self._client.send(request, accept=_ACCEPT[self._format], etag=etag, is_one=is_one)
        if response.status != 304:
            check_content_type(response, self._success.content_type)
        return response

    async def _rows(self, response: Response, *, is_one: bool) -> list[Row | None]:
        """The objects of an answer."""
        return await read_beside(partial(self._read, response.body, is_one=is_one), size=len(response.body))

    def _read(self, content: bytes, *, is_one: bool) -> list[Row | None]:
        if self._format == "xml":
            found = _of_xml(self._xml.tree(content), row=_ROWS[self._list])
        else:
            body = as_json(content)
            self._success.check_body(self._envelopes.read(body))
            found = _of_json(msgspec.json.decode(body), key=_ROWS[self._list])
        _check_errors(found, is_one=is_one)
        return [_plain(row) if isinstance(row, dict) else None for row in found]


def _pager(dataset: DatasetSettings, client: PlatformClient) -> Pager:
    """The pager over lists of objects. Raises `AdapterMisconfigured`."""
    paging = dataset.paging
    if paging.kind == "window":
        return SinglePager()
    if paging.kind not in {"single", "page"}:
        raise AdapterMisconfigured("paging.kind", "Open311 knows single, page and window")
    return build_pager(paging, base_url=client.base_url, list_url="", secret_parameter=None)


def _one_of(options: Mapping[str, str], name: str, among: tuple[str, ...]) -> str:
    """The option, the first of `among` unless said."""
    value = options.get(name, among[0])
    if value not in among:
        raise AdapterMisconfigured(f"options.{name}", f"must be one of {', '.join(among)}")
    return value


def _of_json(document: Any, *, key: str) -> list[Any]:
    """The objects of a JSON answer: a list; one object alone; or either below a member named for them."""
    if isinstance(document, dict):
        for name in ("service_requests", "services", "requests", "errors", key):
            if isinstance(document.get(name), list | dict):
                return _of_json(document[name], key=key)
        return [document]
    if not isinstance(document, list):
        raise AdapterError(Fault.UNREADABLE, "the answer is no list of objects")
    return document


def _of_xml(tree: dict[str, Any], *, row: str) -> list[Any]:
    """The elements of an XML answer: its rows, or its errors."""
    root = next(iter(tree))
    if root not in {"service_requests", "services", "requests", "errors", row}:
        raise AdapterError(Fault.UNREADABLE, "the root element is none of GeoReport's")
    members = tree[root]
    if root == row:
        return [members]
    if not isinstance(members, dict):
        return []
    found = members.get("error" if root == "errors" else row, [])
    return found if isinstance(found, list) else [found]


def _check_errors(rows: list[Any], *, is_one: bool) -> None:
    """Raises `AdapterError` where the objects are GeoReport's errors, whatever the status said."""
    if not rows or not all(isinstance(it, dict) and "code" in it and "description" in it for it in rows):
        return
    if any("service_request_id" in it or "service_code" in it for it in rows):
        return
    code = str(rows[0]["code"]).strip()
    told = f" with code {code}" if re.fullmatch(r"\d{3}", code) else ""
    message = f"the platform reports an error{told}"
    if code in {"401", "403"}:
        raise AdapterError(Fault.REFUSED_US, message)
    if code in {"404", "410"} and is_one:
        raise AdapterError(Fault.NOT_FOUND, message)
    if code in _BUSY or re.fullmatch(r"5\d\d", code):
        raise AdapterError(Fault.UNREACHABLE, message, is_transient=True)
    raise AdapterError(Fault.UNREADABLE, message)


def _plain(row: Row) -> Row:
    """The object in GeoReport's own types, which servers keep loosely."""
    plain = {name: _nothing_empty(value) for name, value in row.items()}
    for name in _TEXTS:
        value = plain.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            plain[name] = str(value)
    for name in _NUMBERS:
        value = plain.get(name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            plain[name] = float(value)
    return plain


def _nothing_empty(value: Any) -> Any:
    """Text without white space around it; None for what is empty, an element of attributes alone too."""
    if isinstance(value, dict) and all(name.startswith("@") or name == "#text" for name in value):
        value = value.get("#text", "")
    return (value.strip() or None) if isinstance(value, str) else value


def _within(rows: list[Row | None], window: Window) -> list[Row | None]:
    """The rows without those that begin the window after this one: spans share their edges, and servers give both."""
    return [row for row in rows if row is None or not window.is_later(row.get("requested_datetime"))]
