"""One observation of a statistic, with the metadata of Satu Data Indonesia (Perpres 39/2019)."""

from datetime import datetime
from typing import Annotated

from schemas.record import KodeWilayah, Line, Period, Record, Slug, Term, Text
from schemas.sensitivity import public


class Indicator(Record, frozen=True, kw_only=True):
    """One value of one indicator, for one region and period."""

    code: Annotated[Slug, public("Kode indikator", "Indicator code")]
    name: Annotated[Line, public("Nama indikator", "Indicator name")]
    value: Annotated[int | float, public("Nilai", "Value")]
    unit: Annotated[
        Term,
        public("Satuan", "Unit", "UCUM symbol where there is one (`cm`, `%`), else the Indonesian word (`orang`)."),
    ]
    region: Annotated[KodeWilayah, public("Kode wilayah", "Region code")]
    period: Annotated[Period, public("Periode", "Period", "ISO 8601 year, half, quarter, month, day or instant.")]
    place: Annotated[
        Line | None, public("Tempat", "Place", "Name of the point of observation, where it is finer than the region.")
    ] = None
    dimensions: Annotated[
        dict[str, str], public("Rincian", "Dimensions", "What the value is broken down by, as `sex: male`.")
    ] = {}
    observed_at: Annotated[datetime | None, public("Waktu pengamatan", "Observed at")] = None
    definition: Annotated[Text | None, public("Definisi", "Definition")] = None
    producer: Annotated[Line | None, public("Produsen data", "Data producer")] = None
    status: Annotated[
        Term | None, public("Status", "Status", "The producer's own judgement of the value, as an alert level.")
    ] = None
