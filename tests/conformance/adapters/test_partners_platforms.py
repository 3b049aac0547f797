"""The partners' settings and their platforms' stand-ins, joined by the adapters."""

import msgspec
import pytest

from adapters.base import AdapterError, Fault, Question
from adapters.registry import build_adapter
from gateway.demo.stand_ins import StandIns
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.partner_documents import datasets_of_platforms, shipped_partners

PARTNERS = shipped_partners()
DATASETS = datasets_of_platforms()


@pytest.fixture
async def platforms():
    """All stand-ins."""
    async with StandIns() as running:
        yield running


@pytest.fixture
async def build(platforms):
    """Makes the adapter of a partner's dataset, as its settings say."""
    async with HttpTransport(Upstream()) as transport:

        def build(partner, dataset, *, secrets=None):
            settings = platforms.relocate(PARTNERS[partner])
            chosen = settings.datasets[dataset]
            platform = settings.platforms[chosen.platform]
            return build_adapter(
                platform.adapter,
                platform=platform,
                dataset=chosen,
                transport=transport,
                secrets=(secrets or platforms.secrets).__getitem__,
            )

        yield build


@pytest.mark.parametrize(("partner", "dataset"), DATASETS)
async def test_every_dataset_is_walked_to_its_end(build, partner, dataset):
    """No page comes twice, and every page is JSON."""
    adapter = build(partner, dataset)
    pages, position = [], None
    while True:
        document = await adapter.fetch(Question(position=position))
        msgspec.json.decode(document.body)
        assert document.body not in pages
        pages.append(document.body)
        position = document.next_position
        if position is None:
            break
    assert len(pages) < 50


async def test_a_list_of_ten_pages_has_every_record_once(build):
    """Jakarta's waste sites: 1,899 of them."""
    adapter = build("jakarta", "waste-sites")
    ids, position = [], None
    while True:
        document = msgspec.json.decode((page := await adapter.fetch(Question(position=position))).body)
        ids += [row["id"] for row in document["data"]]
        position = page.next_position
        if position is None:
            break
    assert document["meta"]["pagination"]["total"] == len(ids) == len(set(ids))


@pytest.mark.parametrize(("partner", "dataset"), [("jakarta", "hospitals"), ("sumedang", "service-requests")])
async def test_a_wrong_credential_is_refused(build, partner, dataset):
    """By the platforms that ask for one."""
    wrong = {"JAKARTA_API_KEY": "salah", "SUMEDANG_COMPLAINTS_TOKEN": "salah"}
    with pytest.raises(AdapterError) as caught:
        await build(partner, dataset, secrets=wrong).fetch(Question())
    assert Fault.REFUSED_US == caught.value.fault


async def test_a_failure_with_status_200_is_a_failure(build):
    """Jakarta's open API answers an unknown parameter so."""
    with pytest.raises(AdapterError) as caught:
        await build("jakarta", "hospitals").fetch(Question(filters={"tak_dikenal": "1"}))
    assert (Fault.UNREADABLE, "the platform reports a failure: errors is present") == (
        caught.value.fault,
        caught.value.message,
    )
