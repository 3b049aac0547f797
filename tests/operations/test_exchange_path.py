"""Exchanges over real stores, real mappings and real HTTP platforms; only the doors are missing."""

from collections import Counter

import msgspec
import pytest
import pytest_asyncio

from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.office import AuditQuestion
from gateway.agreements.states import Step
from gateway.demo.faults import Failure
from gateway.errors import BadRequest, BadRequestCode, PartnerUnavailable, Refusal, RefusalCode
from gateway.ids import RecordId
from tests.support.exchange import ORIGIN, query
from tests.support.running import running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory):
    """One gateway for all tests of this file."""
    async with running(tmp_path_factory.mktemp("gateway")) as it:
        yield it


async def last_record(world):
    """The audit record written last, from the database."""
    (entry,) = await world.gateway.desk.office.audit(AuditQuestion(limit=1))
    return entry


async def pages(world, token, **changes):
    """Every page of a question."""
    cursor = None
    while True:
        answer = await world.gateway.exchange.answer(query(cursor=cursor, **changes), token, origin=ORIGIN)
        yield answer
        if (cursor := answer.content.next_cursor) is None:
            return


@pytest.mark.parametrize("resource", ["facility", "indicator", "service", "service-request"])
async def test_both_regions_are_read_in_one_shape_to_the_end(world, resource):
    """Each record once, from both partners, each page recorded, and every ledger adds up."""
    token = await world.token("jakarta")
    seen = Counter()
    async for answer in pages(world, token, resource=resource, limit=60):
        seen.update(record["id"] for record in msgspec.json.decode(answer.content.data))
        entry = msgspec.json.decode((await last_record(world)).record)
        assert (entry["outcome"], answer.count) == ("answered", sum(entry["released"].values()))
        ledger = entry["ledger"]
        assert ledger["records_in"] == sum(ledger.values()) - ledger["records_in"]
    assert {"jakarta", "sumedang"} == {record_id.partition(":")[0] for record_id in seen}
    assert max(seen.values()) == 1


async def test_tarakan_lies_in_central_jakarta(world):
    """Its BPS code 3173 is Kemendagri's 31.71: found by its id, and by its region."""
    token = await world.token("jakarta")
    asked = query(record_id=RecordId("jakarta:facility:hospitals.2"))
    record = msgspec.json.decode((await world.gateway.exchange.answer(asked, token, origin=ORIGIN)).content.data)
    assert (record["region"], "Tarakan" in record["name"]) == ("31.71", True)
    by_region = [
        one["region"]
        async for answer in pages(world, token, filters={"region": "31.71"})
        for one in msgspec.json.decode(answer.content.data)
    ]
    assert by_region
    assert all(region.startswith("31.71") for region in by_region)


@pytest.mark.parametrize("failure", list(Failure))
async def test_one_platform_that_fails_is_a_gap_and_the_others_are_answered(world, failure):
    """However it fails, also if it never answers: Sumedang's records come, and the gap names Jakarta's platform."""
    token = await world.token("jakarta")
    world.stand_ins.faults.forced = {"/jakarta/ckan": failure}
    try:
        answer = await world.gateway.exchange.answer(query("service"), token, origin=ORIGIN)
    finally:
        world.stand_ins.faults.forced = {}
    records = msgspec.json.decode(answer.content.data)
    assert {"sumedang"} == {record["partner"] for record in records}, answer.content.gaps
    (gap,) = answer.content.gaps
    assert gap.dataset == "jakarta/services"
    assert gap.reason.startswith("partner-")
    assert msgspec.json.decode((await last_record(world)).record)["gaps"] == [f"jakarta/services {gap.reason} 1"]


async def test_a_record_of_a_platform_that_is_down_is_a_failure_with_its_record(world):
    """There is nothing else to answer, and it is recorded as failed."""
    token = await world.token("jakarta")
    world.stand_ins.faults.forced = {"/jakarta/api": Failure.STATUS_500}
    try:
        asked = query(record_id=RecordId("jakarta:facility:hospitals.2"))
        with pytest.raises(PartnerUnavailable):
            await world.gateway.exchange.answer(asked, token, origin=ORIGIN)
    finally:
        world.stand_ins.faults.forced = {}
    entry = msgspec.json.decode((await last_record(world)).record)
    assert (entry["outcome"], entry["reason"]) == ("failed", "partner-unreachable")


async def test_a_record_that_the_platform_does_not_have_is_not_found(world):
    """A 404 of the platform is no failure."""
    with pytest.raises(BadRequest) as caught:
        await world.gateway.exchange.answer(
            query(record_id=RecordId("jakarta:facility:hospitals.999999")), await world.token("jakarta"), origin=ORIGIN
        )
    assert caught.value.code is BadRequestCode.NOT_FOUND


@pytest.mark.parametrize("token", [None, "", "abc", "a.b.c"])
async def test_without_a_token_of_ours_no_platform_is_asked(world, token):
    """And the refusal is in the trail."""
    asked = world.stand_ins.requests
    with pytest.raises(Refusal) as caught:
        await world.gateway.exchange.answer(query(), token, origin=ORIGIN)
    assert asked == world.stand_ins.requests
    entry = msgspec.json.decode((await last_record(world)).record)
    assert (entry["outcome"], entry["reason"]) == ("refused", caught.value.code.value)


async def test_a_token_without_the_scope_is_refused(world):
    """An administrator's token reads no records."""
    token = await world.token("admin", purpose="administrasi-gerbang", scope="admin")
    with pytest.raises(Refusal) as caught:
        await world.gateway.exchange.answer(query(), token, origin=ORIGIN)
    assert (caught.value.code, caught.value.parameters["scope"]) == (RefusalCode.SCOPE_MISSING, "facilities:read")
    assert msgspec.json.decode((await last_record(world)).record)["client_id"] == "admin-demo"


async def test_a_field_that_no_agreement_grants_is_refused(world):
    """The agreement that would grant it waits for approval."""
    asked = query("service-request", partners=("jakarta",), fields=("description",))
    with pytest.raises(Refusal) as caught:
        await world.gateway.exchange.answer(asked, await world.token("sumedang"), origin=ORIGIN)
    assert caught.value.code is RefusalCode.FIELD_NOT_GRANTED
    answer = await world.gateway.exchange.answer(query("service-request"), await world.token("sumedang"), origin=ORIGIN)
    by_partner = {record["partner"]: record.keys() for record in msgspec.json.decode(answer.content.data)}
    assert "description" in by_partner["sumedang"]
    assert "description" not in by_partner["jakarta"]


async def test_a_suspended_agreement_is_refused_and_a_resumed_one_counts_again(world):
    """As soon as the book knows."""
    token, desk = await world.token("jakarta"), world.gateway.desk
    (held,) = [it for it in await desk.office.agreements(consumer="jakarta") if it.provider == "sumedang"]
    asked = query("service-request", partners=("sumedang",))
    why = {"by": "Petugas", "reason": "Evaluasi"}
    await decide_agreement(desk, held.id, step=Step.SUSPEND, **why)
    await world.followed()
    with pytest.raises(Refusal) as caught:
        await world.gateway.exchange.answer(asked, token, origin=ORIGIN)
    assert (caught.value.code, caught.value.parameters["state"]) == (RefusalCode.AGREEMENT_SUSPENDED, "suspended")
    await decide_agreement(desk, held.id, step=Step.RESUME, **why)
    await world.followed()
    assert (await world.gateway.exchange.answer(asked, token, origin=ORIGIN)).count


async def test_a_region_that_only_some_platforms_can_filter_leaves_gaps_for_the_others(world):
    """Whole lists are filtered here; a paged one without such a parameter is named."""
    token = await world.token("jakarta")
    answer = await world.gateway.exchange.answer(query(filters={"region": "32.11"}), token, origin=ORIGIN)
    assert {"sumedang"} == {record["partner"] for record in msgspec.json.decode(answer.content.data)}
    assert ("jakarta/waste-sites", "filter-unsupported") in {(gap.dataset, gap.reason) for gap in answer.content.gaps}
