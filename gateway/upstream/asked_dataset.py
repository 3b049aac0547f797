"""A dataset as it is asked: its adapter, and how long its documents are good for."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import msgspec

from adapters.authentication import Authentication
from adapters.base import Adapter, Question, Transport
from adapters.config import AdapterMisconfigured, Secrets
from adapters.registry import GIVEN, build_adapter, build_authentication_of
from gateway.errors import BadConfiguration
from gateway.ids import DatasetId
from gateway.settings import Dataset, Partner, Platform
from gateway.upstream.platform_transport import transport_to

_LIVE_S = 1.0


class AskedDataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of one platform.

    `platform` is the key of its circuit breaker, as `jakarta/crm`. `fingerprint` changes with its settings, so
    that no document outlives them. `cacheable` is False where documents hold Personal data: they are then kept
    in this process alone, and only while fresh.
    """

    id: DatasetId
    platform: str
    adapter: Adapter
    fingerprint: str
    fresh_for_s: float = 60.0
    stale_if_error_s: float = 86_400.0
    cacheable: bool = True

    @property
    def is_live(self) -> bool:
        """Whether it is asked for each question: its documents are kept for the day its platform fails."""
        return self.fresh_for_s < _LIVE_S

    def key(self, question: Question) -> str:
        """The same for the same question under the same settings, and for no other. Tells nothing of its filters."""
        asked = (self.fingerprint, question.position, question.size, question.source_id, dict(question.filters))
        return f"{self.id}:{sha256(msgspec.json.encode(asked, order='deterministic')).hexdigest()}"


def fingerprint_of(platform: Platform, dataset: Dataset) -> str:
    """Changes with anything that the operator says about either."""
    return sha256(msgspec.json.encode((platform, dataset), order="deterministic")).hexdigest()


Given: TypeAlias = Mapping[str, Callable[[Partner, Dataset], Adapter]]
"""What makes the adapters of the deployment's own data, by `adapter`."""


def build_asked_datasets(
    partners: Mapping[str, Partner],
    *,
    transport: Transport,
    secrets: Secrets,
    personal: Container[DatasetId],
    given: Given = MappingProxyType({}),
) -> dict[DatasetId, AskedDataset]:
    """Every dataset of every partner. Raises `BadConfiguration`, naming file and key.

    `personal` are the datasets whose mapping yields Personal fields. Datasets of one platform share its token. Those
    of the deployment's own data are left out where nothing is `given` for them.
    """
    asked: dict[DatasetId, AskedDataset] = {}
    for partner in partners.values():
        ways = ways_to(partner, partner.platforms, transport=transport, secrets=secrets)
        for name, dataset in partner.datasets.items():
            with naming(partner, f"datasets.{name}"):
                if dataset.platform not in partner.platforms:
                    raise AdapterMisconfigured("platform", f"there is no platform {dataset.platform}")
                platform = partner.platforms[dataset.platform]
                if platform.adapter not in GIVEN:
                    adapter = build_adapter(
                        platform.adapter,
                        platform=platform,
                        dataset=dataset,
                        transport=ways[dataset.platform].transport,
                        secrets=secrets,
                        authentication=ways[dataset.platform].authentication,
                    )
                elif platform.adapter in given:
                    adapter = given[platform.adapter](partner, dataset)
                else:
                    continue
            one = _asked(partner, name, dataset, adapter=adapter, personal=personal)
            asked[one.id] = one
    return asked


class Way(NamedTuple):
    """How a platform is reached: whom it is trusted by, and how it is told who we are."""

    transport: Transport
    authentication: Authentication


def ways_to(partner: Partner, platforms: Iterable[str], *, transport: Transport, secrets: Secrets) -> dict[str, Way]:
    """The way to each of those platforms; whatever is asked of one shares its token. Raises `BadConfiguration`."""
    ways: dict[str, Way] = {}
    for name in platforms:
        platform = partner.platforms[name]
        with naming(partner, f"platforms.{name}"):
            trusting = transport_to(platform, transport=transport)
            ways[name] = Way(trusting, build_authentication_of(platform, transport=trusting, secrets=secrets))
    return ways


def _asked(
    partner: Partner, name: str, dataset: Dataset, *, adapter: Adapter, personal: Container[DatasetId]
) -> AskedDataset:
    dataset_id = DatasetId(f"{partner.id}/{name}")
    return AskedDataset(
        id=dataset_id,
        platform=f"{partner.id}/{dataset.platform}",
        adapter=adapter,
        fingerprint=fingerprint_of(partner.platforms[dataset.platform], dataset),
        fresh_for_s=dataset.fresh_for_s,
        stale_if_error_s=dataset.stale_if_error_s,
        cacheable=dataset_id not in personal,
    )


@contextmanager
def naming(partner: Partner, table: str) -> Iterator[None]:
    """Turns an adapter's complaint into one that names file and key."""
    file = f"partners/{partner.id}.toml"
    try:
        yield
    except AdapterMisconfigured as error:
        key = f"{table}.{error.key}"
        raise BadConfiguration(f"{file}: {key}: {error.message}", file=file, key=key) from error
