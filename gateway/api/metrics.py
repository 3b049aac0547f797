"""GET `/metrics` on the admin listener, and what is counted. Labels are routes and ids of datasets, never values.

Several worker processes count together in the folder that `PROMETHEUS_MULTIPROC_DIR` names; it must be
set before `prometheus_client` is imported.
"""

import asyncio
import os
from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from gateway.api.operation import Answered, Operation, Tag
from gateway.api.reply import Reply
from gateway.contracts.history import CheckRecord
from gateway.contracts.report import Outcome
from gateway.errors import UnavailableCode
from gateway.ids import DatasetId

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_TEXT = "text/plain; version=0.0.4; charset=utf-8"

METRICS = Operation(
    id="showMetrics",
    tag=Tag.SERVICE,
    summary="Metrics for Prometheus",
    description="Counters and histograms of all worker processes of this node.",
    answers={200: Answered("The metrics.", {"type": "string"}, media_type="text/plain")},
)


class Meters:
    """Everything that is counted, in one registry; it serves as the meter of every room that takes one."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "gateway_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "gateway_request_seconds", "Time to answer.", ("route",), buckets=_BUCKETS, registry=self.registry
        )
        self._asked = Histogram(
            "gateway_upstream_seconds",
            "Time a platform took.",
            ("dataset", "outcome"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._retries = Counter("gateway_upstream_retries", "Retries.", ("dataset",), registry=self.registry)
        self._cached = Counter(
            "gateway_upstream_cached", "Answers from cache.", ("dataset", "state"), registry=self.registry
        )
        self._circuits = Counter(
            "gateway_upstream_circuit_opened", "Circuits opened.", ("platform",), registry=self.registry
        )
        self._fresh: dict[DatasetId, Counter] = {}
        self._delay = Histogram(
            "gateway_delivery_delay_seconds",
            "Time from when a delivery was due to its arrival.",
            buckets=(*_BUCKETS, 30.0, 60.0, 600.0, 3_600.0, 36_000.0),
            registry=self.registry,
        )
        self._waiting = Gauge(
            "gateway_deliveries_waiting",
            "Deliveries that wait, in the whole database.",
            registry=self.registry,
            multiprocess_mode="mostrecent",
        )
        self._count_checks()
        self._events: dict[tuple[str, tuple[str, ...]], Counter] = {}
        self._answered: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def _count_checks(self) -> None:
        """What is counted of live checks of contracts."""
        self._checks = Counter(
            "gateway_contract_check", "Live checks of contracts.", ("dataset", "outcome"), registry=self.registry
        )
        self._check_seconds = Histogram(
            "gateway_contract_check_seconds", "Time a live check took.", ("dataset",), registry=self.registry
        )
        self._check_broken = self._gauge("gateway_contract_check_broken", "Whether the newest check broke.")
        self._check_findings = self._gauge("gateway_contract_check_findings", "What the newest check found.")
        self._check_at = self._gauge("gateway_contract_check_timestamp_seconds", "When the newest check was made.")

    def answered(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        key = (route, method, status)
        found = self._answered.get(key)
        if found is None:
            known = method if method in _METHODS else "other"
            found = self._requests.labels(route, known, str(status)), self._seconds.labels(route)
            self._answered[route, known, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def count(self, name: str, /, **labels: str) -> None:
        """Adds one to an event counter of the access room."""
        names = tuple(sorted(labels))
        counter = self._events.get((name, names))
        if counter is None:
            counter = Counter(f"gateway_{name}", f"Events: {name}.", names, registry=self.registry)
            self._events[name, names] = counter
        (counter.labels(**labels) if labels else counter).inc()

    def asked(self, dataset: DatasetId, *, seconds: float) -> None:
        """A platform answered."""
        self._asked.labels(dataset, "answered").observe(seconds)

    def failed(self, dataset: DatasetId, *, code: UnavailableCode, seconds: float) -> None:
        """A platform failed."""
        self._asked.labels(dataset, code.value).observe(seconds)

    def retried(self, dataset: DatasetId) -> None:
        """A question was put once more."""
        self._retries.labels(dataset).inc()

    def served_cached(self, dataset: DatasetId) -> None:
        """A fresh document answered without asking."""
        fresh = self._fresh.get(dataset)
        if fresh is None:
            fresh = self._fresh[dataset] = self._cached.labels(dataset, "fresh")
        fresh.inc()

    def served_stale(self, dataset: DatasetId) -> None:
        """An old document answered for a platform that failed."""
        self._cached.labels(dataset, "stale").inc()

    def circuit_opened(self, platform: str) -> None:
        """A platform is left alone for a while."""
        self._circuits.labels(platform).inc()

    def delivered(self, delay_s: float) -> None:
        """A delivery arrived."""
        self._delay.observe(delay_s)
        self.count("deliveries", outcome="delivered")

    def delivery_failed(self, reason: str) -> None:
        """An attempt at a delivery failed."""
        self.count("delivery_failures", reason=reason)

    def delivery_died(self) -> None:
        """A delivery will not be tried again."""
        self.count("deliveries", outcome="dead")

    def delivery_withheld(self, reason: str) -> None:
        """A delivery may not be sent."""
        self.count("deliveries", outcome="withheld")
        self.count("deliveries_withheld", reason=reason)

    def deliveries_waiting(self, count: int) -> None:
        """So many deliveries wait."""
        self._waiting.set(count)

    def subscription_disabled(self, reason: str) -> None:
        """The gateway stopped a subscription."""
        self.count("subscriptions_disabled", reason=reason)

    def contract_checked(self, dataset: DatasetId, *, outcome: str, seconds: float) -> None:
        """This process has made a check."""
        self._checks.labels(dataset, outcome).inc()
        self._check_seconds.labels(dataset).observe(seconds)

    def contract_stands(self, check: CheckRecord) -> None:
        """How a dataset stands by its newest check, whoever made it."""
        self._check_broken.labels(check.dataset).set(check.report.outcome is Outcome.BROKEN)
        self._check_findings.labels(check.dataset).set(len(check.report.findings))
        self._check_at.labels(check.dataset).set(check.checked_at.timestamp())

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(name, words, ("dataset",), registry=self.registry, multiprocess_mode="mostrecent")

    def exposition(self) -> bytes:
        """The text that Prometheus reads: of all worker processes where there are several. Blocks on files."""
        registry = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


def metrics_door(meters: Meters) -> HTTPRouteHandler:
    """The door."""

    @get("/metrics", opt=METRICS.opt(), name=METRICS.id)
    async def show_metrics() -> Reply:
        return Reply(200, [(b"content-type", _TEXT.encode())], await asyncio.to_thread(meters.exposition))

    return show_metrics
