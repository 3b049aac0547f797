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
from gateway.ids import DatasetId
from gateway.remembered import Remembered
from gateway.upstream.asked_dataset import AskedDataset
from gateway.upstream.byte_budget import ByteBudget
from gateway.upstream.reply import Reply
from gateway.upstream.shared import CachedDocument, DocumentCache

_log = structlog.get_logger(__name__)

_SHARE_EVERY_S = 5.0
"""What is asked for each question is shared again only so often …"""
_SPARE_BYTES_PER_S = 1024 * 1024
_SPARE_BYTES_AT_ONCE = 16 * 1024 * 1024
"""… and for the first time only as long as no more than this is written by one process."""


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
        self._last: Remembered[DatasetId, Kept] = Remembered(at_most=max_bytes // 4)
        self._puts: set[asyncio.Task[None]] = set()
        self._spares = ByteBudget(per_s=_SPARE_BYTES_PER_S, at_once=_SPARE_BYTES_AT_ONCE, clock=clock)

    def fresh_here(self, asked: AskedDataset, key: str) -> Kept | None:
        """A fresh document that this process holds."""
        kept = self._recent.get(key)
        return kept if kept is not None and self.is_fresh(asked, kept) else None

    async def find(self, asked: AskedDataset, key: str) -> Kept | None:
        """What may answer, or tell the platform what is known, fresh or stale; of a live dataset only what is here."""
        if asked.is_live:
            here = self._recent.get(key)
            return here if here is not None and self.may_answer_stale(asked, here) else None
        return await self.find_anywhere(asked, key)

    async def find_anywhere(self, asked: AskedDataset, key: str) -> Kept | None:
        """The newest document there is, fresh or stale, but none older than may ever be answered."""
        here = self._recent.get(key)
        shared = await self._cache.get(key) if asked.cacheable else None
        if shared is not None and (here is None or shared.fetched_at > here.document.fetched_at):
            here = Kept(shared, _digest(shared.body))
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
            kept = self._digested(asked, document, now=now)
        if asked.cacheable:
            kept = self._shared(asked, key, kept)
            self._recent.put(key, kept)
        elif asked.fresh_for_s > 0:
            self._recent.put(key, kept)
            asyncio.get_running_loop().call_later(asked.fresh_for_s, self._recent.drop_this, key, kept)
        return kept

    def _digested(self, asked: AskedDataset, document: Document, *, now: float) -> Kept:
        """The document with its digest. What says the same as the dataset's last one shares that one's bytes."""
        last = self._last.get(asked.id)
        if last is not None and last.document.body == document.body:
            body, digest = last.document.body, last.digest
        else:
            body, digest = document.body, _digest(document.body)
        cached = CachedDocument(body=body, fetched_at=now, next_position=document.next_position, etag=document.etag)
        kept = Kept(cached, digest)
        if asked.cacheable:
            self._last.put(asked.id, kept, weight=len(body))
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
        if keep_s <= 0:
            return kept
        if asked.is_live:
            if before is not None and 0 <= now - before.shared_at < _SHARE_EVERY_S:
                return msgspec.structs.replace(kept, shared_at=before.shared_at)
            is_known = before is not None and before.shared_at > 0
            if not self._spares.spend(len(kept.document.body)) and not is_known:
                return kept
        task = asyncio.create_task(self._cache.put(key, kept.document, keep_s))
        self._puts.add(task)
        task.add_done_callback(self._put_is_done)
        return msgspec.structs.replace(kept, shared_at=now)

    def _put_is_done(self, task: asyncio.Task[None]) -> None:
        self._puts.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("document-not-cached", reason=type(error).__name__)


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()
