"""GET `/open311/v2/…`: discovery, services, reports and one report, in JSON and XML, over the exchange's own path."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.bearer_token import bearer_token
from gateway.api.catalogue import DatasetEntry, PartnerEntry
from gateway.api.exchange_data import Exchange
from gateway.api.open311 import description
from gateway.api.open311.formats import Format
from gateway.api.open311.question import Asked, Jurisdictions, read_list, read_one
from gateway.api.open311.report import Report, service_members
from gateway.api.open311.walk import Walked, Walker, failure_in
from gateway.api.operation import Operation
from gateway.api.problems import rate_limit
from gateway.api.query_parameters import require_no_parameters
from gateway.api.reply import Headers, HttpRequest, Kept, Reply, etag_of, matches
from gateway.api.request_facts import facts_of
from gateway.errors import BadRequest, BadRequestCode, PartnerUnavailable
from gateway.exchange.query import Query
from gateway.ids import PartnerId, RecordId

_RESOURCE = "service-request"
_ROOT = "/open311/v2"
_CATEGORY = ("@public",)
Handle = Callable[[HttpRequest, Format, str], Awaitable[Reply]]


class Open311Door:
    """Citizens' reports of one partner at a time: GeoReport calls it a jurisdiction."""

    def __init__(
        self,
        *,
        exchange: Exchange,
        partners: Sequence[PartnerEntry],
        datasets: Mapping[str, Sequence[DatasetEntry]],
        public_url: str,
    ) -> None:
        offering = [it for it in partners if _RESOURCE in it.resources]
        self._exchange = exchange
        self._jurisdictions = Jurisdictions([(it.id, it.kode_wilayah) for it in offering])
        self._filters = {
            it.id: _common(entry.filters for entry in datasets[it.id] if entry.resource == _RESOURCE) for it in offering
        }
        discovery = description.discovery(public_url.rstrip("/"))
        self._discovery = {form: _kept(form, "discovery", discovery) for form in Format}

    def handlers(self) -> list[HTTPRouteHandler]:
        """Each operation in each format; the last two have the format at the end of their file's name."""
        described = description.Descriptions(self._jurisdictions)
        handlers: list[HTTPRouteHandler] = []
        for form in Format:
            handlers += [
                _door(f"/discovery.{form}", described.discovery(form), self._discover, form=form),
                _door(f"/services.{form}", described.services(form), self._services, form=form),
                _door(f"/requests.{form}", described.reports(form), self._reports, form=form),
            ]
        return [
            *handlers,
            _door("/services/{file:path}", described.service(), self._service),
            _door("/requests/{file:path}", described.report(), self._report),
        ]

    async def _discover(self, request: HttpRequest, form: Format, _name: str) -> Reply:
        require_no_parameters(request.scope["query_string"])
        return self._discovery[form].reply(request)

    async def _services(self, request: HttpRequest, form: Format, _name: str) -> Reply:
        """The categories of the reports that can be seen now."""
        asked = read_one(request.scope["query_string"], self._jurisdictions)
        walked, services = await self._categories(request, asked)
        return _answered(request, form, "services", services, walked)

    async def _service(self, request: HttpRequest, form: Format, name: str) -> Reply:
        """The definition of one category: no attributes, as no report is taken here."""
        asked = read_one(request.scope["query_string"], self._jurisdictions)
        walked, services = await self._categories(request, asked)
        if not any(it["service_code"] == name for it in services):
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such service")
        return _answered(request, form, "service_definition", {"service_code": name, "attributes": []}, walked)

    async def _categories(self, request: HttpRequest, asked: Asked) -> tuple[Walked, list[dict[str, Any]]]:
        query = Query(_RESOURCE, partners=(self._jurisdictions.named(asked),), fields=_CATEGORY)
        walked = await self._walker(request).reports(query, wanted=2_000, keeps=lambda _: True)
        names = {it.code: it.service_name for it in walked.reports if it.code is not None}
        return walked, [service_members(code, names[code]) for code in sorted(names)]

    async def _reports(self, request: HttpRequest, form: Format, _name: str) -> Reply:
        """A list of reports, by filters or by ids."""
        asked = read_list(request.scope["query_string"], self._jurisdictions)
        walked = await (self._by_ids(request, asked) if asked.ids else self._by_filters(request, asked))
        members = [it.members(extended=asked.extended) for it in walked.reports]
        return _answered(request, form, "service_requests", members, walked)

    async def _by_filters(self, request: HttpRequest, asked: Asked) -> Walked:
        """Status is filtered by the platform or the path where either can; the rest here, on what was released."""
        partner = self._jurisdictions.named(asked)
        filters = {}
        if len(asked.statuses) == 1 and "status" in self._filters[partner]:
            filters = {"status": next(iter(asked.statuses))}
        query = Query(_RESOURCE, partners=(partner,), filters=filters)
        sieve = _Sieve(asked)
        walked = await self._walker(request).reports(query, wanted=asked.skip + asked.size, keeps=sieve.keeps)
        sieve.check(walked.seen)
        return msgspec.structs.replace(walked, reports=walked.reports[asked.skip :])

    async def _by_ids(self, request: HttpRequest, asked: Asked) -> Walked:
        partner = self._jurisdictions.named(asked)
        query = Query(_RESOURCE, partners=(partner,))
        return await self._walker(request).reports(query, wanted=len(asked.ids), keeps=_called(asked.ids))

    async def _report(self, request: HttpRequest, form: Format, name: str) -> Reply:
        """One report: by its record id, or by the number that the citizen was given."""
        asked = read_one(request.scope["query_string"], self._jurisdictions)
        owner = name.partition(f":{_RESOURCE}:")[0]
        is_record_id = owner != name
        if is_record_id and asked.partner not in {None, owner}:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such report in this jurisdiction")
        partner = PartnerId(owner) if is_record_id else self._jurisdictions.named(asked)
        if partner not in self._filters:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such report")
        walker, query = self._walker(request), Query(_RESOURCE, partners=(partner,))
        walked = await walker.one(query, RecordId(name)) if is_record_id else None
        if walked is None:
            walked = await walker.reports(query, wanted=1, keeps=_called((name,)))
        if not walked.reports:
            raise _not_found(walked, partner)
        members = [it.members(extended=asked.extended) for it in walked.reports]
        return _answered(request, form, "service_requests", members, walked)

    def _walker(self, request: HttpRequest) -> Walker:
        token, _ = bearer_token(request.scope["headers"])
        return Walker(self._exchange, token=token, origin=facts_of(request.scope).origin)


class _Sieve:
    """Which reports a list keeps, and whether that could be told at all."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._has_time = self._has_code = False

    def keeps(self, report: Report) -> bool:
        """Whether the report is of the status, the categories and the span that are asked for."""
        asked, requested = self._asked, report.requested_datetime
        self._has_time |= requested is not None
        self._has_code |= report.code is not None
        if asked.statuses and report.status not in asked.statuses:
            return False
        if asked.codes and report.code not in asked.codes:
            return False
        if asked.start is None or asked.end is None:
            return True
        return requested is not None and asked.start <= requested <= asked.end

    def check(self, seen: int) -> None:
        """Raises `BadRequest` where reports came, and not one of them has what is filtered by."""
        for name, is_asked, is_known in (
            ("start_date", self._asked.start is not None, self._has_time),
            ("service_code", bool(self._asked.codes), self._has_code),
        ):
            if seen and is_asked and not is_known:
                message = f"no report says what {name} filters by, or it is not granted"
                raise BadRequest(BadRequestCode.FILTER_UNSUPPORTED, message, filter=name)


def _called(ids: Sequence[str]) -> Callable[[Report], bool]:
    """Whether a report has one of the ids."""
    return lambda report: any(map(report.is_called, ids))


def _not_found(walked: Walked, partner: PartnerId) -> PartnerUnavailable | BadRequest:
    """That it is not there; or that this cannot be said, as not every report was seen."""
    if (failure := failure_in(walked.gaps)) is not None:
        return failure
    if walked.is_whole:
        return BadRequest(BadRequestCode.NOT_FOUND, "no such report")
    message = f"{partner} has more reports than are looked through for a number; ask by record id"
    return BadRequest(BadRequestCode.FILTER_UNSUPPORTED, message, filter="service_request_id")


def _common(filters: Any) -> frozenset[str]:
    """The filters that every one of the datasets takes."""
    sets = [frozenset(it) for it in filters]
    return frozenset.intersection(*sets) if sets else frozenset()


def _door(path: str, operation: Operation, handle: Handle, *, form: Format | None = None) -> HTTPRouteHandler:
    """A Litestar handler; without `form`, it is the end of the file's name."""

    @get(_ROOT + path, opt=operation.opt(), name=operation.id, operation_id=operation.id)
    async def door(request: HttpRequest) -> Reply:
        if form is not None:
            return await handle(request, form, "")
        name, _, ending = str(request.scope["path_params"]["file"]).lstrip("/").rpartition(".")
        if not name or ending not in set(Format):
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such format")
        return await handle(request, Format(ending), name)

    return door


def _answered(
    request: HttpRequest, form: Format, root: str, value: list[Any] | Mapping[str, Any], walked: Walked
) -> Reply:
    """The document, with what GeoReport has no place for in headers: whether all is there, and what is not."""
    facts_of(request.scope).counts = {"records": len(walked.reports), "gaps": len(walked.gaps)}
    body = form.write(root, value)
    etag = etag_of(body)
    headers: Headers = [
        (b"vary", b"authorization"),
        (b"etag", etag.encode()),
        (b"exchange-complete", b"?1" if walked.is_complete else b"?0"),
    ]
    if walked.gaps:
        headers.append((b"exchange-gaps", _told(walked).encode()))
    if walked.last.limit is not None:
        spent = walked.last.limit
        limit = rate_limit(walked.last.limit_name, remaining=spent.remaining, reset_s=spent.reset_s)
        headers.append((b"ratelimit", limit))
    if matches(request.headers.get("if-none-match"), etag):
        return Reply(304, headers)
    return Reply(200, [(b"content-type", form.media_type.encode()), *headers], body)


def _told(walked: Walked) -> str:
    """The gaps as a list of structured fields: dataset, reason, how often."""
    counted: dict[tuple[str, str], int] = {}
    for gap in walked.gaps:
        counted[gap.dataset, gap.reason] = counted.get((gap.dataset, gap.reason), 0) + gap.count
    return ", ".join(f'"{dataset}";reason="{reason}";count={count}' for (dataset, reason), count in counted.items())


def _kept(form: Format, root: str, value: Mapping[str, Any]) -> Kept:
    return Kept(form.write(root, value), (b"content-type", form.media_type.encode()))
