"""Documents that were fetched before: in this process for the quick answer, in the shared cache for all.

They are kept as the platform gave them, before mapping and minimisation, so that one caller's narrowed
answer can never reach another.
"""

import asyncio
from collections import OrderedDict
from hashlib import sha256

import msgspec
import structlog

from adapters.base import Document
from gateway.clock import Clock
from gateway.upstream.asked_dataset import AskedDataset
from gateway.upstream.reply import Reply
from gateway.upstream.shared import CachedDocument, DocumentCache

_log = structlog.get_logger(__name__)


_LIVE_S = 1.0
"""Documents that are fresh for less are kept for the day their platform fails, and are shared only so often …"""
_SHARE_EVERY_S = 5.0


class Kept(msgspec.Struct, frozen=True):
    """A document and the digest of its body. `shared_at` is when the shared cache last got one for its key."""

    document: CachedDocument
    digest: str
    shared_at: float = float("-inf")

    def reply(self, asked: AskedDataset, *, stale: bool = False) -> Reply:
        """As the exchange gets it."""
        document = self.document
        return Reply(
            dataset=asked.id,
            body=document.body,
            digest=self.digest,
            fetched_at=document.fetched_at,
            next_position=document.next_position,
            stale=stale,
        )


class _Recent:
    """The documents used last, bounded by the bytes of their bodies."""

    def __init__(self, max_bytes: int) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._room = self._max_bytes = max_bytes

    def get(self, key: str) -> Kept | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: str, kept: Kept) -> None:
        self.drop(key)
        size = len(kept.document.body)
        if size > self._max_bytes // 4:  # one giant must not drive all others out
            return
        self._kept[key] = kept
        self._room -= size
        while self._room < 0:
            self.drop(next(iter(self._kept)))

    def drop(self, key: str) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._room += len(kept.document.body)

    def drop_this(self, key: str, kept: Kept) -> None:
        if self._kept.get(key) is kept:
            self.drop(key)


class Documents:
    """What is known already. `max_bytes` bounds what this process keeps; the shared cache bounds itself."""

    def __init__(self, *, cache: DocumentCache, clock: Clock, max_bytes: int) -> None:
        self._cache = cache
        self._clock = clock
        self._recent = _Recent(max_bytes)
        self._puts: set[asyncio.Task[None]] = set()

    def fresh_here(self, asked: AskedDataset, key: str) -> Kept | None:
        """A fresh document that this process holds."""
        kept = self._recent.get(key)
        return kept if kept is not None and self.is_fresh(asked, kept) else None

    async def find(self, asked: AskedDataset, key: str) -> Kept | None:
        """The newest document there is, fresh or stale, but none older than may ever be answered."""
        here = self._recent.get(key)
        is_enough = here is not None and asked.fresh_for_s < _LIVE_S
        shared = await self._cache.get(key) if asked.cacheable and not is_enough else None
        if shared is not None and (here is None or shared.fetched_at > here.document.fetched_at):
            here = _digested(shared)
            self._recent.put(key, here)
        return here if here is not None and self.may_answer_stale(asked, here) else None

    def is_fresh(self, asked: AskedDataset, kept: Kept) -> bool:
        """Whether it answers without asking. A document from the future, after a clock was set back, does not."""
        return 0 <= self._clock.seconds() - kept.document.fetched_at < asked.fresh_for_s

    def may_answer_stale(self, asked: AskedDataset, kept: Kept) -> bool:
        """Whether it answers for a platform that fails. What may not be shared is forgotten rather than stale."""
        if not asked.cacheable:
            return self.is_fresh(asked, kept)
        return self._clock.seconds() - kept.document.fetched_at < asked.fresh_for_s + asked.stale_if_error_s

    def keep(self, asked: AskedDataset, key: str, document: Document, *, known: Kept | None) -> Kept:
        """What was just fetched, kept for the next who asks; the shared cache gets it behind the answer's back.

        With `not_modified`, `document` is the one that is `known`, as of now.
        """
        now = self._clock.seconds()
        if document.not_modified and known is not None:
            kept = Kept(msgspec.structs.replace(known.document, fetched_at=now), known.digest)
        else:
            kept = _digested(
                CachedDocument(
                    body=document.body, fetched_at=now, next_position=document.next_position, etag=document.etag
                )
            )
        if asked.cacheable:
            kept = self._shared(asked, key, kept)
            self._recent.put(key, kept)
        elif asked.fresh_for_s > 0:
            self._recent.put(key, kept)
            asyncio.get_running_loop().call_later(asked.fresh_for_s, self._recent.drop_this, key, kept)
        return kept

    async def settle(self) -> None:
        """Returns when the shared cache has all that was kept."""
        if self._puts:
            await asyncio.wait(self._puts)

    def _shared(self, asked: AskedDataset, key: str, kept: Kept) -> Kept:
        """`kept` with when it or its forerunner was shared."""
        keep_s = asked.fresh_for_s + asked.stale_if_error_s
        before = self._recent.get(key)
        now = kept.document.fetched_at
        if asked.fresh_for_s < _LIVE_S and before is not None and 0 <= now - before.shared_at < _SHARE_EVERY_S:
            return msgspec.structs.replace(kept, shared_at=before.shared_at)
        if keep_s <= 0:
            return kept
        task = asyncio.create_task(self._cache.put(key, kept.document, keep_s))
        self._puts.add(task)
        task.add_done_callback(self._put_is_done)
        return msgspec.structs.replace(kept, shared_at=now)

    def _put_is_done(self, task: asyncio.Task[None]) -> None:
        self._puts.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("document-not-cached", reason=type(error).__name__)


def _digested(document: CachedDocument) -> Kept:
    return Kept(document, sha256(document.body).hexdigest())
