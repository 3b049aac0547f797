"""A made-up registry of citizens: a source schema and a mapping that check, to seed faults into."""

import copy
import json
import pathlib
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from gateway.mapping.checking.checker import check
from gateway.mapping.code_lists import CodeLists, code_list
from gateway.mapping.language.declaration_reader import parse_declaration
from gateway.mapping.language.findings import MappingRejected
from gateway.mapping.mapped import Finding
from gateway.mapping.regions import Regions
from gateway.mapping.source.source_schema_reader import read_source_schema
from schemas.record import Amount, KodeWilayah, Line, Period, Point, Record, Term
from schemas.resources import Resource


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class Need(StrEnum):
    FOOD = "food"
    HOUSE = "house"


class Citizen(Record, frozen=True, kw_only=True):
    nik: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$")]
    name: Line
    sex: Sex
    birth_date: date
    income: Amount | None = None
    height: float | None = None
    value: int | float | None = None
    unit: Term | None = None
    registered_at: datetime | None = None
    region: KodeWilayah | None = None
    home: Point | None = None
    phones: list[str] = []
    needs: list[Need] = []
    details: dict[str, str] = {}
    period: Period | None = None
    active: bool | None = None
    languages: Annotated[list[str], msgspec.Meta(min_length=1, max_length=3)] | None = None
    nickname: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] | None = None


CITIZEN = Resource("citizen", "citizens", Citizen)
CODES = CodeLists(
    {
        "sex": code_list("sex", {"L": "male", "P": "female"}, fold=False),
        "needs": code_list("needs", {"Pangan": "food", "Rumah": "house"}, fold=True),
        "broken": code_list("broken", {"L": "male", "P": "femal"}, fold=False),
        "places": code_list("places", {"Kota": "31.71", "Nowhere": "99.99"}, fold=False),
    },
    Regions({"31": "Jakarta", "31.71": "Jakarta Pusat", "31.73": "Jakarta Barat"}, {"31": "31", "3173": "31.71"}),
)

ROW: dict[str, Any] = {
    "id": {"type": "integer"},
    "nik": {"type": "string", "pattern": "^[0-9]{16}$"},
    "nama": {"type": "string", "pattern": r"\S", "maxLength": 100},
    "jk": {"enum": ["L", "P"]},
    "lahir": {"type": "string", "x-date": "%d-%m-%Y"},
    "penghasilan": {"type": ["string", "null"], "x-number": "rupiah"},
    "tinggi": {"type": ["string", "null"], "x-number": "id", "x-unit": "mm"},
    "jumlah": {"type": "number", "x-unit": "cm"},
    "daftar": {"type": "string", "x-date": "%Y-%m-%d %H:%M:%S"},
    "kode_kota": {"type": "integer", "x-scheme": "bps"},
    "lat": {"type": "number", "x-axis": "latitude", "minimum": -8, "maximum": -5},
    "lon": {"type": "number", "x-axis": "longitude", "minimum": 106, "maximum": 108},
    "telepon": {"type": ["string", "null"]},
    "kebutuhan": {"type": "array", "items": {"enum": ["Pangan", "Rumah"]}},
    "tahun": {"type": "integer", "minimum": 1990, "maximum": 2100},
    "aktif": {"type": "boolean"},
    "panggilan": {"type": ["string", "null"], "maxLength": 20},
    "catatan": {
        "type": "string",
        "contentMediaType": "application/json",
        "contentSchema": {"type": "object", "properties": {"agama": {"type": ["string", "null"]}}},
    },
    "alamat": {"type": "object", "properties": {"jalan": {"type": "string"}}, "required": ["jalan"]},
}
FIELDS = {
    "id": '{ from = "id" }',
    "nik": '{ from = "nik" }',
    "name": '{ from = "nama", text = "squash" }',
    "sex": '{ from = "jk", codes = "sex" }',
    "birth_date": '{ from = "lahir", date = "%d-%m-%Y" }',
    "income": '{ from = "penghasilan", rupiah = true }',
    "height": '{ from = "tinggi", number = "id", unit = { from = "mm", to = "cm" } }',
    "value": '{ from = "jumlah" }',
    "unit": '{ const = "cm" }',
    "registered_at": '{ from = "daftar", datetime = "%Y-%m-%d %H:%M:%S", zone = "Asia/Jakarta" }',
    "region": '{ from = "kode_kota", scheme = "bps" }',
    "home": '{ latitude = "lat", longitude = "lon" }',
    "phones": '{ from = "telepon", split = "," }',
    "needs": '{ from = "kebutuhan", codes = "needs" }',
    "details": '{ object = { faith = { from = "catatan.agama" }, street = { from = "alamat.jalan" } } }',
    "period": '{ from = "tahun", period = "%Y" }',
    "active": '{ from = "aktif" }',
    "nickname": '{ from = "panggilan", null_if = [""] }',
}
OPTIONAL = {"penghasilan", "tinggi", "telepon", "panggilan"}


def source_schema(
    row: dict[str, Any] | None = None,
    *,
    optional: set[str] = frozenset(),
    document: Any = None,  # type: ignore[assignment]
) -> Any:
    """The schema of `{"data": [row, …]}` with members of the row replaced, or another `document` around it."""
    members = {**copy.deepcopy(ROW), **(row or {})}
    item = {
        "type": "object",
        "properties": members,
        "required": [name for name in members if name not in OPTIONAL | set(optional)],
    }
    if document is not None:
        return document(item)
    return {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}}


def mapping_text(
    fields: dict[str, str | None] | None = None, *, records: str = 'records = "data"', defaults: str = ""
) -> str:
    """The mapping with fields replaced, added, or left out where None."""
    lines = [f"{name} = {text}" for name, text in {**FIELDS, **(fields or {})}.items() if text is not None]
    return f'resource = "citizen"\n{records}\n{defaults}\n[fields]\n' + "\n".join(lines) + "\n"


def findings_of(folder: pathlib.Path, *, mapping: str, schema: Any, resource: Resource = CITIZEN) -> list[Finding]:
    """Everything that is found in a mapping and a schema, whether of form or of meaning."""
    (folder / "citizens.mapping.toml").write_text(mapping, encoding="utf-8")
    (folder / "citizens.source.json").write_text(json.dumps(schema, indent=1), encoding="utf-8")
    try:
        declaration = parse_declaration(folder / "citizens.mapping.toml")
        source = read_source_schema(folder / "citizens.source.json")
    except MappingRejected as rejected:
        return list(rejected.findings)
    return check(declaration, source, resource, CODES)
