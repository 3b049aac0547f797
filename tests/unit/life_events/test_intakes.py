"""What a platform is given: the record in its shape, or a reason why not; and who may subscribe with such a target."""

from dataclasses import dataclass, field

import msgspec
import pytest

from adapters.base import AdapterError, Fault, Receipt
from gateway.agreements.field_classes import field_classes
from gateway.clock import SystemClock
from gateway.ids import DatasetId
from gateway.life_events.delivery import Claimed, Parcel
from gateway.life_events.event import StoredEvent
from gateway.life_events.intakes import Intake, Intakes, Unwritable, writing_fault
from gateway.life_events.platform_sender import PlatformSender
from gateway.life_events.subscription import PlatformDataset
from gateway.mapping.load import load_mapping
from schemas.resources import LIFE_EVENTS
from tests.support.deliveries import START, a_subscription
from tests.support.partner_documents import ROOT
from tests.support.small_mappings import shipped_codes

REGISTRATIONS = DatasetId("sumedang/birth-registrations")
BIRTH = {
    "id": "sumedang:birth:hospital-births.KLH-1",
    "partner": "sumedang",
    "born_at": "2026-03-10T02:15:00+07:00",
    "child_sex": "female",
    "mother_nik": "3211154503960000",
    "mother_name": "Eneng Contoh",
}
FIELDS = ("born_at", "child_sex", "mother_nik", "mother_name")


@dataclass
class Desk:
    """Takes what is submitted, or fails with what the test says."""

    error: AdapterError | None = None
    taken: list = field(default_factory=list)

    async def submit(self, body, *, source_id, idempotency_key):
        if self.error is not None:
            raise self.error
        self.taken.append((msgspec.json.decode(body), source_id, idempotency_key))
        return Receipt(status=201)


def mapping_of(name, folder=ROOT / "schemas/partners/sumedang"):
    """A mapping of Sumedang's."""
    return load_mapping(folder, dataset=DatasetId(f"sumedang/{name}"), codes=shipped_codes())


@pytest.fixture
def desk():
    """The platform."""
    return Desk()


@pytest.fixture
def intake(desk):
    """The civil registry's intake."""
    return Intake(mapping=mapping_of("birth-registrations"), submitter=desk)


@pytest.fixture
def intakes(intake, desk):
    """With one of a mapping that cannot be turned round beside it."""
    lossy = Intake(mapping=mapping_of("hospital-births"), submitter=desk)
    found = {REGISTRATIONS: intake, DatasetId("sumedang/hospital-births"): lossy}
    return Intakes(found, classes=field_classes(LIFE_EVENTS))


def encoded(**changes):
    """A narrowed record."""
    return msgspec.json.encode({name: it for name, it in (BIRTH | changes).items() if it is not None})


def subscribed(**changes):
    """A subscription of Sumedang's registry to births, at its intake."""
    values = {"partner": "sumedang", "names": ("birth",), "fields": FIELDS, "target": PlatformDataset(REGISTRATIONS)}
    return a_subscription("sub_disdukcapil", **(values | changes))


def parcel(data, **changes):
    """A delivery on its way."""
    event = StoredEvent(
        sequence=1,
        id="evt_1",
        name="birth",
        provider="sumedang",
        dataset="sumedang/hospital-births",
        client_id="rsud",
        time=START,
        accepted_at=START,
        case_id="case_1",
        order_key="case_1",
        facts={},
        record=data,
    )
    claimed = Claimed(
        id="dlv_1",
        event=event,
        subscription=subscribed(**changes),
        attempts=0,
        failures=0,
        first_due_at=START,
        lease_until=START,
    )
    return Parcel(claimed=claimed, prepared_at=START, fields=frozenset(FIELDS), data=data, body=b"{}")


def test_the_record_is_written_by_the_platforms_names(intake):
    """With the case, and what every form says; nothing of what was not granted."""
    writing = intake.written(encoded(), case_id="case_1")
    assert {
        "jenis_permohonan": "AKTA_KELAHIRAN",
        "no_rujukan": "KLH-1",
        "id_kasus": "case_1",
        "waktu_lahir": "10-03-2026 02:15:00",
        "jenis_kelamin": "2",
        "ibu": {"nik": "3211154503960000", "nama_lengkap": "Eneng Contoh"},
    } == msgspec.json.decode(writing.body)
    assert "KLH-1" == writing.source_id


def test_a_record_without_what_the_form_needs_is_not_written(intake):
    """The fields are named, not their values."""
    with pytest.raises(Unwritable) as raised:
        intake.written(encoded(mother_nik=None, born_at=None), case_id=None)
    assert ("record-incomplete", ("born_at", "mother_nik")) == (raised.value.reason, raised.value.fields)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"child_sex": "unknown"}, ("child_sex",)),
        ({"born_at": "2026-03-10T02:15:00.250+07:00"}, ("born_at",)),
        ({"birth_order": 120}, ("birth_order",)),
        ({"id": "sumedang:birth:hospital-births.KLH~2F1"}, None),
    ],
)
def test_a_value_that_the_platform_has_no_writing_for_is_not_lost_in_silence(intake, changes, fields):
    """No code, no room, no such id, or less than the record says: it is not written at all."""
    with pytest.raises(Unwritable, match="record-unwritable") as raised:
        intake.written(encoded(**changes), case_id=None)
    assert fields is None or fields == raised.value.fields


async def test_a_delivery_arrives_under_the_events_id(intakes, desk):
    """So a replay, or another attempt, is known for what it is."""
    attempt = await PlatformSender(intakes, clock=SystemClock()).send(parcel(encoded()))
    assert (201, None, False) == (attempt.status_code, attempt.reason, attempt.is_final)
    ((body, source_id, key),) = desk.taken
    assert ("KLH-1", "KLH-1", "evt_1", "case_1") == (body["no_rujukan"], source_id, key, body["id_kasus"])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AdapterError(Fault.REJECTED, "x", status=422), (422, "http-422", None, True)),
        (
            AdapterError(Fault.UNREACHABLE, "x", is_transient=True, status=503, retry_after_s=9),
            (503, "http-503", 9, False),
        ),
        (AdapterError(Fault.TIMEOUT, "x", is_transient=True), (None, "timeout", None, False)),
        (AdapterError(Fault.UNREADABLE, "x"), (None, "unreadable", None, False)),
        (AdapterError(Fault.REFUSED_US, "x", status=401), (401, "http-401", None, False)),
    ],
)
async def test_a_failure_is_an_attempt_with_its_code(intakes, desk, error, expected):
    """Final where the platform will never take the record; else it is tried again."""
    desk.error = error
    attempt = await PlatformSender(intakes, clock=SystemClock()).send(parcel(encoded()))
    assert expected == (attempt.status_code, attempt.reason, attempt.retry_after_s, attempt.is_final)


async def test_what_cannot_be_written_is_a_dead_letter_at_once(intakes, desk):
    """Nothing is sent."""
    attempt = await PlatformSender(intakes, clock=SystemClock()).send(parcel(encoded(mother_name=None)))
    assert ("record-incomplete", True, []) == (attempt.reason, attempt.is_final, desk.taken)


async def test_an_intake_that_is_gone_may_come_back(intakes):
    """Settings may have lost it for a day."""
    target = PlatformDataset(DatasetId("sumedang/lama"))
    attempt = await PlatformSender(intakes, clock=SystemClock()).send(parcel(encoded(), target=target))
    assert ("intake-missing", False) == (attempt.reason, attempt.is_final)


def test_a_subscription_that_can_be_written_is_not_refused(intakes):
    """Its fields are those that the form cannot do without."""
    assert intakes.refusal(subscribed()) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"partner": "jakarta"}, "there are none"),
        ({"target": PlatformDataset(DatasetId("sumedang/facilities"))}, "one of your platforms' intakes"),
        ({"names": ("birth", "death")}, "subscribed to birth alone"),
        ({"fields": None}, "name in `fields` also born_at, child_sex, mother_name, mother_nik"),
        ({"fields": ("@public", "mother_nik", "born_at", "child_sex")}, "name in `fields` also mother_name"),
        (
            {"target": PlatformDataset(DatasetId("sumedang/hospital-births"))},
            "born_at: only a value from one path can be written back",
        ),
    ],
)
def test_a_target_that_cannot_be_is_refused_with_the_reason(intakes, changes, expected):
    """Before any event is lost on it."""
    assert expected in intakes.refusal(subscribed(**changes))


def test_a_form_with_a_member_that_nothing_fills_is_no_target(tmp_path):
    """Every record of the platform has it, and no field says what to write."""
    for ending in ("mapping.toml", "source.json"):
        text = (ROOT / f"schemas/partners/sumedang/birth-registrations.{ending}").read_text(encoding="utf-8")
        text = text.replace('"const": "AKTA_KELAHIRAN"', '"type": "string"')
        (tmp_path / f"birth-registrations.{ending}").write_text(text, encoding="utf-8")
    assert "nothing fills jenis_permohonan" in writing_fault(mapping_of("birth-registrations", tmp_path))
