import msgspec
import pytest

from gateway.errors import (
    BadRequestCode,
    ContractBroken,
    PartnerUnavailable,
    RefusalCode,
    UnavailableCode,
)
from gateway.ids import RecordId
from tests.support.exchange import (
    ORIGIN,
    agreement,
    dataset,
    facilities,
    paged,
    query,
    records,
    refused,
    two_regions,
)

BOTH = (agreement("jakarta", "jakarta"), agreement("sumedang", "jakarta"))


def one(number, name="puskesmas", who="jakarta"):
    """A question for one record."""
    return query(record_id=RecordId(f"{who}:facility:{name}.{number}"))


@pytest.mark.parametrize("by_id", [None, "/puskesmas/{id}"])
async def test_one_record_is_answered_by_its_id(by_id):
    """Asked of the platform where it knows how, looked for in the whole list otherwise."""
    it = two_regions(*BOTH, puskesmas=dataset(by_id=by_id))
    answer = await it.path.answer(one(1), "jakarta", origin=ORIGIN)
    assert (records(answer)["id"], answer.count) == ("jakarta:facility:puskesmas.1", 1)
    assert ["1" if by_id else None] == [question.source_id for _, question in it.platforms.asked]
    held_back = 0 if by_id else 2
    assert {"records_in": 1 + held_back, "released": 1, "refused": 0, "filtered": 0, "held_back": held_back} == (
        it.record.ledger
    )
    assert it.record.subject == "jakarta:facility:puskesmas.1"


@pytest.mark.parametrize("by_id", [None, "/puskesmas/{id}"])
async def test_a_record_that_is_not_there_is_not_found(by_id):
    """The same answer as for an id that cannot be."""
    it = two_regions(*BOTH, puskesmas=dataset(by_id=by_id))
    missing = await refused(it, one(99))
    it.trail.records.clear()
    impossible = await refused(it, one(1, name="nothing"))
    assert missing.code is BadRequestCode.NOT_FOUND
    assert (missing.message, missing.parameters) == (impossible.message, impossible.parameters)


async def test_without_an_agreement_nobody_learns_whether_a_record_exists():
    """A record that is there and one that is not are refused alike, and the platform is not asked."""
    errors = []
    for number in (1, 99):
        it = two_regions()
        errors.append(await refused(it, one(number)))
        assert it.platforms.asked == []
    assert {RefusalCode.AGREEMENT_MISSING} == {error.code for error in errors}
    assert errors[0].parameters == errors[1].parameters


async def test_a_platform_that_sends_another_record_than_the_one_asked_for_is_not_believed():
    """What was not asked for does not leave."""
    it = two_regions(*BOTH, puskesmas=dataset(by_id="/puskesmas/{id}"))
    it.platforms.documents["jakarta/puskesmas"] = msgspec.json.encode(facilities("jakarta", "puskesmas", 1))
    assert (await refused(it, one(1))).code is BadRequestCode.NOT_FOUND


async def test_one_record_of_a_platform_that_failed_is_a_failure():
    """There is nothing else to answer."""
    it = two_regions(*BOTH)
    it.platforms.down = {"jakarta/puskesmas": UnavailableCode.TIMEOUT}
    with pytest.raises(PartnerUnavailable):
        await it.path.answer(one(1), "jakarta", origin=ORIGIN)
    assert (it.record.outcome, it.record.reason) == ("failed", "partner-timeout")


async def test_one_record_that_cannot_be_read_is_a_broken_contract():
    """With the pointer and the reason."""
    it = two_regions(*BOTH, puskesmas=dataset(by_id="/puskesmas/{id}"))
    it.platforms.documents["jakarta/puskesmas"] = b'[{"refuse": "absent"}]'
    with pytest.raises(ContractBroken) as caught:
        await it.path.answer(one(1), "jakarta", origin=ORIGIN)
    assert (caught.value.parameters["pointer"], caught.value.parameters["reason"]) == ("/0", "absent")


async def test_one_record_of_a_paged_list_without_ids_cannot_be_asked_for():
    """The problem says to ask for the list."""
    it = two_regions(*BOTH, clinics=paged())
    error = await refused(it, one(1, name="clinics", who="sumedang"))
    assert error.code is BadRequestCode.FILTER_UNSUPPORTED
