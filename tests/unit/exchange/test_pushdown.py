import pytest

from adapters.config import Paging
from gateway.exchange.filters import read_filters
from gateway.exchange.pushdown import Crosswalk, Filtering, PushDown, Unsupported
from gateway.mapping.regions import Regions
from gateway.settings import Dataset
from schemas.facility import Facility, FacilityKind

CROSSWALK = Crosswalk(Regions({}, {"3173": "31.71", "3211": "32.11"}))


def plan(values, *, zone="Asia/Jakarta", resource="facility", paging="page", **dataset):
    """How a dataset with these settings meets the filters."""
    push_down = PushDown(Dataset(platform="p", paging=Paging(kind=paging), **dataset), zone=zone, regions=CROSSWALK)
    return push_down.plan(read_filters(resource, values))


def place(region, kind=FacilityKind.OFFICE):
    """A facility there."""
    return Facility(id="a:facility:b.1", partner="a", name="x", kind=kind, region=region)


def test_a_filter_goes_to_the_platform_under_its_own_name_and_value():
    """Names and values are those of the settings."""
    planned = plan({"kind": "hospital"}, filters={"kind": "jenis"}, filter_values={"kind": {"hospital": "RSU"}})
    assert planned.parameters == {"jenis": "RSU"}


def test_a_region_goes_through_the_crosswalk():
    """BPS and Kemendagri codes are never taken for each other."""
    planned = plan({"region": "31.71"}, filters={"region": "kode_kota"}, filter_schemes={"region": "bps"})
    assert planned.parameters == {"kode_kota": "3173"}


def test_a_region_that_the_platform_is_too_coarse_for_is_asked_for_by_the_one_around_it():
    """And what the platform then sends too much is filtered out."""
    planned = plan({"region": "32.11.18"}, filters={"region": "kode_kota"}, filter_schemes={"region": "bps"})
    assert planned.parameters == {"kode_kota": "3211"}
    assert [True, False, True] == [bool(planned.chosen([place(it)])) for it in ("32.11.18", "32.11.19", None)]


def test_an_instant_is_written_in_the_platforms_form_and_zone():
    """The day begins where the platform is."""
    planned = plan(
        {"updated_since": "2026-01-31T16:00:00Z"},
        zone="Asia/Jayapura",
        filters={"updated_since": "sejak"},
        filter_schemes={"updated_since": "%d-%m-%Y"},
    )
    assert planned.parameters == {"sejak": "01-02-2026"}


def test_what_the_platform_cannot_filter_is_filtered_here_if_the_list_is_whole():
    """Nothing goes to the platform, and records without the value are left out."""
    planned = plan({"region": "31"}, paging="single")
    assert isinstance(planned, Filtering)
    assert planned.parameters == {}
    assert [True, False, False] == [bool(planned.chosen([place(it)])) for it in ("31.71", "32.11", None)]


@pytest.mark.parametrize("paging", ["page", "offset", "cursor", "link"])
def test_what_nobody_can_filter_is_named(paging):
    """A page of a list, filtered here, would look like the whole answer."""
    planned = plan({"kind": "office", "region": "31"}, paging=paging, filters={"region": "kota"})
    assert Unsupported(("kind",), ("region",)) == planned


def test_a_value_that_the_platform_has_no_word_for_cannot_be_pushed_down():
    """It is filtered here if that can be, else refused."""
    settings = {"filters": {"kind": "jenis"}, "filter_values": {"kind": {"hospital": "RSU"}}}
    assert isinstance(plan({"kind": "museum"}, **settings), Unsupported)
    assert plan({"kind": "museum"}, paging="single", **settings).parameters == {}


def test_filterings_are_told_apart():
    """By filter, value, and who applies it: what is kept of one must not serve another."""
    keys = {
        plan({"region": "31"}, paging="single").key,
        plan({"region": "32"}, paging="single").key,
        plan({"region": "31"}, filters={"region": "kota"}).key,
        plan({}).key,
    }
    assert len(keys) == 4
