"""GET `/v1/events` and `/v1/events/{id}`: the feed, page by page or as a stream. Decodes and encodes, no more."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from gateway.api.bearer_token import bearer_token
from gateway.api.event_operations import feed_operation, show_event_operation
from gateway.api.event_stream import EventStream, Streams
from gateway.api.query_parameters import gathered, invalid, listed, read_limit, read_pairs
from gateway.api.reply import JSON, UNKEPT, HttpRequest, Reply
from gateway.api.request_facts import RequestFacts, facts_of
from gateway.audit.ending import Origin
from gateway.ids import PartnerId
from gateway.life_events.feed import FeedPage, FeedQuery
from gateway.life_events.feed_entitlements import FeedWish
from gateway.life_events.outgoing import CLOUD_EVENT
from schemas.resources import LIFE_EVENTS, event_name, event_type

MAX_WAIT_S = 30
_LISTS = ("type", "partner", "fields")
_KNOWN = ("after", "type", "partner", "fields", "limit", "wait_s")
_TYPES = {event_type(name) for name in LIFE_EVENTS}
_ENCODE = msgspec.json.Encoder().encode


class Feeding(Protocol):
    """The feed, as the doors need it."""

    async def page(self, query: FeedQuery, token: str | None) -> FeedPage:
        """The next events, or raises why not."""
        ...

    async def one(self, event_id: str, *, fields: tuple[str, ...] | None, origin: Origin, token: str | None) -> bytes:
        """One CloudEvent, or raises why not."""
        ...


class WithheldEvents(msgspec.Struct, frozen=True):
    """A kind of event of a partner that an agreement is about, and why nothing of it is released."""

    type: str
    partner: str
    code: str


class UnreadableEventEntry(msgspec.Struct, frozen=True):
    """An event that cannot be opened any more: it is passed over, and the operators have been told."""

    id: str
    type: str
    partner: str


class FeedBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a page. `data` are CloudEvents, JSON already."""

    data: list[msgspec.Raw]
    next_cursor: str
    has_more: bool
    withheld: list[WithheldEvents]
    unreadable: list[UnreadableEventEntry]


def event_feed_doors(feed: Feeding, streams: Streams, *, partners: Sequence[str]) -> list[HTTPRouteHandler]:
    """The two doors. `partners` are those that publish."""
    listing, showing = feed_operation(partners=partners), show_event_operation()

    @get("/v1/events", opt=listing.opt(), name=listing.id)
    async def read_events(request: HttpRequest) -> ASGIApp:
        token, _ = bearer_token(request.scope["headers"])
        facts = facts_of(request.scope)
        query = _query(request, facts)
        if "text/event-stream" in request.headers.get("accept", ""):
            return EventStream(streams, await streams.open(query, token))
        page = await feed.page(query, token)
        facts.counts = {"events": len(page.items)}
        return Reply(200, [JSON, UNKEPT, (b"vary", b"accept, authorization")], _ENCODE(_body(page)))

    @get("/v1/events/{event_id:str}", opt=showing.opt(), name=showing.id)
    async def show_event(request: HttpRequest) -> Reply:
        token, _ = bearer_token(request.scope["headers"])
        values = gathered(read_pairs(request.scope["query_string"]), known=("fields",), lists=_LISTS)
        event = await feed.one(
            request.scope["path_params"]["event_id"],
            fields=listed("fields", values["fields"]) if "fields" in values else None,
            origin=facts_of(request.scope).origin,
            token=token,
        )
        return Reply(200, [(b"content-type", CLOUD_EVENT.encode()), UNKEPT, (b"vary", b"authorization")], event)

    return [read_events, show_event]


def _query(request: HttpRequest, facts: RequestFacts) -> FeedQuery:
    values = gathered(read_pairs(request.scope["query_string"]), known=_KNOWN, lists=_LISTS)
    after = values["after"][0] if "after" in values else None
    partners = listed("partner", values["partner"]) if "partner" in values else None
    return FeedQuery(
        wish=FeedWish(
            names=_names(values.get("type")),
            partners=None if partners is None else tuple(map(PartnerId, partners)),
            fields=listed("fields", values["fields"]) if "fields" in values else None,
        ),
        after=request.headers.get("last-event-id") or after,
        limit=read_limit(values.get("limit")),
        wait_s=_wait(values.get("wait_s")),
        origin=facts.origin,
    )


def _names(values: list[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    types = listed("type", values)
    if not _TYPES.issuperset(types):
        raise invalid("type", "one of " + ", ".join(sorted(_TYPES)))
    return tuple(event_name(it) for it in types)


def _wait(values: list[str] | None) -> int:
    if values is None:
        return 0
    text = values[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= MAX_WAIT_S):
        raise invalid("wait_s", f"a whole number from 0 to {MAX_WAIT_S}")
    return int(text)


def _body(page: FeedPage) -> FeedBody:
    return FeedBody(
        data=[msgspec.Raw(it.event) for it in page.items],
        next_cursor=page.next_cursor,
        has_more=page.has_more,
        withheld=[WithheldEvents(event_type(name), partner, code) for name, partner, code in page.withheld],
        unreadable=[UnreadableEventEntry(it.id, event_type(it.name), it.provider) for it in page.unreadable],
    )
