"""The same mapping of hospitals in the ways that one would otherwise write it: bytes in, common records out.

Each does the whole job: decode, null for `0` and `-`, codes, regions, coordinates within the country, lists, an id.
"""

import json
from collections.abc import Callable
from typing import Any

import glom
import jmespath
import jsonata
import msgspec
import pydantic

from gateway.mapping.code_lists import CodeLists
from schemas.facility import Facility, FacilityKind
from schemas.record import Point

Mapper = Callable[[bytes], list[Facility]]
PATHS = {
    "id": "id",
    "name": "nama_rsu",
    "kind": "jenis_rsu",
    "city": "kode_kota",
    "address": "location.alamat",
    "latitude": "location.latitude",
    "longitude": "location.longitude",
    "postal_code": "kode_pos",
    "phones": "telepon",
    "emails": "email",
    "website": "website",
}


class Place(msgspec.Struct, gc=False):
    alamat: str | int
    latitude: float
    longitude: float


class Row(msgspec.Struct, gc=False):
    id: int
    nama_rsu: str
    jenis_rsu: str
    location: Place
    telepon: list[str]
    kode_kota: int
    kode_pos: int | None = None
    email: str | None = None
    website: str | None = None


class Document(msgspec.Struct, gc=False):
    data: list[Row]


class PlaceModel(pydantic.BaseModel):
    alamat: str | int
    latitude: float
    longitude: float


class RowModel(pydantic.BaseModel):
    id: int
    nama_rsu: str
    jenis_rsu: str
    location: PlaceModel
    telepon: list[str]
    kode_kota: int
    kode_pos: int | None = None
    email: str | None = None
    website: str | None = None


class DocumentModel(pydantic.BaseModel):
    data: list[RowModel]


class Peers:
    """The mappers by name."""

    def __init__(self, codes: CodeLists) -> None:
        listed = codes.lists["facility_kind"].codes
        self._kinds = {value: FacilityKind(str(code)) for value, code in listed.items()}
        self._regions = {int(code): region for code, region in codes.regions.crosswalk.items()}
        self._decode = msgspec.json.Decoder(Document).decode
        pairs = ", ".join(f"{name}: {path}" for name, path in PATHS.items())
        self._jmespath = jmespath.compile(f"data[].{{{pairs}}}")
        self._glom = ("data", [dict(PATHS)])
        quoted = ", ".join(f'"{name}": {path}' for name, path in PATHS.items() if name != "phones")
        self._jsonata = jsonata.Jsonata(f'data.{{{quoted}, "phones": [telepon]}}')

    def mappers(self) -> dict[str, Mapper]:
        """Each way of writing it."""
        return {
            "hand-written msgspec": self.by_hand,
            "pydantic": self.by_pydantic,
            "jmespath": self.by_jmespath,
            "glom": self.by_glom,
            "jsonata-python": self.by_jsonata,
        }

    def by_hand(self, body: bytes) -> list[Facility]:
        """Structs for the source, one loop; what a careful engineer writes."""
        records: dict[str, Facility] = {}
        kinds, regions = self._kinds, self._regions
        for row in self._decode(body).data:
            region = regions.get(row.kode_kota)
            name = " ".join(row.nama_rsu.split())
            if region is None or not 0 < len(name) <= 500:
                continue
            place = row.location
            address = place.alamat
            if isinstance(address, str):
                address = " ".join(address.split())[:500]
            if address in ("", "-", "0", 0):
                address = None
            latitude, longitude = place.latitude, place.longitude
            location = None
            if -11.5 <= latitude <= 6.5 and 94.5 <= longitude <= 141.5:
                location = Point((longitude, latitude))
            postal_code = str(row.kode_pos) if row.kode_pos and 10000 <= row.kode_pos <= 99999 else None
            website = row.website
            if website is not None:
                website = website.strip()[:500]
                if website in ("", "-", "0"):
                    website = None
            identifier = f"jakarta:facility:hospitals.{row.id}"
            record = Facility(
                id=identifier,
                partner="jakarta",
                name=name,
                kind=kinds.get(" ".join(row.jenis_rsu.split()).casefold(), FacilityKind.HOSPITAL),
                region=region,
                address=address,
                postal_code=postal_code,
                location=location,
                phones=[text for one in row.telepon for part in one.split(",") if (text := part.strip())],
                emails=[text for part in (row.email or "").split(",") if (text := part.strip())],
                website=website,
            )
            if identifier not in records:
                records[identifier] = record
        return list(records.values())

    def by_pydantic(self, body: bytes) -> list[Facility]:
        """Models for the source, then the same building."""
        rows = DocumentModel.model_validate_json(body).data
        return self._built(
            {
                "id": row.id,
                "name": row.nama_rsu,
                "kind": row.jenis_rsu,
                "city": row.kode_kota,
                "address": row.location.alamat,
                "latitude": row.location.latitude,
                "longitude": row.location.longitude,
                "postal_code": row.kode_pos,
                "phones": row.telepon,
                "emails": row.email,
                "website": row.website,
            }
            for row in rows
        )

    def by_jmespath(self, body: bytes) -> list[Facility]:
        """One expression renames, the rest is built."""
        return self._built(self._jmespath.search(json.loads(body)))

    def by_glom(self, body: bytes) -> list[Facility]:
        """One spec renames, the rest is built."""
        return self._built(glom.glom(json.loads(body), self._glom))

    def by_jsonata(self, body: bytes) -> list[Facility]:
        """One expression renames, the rest is built."""
        return self._built(self._jsonata.evaluate(json.loads(body)))

    def _built(self, rows: Any) -> list[Facility]:
        """Common records of renamed rows."""
        records: dict[str, Facility] = {}
        for row in rows:
            region = self._regions.get(row["city"])
            name = " ".join(row["name"].split())
            if region is None or not 0 < len(name) <= 500:
                continue
            address, website = row["address"], row.get("website")
            if isinstance(address, str):
                address = " ".join(address.split())[:500]
            latitude, longitude = row["latitude"], row["longitude"]
            inside = -11.5 <= latitude <= 6.5 and 94.5 <= longitude <= 141.5
            code = row.get("postal_code")
            website = website.strip()[:500] if website else None
            identifier = f"jakarta:facility:hospitals.{row['id']}"
            record = Facility(
                id=identifier,
                partner="jakarta",
                name=name,
                kind=self._kinds.get(" ".join(row["kind"].split()).casefold(), FacilityKind.HOSPITAL),
                region=region,
                address=None if address in ("", "-", "0", 0) else address,
                postal_code=str(code) if code and 10000 <= code <= 99999 else None,
                location=Point((longitude, latitude)) if inside else None,
                phones=[text for one in row["phones"] for part in one.split(",") if (text := part.strip())],
                emails=[text for part in (row.get("emails") or "").split(",") if (text := part.strip())],
                website=None if website in ("", "-", "0") else website,
            )
            if identifier not in records:
                records[identifier] = record
        return list(records.values())
