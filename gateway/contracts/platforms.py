"""The platforms of some contracts, ready to be asked: past every cache, circuit breaker and retry of the gateway's."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import msgspec

from adapters.base import Adapter, Closing
from gateway.contracts.contract import Contract
from gateway.ids import DatasetId
from gateway.settings import Partner, Upstream
from gateway.upstream.asked_dataset import build_asked_datasets
from gateway.upstream.http import HttpTransport


@asynccontextmanager
async def opened_platforms(
    settings: Upstream, wanted: Sequence[Contract], *, secrets: Callable[[str], str]
) -> AsyncIterator[dict[DatasetId, Adapter]]:
    """An adapter for each dataset; life events have none. Raises `BadConfiguration` for settings that cannot work."""
    partners = {one.partner.id: _narrowed(one.partner, wanted) for one in wanted}
    async with HttpTransport(settings) as transport:
        asked = build_asked_datasets(partners, transport=transport, secrets=secrets, personal=())
        try:
            yield {dataset: one.adapter for dataset, one in asked.items()}
        finally:
            for one in asked.values():
                if isinstance(one.adapter, Closing):
                    await one.adapter.close()


def _narrowed(partner: Partner, wanted: Sequence[Contract]) -> Partner:
    """The partner with the datasets that are wanted, so that no other platform's secret is needed."""
    names = {one.name for one in wanted if one.partner.id == partner.id}
    datasets = {name: dataset for name, dataset in partner.datasets.items() if name in names}
    used = {dataset.platform for dataset in datasets.values()}
    platforms = {name: platform for name, platform in partner.platforms.items() if name in used}
    return msgspec.structs.replace(partner, datasets=datasets, platforms=platforms)
