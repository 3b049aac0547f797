"""The shipped mappings, compiled once, and the documents that the stand-ins answer."""

from functools import cache

import msgspec

from gateway.demo.stand_ins import StandIns
from gateway.mapping.load import load_mappings
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.partner_documents import ROOT, bodies_of, shipped_datasets, shipped_partners


@cache
def _loaded():
    return load_mappings(shipped_partners(), ROOT / "schemas")


def shipped_mapping(dataset):
    """The compiled mapping of one dataset, as `jakarta/hospitals`."""
    return _loaded()[dataset]


async def stand_in_bodies(partner, dataset):
    """Every page of one dataset, as its stand-in answers through the real adapter."""
    async with StandIns() as stand_ins, HttpTransport(Upstream()) as transport:
        settings = stand_ins.relocate(shipped_partners()[partner])
        return await bodies_of(settings, dataset, transport=transport, secrets=stand_ins.secrets)


async def stand_in_documents():
    """The documents of every dataset that its stand-in answers, by its name."""
    return {
        f"{partner}/{dataset}": [msgspec.json.decode(body) for body in await stand_in_bodies(partner, dataset)]
        for partner, dataset in shipped_datasets()
    }
