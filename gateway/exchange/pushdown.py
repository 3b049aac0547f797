"""What of a question's filters a platform can apply itself, and what the gateway applies after mapping."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from gateway.exchange.filters import Condition
from gateway.mapping.regions import Regions
from gateway.settings import Dataset
from schemas.record import Record

REGION_SCHEMES = ("bps", "kemendagri")


class RegionCodes(Protocol):
    """The crosswalk between code sets, as this room needs it."""

    def from_kemendagri(self, scheme: str, kode: str) -> str | None:
        """The code of that region in `scheme`, or None if the crosswalk has none."""
        ...


class Crosswalk:
    """The crosswalk backwards, made once."""

    def __init__(self, regions: Regions) -> None:
        self._bps = {kemendagri: bps for bps, kemendagri in reversed(regions.crosswalk.items())}

    def from_kemendagri(self, scheme: str, kode: str) -> str | None:
        """The BPS code of a Kemendagri code."""
        return self._bps.get(kode) if scheme == "bps" else None


class Filtering(msgspec.Struct, frozen=True):
    """How one dataset is filtered: `parameters` go to the platform, the rest holds after mapping."""

    parameters: dict[str, str]
    conditions: tuple[tuple[Condition, bool], ...]

    @property
    def key(self) -> tuple[tuple[str, str, bool], ...]:
        """What tells this filtering from others, for keeping what follows from it."""
        return tuple((it.name, it.text, pushed) for it, pushed in self.conditions)

    def chosen(self, records: list[Record]) -> list[Record]:
        """Those that meet all conditions, in their order."""
        for condition, pushed in self.conditions:
            holds, field = condition.holds, condition.field
            records = [it for it in records if holds(getattr(it, field), was_pushed=pushed)]
        return records


class Unsupported(msgspec.Struct, frozen=True):
    """Filters that nobody can apply to a dataset, and those that could be."""

    names: tuple[str, ...]
    supported: tuple[str, ...]


class PushDown:
    """The filters of one dataset, as its settings declare them.

    A filter that the platform takes is applied again after mapping, as the platform's may be
    coarser (a region's regency for its kecamatan). One that it does not take is applied by the
    gateway alone, which only works where the whole list is one document.
    """

    def __init__(self, dataset: Dataset, *, zone: str, regions: RegionCodes | None) -> None:
        self._dataset = dataset
        self._zone = ZoneInfo(zone)
        self._regions = regions
        self._is_whole = dataset.paging.kind == "single"

    def plan(self, conditions: tuple[Condition, ...]) -> Filtering | Unsupported:
        """How these conditions are met, or which of them cannot be."""
        parameters: dict[str, str] = {}
        planned: list[tuple[Condition, bool]] = []
        unmet: list[str] = []
        for condition in conditions:
            theirs = self._translate(condition)
            if theirs is not None:
                parameters[self._dataset.filters[condition.name]] = theirs
            elif not self._is_whole:
                unmet.append(condition.name)
            planned.append((condition, theirs is not None))
        if unmet:
            return Unsupported(tuple(unmet), tuple(sorted(self._dataset.filters)))
        return Filtering(parameters, tuple(planned))

    def _translate(self, condition: Condition) -> str | None:
        """The value in the platform's own words, or None if the platform cannot take it."""
        name = condition.name
        if name not in self._dataset.filters:
            return None
        scheme = self._dataset.filter_schemes.get(name)
        values = self._dataset.filter_values.get(name)
        if name == "region":
            return next(filter(None, (self._region(it, scheme, values) for it in _containing(condition.text))), None)
        if values is not None:
            return values.get(condition.text)
        if scheme and isinstance(condition.wanted, datetime):
            return condition.wanted.astimezone(self._zone).strftime(scheme)
        return condition.text

    def _region(self, kode: str, scheme: str | None, values: dict[str, str] | None) -> str | None:
        if values is not None:
            return values.get(kode)
        if scheme is None or scheme == "kemendagri":
            return kode
        return self._regions.from_kemendagri(scheme, kode) if self._regions else None


def _containing(kode: str) -> list[str]:
    """The region and those that it lies in, the smallest first: `32.11.18`, `32.11`, `32`."""
    parts = kode.split(".")
    return [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
