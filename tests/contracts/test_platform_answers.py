"""What the stand-ins answer, through the real adapters over HTTP, is what the source schemas say."""

import json

import jsonschema_rs
import pytest

from adapters.base import AdapterError, Fault, Question
from gateway.demo.faults import Failure
from gateway.demo.stand_ins import StandIns
from gateway.settings import Upstream
from gateway.upstream.http import HttpTransport
from tests.support.partner_documents import ROOT, adapter_of, bodies_of, shipped_datasets, shipped_partners

PAGES = {"waste-sites": 10, "foreign-visitors": 2}


@pytest.fixture
async def stand_ins():
    """Running stand-ins, without faults."""
    async with StandIns() as servers:
        yield servers


@pytest.fixture
async def transport():
    """A pool of connections."""
    async with HttpTransport(Upstream()) as pool:
        yield pool


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
async def test_every_page_of_every_dataset_fits_its_source_schema(stand_ins, transport, partner, dataset):
    """Each recorded sample comes through its protocol, and is valid against the declared schema."""
    schema = json.loads((ROOT / f"schemas/partners/{partner}/{dataset}.source.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    settings = stand_ins.relocate(shipped_partners()[partner])
    bodies = await bodies_of(settings, dataset, transport=transport, secrets=stand_ins.secrets)
    expected = 3 if (partner, dataset) == ("sumedang", "service-requests") else PAGES.get(dataset, 1)
    assert expected == len(bodies)
    assert [] == [error.message for body in bodies for error in validator.iter_errors(json.loads(body))]


@pytest.mark.parametrize(
    ("partner", "dataset", "source_id"),
    [
        ("jakarta", "health-centres", "7"),
        ("jakarta", "hospitals", "2"),
        ("jakarta", "services", "dukcapil-01"),
        ("jakarta", "specialist-hospitals", "1"),
        ("sumedang", "services", "112"),
    ],
)
async def test_one_record_is_asked_for_where_the_platform_can(stand_ins, transport, partner, dataset, source_id):
    """A document of one record comes back, in the list's own shape."""
    settings = stand_ins.relocate(shipped_partners()[partner])
    adapter = adapter_of(settings, dataset, transport=transport, secrets=stand_ins.secrets)
    document = json.loads((await adapter.fetch(Question(source_id=source_id))).body)
    rows = document if isinstance(document, list) else document.get("data") or document["result"]["records"]
    assert 1 == len(rows)


@pytest.mark.parametrize(
    ("path", "failure", "fault"),
    [
        ("/jakarta/api/v1/rumahsakitumum", Failure.ERRORS, Fault.UNREADABLE),
        ("/jakarta/api/v1/rumahsakitumum", Failure.HTML, Fault.UNREADABLE),
        ("/jakarta/api/v1/rumahsakitumum", Failure.TRUNCATED, Fault.UNREADABLE),
        ("/jakarta/api/v1/rumahsakitumum", Failure.STATUS_403, Fault.REFUSED_US),
        ("/jakarta/api/v1/rumahsakitumum", Failure.STATUS_500, Fault.UNREACHABLE),
        ("/jakarta/api/v1/rumahsakitumum", Failure.CLOSED, Fault.UNREACHABLE),
    ],
)
async def test_success_that_is_none_is_a_fault(stand_ins, transport, path, failure, fault):
    """HTTP 200 with `errors`, a page instead of data, half a document: none of them is an answer."""
    stand_ins.faults.forced[path] = failure
    settings = stand_ins.relocate(shipped_partners()["jakarta"])
    adapter = adapter_of(settings, "hospitals", transport=transport, secrets=stand_ins.secrets)
    with pytest.raises(AdapterError) as raised:
        await adapter.fetch(Question())
    assert fault == raised.value.fault


async def test_a_wrong_key_is_told_apart_from_a_fault_of_the_platform(stand_ins, transport):
    """The platform refuses us, which no repetition mends."""
    settings = stand_ins.relocate(shipped_partners()["jakarta"])
    secrets = {**stand_ins.secrets, "JAKARTA_API_KEY": "another"}
    adapter = adapter_of(settings, "hospitals", transport=transport, secrets=secrets)
    with pytest.raises(AdapterError) as raised:
        await adapter.fetch(Question())
    assert (Fault.REFUSED_US, False) == (raised.value.fault, raised.value.is_transient)
