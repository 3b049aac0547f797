"""The same question again: what is remembered is only ever answered to whom, and as long as, it may be."""

from datetime import timedelta

import pytest

from gateway.agreements.agreement import AgreementStatus, Quota
from gateway.audit.ending import Origin
from gateway.errors import Refusal, RefusalCode, UnavailableCode
from gateway.ids import ClientId, PartnerId
from gateway.settings import Access
from tests.support.exchange import ORIGIN, agreement, caller, facilities, query, records, two_regions

SUMEDANG = PartnerId("sumedang")
WHOLE = agreement("sumedang", "jakarta")
ASKED = query(partners=(SUMEDANG,))


async def ask(it, token="jakarta", *, asked=ASKED, origin=ORIGIN):
    """The answer."""
    return await it.path.answer(asked, token, origin=origin)


async def code_of_refusal(it, token="jakarta", *, asked=ASKED):
    """The code, after a record that says so and that nothing was released."""
    with pytest.raises(Refusal) as caught:
        await ask(it, token, asked=asked)
    last = it.trail.records[-1]
    assert ("refused", str(caught.value.code), {}) == (last.outcome, last.reason, last.released)
    return caught.value.code


async def test_the_same_content_is_answered_while_nothing_has_changed():
    """The object itself, so that the door need not encode it again."""
    it = two_regions(WHOLE)
    assert (await ask(it)).content is (await ask(it)).content


async def test_each_answer_has_its_own_record():
    """Of who asked, with which token, in which request, from where; and the sums in each."""
    it = two_regions(WHOLE)
    it.tokens.callers["other"] = caller("jakarta", client_id=ClientId("cl_other"), token_id="tok_2")
    await ask(it)
    await ask(it, "other", origin=Origin("req_2", "127.0.0.2"))
    first, second = it.trail.records
    assert first.id != second.id
    assert ("cl_jakarta", "tok_1", "req_1", "127.0.0.1") == (
        first.client_id, first.token_id, first.request_id, first.remote,
    )  # fmt: skip
    assert ("cl_other", "tok_2", "req_2", "127.0.0.2") == (
        second.client_id, second.token_id, second.request_id, second.remote,
    )  # fmt: skip
    assert {"sumedang": 4} == first.released == second.released
    assert first.ledger == second.ledger
    assert first.ledger["records_in"] == 4


async def test_each_record_has_its_own_instant():
    """Not that of the first answer."""
    it = two_regions(WHOLE)
    await ask(it)
    it.clock.at += timedelta(seconds=30)
    await ask(it)
    first, second = it.trail.records
    assert timedelta(seconds=30) == second.at - first.at


async def test_a_token_that_counts_no_longer_gets_nothing():
    """Revoked, expired, or of a client that was disabled: the check comes before what is remembered."""
    it = two_regions(WHOLE)
    await ask(it)
    del it.tokens.callers["jakarta"]
    assert RefusalCode.TOKEN_INVALID == await code_of_refusal(it)


async def test_a_token_without_the_scope_gets_nothing():
    """Though another of the same client just had the answer."""
    it = two_regions(WHOLE)
    await ask(it)
    it.tokens.callers["narrow"] = caller("jakarta", scopes=frozenset({"services:read"}))
    assert RefusalCode.SCOPE_MISSING == await code_of_refusal(it, "narrow")


@pytest.mark.parametrize("status", [AgreementStatus.ENDED, AgreementStatus.SUSPENDED])
async def test_an_agreement_that_ended_ends_the_answers(status):
    """At once, when the book says so."""
    it = two_regions(WHOLE)
    await ask(it)
    it.book.agreements = (agreement("sumedang", "jakarta", status=status),)
    assert RefusalCode.AGREEMENT_SUSPENDED == await code_of_refusal(it)


async def test_an_agreement_whose_last_day_is_over_ends_the_answers():
    """Though nobody touched it."""
    it = two_regions(WHOLE)
    await ask(it)
    it.clock.at += timedelta(days=365)
    assert RefusalCode.AGREEMENT_SUSPENDED == await code_of_refusal(it)


async def test_an_agreement_that_grants_less_now_releases_less_now():
    """And its audit record names the fields of now."""
    it = two_regions(WHOLE)
    before = await ask(it)
    it.book.agreements = (agreement("sumedang", "jakarta", fields=("kind",)),)
    after = await ask(it)
    assert "name" in records(before)[0]
    assert {"id", "partner", "source_updated_at", "kind"} == set(records(after)[0])
    assert "name" not in it.trail.records[-1].fields


async def test_another_partner_gets_what_it_was_granted_itself():
    """The same question object, asked by one who may have less; and by one who may have nothing."""
    it = two_regions(WHOLE, agreement("sumedang", "bandung", fields=("kind",)))
    it.tokens.callers["bandung"] = caller("bandung")
    it.tokens.callers["garut"] = caller("garut")
    wide, narrow = await ask(it), await ask(it, "bandung")
    assert "name" in records(wide)[0]
    assert "name" not in records(narrow)[0]
    assert RefusalCode.AGREEMENT_MISSING == await code_of_refusal(it, "garut")
    assert (await ask(it)).content is wide.content


async def test_another_purpose_gets_nothing():
    """Of the same client, for the same question."""
    it = two_regions(WHOLE)
    await ask(it)
    it.tokens.callers["statistics"] = caller("jakarta", purpose="statistik")
    assert RefusalCode.PURPOSE_NOT_COVERED == await code_of_refusal(it, "statistics")


async def test_a_personal_value_is_not_remembered():
    """Neither page nor content outlives its answer, and who proves no key is refused."""
    it = two_regions(agreement("sumedang", "jakarta", fields=("@public", "head_name")))
    it.tokens.callers["basic"] = caller("jakarta", profile="basic")
    asked = query(partners=(SUMEDANG,), fields=("name", "head_name"))
    first, second = await ask(it, asked=asked), await ask(it, asked=asked)
    assert records(first)[0]["head_name"] == "dr. Kepala 0"
    assert first.content is not second.content
    assert RefusalCode.PROFILE_INSUFFICIENT == await code_of_refusal(it, "basic", asked=asked)


async def test_another_document_makes_another_answer():
    """As soon as the platform has said something else."""
    it = two_regions(WHOLE)
    first = await ask(it)
    it.platforms.lists["sumedang/clinics"] = facilities("sumedang", "clinics", 2)
    second = await ask(it)
    assert [4, 2] == [first.count, second.count]
    assert first.etag != second.etag
    assert {"sumedang": 2} == it.trail.records[-1].released


async def test_the_age_grows_with_the_document():
    """The content is new each second, its tag is not."""
    it = two_regions(WHOLE)
    first = await ask(it)
    it.clock.at += timedelta(seconds=1)
    second = await ask(it)
    assert [7, 8] == [answer.content.freshness[0].age_s for answer in (first, second)]
    assert first.etag == second.etag


async def test_a_failure_is_not_remembered():
    """The gap is gone as soon as the platform answers, and comes as soon as it fails."""
    it = two_regions(WHOLE)
    seen = []
    for is_down in (True, False, True):
        it.platforms.down = {"sumedang/clinics": UnavailableCode.TIMEOUT} if is_down else {}
        answer = await ask(it)
        seen.append((answer.count, [gap.reason for gap in answer.content.gaps]))
    assert [(0, ["partner-timeout"]), (4, []), (0, ["partner-timeout"])] == seen


async def test_each_answer_spends_of_the_clients_rate():
    """Until it is used up."""
    it = two_regions(WHOLE, access=Access(rate_limit=60, rate_burst=2))
    assert [1, 0] == [(await ask(it)).limit.remaining for _ in range(2)]
    assert RefusalCode.LIMIT_REACHED == await code_of_refusal(it)


async def test_each_answer_spends_of_the_agreements_quota():
    """Until it is used up, whoever of the consumer's clients asks."""
    it = two_regions(agreement("sumedang", "jakarta", quota=Quota(limit=2, window_s=3600)))
    it.tokens.callers["other"] = caller("jakarta", client_id=ClientId("cl_other"))
    await ask(it)
    await ask(it, "other")
    assert RefusalCode.QUOTA_REACHED == await code_of_refusal(it)


async def test_all_or_nothing_is_judged_each_time():
    """A question that wants everything is refused as soon as something is missing."""
    it = two_regions(WHOLE)
    asked = query(partners=(SUMEDANG,), completeness="all")
    await ask(it, asked=asked)
    it.platforms.down = {"sumedang/clinics": UnavailableCode.TIMEOUT}
    assert RefusalCode.INCOMPLETE == await code_of_refusal(it, asked=asked)
