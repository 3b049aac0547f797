"""REST platforms that answer JSON, in all the ways they page, name parameters and report failures."""

from collections.abc import Mapping

import msgspec

from adapters.base import AdapterError, Document, Fault, Question, Request, Response
from adapters.config import AdapterMisconfigured, DatasetSettings, PlatformSettings, require_options
from adapters.envelope import EnvelopeReader, as_json
from adapters.paging import build_pager
from adapters.platform_client import PlatformClient
from adapters.record_path import RecordPath
from adapters.success import SuccessPredicate, check_content_type

_ACCEPT = "application/json"


class RestJson:
    """One dataset of a REST platform."""

    def __init__(self, *, platform: PlatformSettings, dataset: DatasetSettings, client: PlatformClient) -> None:
        require_options(dataset.options, frozenset())
        if dataset.paging.in_body and dataset.method != "POST":
            raise AdapterMisconfigured("paging.in_body", 'needs method = "POST"')
        self._dataset = dataset
        self._client = client
        self._list_url = client.url(dataset.path)
        self._record = RecordPath(dataset.by_id, client=client) if dataset.by_id is not None else None
        self._success = SuccessPredicate(platform.success, content_type=("application/json", "text/json"))
        self._pager = build_pager(
            dataset.paging,
            base_url=client.base_url,
            list_url=self._list_url,
            secret_parameter=client.authentication.query_parameter,
        )
        self._envelopes = EnvelopeReader((*self._success.paths, *self._pager.paths))

    @property
    def finds_by_id(self) -> bool:
        """Where the settings have a `by_id`."""
        return self._record is not None

    async def fetch(self, question: Question) -> Document:
        """One page, or one record. Raises `AdapterError`."""
        is_one = question.source_id is not None
        request = self._record_request(question.source_id) if question.source_id is not None else self._page(question)
        response = await self._client.send(request, accept=_ACCEPT, etag=question.etag, is_one=is_one)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        return self._document(question, response)

    def _document(self, question: Question, response: Response) -> Document:
        check_content_type(response, self._success.content_type)
        body = as_json(response.body)
        envelope = self._envelopes.read(body)
        self._success.check_body(envelope)
        if question.source_id is None:
            position = self._pager.next_position(question, response, envelope)
            return Document(body=body, next_position=position, etag=response.headers.get("etag"))
        if envelope.count(self._dataset.paging.records) == 0:
            raise AdapterError(Fault.NOT_FOUND, "the platform answered without a record")
        return Document(body=body, etag=response.headers.get("etag"))

    def _page(self, question: Question) -> Request:
        step = self._pager.step(question)
        if step.url is not None:
            return self._request(step.url, query={}, body={})
        parameters = {**question.filters, **step.parameters}
        if self._dataset.paging.in_body:
            return self._request(self._list_url, query=self._dataset.query, body={**self._dataset.body, **parameters})
        return self._request(self._list_url, query={**self._dataset.query, **parameters}, body=self._dataset.body)

    def _record_request(self, source_id: str) -> Request:
        if self._record is None:
            raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
        return self._request(self._record.url(source_id), query=self._dataset.query, body=self._dataset.body)

    def _request(self, url: str, *, query: Mapping[str, str], body: Mapping[str, str]) -> Request:
        if self._dataset.method == "GET":
            return Request(url=url, query=query)
        headers = {"Content-Type": "application/json"}
        return Request(method="POST", url=url, query=query, headers=headers, body=msgspec.json.encode(dict(body)))
