"""What the catalogue says of partners and datasets, made of settings and mappings."""

from collections.abc import Mapping

from gateway.api.catalogue import DatasetEntry, PartnerEntry
from gateway.exchange.filters import FILTERS
from gateway.exchange.offers import CompiledMapping
from gateway.ids import DatasetId
from gateway.settings import Dataset, Partner
from schemas.resources import RESOURCES


def partner_entries(
    partners: Mapping[str, Partner], mappings: Mapping[DatasetId, CompiledMapping]
) -> tuple[PartnerEntry, ...]:
    """Every partner, in the order of the ids."""
    return tuple(_partner(partners[name], mappings) for name in sorted(partners))


def dataset_entries(
    partners: Mapping[str, Partner], mappings: Mapping[DatasetId, CompiledMapping]
) -> dict[str, tuple[DatasetEntry, ...]]:
    """The datasets of each partner."""
    return {
        partner.id: tuple(
            _dataset(DatasetId(f"{partner.id}/{name}"), name, dataset, mappings)
            for name, dataset in sorted(partner.datasets.items())
        )
        for partner in partners.values()
    }


def _partner(partner: Partner, mappings: Mapping[DatasetId, CompiledMapping]) -> PartnerEntry:
    offered = {mappings[DatasetId(f"{partner.id}/{name}")].resource.name for name in partner.datasets}
    return PartnerEntry(
        id=partner.id,
        name=partner.name,
        kode_wilayah=partner.kode_wilayah,
        zone=partner.zone,
        contact=partner.contact,
        resources=tuple(sorted(offered)),
        datasets=f"/v1/partners/{partner.id}/datasets",
    )


def _dataset(id: DatasetId, name: str, dataset: Dataset, mappings: Mapping[DatasetId, CompiledMapping]) -> DatasetEntry:
    mapping = mappings[id]
    is_whole = dataset.paging.kind == "single"
    known = FILTERS[mapping.resource.name]
    return DatasetEntry(
        id=id,
        title={"id": dataset.title_id or name, "en": dataset.title_en or dataset.title_id or name},
        resource=mapping.resource.name,
        resource_url=f"/v1/{RESOURCES[mapping.resource.name].plural}",
        access=dataset.access,
        fresh_for_s=dataset.fresh_for_s,
        stale_if_error_s=dataset.stale_if_error_s,
        filters=tuple(sorted(known if is_whole else known.keys() & dataset.filters.keys())),
        by_id=is_whole or dataset.by_id is not None,
        contract_version=mapping.version,
    )
