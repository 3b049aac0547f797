"""What a partner's cases say together: months as indicators, asked as any dataset is.

A dataset on a platform with the adapter `gateway_cases` is answered from the gateway's own cases of that partner.
Only months that have ended are told, as nobody comes to them any more, and of a month nothing that rests on fewer than
`fewest` cases: so that no two answers, one after the other, tell of one family.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from adapters.base import Adapter, AdapterError, Document, Fault, Question
from adapters.config import AdapterMisconfigured, require_options
from gateway.cases.case import MonthOfCases
from gateway.cases.ports import CaseRegister
from gateway.cases.recipe import Recipe
from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.ids import PartnerId
from gateway.settings import Dataset, Partner

KIND = "gateway_cases"
"""The adapter's name in the settings."""
MONTHS = 12
_ENCODE = msgspec.json.Encoder().encode


class CaseIndicators:
    """`Adapter` over the cases of one partner and recipe: one document, one row for each indicator of each month."""

    finds_by_id = False

    def __init__(self, *, partner: Partner, recipe: Recipe, register: CaseRegister, clock: Clock, fewest: int) -> None:
        self._partner = partner
        self._recipe = recipe
        self._register = register
        self._clock = clock
        self._fewest = fewest
        self._zone = ZoneInfo(partner.zone)

    async def fetch(self, question: Question) -> Document:
        """All months. Raises `AdapterError`."""
        del question
        now = self._clock.now()
        bounds = month_bounds(now.astimezone(self._zone), months=MONTHS)
        try:
            months = await self._register.months(
                PartnerId(self._partner.id),
                self._recipe.name,
                bounds=bounds,
                measured=self._recipe.measured,
                now=now,
            )
        except StoreUnavailable as error:
            raise AdapterError(Fault.UNREACHABLE, "the cases cannot be read", is_transient=True) from error
        rows = [row for begin, month in zip(bounds[:-1], months, strict=True) for row in self._rows(begin, month)]
        return Document(body=_ENCODE({"data": rows}))

    def _rows(self, begin: datetime, month: MonthOfCases) -> Iterator[dict[str, Any]]:
        told = {
            "period": f"{begin:%Y-%m}",
            "region": self._partner.kode_wilayah,
            "producer": self._partner.name,
            "status": "tetap" if month.is_final else "sementara",
        }
        for measure, name, definition, unit, value in self._values(month):
            code = f"{self._recipe.name}-{measure}"
            named = {"id": f"{code}.{told['period']}", "code": code, "name": f"{self._recipe.title.id}: {name}"}
            yield {**named, "definition": definition, "unit": unit, "value": value, **told}

    def _values(self, month: MonthOfCases) -> Iterator[tuple[str, str, str, str, float]]:
        """Each indicator that rests on enough cases."""
        if month.opened >= self._fewest:
            definition = "Kasus yang dibuka pada bulan itu."
            yield "cases", "jumlah kasus", definition, "kasus", month.opened
        if month.median_s is not None and month.measured >= self._fewest:
            definition = (
                "Median jam sejak peristiwa pembuka diterima sampai langkah terukur yang terakhir selesai, "
                "untuk kasus yang dibuka pada bulan itu dan langkah terukurnya sudah selesai."
            )
            yield "median-hours", "waktu median", definition, "h", round(month.median_s / 3600, 1)
        if month.judged >= self._fewest:
            definition = (
                "Bagian kasus yang selesai tanpa satu pun langkah terlambat, dari kasus yang dibuka pada bulan itu "
                "dan sudah selesai atau terlambat."
            )
            yield "in-time", "selesai tepat waktu", definition, "%", round(100 * month.in_time / month.judged, 1)


class CaseIndicatorDatasets:
    """Makes the adapters of the datasets that partners declare."""

    def __init__(self, *, recipes: Mapping[str, Recipe], register: CaseRegister, clock: Clock, fewest: int) -> None:
        self._recipes = recipes
        self._register = register
        self._clock = clock
        self._fewest = fewest

    def __call__(self, partner: Partner, dataset: Dataset) -> Adapter:
        """The dataset's adapter. Raises `AdapterMisconfigured`."""
        require_options(dataset.options, frozenset({"recipe"}))
        recipe = self._recipes.get(dataset.options.get("recipe", ""))
        if recipe is None:
            message = f"write `recipe`, one of {', '.join(sorted(self._recipes)) or 'none'}"
            raise AdapterMisconfigured("options.recipe", message)
        if not recipe.measured:
            raise AdapterMisconfigured("options.recipe", f"{recipe.name} says no `measured` steps")
        if dataset.paging.kind != "single" or dataset.filters or dataset.by_id:
            raise AdapterMisconfigured("paging", "all months are one document: no paging, filters or by_id")
        return CaseIndicators(
            partner=partner, recipe=recipe, register=self._register, clock=self._clock, fewest=self._fewest
        )


def month_bounds(now: datetime, *, months: int) -> list[datetime]:
    """The beginnings of the last `months` months that have ended, and the end of the last, in the zone of `now`."""
    this = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = this.year * 12 + this.month - 1 - months
    return [this.replace(year=index // 12, month=index % 12 + 1) for index in range(first, first + months + 1)]
