"""Recorded samples of a dataset, where `schemas/partners/SAMPLES.md` says, and in the order of their days."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import msgspec

_DAY = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?!\d)")
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".xml": "text/xml; charset=utf-8",
}


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded body. `recorded_on` is None where its name does not say."""

    name: str
    path: Path
    recorded_on: date | None = None

    @property
    def content_type(self) -> str:
        """What its platform said that it is, told by its ending."""
        return _TYPES.get(self.path.suffix.lower(), "application/octet-stream")


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of one day: the pages of one answer."""

    name: str
    recorded_on: date | None
    samples: tuple[Sample, ...]


def sample_folder(partner_folder: Path, dataset: str) -> Path:
    """Where the samples of one of the partner's datasets stand."""
    return partner_folder / "samples" / dataset


def read_samples(folder: Path) -> tuple[Sample, ...]:
    """The samples in a folder, the oldest first; none where there is no folder."""
    if not folder.is_dir():
        return ()
    files = (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    samples = [Sample(name=file.name, path=file, recorded_on=_day_of(file.name)) for file in files]
    return tuple(sorted(samples, key=lambda sample: (sample.recorded_on or date.min, sample.name)))


def recordings_of(samples: tuple[Sample, ...]) -> tuple[Recording, ...]:
    """The samples by day, the oldest first."""
    days: dict[date | None, list[Sample]] = {}
    for sample in samples:
        days.setdefault(sample.recorded_on, []).append(sample)
    return tuple(
        Recording(name=str(day) if day else parts[0].name, recorded_on=day, samples=tuple(parts))
        for day, parts in days.items()
    )


def of_the_same_day(folder: Path, names: Iterable[str]) -> list[Path]:
    """The samples in a folder that would be one recording with samples of these names, and have other names."""
    new = set(names)
    days = {_day_of(name) for name in new} - {None}
    return [one.path for one in read_samples(folder) if one.recorded_on in days and one.name not in new]


def page_name(day: date, number: int, *, pages: int, ending: str) -> str:
    """What a page of a recording is called, so that names stand in the order of their pages."""
    return f"{day}-page-{number:0{len(str(pages))}d}{ending}"


def _day_of(name: str) -> date | None:
    found = _DAY.match(name)
    try:
        return date.fromisoformat(found["day"]) if found else None
    except ValueError:
        return None
