"""GET `/v1/<resources>` and `/v1/<resources>/{id}`: the exchange itself. Decodes the question, encodes the answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import quote

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.bearer_token import bearer_token
from gateway.api.exchange_operations import list_operation, show_operation
from gateway.api.problems import rate_limit, rate_limit_policy
from gateway.api.query_parameters import ParameterReader
from gateway.api.reply import JSON, Headers, HttpRequest, Reply, matches
from gateway.api.request_facts import facts_of
from gateway.exchange.answer import Answer, Freshness, Gap
from gateway.exchange.query import Query
from gateway.ids import RecordId
from schemas.resources import Resource


class Exchange(Protocol):
    """The path, as the door needs it."""

    async def answer(self, query: Query, token: str | None) -> Answer:
        """Answers the question, or raises why not."""
        ...


class LimitPolicy(msgspec.Struct, frozen=True):
    """A rate rule as it is told to clients."""

    name: str
    limit: int
    window_s: int


class AnswerBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer. `data` is JSON already."""

    data: msgspec.Raw
    complete: bool
    gaps: tuple[Gap, ...]
    freshness: tuple[Freshness, ...]
    next_cursor: str | None


class ExchangeDoor:
    """The door of one resource."""

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
        self._resource = resource
        self._exchange = exchange
        self._partners = partners
        self._list = ParameterReader(filters=filters, is_list=True)
        self._one = ParameterReader(filters=(), is_list=False)
        self._url = f"{public_url.rstrip('/')}/v1/{resource.plural}"
        self._policies = {
            name: (b"ratelimit-policy", rate_limit_policy(it.name, limit=it.limit, window_s=it.window_s))
            for name, it in policies.items()
        }
        self._encode = msgspec.json.Encoder().encode

    def handlers(self) -> list[HTTPRouteHandler]:
        """The two operations of the resource."""
        path = f"/v1/{self._resource.plural}"

        @get(path, **_registration(list_operation(self._resource, self._list.known, partners=self._partners)))
        async def list_records(request: HttpRequest) -> Reply:
            return await self.list_records(request)

        @get(path + "/{record_id:str}", **_registration(show_operation(self._resource)))
        async def show_record(request: HttpRequest) -> Reply:
            return await self.show_record(request)

        return [list_records, show_record]

    async def list_records(self, request: HttpRequest) -> Reply:
        """One page of records."""
        asked = self._list.read(request.scope["query_string"])
        query = Query(
            resource=self._resource.name,
            partners=asked.partners,
            fields=asked.fields,
            filters=asked.filters,
            limit=asked.limit,
            cursor=asked.cursor,
            completeness=asked.completeness,
            origin=facts_of(request.scope).origin,
        )
        return await self._answer(request, query)

    async def show_record(self, request: HttpRequest) -> Reply:
        """One record."""
        asked = self._one.read(request.scope["query_string"])
        query = Query(
            resource=self._resource.name,
            fields=asked.fields,
            record_id=RecordId(request.scope["path_params"]["record_id"]),
            origin=facts_of(request.scope).origin,
        )
        return await self._answer(request, query)

    async def _answer(self, request: HttpRequest, query: Query) -> Reply:
        scope = request.scope
        token, if_none_match = bearer_token(scope["headers"])
        answer = await self._exchange.answer(query, token)
        facts = facts_of(scope)
        facts.counts = {"records": answer.count, "gaps": len(answer.gaps)}
        headers = self._headers(answer, scope["query_string"])
        if answer.etag and matches(if_none_match, _quoted(answer.etag)):
            return Reply(304, headers)
        body = AnswerBody(
            data=answer.data,
            complete=answer.complete,
            gaps=answer.gaps,
            freshness=answer.freshness,
            next_cursor=answer.next_cursor,
        )
        return Reply(200, [JSON, *headers], self._encode(body))

    def _headers(self, answer: Answer, query_string: bytes) -> Headers:
        headers: Headers = [(b"vary", b"authorization")]
        if answer.etag:
            headers.append((b"etag", _quoted(answer.etag).encode()))
        if answer.limit is not None:
            spent = answer.limit
            headers.append(
                (b"ratelimit", rate_limit(answer.limit_name, remaining=spent.remaining, reset_s=spent.reset_s))
            )
            if policy := self._policies.get(answer.limit_name):
                headers.append(policy)
        if answer.next_cursor is not None:
            headers.append((b"link", f'<{self._next_url(answer.next_cursor, query_string)}>; rel="next"'.encode()))
        return headers

    def _next_url(self, cursor: str, query_string: bytes) -> str:
        """The same question with the next cursor; only what was understood to be a parameter is repeated."""
        kept = [part for part in query_string.split(b"&") if part and not part.startswith(b"cursor=")]
        again = [quote(part.decode("latin-1"), safe="%=&+,.:@-_~*!'()") for part in kept]
        return f"{self._url}?{'&'.join([*again, 'cursor=' + quote(cursor, safe='')])}"


def _quoted(etag: str) -> str:
    return etag if etag.startswith('"') else f'"{etag}"'


def _registration(operation: Any) -> dict[str, Any]:
    return {"opt": operation.opt(), "name": operation.id, "operation_id": operation.id}
