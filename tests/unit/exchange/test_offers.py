import pytest

from gateway.exchange.offers import Offers
from gateway.ids import DatasetId, RecordId
from schemas.resources import RESOURCES
from tests.support.exchange import PlainMapping, dataset, paged, partner

OFFERS = Offers(
    partners={
        "jakarta": partner("jakarta", hospitals=dataset(access="open"), waste_sites=paged()),
        "sumedang": partner("sumedang", services=dataset()),
    },
    mappings={
        DatasetId("jakarta/hospitals"): PlainMapping(RESOURCES["facility"]),
        DatasetId("jakarta/waste-sites"): PlainMapping(RESOURCES["facility"]),
        DatasetId("sumedang/services"): PlainMapping(RESOURCES["service"]),
    },
)


def test_datasets_are_found_by_what_they_yield():
    """In the order of the settings."""
    assert ["jakarta/hospitals", "jakarta/waste-sites"] == [it.id for it in OFFERS.of_resource("facility")]
    assert OFFERS.of_resource("indicator") == ()


def test_a_record_id_leads_to_its_dataset_and_source_id():
    """Escapes are undone."""
    found, source_id = OFFERS.of_record(RecordId("jakarta:facility:waste-sites.a~2Fb~C3~A9.1"), resource="facility")
    assert ("jakarta/waste-sites", "a/bé.1") == (found.id, source_id)


@pytest.mark.parametrize(
    "record_id",
    [
        "",
        "jakarta",
        "jakarta:facility:hospitals",
        "jakarta:facility:hospitals.",
        "jakarta:service:hospitals.1",
        "jakarta:facility:nothing.1",
        "bandung:facility:hospitals.1",
        "sumedang:facility:services.1",
        "jakarta:facility:hospitals.1\n",
        "jakarta:facility:hospitals.~FF",
        "jakarta:facility:hospitals.1/../2",
        "jakarta:facility:hospitals." + "1" * 201,
    ],
)
def test_an_id_that_no_record_can_have_leads_nowhere(record_id):
    """None of these is asked of a platform."""
    assert OFFERS.of_record(RecordId(record_id), resource="facility") is None
