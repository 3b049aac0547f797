"""Asking partners: side by side, under one deadline, never the same thing twice at a time."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
import structlog

from adapters.base import AdapterError, Closing, Document, Fault, Question
from gateway.clock import Clock
from gateway.errors import PartnerUnavailable, UnavailableCode
from gateway.ids import DatasetId
from gateway.remembered import Remembered
from gateway.settings import Upstream as UpstreamSettings
from gateway.upstream.asked_dataset import AskedDataset
from gateway.upstream.documents import Documents, Kept
from gateway.upstream.flights import Flight, Flights
from gateway.upstream.meter import NoMeter, UpstreamMeter
from gateway.upstream.platform_health import CircuitOpenError, PlatformHealth
from gateway.upstream.reply import Outcome, Reply, failure_of, unavailable
from gateway.upstream.shared import BreakerBoard, DocumentCache

_KEYS_KEPT = 512
_FALLING_BACK_S = 0.2
"""Before the deadline, a live dataset's platform is given up on, so that an old document can still be found."""
_log = structlog.get_logger(__name__)


class Upstream:
    """The partners' platforms, as one thing to ask.

    A fresh document answers without asking. Else the platform is asked, within the deadline, with retries for
    what may pass; if it fails, a document that is not too old answers, marked `stale`.
    """

    def __init__(
        self,
        datasets: Mapping[DatasetId, AskedDataset],
        *,
        cache: DocumentCache,
        breakers: BreakerBoard,
        settings: UpstreamSettings,
        clock: Clock,
        meter: UpstreamMeter | None = None,
    ) -> None:
        self._datasets = datasets
        self._settings = settings
        self._clock = clock
        self._meter = meter or NoMeter()
        self._documents = Documents(cache=cache, clock=clock, max_bytes=settings.memory_cache_bytes)
        self._flights = Flights()
        self._keys: Remembered[tuple[int, int], tuple[AskedDataset, Question, str]] = Remembered(at_most=_KEYS_KEPT)
        self._health = {
            asked.platform: PlatformHealth(asked.platform, settings=settings, board=breakers, meter=self._meter)
            for asked in datasets.values()
        }

    async def ask(self, dataset_id: DatasetId, question: Question, *, deadline_s: float | None = None) -> Reply:
        """What the platform answers. Raises `PartnerUnavailable`."""
        (outcome,) = await self.ask_all([(dataset_id, question)], deadline_s=deadline_s)
        if isinstance(outcome, PartnerUnavailable):
            raise outcome
        return outcome

    async def ask_all(
        self, questions: Sequence[tuple[DatasetId, Question]], *, deadline_s: float | None = None
    ) -> list[Outcome]:
        """What each answers, or how it failed, in the order asked; after `deadline_s` at the latest."""
        askings = [(self._datasets[dataset], question) for dataset, question in questions]
        fresh = [self._fresh_here(asked, question) for asked, question in askings]
        if None not in fresh:
            return [it for it in fresh if it is not None]
        now = asyncio.get_running_loop().time()
        flight_ends = now + self._settings.deadline_s
        ends = flight_ends if deadline_s is None else min(flight_ends, now + deadline_s)
        answering = [
            reply or self._flight(asked, question, ends=flight_ends)
            for (asked, question), reply in zip(askings, fresh, strict=True)
        ]
        waiting = {it.task for it in answering if isinstance(it, Flight) and it.task is not None and not it.task.done()}
        if waiting:
            await asyncio.wait(waiting, timeout=max(0.0, ends - asyncio.get_running_loop().time()))
        return [
            it if isinstance(it, Reply) else self._outcome(asked, it)
            for (asked, _), it in zip(askings, answering, strict=True)
        ]

    async def close(self) -> None:
        """Gives up what is on its way, lets the shared cache have what has come, and closes what adapters hold."""
        await self._flights.land()
        await self._documents.settle()
        for asked in self._datasets.values():
            if isinstance(asked.adapter, Closing):
                await asked.adapter.close()

    def _fresh_here(self, asked: AskedDataset, question: Question) -> Reply | None:
        """The answer, if this process holds a fresh one."""
        kept = self._documents.fresh_here(asked, self._key(asked, question))
        if kept is None:
            return None
        self._meter.served_cached(asked.id)
        return kept.reply(asked)

    def _flight(self, asked: AskedDataset, question: Question, *, ends: float) -> Flight:
        """A flight to the answer: the one that is on its way, or a new one."""
        key = self._key(asked, question)
        start = partial(self._fly, asked=asked, question=question, key=key)
        return self._flights.join(key, ends=ends, start=start)

    def _key(self, asked: AskedDataset, question: Question) -> str:
        """The question's key, remembered, as a plan puts the same ones again and again."""
        identity = id(asked), id(question)
        known = self._keys.get(identity)
        if known is None:
            known = asked, question, asked.key(question)
            self._keys.put(identity, known)
        return known[2]

    def _outcome(self, asked: AskedDataset, flight: Flight) -> Outcome:
        """What the flight brought, or what answers for one that has not come back."""
        outcome = flight.outcome
        if outcome is None:
            late = unavailable(asked.id, UnavailableCode.TIMEOUT, "no answer before the deadline")
            return self._instead(asked, flight, late)
        return outcome

    async def _fallen_back(
        self, asked: AskedDataset, flight: Flight, *, key: str, failure: PartnerUnavailable
    ) -> Outcome:
        """The old document, which for a live dataset is only looked for everywhere once its platform has failed."""
        if asked.is_live:
            flight.fallback = await self._documents.find_anywhere(asked, key)
        return self._instead(asked, flight, failure)

    def _instead(self, asked: AskedDataset, flight: Flight, failure: PartnerUnavailable) -> Outcome:
        """The old document where there is one, else the failure."""
        if flight.fallback is None:
            return failure
        self._meter.served_stale(asked.id)
        return flight.fallback.reply(asked, stale=True)

    async def _fly(self, flight: Flight, *, asked: AskedDataset, question: Question, key: str) -> Outcome:
        """The reply, or why there is none. Raises nothing."""
        began = time.monotonic()
        try:
            return await self._try(flight, asked=asked, question=question, key=key)
        except AdapterError as error:
            if error.fault is Fault.NOT_FOUND:
                self._meter.asked(asked.id, seconds=time.monotonic() - began)
                return Reply(dataset=asked.id, body=b"", digest="", fetched_at=self._clock.seconds(), found=False)
            failure = failure_of(asked.id, error)
        except CircuitOpenError as error:
            retry_after_s = error.retry_after_s
            failure = unavailable(asked.id, UnavailableCode.CIRCUIT_OPEN, error.message, retry_after_s=retry_after_s)
        except Exception as error:  # noqa: BLE001  (a fault of ours must not cost the other partners their part)
            _log.exception("asking-failed", dataset=asked.id, exc_info=False, reason=type(error).__name__)
            failure = unavailable(asked.id, UnavailableCode.UNREADABLE, f"the asking failed: {type(error).__name__}")
        except asyncio.CancelledError:  # the gateway closes
            return self._instead(
                asked, flight, unavailable(asked.id, UnavailableCode.UNREACHABLE, "the gateway closes")
            )
        self._meter.failed(asked.id, code=failure.code, seconds=time.monotonic() - began)
        _log.warning("partner-failed", dataset=asked.id, reason=failure.code.value, detail=failure.message)
        return await self._fallen_back(asked, flight, key=key, failure=failure)

    async def _try(self, flight: Flight, *, asked: AskedDataset, question: Question, key: str) -> Reply:
        """From the shared cache, or from the platform. Raises `AdapterError` or `CircuitOpenError`."""
        began = time.monotonic()
        try:
            async with asyncio.timeout_at(flight.ends - (_FALLING_BACK_S if asked.is_live else 0)):
                known = await self._documents.find(asked, key)
                if known is not None and self._documents.is_fresh(asked, known):
                    self._meter.served_cached(asked.id)
                    return known.reply(asked)
                flight.fallback = known
                document = await self._fetch(flight, asked=asked, question=_conditional(question, known))
        except TimeoutError:
            error = AdapterError(Fault.TIMEOUT, "no answer before the deadline")
            await self._health[asked.platform].failed(error)
            raise error from None
        self._meter.asked(asked.id, seconds=time.monotonic() - began)
        return self._documents.keep(asked, key, document, known=known).reply(asked)

    async def _fetch(self, flight: Flight, *, asked: AskedDataset, question: Question) -> Document:
        """The platform's document, asked for again where its failure may pass."""
        health = self._health[asked.platform]
        await health.require_askable()
        retries = 0
        while True:
            try:
                document = await asked.adapter.fetch(question)
            except AdapterError as error:
                if not await health.failed(error):
                    raise
                delay = health.delay_before_retry(error, retries=retries, ends=flight.ends)
                if delay is None:
                    raise
            else:
                await health.answered()
                return document
            retries += 1
            self._meter.retried(asked.id)
            await asyncio.sleep(delay)


def _conditional(question: Question, known: Kept | None) -> Question:
    """The question with the known document's mark, so that the platform may say that nothing changed."""
    etag = known.document.etag if known is not None else None
    return msgspec.structs.replace(question, etag=etag)
