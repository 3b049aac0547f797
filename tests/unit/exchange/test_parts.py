import msgspec
import pytest

from gateway.errors import (
    BadRequestCode,
    RefusalCode,
    UnavailableCode,
)
from gateway.ids import PartnerId
from tests.support.exchange import (
    ORIGIN,
    agreement,
    facilities,
    paged,
    query,
    records,
    refused,
    two_regions,
)

JAKARTA, SUMEDANG = PartnerId("jakarta"), PartnerId("sumedang")
BOTH = (agreement("jakarta", "jakarta"), agreement("sumedang", "jakarta"))


async def test_each_partners_own_grant_decides_its_records():
    """Promise 3: two partners in one answer, each with its own fields; and the audit record tells them apart."""
    it = two_regions(
        agreement("jakarta", "jakarta", fields=("name",)), agreement("sumedang", "jakarta", fields=("kind",))
    )
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    always = {"id", "partner", "source_updated_at"}
    keys = {one["id"].split(":")[2].split(".")[0]: set(one) - always for one in records(answer)}
    assert keys["puskesmas"] == {"name"}
    assert keys["clinics"] == {"kind"}
    assert "head_name" not in keys["hospitals"]
    assert it.record.details["fields"]["sumedang/clinics"] == sorted(always | {"kind"})


async def test_no_personal_value_is_in_an_audit_record_or_gap():
    """Promise 9, here: neither holds any value of a record."""
    bad = [{"refuse": "absent", "field": "name", "head_name": "dr. Rahasia"}, *facilities("sumedang", "clinics", 2)]
    it = two_regions(agreement("sumedang", "jakarta", fields=("@public", "head_name")), lists={"sumedang/clinics": bad})
    answer = await it.path.answer(query(partners=(SUMEDANG,)), "jakarta", origin=ORIGIN)
    assert len(answer.content.gaps) == 1
    assert b"dr." not in it.record.leaf()
    assert b"dr." not in msgspec.json.encode(answer)


async def test_a_partner_that_may_not_be_had_is_a_gap_if_it_was_not_named():
    """The others are answered."""
    it = two_regions(agreement("sumedang", "jakarta"))
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert [("jakarta/puskesmas", "agreement-missing")] == [(gap.dataset, gap.reason) for gap in answer.content.gaps]
    assert not answer.content.complete
    assert it.record.gaps == ("jakarta/puskesmas agreement-missing 1",)


@pytest.mark.parametrize("code", list(UnavailableCode))
async def test_one_partners_failure_never_takes_anothers_data(code):
    """Promise 6: however it fails, the others' records are answered, and the gap says why."""
    it = two_regions(*BOTH)
    it.platforms.down = {"sumedang/clinics": code}
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert answer.count == 5
    assert [("sumedang/clinics", code.value)] == [(gap.dataset, gap.reason) for gap in answer.content.gaps]
    assert ["jakarta/puskesmas", "jakarta/hospitals"] == [it.dataset for it in answer.content.freshness]
    assert it.record.released == {"jakarta": 5, "sumedang": 0}


@pytest.mark.parametrize("body", [b"<html>", b"", b"[", b"{}", b'[{"crash": "a secret value"}]'], ids=str)
async def test_rubbish_of_one_partner_never_takes_anothers_data(body, capsys):
    """Promise 6, also when mapping crashes; and what the rubbish said is repeated nowhere."""
    it = two_regions(*BOTH)
    it.platforms.documents["sumedang/clinics"] = body
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert answer.count == 5
    assert ["partner-contract-broken"] == [gap.reason for gap in answer.content.gaps]
    assert b"secret" not in it.record.leaf() + msgspec.json.encode(answer)
    assert "secret" not in "".join(capsys.readouterr())


async def test_a_list_that_the_platform_does_not_have_is_a_gap():
    """A 404 for a whole list breaks the contract."""
    it = two_regions(*BOTH)
    it.platforms.missing = {"sumedang/clinics"}
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert ["partner-contract-broken"] == [gap.reason for gap in answer.content.gaps]


async def test_refused_records_are_gaps_and_the_ledger_adds_up():
    """Promise 8: every record that came in is released, refused, filtered or on another page."""
    mixed = [*facilities("sumedang", "clinics", 6), {"refuse": "absent"}, {"refuse": "unknown-code"}]
    mixed[0]["region"] = mixed[1]["region"] = "32.11.19"
    it = two_regions(*BOTH, lists={"sumedang/clinics": mixed})
    answer = await it.path.answer(
        query(limit=3, partners=(SUMEDANG,), filters={"region": "32.11.18"}), "jakarta", origin=ORIGIN
    )
    assert it.record.ledger == {"records_in": 8, "released": 3, "refused": 2, "filtered": 2, "held_back": 1}
    assert [("/6", "absent"), ("/7", "unknown-code")] == [(gap.pointer, gap.reason) for gap in answer.content.gaps]
    assert it.record.query == {"region": "32.11.18", "limit": "3"}


async def test_if_all_is_asked_for_any_gap_refuses():
    """The refusal lists the gaps, and nothing is released."""
    it = two_regions(*BOTH)
    it.platforms.down = {"sumedang/clinics": UnavailableCode.TIMEOUT}
    error = await refused(it, query(completeness="all"))
    assert error.code is RefusalCode.INCOMPLETE
    assert ["partner-timeout"] == [gap["reason"] for gap in error.parameters["gaps"]]
    it.platforms.down = {}
    assert (await it.path.answer(query(completeness="all"), "jakarta", origin=ORIGIN)).content.complete


async def test_a_partner_that_does_not_offer_the_resource_is_named():
    """With those that do."""
    it = two_regions(*BOTH)
    error = await refused(it, query("service", partners=(JAKARTA,)))
    assert (error.code, error.parameters["known"]) == (BadRequestCode.PARAMETER_INVALID, [])


async def test_a_resource_that_nobody_offers_is_an_empty_answer():
    """It is complete: nothing is missing."""
    it = two_regions(*BOTH)
    answer = await it.path.answer(query("service"), "jakarta", origin=ORIGIN)
    assert (answer.content.data, answer.content.complete) == (msgspec.Raw(b"[]"), True)


async def test_a_filter_that_the_platform_takes_is_pushed_down():
    """And what is left is filtered here."""
    it = two_regions(*BOTH, clinics=paged(filters={"region": "region"}))
    it.platforms.lists["sumedang/clinics"][0]["region"] = "32.12.01"
    answer = await it.path.answer(query(partners=(SUMEDANG,), filters={"region": "32.11"}), "jakarta", origin=ORIGIN)
    assert [{"region": "32.11"}] == [dict(question.filters) for _, question in it.platforms.asked]
    assert answer.count == 2
    assert answer.content.next_cursor


async def test_a_filter_that_nobody_can_apply_refuses_a_named_partner():
    """It names the dataset, and what it can be filtered by."""
    it = two_regions(*BOTH, clinics=paged(filters={"kind": "jenis"}))
    error = await refused(it, query(partners=(SUMEDANG,), filters={"region": "32.11"}))
    assert error.code is BadRequestCode.FILTER_UNSUPPORTED
    assert (error.parameters["dataset"], error.parameters["supported"]) == ("sumedang/clinics", ["kind"])
    it.trail.records.clear()
    error = await refused(it, query(partners=(JAKARTA, SUMEDANG), filters={"region": "32.11"}))
    assert error.parameters["dataset"] == "sumedang/clinics"


async def test_a_filter_that_one_unnamed_partner_cannot_apply_is_a_gap():
    """The others are filtered and answered."""
    it = two_regions(*BOTH, clinics=paged())
    answer = await it.path.answer(query(filters={"region": "31"}), "jakarta", origin=ORIGIN)
    assert answer.count == 5
    assert [("sumedang/clinics", "filter-unsupported")] == [(gap.dataset, gap.reason) for gap in answer.content.gaps]


async def test_filtering_by_what_is_not_granted_is_refused():
    """Else the answer would tell the value."""
    it = two_regions(agreement("sumedang", "jakarta", fields=("name",)))
    error = await refused(it, query(partners=(SUMEDANG,), filters={"region": "32.11"}))
    assert (error.code, error.parameters["fields"]) == (RefusalCode.FIELD_NOT_GRANTED, ["region"])


async def test_the_entity_tag_is_that_of_what_is_answered():
    """The same for the same data, another for other data, fields, gaps or pages; age does not change it."""
    it = two_regions(*BOTH)

    async def tag(**changes):
        return (await it.path.answer(query(**changes), "jakarta", origin=ORIGIN)).etag

    first = await tag()
    assert first[0] == first[-1] == '"'
    assert first == await tag()
    others = {await tag(fields=("name",)), await tag(limit=3), await tag(partners=(JAKARTA,))}
    it.platforms.down = {"sumedang/clinics": UnavailableCode.TIMEOUT}
    others.add(await tag())
    it.platforms.down = {}
    it.platforms.lists["sumedang/clinics"][0]["name"] = "Puskesmas Baru"
    others.add(await tag())
    assert len(others | {first}) == 6


async def test_freshness_says_when_each_part_was_fetched():
    """In whole seconds, by dataset."""
    answer = await two_regions(*BOTH).path.answer(query(partners=(SUMEDANG,)), "jakarta", origin=ORIGIN)
    (it,) = answer.content.freshness
    assert (it.dataset, it.age_s, it.stale) == ("sumedang/clinics", 7, False)
