"""How the stand-ins fail: on demand, or as regional portals were measured to.

The figures come from daily probes of public Indonesian portals from Jakarta, 14 February to 18 April 2026, 64 a portal
(github.com/suryast/indonesia-gov-apis, status/data, MIT). Jakarta's portal answered 64 of 64 times. Six regional
portals together failed 311 times without an HTTP 200: 219 names did not resolve, 64 answers were 403, 18 were 500,
9 were 400, 1 was 502. Of 57 sources 42 % were up. Sumedang's portal was not probed: it takes the figure of all.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any

import msgspec
from aiohttp import web


class Failure(StrEnum):
    """One way for an answer to be none."""

    CLOSED = "closed"  # the connection, at once; what a client sees most like a name that does not resolve
    EMPTY = "empty"  # HTTP 200 and `[]`
    ERRORS = "errors"  # HTTP 200 and `{"errors": …}`
    HANGS = "hangs"
    HTML = "html"  # HTTP 200 and a page
    STATUS_400 = "400"
    STATUS_403 = "403"
    STATUS_500 = "500"
    STATUS_502 = "502"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Availability:
    """What was measured of a portal: the share of answers, how the rest failed, how long answers took (ms)."""

    up: float
    median_ms: float
    p90_ms: float
    failures: tuple[tuple[Failure, int], ...] = ()

    def draw(self, random: Random) -> tuple[float, Failure | None]:
        """A waiting time in seconds, and how it fails, if it does."""
        sigma = math.log(self.p90_ms / self.median_ms) / 1.2816  # the 90th percentile of the normal distribution
        wait = random.lognormvariate(math.log(self.median_ms), sigma) / 1000
        if random.random() < self.up:
            return wait, None
        kinds, weights = zip(*self.failures, strict=True)
        return wait, random.choices(kinds, weights)[0]


_REGIONAL = (
    (Failure.CLOSED, 219),
    (Failure.STATUS_403, 64),
    (Failure.STATUS_500, 18),
    (Failure.STATUS_400, 9),
    (Failure.STATUS_502, 1),
)
MEASURED = {
    "/jakarta/": Availability(up=1.0, median_ms=828, p90_ms=894),
    # SP4N-LAPOR answered 61 times of 64; three times its name did not resolve.
    "/sumedang/aduan-api/": Availability(up=61 / 64, median_ms=1933, p90_ms=3985, failures=((Failure.CLOSED, 3),)),
    "/sumedang/": Availability(up=0.42, median_ms=828, p90_ms=1861, failures=_REGIONAL),
}


def _page(status: int) -> web.Response:
    return web.Response(status=status, text=f"<html><body><h1>{status}</h1></body></html>", content_type="text/html")


async def _answer(failure: Failure, request: web.Request) -> web.StreamResponse:
    """The answer that is none."""
    if failure is Failure.ERRORS:
        return web.json_response({"errors": {"message": "Parameter unknown", "code": 200}})
    if failure is Failure.EMPTY:
        return web.json_response([])
    if failure is Failure.HTML:
        return _page(200)
    if failure is Failure.TRUNCATED:
        return web.Response(text='{"status":"success","count":2,"data":[{"id":1,', content_type="application/json")
    if failure is Failure.HANGS:
        await asyncio.sleep(3600)
    if failure in {Failure.CLOSED, Failure.HANGS}:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return _page(int(failure.value))


@dataclass(slots=True)
class Faults:
    """What goes wrong where. `forced` maps the beginning of a path to a failure; `measured` adds the probes' odds.

    `changed` maps the beginning of a path to what becomes of its JSON documents: a platform after an update of its own.
    """

    measured: bool = False
    seed: int = 3211
    forced: dict[str, Failure] = field(default_factory=dict)
    changed: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    async def meet(self, request: web.Request) -> web.StreamResponse | None:
        """The failing answer to this request, or None once it has waited its time."""
        for beginning, failure in self.forced.items():
            if request.path.startswith(beginning):
                return await _answer(failure, request)
        if self.measured:
            availability = next((found for path, found in MEASURED.items() if request.path.startswith(path)), None)
            if availability is not None:
                wait, drawn = availability.draw(self._random)
                await asyncio.sleep(wait)
                return None if drawn is None else await _answer(drawn, request)
        return None

    def change(self, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        """The answer as the platform gives it since its update; the same where it had none."""
        for beginning, changing in self.changed.items():
            if request.path.startswith(beginning) and isinstance(answer, web.Response):
                assert isinstance(answer.body, bytes)
                body = msgspec.json.encode(changing(msgspec.json.decode(answer.body)))
                return web.Response(status=answer.status, body=body, content_type=answer.content_type)
        return answer
