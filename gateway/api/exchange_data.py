"""GET `/v1/<resources>` and `/v1/<resources>/{id}`: the exchange itself. Decodes the question, encodes the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote
from weakref import WeakKeyDictionary

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope

from gateway.api.bearer_token import bearer_token
from gateway.api.exchange_operations import list_operation, show_operation
from gateway.api.problems import rate_limit, rate_limit_policy
from gateway.api.query_parameters import ParameterReader
from gateway.api.reply import JSON, Headers, HttpRequest, Reply, matches
from gateway.api.request_facts import facts_of
from gateway.audit.ending import Origin
from gateway.exchange.answer import Answer, Content
from gateway.exchange.query import Query
from gateway.ids import RecordId
from gateway.remembered import Remembered
from schemas.resources import Resource

_QUESTIONS_KEPT = 512
_LONGEST_KEPT = 512


class Exchange(Protocol):
    """The path, as the door needs it."""

    async def answer(self, query: Query, token: str | None, *, origin: Origin) -> Answer:
        """Answers the question, or raises why not."""
        ...


class LimitPolicy(msgspec.Struct, frozen=True):
    """A rate rule as it is told to clients."""

    name: str
    limit: int
    window_s: int


class ExchangeDoor:
    """The door of one resource. Questions are remembered, as clients repeat themselves."""

    def __init__(
        self,
        resource: Resource,
        *,
        exchange: Exchange,
        filters: Sequence[str],
        partners: Sequence[str],
        public_url: str,
        policies: Mapping[str, LimitPolicy],
    ) -> None:
        self.path = f"/v1/{resource.plural}"
        self._resource = resource
        self._exchange = exchange
        self._partners = partners
        self._list = ParameterReader(filters=filters, is_list=True)
        self._one = ParameterReader(filters=(), is_list=False)
        self._url = public_url.rstrip("/") + self.path
        self._policies = {
            name: (b"ratelimit-policy", rate_limit_policy(it.name, limit=it.limit, window_s=it.window_s))
            for name, it in policies.items()
        }
        self._encode = msgspec.json.Encoder().encode
        self._questions: Remembered[bytes, Query] = Remembered(at_most=_QUESTIONS_KEPT)
        self._encoded: WeakKeyDictionary[Content, tuple[Headers, bytes]] = WeakKeyDictionary()

    def handlers(self) -> list[HTTPRouteHandler]:
        """The two operations of the resource."""

        @get(self.path, **_registration(list_operation(self._resource, self._list.known, partners=self._partners)))
        async def list_records(request: HttpRequest) -> Reply:
            return await self.list_records(request.scope)

        @get(self.path + "/{record_id:str}", **_registration(show_operation(self._resource)))
        async def show_record(request: HttpRequest) -> Reply:
            return await self._show_record(request.scope)

        return [list_records, show_record]

    async def list_records(self, scope: Scope) -> Reply:
        """One page of records."""
        query_string = scope["query_string"]
        query = self._questions.get(query_string)
        if query is None:
            query = self._list_question(query_string)
            if query.cursor is None and len(query_string) <= _LONGEST_KEPT:
                self._questions.put(query_string, query)
        return await self._answer(scope, query)

    def _list_question(self, query_string: bytes) -> Query:
        asked = self._list.read(query_string)
        return Query(
            resource=self._resource.name,
            partners=asked.partners,
            fields=asked.fields,
            filters=asked.filters,
            limit=asked.limit,
            cursor=asked.cursor,
            completeness=asked.completeness,
        )

    async def _show_record(self, scope: Scope) -> Reply:
        """One record."""
        asked = self._one.read(scope["query_string"])
        record_id = RecordId(scope["path_params"]["record_id"])
        return await self._answer(scope, Query(self._resource.name, fields=asked.fields, record_id=record_id))

    async def _answer(self, scope: Scope, query: Query) -> Reply:
        token, if_none_match = bearer_token(scope["headers"])
        facts = facts_of(scope)
        answer = await self._exchange.answer(query, token, origin=facts.origin)
        facts.counts = {"records": answer.count, "gaps": len(answer.content.gaps)}
        encoded = self._encoded.get(answer.content)
        if encoded is None:
            encoded = self._encoded[answer.content] = self._encode_content(answer, scope["query_string"])
        headers = [*encoded[0], *self._limit_headers(answer)]
        if if_none_match is not None and matches(if_none_match, answer.etag):
            return Reply(304, headers)
        return Reply(200, [JSON, *headers], encoded[1])

    def _encode_content(self, answer: Answer, query_string: bytes) -> tuple[Headers, bytes]:
        """What is the same for whoever gets the same content: it belongs to one question."""
        headers: Headers = [(b"vary", b"authorization"), (b"etag", answer.etag.encode())]
        if answer.content.next_cursor is not None:
            url = self._next_url(answer.content.next_cursor, query_string)
            headers.append((b"link", f'<{url}>; rel="next"'.encode()))
        return headers, self._encode(answer.content)

    def _limit_headers(self, answer: Answer) -> Headers:
        spent = answer.limit
        if spent is None:
            return []
        left = (b"ratelimit", rate_limit(answer.limit_name, remaining=spent.remaining, reset_s=spent.reset_s))
        policy = self._policies.get(answer.limit_name)
        return [left] if policy is None else [left, policy]

    def _next_url(self, cursor: str, query_string: bytes) -> str:
        """The same question with the next cursor; only what was understood to be a parameter is repeated."""
        kept = [part for part in query_string.split(b"&") if part and not part.startswith(b"cursor=")]
        again = [quote(part.decode("latin-1"), safe="%=&+,.:@-_~*!'()") for part in kept]
        return f"{self._url}?{'&'.join([*again, 'cursor=' + quote(cursor, safe='')])}"


def _registration(operation: Any) -> dict[str, Any]:
    return {"opt": operation.opt(), "name": operation.id, "operation_id": operation.id}
