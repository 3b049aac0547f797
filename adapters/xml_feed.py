"""XML feeds, read as JSON: an element is a member, repeated ones a list, an attribute begins with `@`."""

import asyncio
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

import msgspec
import xmltodict

from adapters.base import AdapterError, Document, Fault, Question, Request
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.platform_client import PlatformClient
from adapters.success import SuccessPredicate, check_content_type

_OPTIONS = frozenset({"row"})
_MAX_DEPTH = 32
_OFF_LOOP_BYTES = 65_536
"""A larger document is parsed beside the event loop."""


class XmlReader:
    """Turns the bytes of one document into JSON. Pure.

    `row` names the element that is always a list, also where there is only one, or none. Without it, these are
    the elements right below the root that have members of their own.
    """

    def __init__(self, *, row: str | None) -> None:
        self._row = row
        self._is_list: Callable[[Any, str, Any], bool] = (
            (lambda _path, key, _value: key == row)
            if row
            else (lambda path, _key, value: len(path) == 1 and isinstance(value, dict))
        )

    def as_json(self, content: bytes) -> bytes:
        """The document as JSON. Raises `AdapterError` for what is no XML, or uses more of XML than data needs."""
        if not content.strip():
            raise AdapterError(Fault.UNREADABLE, "the body is empty", is_transient=True)
        try:
            _guard(content)
            tree = xmltodict.parse(content, disable_entities=True, force_list=self._is_list)
        except expat.ExpatError as error:
            where = f"{expat.ErrorString(error.code)}, line {error.lineno}"
            raise AdapterError(Fault.UNREADABLE, f"the body is not XML: {where}") from None
        except (LookupError, ValueError):  # an encoding that Python does not know, or that does not fit
            raise AdapterError(Fault.UNREADABLE, "the body is not XML: its encoding is unknown") from None
        root = next(iter(tree))
        if self._row and not isinstance(tree[root], dict):
            tree[root] = {}
        if self._row and not _holds(tree, self._row):
            tree[root][self._row] = []
        return msgspec.json.encode(tree)


class XmlFeed:
    """One XML document of a platform, whole. Option: `row`, the name of the element that is a record."""

    def __init__(self, *, platform: PlatformSettings, dataset: DatasetSettings, client: PlatformClient) -> None:
        require_options(dataset.options, _OPTIONS)
        if dataset.paging.kind != "single":
            raise AdapterMisconfigured("paging.kind", "an XML feed is one document: single")
        if dataset.by_id is not None:
            raise AdapterMisconfigured("by_id", "an XML feed is asked for whole")
        self._reader = XmlReader(row=dataset.options.get("row"))
        self._dataset = dataset
        self._client = client
        self._url = client.url(dataset.path)
        self._success = SuccessPredicate(platform.success, content_type=("text/xml", "application/xml"))

    @property
    def finds_by_id(self) -> bool:
        """Never: a feed is asked for whole."""
        return False

    async def fetch(self, question: Question) -> Document:
        """The whole feed. Raises `AdapterError`."""
        if question.source_id is not None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        request = Request(url=self._url, query={**self._dataset.query, **question.filters})
        accept = "application/xml, text/xml;q=0.9"
        response = await self._client.send(request, accept=accept, etag=question.etag, is_one=False)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        check_content_type(response, self._success.content_type)
        if len(response.body) > _OFF_LOOP_BYTES:
            body = await asyncio.to_thread(self._reader.as_json, response.body)
        else:
            body = self._reader.as_json(response.body)
        return Document(body=body, etag=response.headers.get("etag"))


def _guard(content: bytes) -> None:
    """Raises `AdapterError` for a document type (and so for any entity), and for elements nested too deeply."""
    parser = expat.ParserCreate()
    depth = 0

    def start(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_DEPTH:
            raise AdapterError(Fault.UNREADABLE, f"the XML is nested more than {_MAX_DEPTH} deep")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: Any) -> None:
        raise AdapterError(Fault.UNREADABLE, "the XML declares a document type; a data feed has none")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)  # noqa: FBT003  (its second argument has no name)


def _holds(tree: Any, key: str) -> bool:
    """Whether an element of that name is anywhere in the tree; its depth is bounded."""
    if isinstance(tree, dict):
        return key in tree or any(_holds(value, key) for value in tree.values())
    return isinstance(tree, list) and any(_holds(value, key) for value in tree)
