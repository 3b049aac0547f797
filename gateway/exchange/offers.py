"""Which datasets there are to ask, per resource: made once, from settings and compiled mappings."""

import re
from collections.abc import Mapping
from typing import Protocol

import msgspec

from gateway.agreements.check import Offer
from gateway.errors import BadConfiguration
from gateway.exchange.filters import FILTERS
from gateway.exchange.pushdown import REGION_SCHEMES, PushDown, RegionCodes
from gateway.ids import DatasetId, PartnerId, RecordId
from gateway.mapping.mapped import Mapped
from gateway.settings import Dataset, Partner
from schemas.resources import Resource

_QUESTION_SIZE = 100
_RECORD_ID = re.compile(r"([a-z][a-z0-9-]*):([a-z][a-z0-9-]*):([a-z][a-z0-9-]*)\.([A-Za-z0-9._~-]{1,200})")


class CompiledMapping(Protocol):
    """A mapping, checked and compiled; pure. `version` changes with its declaration or source schema."""

    @property
    def resource(self) -> Resource:
        """What the records become."""
        ...

    @property
    def version(self) -> str:
        """A digest of the mapping's two files."""
        ...

    def to_common(self, body: bytes) -> Mapped:
        """The records and refusals of one document. Raises `ContractBroken`."""
        ...


class OfferedDataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset that can be asked. `size` is how many records a page of the platform is asked to hold."""

    id: DatasetId
    partner: PartnerId
    settings: Dataset
    mapping: CompiledMapping
    push_down: PushDown
    offer: Offer
    size: int


class Offers:
    """All offered datasets, by resource and by id."""

    def __init__(
        self,
        *,
        partners: Mapping[str, Partner],
        mappings: Mapping[DatasetId, CompiledMapping],
        regions: RegionCodes | None = None,
    ) -> None:
        self.partners = frozenset(PartnerId(partner.id) for partner in partners.values())
        self.by_id: dict[DatasetId, OfferedDataset] = {}
        self._by_resource: dict[str, list[OfferedDataset]] = {}
        for partner in partners.values():
            for name, dataset in partner.datasets.items():
                dataset_id = DatasetId(f"{partner.id}/{name}")
                mapping = mappings[dataset_id]
                offered = _offered(dataset_id, partner=partner, dataset=dataset, mapping=mapping, regions=regions)
                self.by_id[dataset_id] = offered
                self._by_resource.setdefault(offered.mapping.resource.name, []).append(offered)

    def of_resource(self, resource: str) -> tuple[OfferedDataset, ...]:
        """The datasets that yield that resource, in the order of the settings."""
        return tuple(self._by_resource.get(resource, ()))

    def of_record(self, record_id: RecordId, *, resource: str) -> tuple[OfferedDataset, str] | None:
        """The dataset that a record would be in, and its id there; None if no dataset has such ids."""
        match = _RECORD_ID.fullmatch(record_id)
        if match is None or match[2] != resource:
            return None
        dataset = self.by_id.get(DatasetId(f"{match[1]}/{match[3]}"))
        source_id = _unescaped(match[4])
        if dataset is None or dataset.mapping.resource.name != resource or source_id is None:
            return None
        return dataset, source_id


def _offered(
    id: DatasetId, *, partner: Partner, dataset: Dataset, mapping: CompiledMapping, regions: RegionCodes | None
) -> OfferedDataset:
    provider = PartnerId(partner.id)
    _check_filters(id, dataset=dataset, resource=mapping.resource.name)
    return OfferedDataset(
        id=id,
        partner=provider,
        settings=dataset,
        mapping=mapping,
        push_down=PushDown(dataset, zone=partner.zone, regions=regions),
        offer=Offer(id, provider, dataset.access == "open"),
        size=min(dataset.paging.size or _QUESTION_SIZE, dataset.paging.max_size),
    )


def _check_filters(id: DatasetId, *, dataset: Dataset, resource: str) -> None:
    """Raises `BadConfiguration` for a filter that the resource does not have, or a word about one that is not set."""
    partner, _, name = id.partition("/")
    known = FILTERS[resource]
    for key, names, among in (
        ("filters", dataset.filters, known),
        ("filter_values", dataset.filter_values, dataset.filters),
        ("filter_schemes", dataset.filter_schemes, dataset.filters),
    ):
        for word in names:
            if word not in among:
                where = f"datasets.{name}.{key}.{word}"
                message = f"partners/{partner}.toml: {where}: expected one of {', '.join(among) or 'none'}"
                raise BadConfiguration(message, file=f"partners/{partner}.toml", key=where)
    scheme = dataset.filter_schemes.get("region", "kemendagri")
    if scheme not in REGION_SCHEMES:
        where = f"datasets.{name}.filter_schemes.region"
        message = f"partners/{partner}.toml: {where}: expected one of {', '.join(REGION_SCHEMES)}"
        raise BadConfiguration(message, file=f"partners/{partner}.toml", key=where)


def _unescaped(text: str) -> str | None:
    """The source's own id: `~2F` is `/`. None if the escapes are not UTF-8, so that no record can have it."""
    try:
        return re.sub(rb"~([0-9a-fA-F]{2})", lambda it: bytes.fromhex(it[1].decode()), text.encode()).decode()
    except UnicodeDecodeError:
        return None
