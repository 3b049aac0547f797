"""Recorded samples become the common records that somebody wrote down by hand, and every ledger adds up."""

from datetime import UTC, date, datetime, timedelta, timezone

import msgspec
import pytest

from gateway.demo.samples import read_json_sample
from schemas.facility import Facility, FacilityKind
from schemas.indicator import Indicator
from schemas.record import Point
from schemas.service import LifeEventKind
from schemas.service_request import ServiceRequest, ServiceRequestStatus
from tests.support.partner_documents import shipped_datasets
from tests.support.shipped_mappings import shipped_mapping, stand_in_bodies

WIB = timezone(timedelta(hours=7))
# In, out, refused, and fields left null, over all pages that the stand-ins serve (of the gateway's own: the samples).
LEDGERS = {
    "jakarta/flood-gates": (12, 12, 0, 0),
    "jakarta/foreign-visitors": (120, 119, 1, 0),
    "jakarta/health-centres": (44, 44, 0, 0),
    "jakarta/hospitals": (49, 49, 0, 0),
    "jakarta/service-requests": (60, 59, 1, 0),
    "jakarta/services": (11, 11, 0, 0),
    "jakarta/specialist-hospitals": (10, 10, 0, 0),
    "jakarta/waste-sites": (1899, 1898, 1, 0),
    "sumedang/health-facilities": (34, 34, 0, 1),
    "sumedang/health-workers": (78, 78, 0, 0),
    "sumedang/newborn-documents-times": (7, 7, 0, 0),
    "sumedang/pharmacy-counts": (26, 25, 1, 0),
    "sumedang/population": (104, 104, 0, 0),
    "sumedang/service-requests": (130, 129, 1, 0),
    "sumedang/services": (10, 10, 0, 0),
}


@pytest.fixture(scope="module")
def mapped():
    """Maps every page of a dataset; remembers what it has mapped."""
    known = {}

    async def all_pages(partner, dataset):
        name = f"{partner}/{dataset}"
        if name not in known:
            bodies = await stand_in_bodies(partner, dataset)
            known[name] = [shipped_mapping(name).to_common(body) for body in bodies]
        return known[name]

    return all_pages


@pytest.fixture
def records(mapped):
    """The records of a dataset, by id."""

    async def by_id(partner, dataset):
        return {record.id: record for page in await mapped(partner, dataset) for record in page.records}

    return by_id


def test_every_dataset_has_a_ledger_here():
    """A new dataset needs its line above."""
    assert sorted(LEDGERS) == sorted(f"{partner}/{dataset}" for partner, dataset in shipped_datasets())


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
async def test_records_in_are_records_out_and_refused(mapped, partner, dataset):
    """Nothing is lost: each page adds up, and so do all."""
    pages = await mapped(partner, dataset)
    assert [] == [page for page in pages if page.records_in != len(page.records) + len(page.refused)]
    sums = (
        sum(page.records_in for page in pages),
        sum(len(page.records) for page in pages),
        sum(len(page.refused) for page in pages),
        sum(len(page.emptied) for page in pages),
    )
    assert LEDGERS[f"{partner}/{dataset}"] == sums


@pytest.mark.parametrize(("partner", "dataset"), shipped_datasets())
async def test_ids_are_unique_over_all_pages(mapped, partner, dataset):
    """A record keeps its own id, whichever page it came on."""
    ids = [record.id for page in await mapped(partner, dataset) for record in page.records]
    assert len(set(ids)) == len(ids)


async def test_rsu_tarakan_lies_in_jakarta_pusat(records):
    """BPS 3173 is 31.71; read as Kemendagri it would be Jakarta Barat. The rest of the row comes through too."""
    expected = Facility(
        id="jakarta:facility:hospitals.2",
        partner="jakarta",
        name="Tarakan",
        kind=FacilityKind.HOSPITAL,
        region="31.71",
        address="Jl. Kyai Caringin No. 7",
        postal_code="10150",
        location=Point(coordinates=(106.810227, -6.171512)),
        phones=["5550150", "5550151", "5550152"],
        emails=["direksi@rs-tarakan.example", "humas@rs-tarakan.example"],
        website="www.rs-tarakan.example",
    )
    assert expected == (await records("jakarta", "hospitals"))["jakarta:facility:hospitals.2"]


async def test_zero_and_nothing_are_null(records):
    """`alamat: 0`, `kode_pos: 0` and an empty web site are no address, no postal code and no web site."""
    hospitals = await records("jakarta", "hospitals")
    assert (None, None, None) == (
        hospitals["jakarta:facility:hospitals.6"].address,
        hospitals["jakarta:facility:hospitals.5"].postal_code,
        hospitals["jakarta:facility:hospitals.6"].website,
    )


async def test_the_head_of_a_health_centre_is_mapped_as_a_person(records):
    """The name comes through the mapping; who may see it is decided later. `-` is nobody."""
    centres = await records("jakarta", "health-centres")
    jagakarsa = centres["jakarta:facility:health-centres.31"]
    assert ("Puskesmas Kecamatan Jagakarsa", "31.74.09", "drg. Contoh Baskoro, Sp.X") == (
        jagakarsa.name,
        jagakarsa.region,
        jagakarsa.head_name,
    )
    assert centres["jakarta:facility:health-centres.8"].head_name is None


async def test_a_waste_site_with_swapped_axes_is_refused(mapped):
    """Latitude 106 is no place; the row is named by its place in the document, never by its content."""
    first, *_ = await mapped("jakarta", "waste-sites")
    assert [("/data/16/location/latitude", "swapped-coordinates", "location")] == [
        (it.pointer, it.reason, it.field) for it in first.refused
    ]


async def test_a_report_is_read_out_of_its_labelled_text(records):
    """What, where and who stand behind labels in one text of the CRM."""
    expected = ServiceRequest(
        id="jakarta:service-request:service-requests.700101",
        partner="jakarta",
        service_request_id="JK2610020001",
        status=ServiceRequestStatus.OPEN,
        partner_status="Koordinasi",
        service_name="Sampah",
        description="Tumpukan sampah belum diangkut sejak Senin.",
        agency_responsible="Suku Dinas Lingkungan Hidup Jakarta Pusat",
        requested_datetime=datetime(2026, 10, 2, 9, 10, 57, tzinfo=WIB),
        region="31",
        address="Jl. Johar Baru Raya RT 002/RW 002",
        location=Point(coordinates=(106.867205, -6.173085)),
    )
    assert expected == (await records("jakarta", "service-requests"))[expected.id]


async def test_a_report_without_labels_is_its_own_description(records):
    """Not every citizen's text has the labels; then all of it is what the citizen says, and no address is known."""
    report = (await records("jakarta", "service-requests"))["jakarta:service-request:service-requests.700120"]
    assert ("Lampu mati, mohon dicek.", None) == (report.description, report.address)


async def test_a_report_in_an_undeclared_state_is_refused(mapped):
    """`Eskalasi Khusus` is in no list, and is not guessed."""
    (page,) = await mapped("jakarta", "service-requests")
    assert [("/4/tstatus/name", "unknown-code", "status")] == [(it.pointer, it.reason, it.field) for it in page.refused]


async def test_water_levels_are_centimetres(records):
    """Millimetres as text become centimetres; a level below zero stays; both spellings of a day are read."""
    gates = await records("jakarta", "flood-gates")
    manggarai, pluit = gates["jakarta:indicator:flood-gates.103"], gates["jakarta:indicator:flood-gates.108"]
    assert (772, "cm", "P.A. Manggarai", "siaga-3", "2026-11-24") == (
        manggarai.value,
        manggarai.unit,
        manggarai.place,
        manggarai.status,
        manggarai.period,
    )
    assert (-163, "normal") == (pluit.value, pluit.status)
    assert {datetime(2026, 11, 24, 3, tzinfo=UTC)} == {gate.observed_at for gate in gates.values()}
    assert gates["jakarta:indicator:flood-gates.104"].status == "siaga-3"  # written SIAGA III


async def test_visitors_are_counted_by_country_and_month(records):
    """The month `202501` becomes the period `2025-01`."""
    visitors = await records("jakarta", "foreign-visitors")
    malaysia = visitors["jakarta:indicator:foreign-visitors.202501.Malaysia"]
    assert (29551, "2025-01", {"country": "Malaysia"}) == (malaysia.value, malaysia.period, malaysia.dimensions)


async def test_rows_that_are_no_objects_are_refused(mapped):
    """Satu Data puts text among its rows; the rows around it come through."""
    rows = read_json_sample("jakarta", "foreign-visitors", name="get-table-data.json")["data"]["data"]
    page = shipped_mapping("jakarta/foreign-visitors").to_common(
        msgspec.json.encode({"total": 3, "data": [rows[0], "bukan dict", rows[1]]})
    )
    assert (3, 2, [("/data/1", "wrong-type")]) == (
        page.records_in,
        len(page.records),
        [(it.pointer, it.reason) for it in page.refused],
    )


async def test_the_newborn_service_of_sumedang_comes_through(records):
    """One service, three products, for the life event birth; free; one working day."""
    newborn = (await records("sumedang", "services"))["sumedang:service:services.112"]
    assert "Paket Kelahiran: Akta Kelahiran, Kartu Keluarga, dan KIA" == newborn.name
    assert [LifeEventKind.BIRTH] == newborn.life_events
    assert ["Kutipan akta kelahiran", "Kartu Keluarga", "Kartu Identitas Anak (KIA)"] == newborn.products
    assert (0, 1, 6, "32.11") == (newborn.fee, newborn.processing_days, newborn.staff_count, newborn.region)
    assert datetime(2026, 1, 1, tzinfo=WIB) == newborn.source_updated_at


async def test_fees_are_whole_rupiah(records):
    """`Rp 1.250.000,-` and `Gratis`."""
    services = await records("jakarta", "services")
    building, birth = services["jakarta:service:services.pmptsp-01"], services["jakarta:service:services.dukcapil-01"]
    assert (1_250_000, 28, [LifeEventKind.BUSINESS]) == (building.fee, building.processing_days, building.life_events)
    assert (0, 5, ["Surat keterangan lahir", "KTP-el kedua orang tua"]) == (
        birth.fee,
        birth.processing_days,
        birth.requirements[:2],
    )


async def test_dots_are_thousands_and_commas_decimals_in_sumedang(records):
    """`18.532` people live in Ganeas, and `3,25` thousand a square kilometre in Sumedang Utara."""
    population = await records("sumedang", "population")
    by_place = {(it.place, it.code, it.dimensions["sex"]): it for it in population.values()}
    ganeas = by_place["Ganeas", "jumlah-penduduk", "total"]
    assert (18532, "orang", "32.11.19", "2021") == (ganeas.value, ganeas.unit, ganeas.region, ganeas.period)
    utara = by_place["Sumedang Utara", "kepadatan-penduduk", "total"]
    assert (3.25, "ribu orang/km2", "32.11.18") == (utara.value, utara.unit, utara.region)
    assert ganeas.value == sum(by_place["Ganeas", "jumlah-penduduk", sex].value for sex in ("male", "female"))


async def test_neither_header_nor_total_is_an_observation(records):
    """26 kecamatan, each once for each column."""
    population = await records("sumedang", "population")
    assert 26 == len({it.region for it in population.values()})
    workers = await records("sumedang", "health-workers")
    nurses = [it.value for it in workers.values() if it.dimensions == {"profession": "nurse"}]
    assert (26, 1048) == (len(nurses), max(nurses))


async def test_a_pharmacy_of_sumedang_looks_like_a_hospital_of_jakarta(records):
    """Positional columns with decimal commas give the same shape as Jakarta's named ones."""
    expected = Facility(
        id="sumedang:facility:health-facilities.27",
        partner="sumedang",
        name="Apotek Sehat Contoh",
        kind=FacilityKind.PHARMACY,
        region="32.11.18",
        address="Jl. Mayor Abdurachman No. 12",
        location=Point(coordinates=(107.927, -6.838)),
        phones=["0261555059", "0261555882"],
    )
    assert expected == (await records("sumedang", "health-facilities"))[expected.id]


async def test_swapped_axes_leave_a_facility_without_its_point(mapped):
    """Where the point is optional the rest of the record comes through, and the loss is listed."""
    (page,) = await mapped("sumedang", "health-facilities")
    assert [("swapped-coordinates", "location")] == [(it.reason, it.field) for it in page.emptied]
    bidan = next(record for record in page.records if record.name == "Griya Bidan Contoh")
    assert (None, FacilityKind.OTHER) == (bidan.location, bidan.kind)


async def test_a_complaint_is_read_through_its_json_text(records):
    """Deadline and office come from the JSON in `detail`; the deadline outside is another."""
    complaints = await records("sumedang", "service-requests")
    complaint = next(it for it in complaints.values() if it.service_request_id == "SWA020620260000001")
    assert (ServiceRequestStatus.OPEN, "Terverifikasi", "32.11.06") == (
        complaint.status,
        complaint.partner_status,
        complaint.region,
    )
    assert date(2026, 7, 2) == complaint.expected_datetime.date()
    assert "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL" == complaint.agency_responsible
    assert "KTP-el belum jadi\nSudah tiga pekan menunggu pencetakan." == complaint.description
    assert "Contoh Euis" == complaint.reporter_name


async def test_a_complaint_in_an_undeclared_state_is_refused(mapped):
    """The 14th state, `archived`, is not among the 13."""
    first, *_ = await mapped("sumedang", "service-requests")
    assert [("/data/data/data/6/complaint_status_id", "unknown-code", "status")] == [
        (it.pointer, it.reason, it.field) for it in first.refused
    ]


async def test_all_thirteen_states_are_open_or_closed(records):
    """Each of West Java's states occurs, and has its side of Open311."""
    complaints = await records("sumedang", "service-requests")
    sides = {it.partner_status: it.status for it in complaints.values()}
    assert 13 == len(sides)
    assert {"Gagal Diverifikasi", "Ditolak", "Selesai"} == {
        name for name, side in sides.items() if side is ServiceRequestStatus.CLOSED
    }


@pytest.mark.parametrize("dataset", ["population", "health-workers", "pharmacy-counts"])
async def test_indicators_say_whose_numbers_they_are(records, dataset):
    """Each observation names its producer, as Satu Data Indonesia asks."""
    found = await records("sumedang", dataset)
    assert [] == [it.id for it in found.values() if not isinstance(it, Indicator) or not it.producer]
