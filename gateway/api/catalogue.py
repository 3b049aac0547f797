"""GET `/v1/partners` and `/v1/partners/{id}/datasets`: who takes part, what each offers and keeps.

Made at start, and with each check of a contract.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import CACHED_HEADERS, IF_NONE_MATCH, Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import require_no_parameters
from gateway.api.reply import HttpRequest, Kept, Reply, kept_json
from gateway.contracts.history import CheckRecord, ChecksBoard
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import DatasetId

_CHECKS_MAX_AGE_S = 10


class PartnerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One partner, as everyone may know it."""

    id: str
    name: str
    kode_wilayah: str
    zone: str
    contact: str
    resources: tuple[str, ...]
    datasets: str


class ContractFinding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference between what the platform sends and what its contract says. Never a value of a record.

    `severity` is `broken` where records are lost. `pointer` is a JSON Pointer into the platform's document, `field`
    the common field that reads there, `since` when it was seen first.
    """

    code: str
    severity: str
    message: str
    pointer: str | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    since: str | None = None
    count: int = 1


class ContractState(msgspec.Struct, frozen=True, kw_only=True):
    """How the dataset's platform keeps its contract, by the newest check.

    `status`: `ok`; `noted` (differences by which nothing is lost); `broken` (records are lost); `silent` (the platform
    did not answer); `unchecked`.
    """

    status: str
    checked_at: datetime | None = None
    drift: tuple[ContractFinding, ...] = ()


UNCHECKED = ContractState(status="unchecked")


class DatasetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of a partner: what it becomes, who may have it, how it can be asked.

    `filters` are those that can be applied to it. `contract_version` changes when the mapping or the
    source schema does. `by_id`: whether single records can be asked for. `contract`: how it is kept.
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
    contract: ContractState = UNCHECKED


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
    description="What the partner offers, under which conditions, how it can be filtered, and how its platform keeps "
    "the contract by the newest check. Needs no token.",
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
                        "contract": {"status": "ok", "checked_at": "2026-03-10T05:00:00Z", "drift": []},
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
    *, partners: tuple[PartnerEntry, ...], datasets: Mapping[str, tuple[DatasetEntry, ...]], checks: ChecksBoard
) -> list[HTTPRouteHandler]:
    """The two doors, answering from memory."""
    all_partners = kept_json({"data": partners})
    shown = _ShownDatasets(datasets, checks)

    @get("/v1/partners", opt=PARTNERS.opt(), name=PARTNERS.id, sync_to_thread=False)
    def list_partners(request: HttpRequest) -> Reply:
        require_no_parameters(request.scope["query_string"])
        return all_partners.reply(request)

    @get("/v1/partners/{partner_id:str}/datasets", opt=DATASETS.opt(), name=DATASETS.id, sync_to_thread=False)
    def list_datasets(request: HttpRequest) -> Reply:
        require_no_parameters(request.scope["query_string"])
        found = shown.of(request.scope["path_params"]["partner_id"])
        if found is None:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such partner", known=sorted(datasets))
        return found.reply(request)

    return [list_partners, list_datasets]


class _ShownDatasets:
    """The datasets of each partner with how their contracts stand; made anew where a check was made."""

    def __init__(self, datasets: Mapping[str, tuple[DatasetEntry, ...]], checks: ChecksBoard) -> None:
        self._datasets = datasets
        self._checks = checks
        self._version: int | None = None
        self._kept: dict[str, Kept] = {}

    def of(self, partner: str) -> Kept | None:
        """The document of one partner, or None where there is no such partner."""
        if self._version != self._checks.version:
            self._version = self._checks.version
            self._kept = {
                name: kept_json({"data": [self._with_state(it) for it in entries]}, max_age_s=_CHECKS_MAX_AGE_S)
                for name, entries in self._datasets.items()
            }
        return self._kept.get(partner)

    def _with_state(self, entry: DatasetEntry) -> DatasetEntry:
        check = self._checks.by_dataset.get(DatasetId(entry.id))
        return entry if check is None else msgspec.structs.replace(entry, contract=_state(check))


def _state(check: CheckRecord) -> ContractState:
    """A check as everyone may know it."""
    found = tuple(
        ContractFinding(
            code=finding.code,
            severity=finding.severity.value,
            message=finding.message,
            pointer=finding.pointer,
            field=finding.field,
            expected=finding.expected,
            found=finding.found,
            since=finding.since,
            count=finding.count,
        )
        for finding in check.report.findings
    )
    return ContractState(status=check.report.outcome.value, checked_at=check.checked_at, drift=found)
