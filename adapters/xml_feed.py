"""XML feeds, read as JSON: an element is a member, repeated ones a list, an attribute begins with `@`."""

from functools import partial

from adapters.base import AdapterError, Document, Fault, Question, Request
from adapters.beside_loop import read_beside
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.platform_client import PlatformClient
from adapters.success import SuccessPredicate, check_content_type
from adapters.xml_reader import XmlReader

_OPTIONS = frozenset({"row"})


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
        body = await read_beside(partial(self._reader.as_json, response.body), size=len(response.body))
        return Document(body=body, etag=response.headers.get("etag"))
