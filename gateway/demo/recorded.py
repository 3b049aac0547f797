"""Stand-ins for every further partner: its recorded samples, replayed at the addresses that its settings name."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from gateway.contracts.recordings import read_samples, recordings_of, sample_folder
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.paths import Key, parse_path
from gateway.settings import Dataset, Partner

WITH_STAND_INS = frozenset({"jakarta", "sumedang"})
"""Partners whose platforms have stand-ins of their own, with all their quirks."""
_TYPES = {".csv": "text/csv", ".geojson": "application/geo+json", ".xml": "application/xml"}


class FurtherPartner(msgspec.Struct, frozen=True):
    """A partner whose samples stand in for its platforms, and the resources that it offers."""

    partner: Partner
    samples: dict[str, list[Path]]
    resources: frozenset[str]


def further_partners(partners: Iterable[Partner], schemas: Path, *, address: str) -> list[FurtherPartner]:
    """The partners beyond those with stand-ins of their own, as far as their platforms are at `address`. Blocks."""
    found = []
    for partner in partners:
        if partner.id in WITH_STAND_INS:
            continue
        folder = schemas / "partners" / partner.id
        here = {name: one for name, one in partner.datasets.items() if _is_here(partner, one, address)}
        samples = {name: recorded_samples(folder, name) for name in here}
        resources = frozenset(parse_declaration(folder / f"{name}.mapping.toml").resource for name in here)
        if here:
            found.append(FurtherPartner(partner, samples, resources))
    return found


def recorded_samples(folder: Path, dataset: str) -> list[Path]:
    """The samples of one dataset in a partner's folder of contracts: those of the last day, in their order."""
    recordings = recordings_of(read_samples(sample_folder(folder, dataset)))
    return [sample.path for sample in recordings[-1].samples] if recordings else []


def _is_here(partner: Partner, dataset: Dataset, address: str) -> bool:
    platform = partner.platforms.get(dataset.platform)
    return platform is not None and f"{platform.base_url}/".startswith(f"{address}/")


class RecordedPlatform:
    """One dataset's samples: the first page is the first sample, and what comes after the last one is empty."""

    def __init__(self, dataset: Dataset, samples: Sequence[Path]) -> None:
        self._paging = dataset.paging
        self._bodies = [sample.read_bytes() for sample in samples]
        self._type = _TYPES.get(samples[0].suffix if samples else "", "application/json")

    async def answer(self, request: web.Request) -> web.Response:
        """One page, or 404 where nothing was recorded."""
        if not self._bodies:
            return web.Response(status=404, text="nothing was recorded")
        page = await self._page(request)
        body = self._bodies[page] if page < len(self._bodies) else self._empty()
        return web.Response(body=body, content_type=self._type)

    async def _page(self, request: web.Request) -> int:
        """Which page is asked for, from 0."""
        asked: Any = dict(request.query)
        if self._paging.in_body and request.can_read_body:
            asked = await request.json()
        position = str(asked.get(self._paging.parameter, ""))
        if self._paging.kind == "page" and position.isdigit():
            first = 1 if self._paging.first is None else self._paging.first
            return max(0, int(position) - first)
        started = position not in {"", "0"} and self._paging.kind in {"offset", "cursor"}
        return len(self._bodies) if started else 0

    def _empty(self) -> bytes:
        """The first sample with no record in it."""
        try:
            document = msgspec.json.decode(self._bodies[0])
        except msgspec.DecodeError:
            return b""
        steps = [step.name for step in parse_path(self._paging.records or "").steps if isinstance(step, Key)]
        holder = document
        for name in steps[:-1]:
            holder = holder.get(name, {}) if isinstance(holder, dict) else {}
        if steps and isinstance(holder, dict):
            holder[steps[-1]] = []
        elif isinstance(document, list):
            document = []
        return msgspec.json.encode(document)


def recorded_routes(further: Iterable[FurtherPartner]) -> list[web.RouteDef]:
    """A route for each dataset, at the path that the partner's settings name. Blocks: the samples are read here."""
    routes: dict[tuple[str, str], web.RouteDef] = {}
    for one in further:
        for name, samples in one.samples.items():
            dataset = one.partner.datasets[name]
            platform = one.partner.platforms[dataset.platform]
            path = dataset.path or "/{rest:.*}"  # the protocol has paths of its own
            replay = RecordedPlatform(dataset, samples)
            full = f"{urlsplit(platform.base_url).path.rstrip('/')}/{path.lstrip('/')}".rstrip("/")
            routes.setdefault((dataset.method, full), web.route(dataset.method, full, replay.answer))
    return list(routes.values())
