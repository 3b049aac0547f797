"""What every record of the common model has, and the small shapes that several resources share."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from schemas.sensitivity import public


def _form(name: str, pattern: str) -> Meta:
    """Text of one form; the mapping checker knows it by its `format`."""
    return Meta(pattern=pattern, extra_json_schema={"format": name})


KodeWilayah = Annotated[str, _form("kode-wilayah", r"^[1-9][0-9](\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$")]
"""A Kemendagri region code: province, regency or city, kecamatan, desa or kelurahan; `32.11.15`."""
Period = Annotated[
    str,
    _form(
        "period",
        r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?)?|-Q[1-4]|-S[12])?$",
    ),
]
"""What a value speaks of: a year, half `2021-S1`, quarter `2021-Q3`, month, day, or instant with offset."""
PostalCode = Annotated[str, _form("postal-code", r"^[1-9][0-9]{4}$")]
RecordIdText = Annotated[
    str, _form("record-id", r"^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*:[a-z][a-z0-9-]*\.[A-Za-z0-9._~-]{1,200}$")
]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
"""Lower-case words joined by hyphens."""
Term = Annotated[str, Meta(min_length=1, max_length=100)]
"""A code, number or short name."""
Line = Annotated[str, Meta(min_length=1, max_length=500)]
"""A name, address or other text of one line."""
Text = Annotated[str, Meta(min_length=1, max_length=4000)]
"""Free text; 4,000 characters as in Open311."""
Amount = Annotated[int, Meta(ge=0)]
"""A count, or rupiah."""

Longitude = Annotated[float, Meta(ge=-180, le=180)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]


class Point(msgspec.Struct, frozen=True, tag_field="type", tag="Point"):
    """A GeoJSON point (RFC 7946): WGS 84, longitude first."""

    coordinates: tuple[Longitude, Latitude]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The head of every record."""

    id: Annotated[
        RecordIdText,
        public(
            "Pengenal",
            "Identifier",
            "`<partner>:<resource>:<dataset>.<source id>`; unique, and stable as long as the partner's own id is.",
        ),
    ]
    partner: Annotated[str, public("Mitra", "Partner", "The partner whose platform holds the record.")]
    source_updated_at: Annotated[
        datetime | None,
        public(
            "Diperbarui di sumber",
            "Updated at source",
            "When the partner last changed the record; null if it does not say.",
        ),
    ] = None
