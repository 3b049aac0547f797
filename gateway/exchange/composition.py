"""A page as it is answered: its records as one JSON array, its age, its tag, and the cursor to the next."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

import msgspec

from gateway.clock import Clock
from gateway.exchange.answer import Answer, Content, Freshness
from gateway.exchange.cursor import Cursors
from gateway.exchange.limits import Admitted
from gateway.exchange.page import Page
from gateway.exchange.query import Query
from gateway.ids import PartnerId

_ENCODER = msgspec.json.Encoder()


class Composer:
    """Composes answers. While a page is remembered, so is its content, until it is a second older."""

    def __init__(self, *, cursors: Cursors, clock: Clock) -> None:
        self._cursors = cursors
        self._clock = clock
        self._composed: WeakKeyDictionary[Page, tuple[list[int], Content, str]] = WeakKeyDictionary()

    def compose(self, page: Page, query: Query, *, consumer: PartnerId, admitted: Admitted) -> Answer:
        """The answer. A page belongs to one question of one consumer."""
        now = self._clock.seconds()
        ages = [max(0, int(now - part.fetched_at)) for part in page.parts if part.fetched_at is not None]
        composed = self._composed.get(page)
        if composed is None or composed[0] != ages:
            composed = self._composed[page] = ages, *self._content(page, query, consumer, ages)
        return Answer(
            content=composed[1],
            count=page.count,
            etag=composed[2],
            limit=admitted.spent,
            limit_name=admitted.rule,
        )

    def _content(self, page: Page, query: Query, consumer: PartnerId, ages: list[int]) -> tuple[Content, str]:
        rows = page.rows()
        next_cursor = (
            self._cursors.write(page.next_places, query=query, consumer=consumer) if page.next_places else None
        )
        content = Content(
            data=msgspec.Raw(rows if query.record_id is not None else b"[" + rows + b"]"),
            complete=not page.gaps,
            gaps=page.gaps,
            freshness=tuple(_freshness(page, ages)),
            next_cursor=next_cursor,
        )
        return content, _etag(page, next_cursor)


def _freshness(page: Page, ages: list[int]) -> Iterator[Freshness]:
    fetched = [(part, part.fetched_at) for part in page.parts if part.fetched_at is not None]
    for (part, fetched_at), age_s in zip(fetched, ages, strict=True):
        yield Freshness(
            dataset=part.turn.dataset.id,
            fetched_at=datetime.fromtimestamp(int(fetched_at), UTC),
            age_s=age_s,
            stale=part.is_stale,
        )


def _etag(page: Page, next_cursor: str | None) -> str:
    """Over the digests of what the parts gave, the gaps, and where it goes on."""
    digest = hashlib.sha256(b"".join(part.digest for part in page.parts))
    digest.update(_ENCODER.encode((page.gaps, next_cursor)))
    return f'"{urlsafe_b64encode(digest.digest()[:18]).decode()}"'
