import pytest

from gateway.errors import BadConfiguration
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


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"filters": {"regoin": "kota"}}, "datasets.hospitals.filters.regoin"),
        ({"filters": {"period": "tahun"}}, "datasets.hospitals.filters.period"),
        ({"filter_values": {"kind": {}}}, "datasets.hospitals.filter_values.kind"),
        (
            {"filters": {"kind": "jenis"}, "filter_schemes": {"region": "bps"}},
            "datasets.hospitals.filter_schemes.region",
        ),
        (
            {"filters": {"region": "kota"}, "filter_schemes": {"region": "BPS"}},
            "datasets.hospitals.filter_schemes.region",
        ),
    ],
    ids=str,
)
def test_a_filter_that_the_resource_does_not_have_stops_the_start(settings, key):
    """The message names the file and the key; a filter that is set in vain would be missed by nobody."""
    with pytest.raises(BadConfiguration) as caught:
        Offers(
            partners={"jakarta": partner("jakarta", hospitals=dataset(**settings))},
            mappings={DatasetId("jakarta/hospitals"): PlainMapping(RESOURCES["facility"])},
        )
    assert {"file": "partners/jakarta.toml", "key": key} == caught.value.parameters
