"""Columns that hold one measure over and over: a column per year, or per sex, disease, profession."""

import re
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from gateway.onboarding.profile import FieldProfile, FormKind

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NO_MEASURE = frozenset(
    {
        "id",
        "no",
        "nomor",
        "number",
        "kode",
        "code",
        "tahun",
        "year",
        "bulan",
        "month",
        "rt",
        "rw",
        "objectid",
        "fid",
        "gid",
        "num",
        "urut",
        "tanggal",
        "lat",
        "lng",
        "lon",
        "x",
        "y",
    }
)
_OTHER_FORMS = (
    FormKind.DATE, FormKind.DATETIME, FormKind.LATITUDE, FormKind.LONGITUDE, FormKind.PERIOD, FormKind.PHONE,
    FormKind.POSTAL_CODE, FormKind.REGION_CODE, FormKind.NIK, FormKind.BOOLEAN,
)  # fmt: skip
_MOST_OTHERS = 6


class WideColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One of several columns that hold the same measure, each for another year, sex, disease: matter of `unpivot`.

    `path` as in a mapping; `label` is what tells it from the others; `year` where that is a year.
    """

    path: str
    label: str
    year: int | None = None


def wide_columns(fields: Sequence[FieldProfile]) -> tuple[WideColumn, ...]:
    """The columns of one measure; none where the records have a value each, or are no table of numbers."""
    measures = [field for field in fields if _is_measure(field)]
    years: dict[str, list[WideColumn]] = defaultdict(list)
    for field in measures:
        name = field.label or field.path.strip('"')
        found = YEAR.findall(name)
        if len(found) == 1:
            stem = YEAR.sub("*", name)
            years[stem].append(WideColumn(path=field.path, label=found[0], year=int(found[0])))
    best = max(years.values(), key=len, default=[])
    if len(best) > 1:
        return tuple(best)
    others = [field for field in fields if not _is_measure(field) and field.seen]
    placed = any(field.share(FormKind.FREE_TEXT) > 0.3 or field.form(FormKind.LATITUDE) for field in others)
    if len(measures) < 2 or len(others) > _MOST_OTHERS or placed or len(measures) < len(others) - 1:
        return ()
    return tuple(WideColumn(path=field.path, label=field.label or " ".join(field.words)) for field in measures)


def _is_measure(field: FieldProfile) -> bool:
    """Whether a field holds numbers that measure something."""
    words = set(field.words)
    if any(YEAR.fullmatch(word) for word in words):
        words -= {"tahun", "year"}
    if field.many or not field.seen or words & _NO_MEASURE:
        return False
    if any(field.share(kind) > 0.9 for kind in _OTHER_FORMS):
        return False
    numeric = sum(count for kind, count in field.kinds.items() if kind in {"integer", "number"})
    in_text = field.share(FormKind.NUMBER) > 0.8 or field.share(FormKind.PERCENT) > 0.8
    return numeric >= field.seen * 0.9 or in_text
