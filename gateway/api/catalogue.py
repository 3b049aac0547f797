"""GET `/v1/partners` and `/v1/partners/{id}/datasets`: who takes part, and what each offers. Made once, at start."""

import hashlib
from collections.abc import Mapping

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import CACHED_HEADERS, IF_NONE_MATCH, Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import gathered, read_pairs
from gateway.api.reply import JSON, HttpRequest, Kept, Reply
from gateway.errors import BadRequest, BadRequestCode


class PartnerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One partner, as everyone may know it."""

    id: str
    name: str
    kode_wilayah: str
    zone: str
    contact: str
    resources: tuple[str, ...]
    datasets: str


class DatasetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of a partner: what it becomes, who may have it, how it can be asked.

    `filters` are those that can be applied to it. `contract_version` changes when the mapping or the
    source schema does. `by_id`: whether single records can be asked for.
    """

    id: str
    title: dict[str, str]
    resource: str
    resource_url: str
    access: str
    fresh_for_s: float
    stale_if_error_s: float
    filters: tuple[str, ...]
    by_id: bool
    contract_version: str


PARTNERS = Operation(
    id="listPartners",
    tag=Tag.CATALOGUE,
    summary="List the partners",
    description="The governments that take part, and the resources that each offers. Needs no token.",
    answers={
        200: Answered(
            "The partners.",
            {
                "type": "object",
                "required": ["data"],
                "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/PartnerEntry"}}},
            },
            {
                "data": [
                    {
                        "id": "sumedang",
                        "name": "Pemerintah Kabupaten Sumedang",
                        "kode_wilayah": "32.11",
                        "zone": "Asia/Jakarta",
                        "contact": "data@sumedang.example",
                        "resources": ["facility", "indicator", "service", "service-request"],
                        "datasets": "/v1/partners/sumedang/datasets",
                    }
                ]
            },
            headers=CACHED_HEADERS,
        ),
        304: Answered("Unchanged since `If-None-Match`.", headers=CACHED_HEADERS),
    },
    parameters=(IF_NONE_MATCH,),
    problems=(BadRequestCode.PARAMETER_UNKNOWN, BadRequestCode.PARAMETER_INVALID),
)

DATASETS = Operation(
    id="listDatasets",
    tag=Tag.CATALOGUE,
    summary="List the datasets of one partner",
    description="What the partner offers, under which conditions, and how it can be filtered. Needs no token.",
    answers={
        200: Answered(
            "The datasets.",
            {
                "type": "object",
                "required": ["data"],
                "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/DatasetEntry"}}},
            },
            {
                "data": [
                    {
                        "id": "sumedang/population",
                        "title": {"id": "Jumlah penduduk", "en": "Population"},
                        "resource": "indicator",
                        "resource_url": "/v1/indicators",
                        "access": "open",
                        "fresh_for_s": 60.0,
                        "stale_if_error_s": 86400.0,
                        "filters": ["code", "period", "region"],
                        "by_id": True,
                        "contract_version": "3f9a1c0d2b7e",
                    }
                ]
            },
            headers=CACHED_HEADERS,
        ),
        304: Answered("Unchanged since `If-None-Match`.", headers=CACHED_HEADERS),
    },
    parameters=(
        Parameter(
            "partner_id",
            "path",
            "The partner's id.",
            {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
            is_required=True,
            example="sumedang",
        ),
        IF_NONE_MATCH,
    ),
    problems=(BadRequestCode.NOT_FOUND, BadRequestCode.PARAMETER_UNKNOWN, BadRequestCode.PARAMETER_INVALID),
)


def catalogue_doors(
    *, partners: tuple[PartnerEntry, ...], datasets: Mapping[str, tuple[DatasetEntry, ...]]
) -> list[HTTPRouteHandler]:
    """The two doors, answering from memory."""
    all_partners = _kept(partners)
    by_partner = {partner: _kept(entries) for partner, entries in datasets.items()}

    @get("/v1/partners", opt=PARTNERS.opt(), name=PARTNERS.id, sync_to_thread=False)
    def list_partners(request: HttpRequest) -> Reply:
        _check_no_parameters(request)
        return all_partners.reply(request)

    @get("/v1/partners/{partner_id:str}/datasets", opt=DATASETS.opt(), name=DATASETS.id, sync_to_thread=False)
    def list_datasets(request: HttpRequest) -> Reply:
        _check_no_parameters(request)
        found = by_partner.get(request.scope["path_params"]["partner_id"])
        if found is None:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such partner", known=sorted(by_partner))
        return found.reply(request)

    return [list_partners, list_datasets]


def _kept(entries: tuple[PartnerEntry, ...] | tuple[DatasetEntry, ...]) -> Kept:
    body = msgspec.json.encode({"data": entries})
    return Kept(body, JSON, etag=hashlib.sha256(body).hexdigest()[:24])


def _check_no_parameters(request: HttpRequest) -> None:
    gathered(read_pairs(request.scope["query_string"]), known=())
