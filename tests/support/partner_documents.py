"""The shipped partners, and what their platforms answer through the real adapters."""

import tomllib
from pathlib import Path

import msgspec

from adapters.base import Question
from adapters.registry import GIVEN, build_adapter
from gateway.demo.samples import FOLDER as SAMPLES
from gateway.settings import Partner

ROOT = Path(__file__).parents[2]


def shipped_partners():
    """The partners of `config/partners`, by id."""
    files = sorted((ROOT / "config/partners").glob("*.toml"))
    return {path.stem: msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Partner) for path in files}


def shipped_datasets():
    """Every dataset of every shipped partner, as pairs of names."""
    return [(partner, dataset) for partner, settings in shipped_partners().items() for dataset in settings.datasets]


def datasets_of_platforms():
    """Those that a partner's own platform answers: all but the deployment's own data."""
    partners = shipped_partners()
    return [(partner, dataset) for partner, dataset in shipped_datasets() if not _is_given(partners[partner], dataset)]


def _is_given(partner, dataset):
    return partner.platforms[partner.datasets[dataset].platform].adapter in GIVEN


def adapter_of(partner, dataset, *, transport, secrets):
    """The adapter of one dataset, built from its settings."""
    settings = partner.datasets[dataset]
    platform = partner.platforms[settings.platform]
    return build_adapter(
        platform.adapter, platform=platform, dataset=settings, transport=transport, secrets=secrets.__getitem__
    )


async def bodies_of(partner, dataset, *, transport, secrets):
    """The JSON body of each page of one dataset, in order; of the deployment's own data, the recorded ones."""
    if _is_given(partner, dataset):
        return [path.read_bytes() for path in sorted((SAMPLES / partner.id / "samples" / dataset).iterdir())]
    adapter = adapter_of(partner, dataset, transport=transport, secrets=secrets)
    bodies = []
    position = None
    while position is not None or not bodies:
        document = await adapter.fetch(Question(position=position))
        bodies.append(document.body)
        position = document.next_position
    return bodies
