"""CKAN's datastore (`datastore_search`), as open data portals run it."""

import msgspec

from adapters.base import AdapterError, Document, Fault, Question, Request, Response
from adapters.config import AdapterMisconfigured, DatasetSettings, Paging, PlatformSettings, Success, require_options
from adapters.envelope import EnvelopeReader, as_json
from adapters.paging import CountingPager
from adapters.platform_client import PlatformClient
from adapters.success import SuccessPredicate, check_content_type

_OPTIONS = frozenset({"fields", "resource_id", "sort"})
_RECORDS = "result.records"
_TOTAL = "result.total"
_MOST_RECORDS = 32_000
"""CKAN gives no more at once, whatever it is asked for."""
_SUCCESS = Success(equals={"success": ("true",)})


class Ckan:
    """One resource of a CKAN datastore: whole in one document (paging `single`), or page by page (`offset`).

    Options: `resource_id`; `sort` (by CKAN's own row number unless said, so that pages never overlap);
    `fields` to be sent. `by_id` names the column that holds the id.
    """

    def __init__(self, *, platform: PlatformSettings, dataset: DatasetSettings, client: PlatformClient) -> None:
        require_options(dataset.options, _OPTIONS)
        if "resource_id" not in dataset.options:
            raise AdapterMisconfigured("options.resource_id", "is missing: which resource of the datastore?")
        if dataset.paging.kind not in {"single", "offset"}:
            raise AdapterMisconfigured("paging.kind", "CKAN knows single and offset")
        self._client = client
        self._is_whole = dataset.paging.kind == "single"
        self._query = {"sort": "_id", **dataset.query, **dataset.options}
        self._id_column = dataset.by_id
        self._url = client.url(dataset.path or "/api/3/action/datastore_search")
        success = msgspec.structs.replace(platform.success, equals={**_SUCCESS.equals, **platform.success.equals})
        self._success = SuccessPredicate(success, content_type=("application/json",))
        self._pager = CountingPager(_paging(dataset.paging, is_whole=self._is_whole))
        self._envelopes = EnvelopeReader((*self._success.paths, *self._pager.paths))

    @property
    def finds_by_id(self) -> bool:
        """Where the settings name the column."""
        return self._id_column is not None

    async def fetch(self, question: Question) -> Document:
        """One page, or one record. Raises `AdapterError`."""
        is_one = question.source_id is not None
        query = {**self._query, **self._pager.step(question).parameters}
        filters = dict(question.filters)
        if question.source_id is not None:
            if self._id_column is None:
                raise AdapterError(Fault.UNREADABLE, "this dataset has no way to ask for one record")
            filters[self._id_column] = question.source_id
        if filters:
            query["filters"] = msgspec.json.encode(filters, order="sorted").decode()
        request = Request(url=self._url, query=query)
        # A 404 says that the resource is gone, never that a record is.
        response = await self._client.send(request, accept="application/json", etag=question.etag, is_one=False)
        if response.status == 304:
            return Document(body=b"", etag=question.etag, not_modified=True)
        return self._document(question, response, is_one=is_one)

    def _document(self, question: Question, response: Response, *, is_one: bool) -> Document:
        check_content_type(response, self._success.content_type)
        body = as_json(response.body)
        envelope = self._envelopes.read(body)
        self._success.check_body(envelope)
        count = envelope.count(_RECORDS)
        if count is None:
            raise AdapterError(Fault.UNREADABLE, f"the answer has no {_RECORDS}")
        if is_one and count == 0:
            raise AdapterError(Fault.NOT_FOUND, "no record has this id")
        if self._is_whole and not is_one and count < (envelope.whole_number(_TOTAL) or 0):
            raise AdapterError(Fault.UNREADABLE, 'there are more records than one document holds: set paging "offset"')
        position = None if is_one or self._is_whole else self._pager.next_position(question, response, envelope)
        return Document(body=body, next_position=position, etag=response.headers.get("etag"))


def _paging(given: Paging, *, is_whole: bool) -> Paging:
    """CKAN's own paging; only the sizes are the operator's."""
    return Paging(
        kind="offset",
        parameter="offset",
        size_parameter="limit",
        size=_MOST_RECORDS if is_whole else given.size,
        max_size=given.max_size,
        total=_TOTAL,
        records=_RECORDS,
    )
