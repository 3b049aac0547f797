import asyncio

import pytest

from gateway.access.client import Profile
from gateway.agreements.agreement import AgreementStatus, Quota
from gateway.errors import (
    AuditUnavailable,
    RefusalCode,
    StoreUnavailable,
)
from gateway.ids import PartnerId
from gateway.settings import Access
from tests.support.exchange import (
    ORIGIN,
    PURPOSE,
    agreement,
    caller,
    query,
    records,
    refused,
    two_regions,
)

JAKARTA, SUMEDANG = PartnerId("jakarta"), PartnerId("sumedang")
BOTH = (agreement("jakarta", "jakarta"), agreement("sumedang", "jakarta"))


async def test_what_is_granted_is_answered_in_one_shape():
    """Both partners' records, complete, and one audit record with the sums."""
    it = two_regions(*BOTH)
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert {"puskesmas", "hospitals", "clinics"} == {one["id"].split(":")[2].split(".")[0] for one in records(answer)}
    assert (9, True, (), None) == (
        answer.count,
        answer.content.complete,
        answer.content.gaps,
        answer.content.next_cursor,
    )
    assert ["answered", "jakarta", PURPOSE, "facilities:read", "tok_1"] == [
        it.record.outcome,
        it.record.partner,
        it.record.purpose,
        it.record.scope,
        it.record.token_id,
    ]
    assert it.record.agreements == ("agr_jakarta_jakarta", "agr_sumedang_jakarta")
    assert it.record.released == {"jakarta": 5, "sumedang": 4}
    assert it.record.ledger == {"records_in": 9, "released": 9, "refused": 0, "filtered": 0, "held_back": 0}


@pytest.mark.parametrize(
    ("token", "code"),
    [(None, RefusalCode.TOKEN_MISSING), ("forged", RefusalCode.TOKEN_INVALID), ("noscope", RefusalCode.SCOPE_MISSING)],
)
async def test_without_a_valid_token_and_scope_nothing_is_even_asked(token, code):
    """Promise 1: the partners do not hear of it."""
    it = two_regions(*BOTH)
    it.tokens.callers["noscope"] = caller(scopes=frozenset({"services:read"}))
    error = await refused(it, query(), token)
    assert error.code is code
    assert it.platforms.asked == []
    assert it.record.client_id == ("cl_jakarta" if token == "noscope" else None)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consumer_is": "sumedang"}, RefusalCode.AGREEMENT_MISSING),
        ({"status": AgreementStatus.SUSPENDED}, RefusalCode.AGREEMENT_SUSPENDED),
        ({"purposes": frozenset({"statistik"})}, RefusalCode.PURPOSE_NOT_COVERED),
        ({"fields": ("kind",)}, RefusalCode.FIELD_NOT_GRANTED),
    ],
    ids=str,
)
async def test_without_a_fitting_agreement_nothing_is_even_asked(changes, code):
    """Promise 1: each missing link has its own code, and says who can grant it."""
    consumer = changes.pop("consumer_is", "jakarta")
    it = two_regions(agreement("sumedang", consumer, **changes))
    error = await refused(it, query(partners=(SUMEDANG,), fields=("name",)))
    assert error.code is code
    assert error.parameters["contact"] == "data@sumedang.example"
    assert it.platforms.asked == []


async def test_a_basic_client_is_told_that_its_profile_does_not_suffice():
    """Personal fields need a client that proves a key."""
    it = two_regions(agreement("sumedang", "jakarta", fields=("@public", "head_name")))
    it.tokens.callers["basic"] = caller(profile=Profile.BASIC)
    asked = query(partners=(SUMEDANG,), fields=("head_name",))
    assert (await refused(it, asked, "basic")).code is RefusalCode.PROFILE_INSUFFICIENT
    it.trail.records.clear()
    assert records(await it.path.answer(asked, "jakarta", origin=ORIGIN))[0]["head_name"] == "dr. Kepala 0"
    assert "head_name" in it.record.fields


async def test_open_data_needs_no_agreement():
    """A registered client is enough for Public fields."""
    it = two_regions()
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert ["jakarta:facility:hospitals.0", "jakarta:facility:hospitals.1"] == [one["id"] for one in records(answer)]
    assert it.record.agreements == ()


async def test_the_clients_rate_is_spent_and_refused():
    """The answer says what is left; the refusal says whose limit it is."""
    it = two_regions(*BOTH, access=Access(rate_burst=1))
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert (answer.limit_name, answer.limit.remaining) == ("client", 0)
    it.trail.records.clear()
    error = await refused(it, query())
    assert (error.code, error.parameters["rule"]) == (RefusalCode.LIMIT_REACHED, "client")


async def test_the_quota_of_an_agreement_is_spent_only_where_it_is_used():
    """Another agreement of the same consumer is not touched."""
    it = two_regions(agreement("sumedang", "jakarta", quota=Quota(1, 3600)), agreement("jakarta", "jakarta"))
    await it.path.answer(query(partners=(JAKARTA,)), "jakarta", origin=ORIGIN)
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert (answer.limit_name, answer.limit.remaining) == ("quota", 0)
    it.trail.records.clear()
    error = await refused(it, query(partners=(SUMEDANG,)))
    assert (error.code, error.parameters["agreement"]) == (RefusalCode.QUOTA_REACHED, "agr_sumedang_jakarta")
    assert (await it.path.answer(query(partners=(JAKARTA,)), "jakarta", origin=ORIGIN)).count == 5


async def test_a_limiter_that_is_down_lets_through():
    """Promise 7: the limiter fails open."""
    it = two_regions(*BOTH)

    async def spend(key, rule):
        message = "down"
        raise StoreUnavailable(message)

    it.limiter.spend = spend
    answer = await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert (answer.count, answer.limit) == (9, None)


async def test_without_its_audit_record_nothing_is_answered():
    """Promise 2: not an answer, and not a refusal either."""
    it = two_regions(*BOTH)
    it.trail.is_broken = True
    for asked, token in [(query(), "jakarta"), (query(), None), (query(limit=0), "jakarta")]:
        with pytest.raises(AuditUnavailable):
            await it.path.answer(asked, token, origin=ORIGIN)


async def test_the_answer_waits_for_its_audit_record():
    """Promise 2: as long as the record is not durable, there is no answer."""
    it = two_regions(*BOTH)
    durable = asyncio.Event()
    append = it.trail.append

    async def slow(record):
        await durable.wait()
        return await append(record)

    it.trail.append = slow
    answering = asyncio.create_task(it.path.answer(query(), "jakarta", origin=ORIGIN))
    for _ in range(20):
        await asyncio.sleep(0)
    assert it.platforms.asked
    assert not answering.done()
    durable.set()
    assert (await answering).count == 9
    assert it.record.outcome == "answered"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (StoreUnavailable("the book is away"), "store-unavailable"),
        (RuntimeError("a secret"), "internal:RuntimeError"),
    ],
    ids=["store", "fault"],
)
async def test_an_unforeseen_failure_is_recorded_once_and_without_its_text(error, reason):
    """It comes out as it is, and its record says that the exchange failed."""
    it = two_regions(*BOTH)

    async def fail(consumer):
        raise error

    it.book.of_consumer = fail
    with pytest.raises(type(error)):
        await it.path.answer(query(), "jakarta", origin=ORIGIN)
    assert (it.record.outcome, it.record.reason) == ("failed", reason)
    assert b"secret" not in it.record.leaf()


async def test_an_exchange_that_the_client_gave_up_is_recorded():
    """A cancelled exchange has its record too."""
    it = two_regions(*BOTH)
    reached = asyncio.Event()

    async def hang(questions):
        reached.set()
        await asyncio.Event().wait()

    it.path = it.make_path(upstream=type("Hanging", (), {"ask_all": staticmethod(hang)})())
    answering = asyncio.create_task(it.path.answer(query(), "jakarta", origin=ORIGIN))
    await reached.wait()
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    assert (it.record.outcome, it.record.reason) == ("failed", "cancelled")


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"partners": ("bandung",)}, "partner"),
        ({"partners": ()}, "partner"),
        ({"fields": ("nmae",)}, "fields"),
        ({"fields": ("@personal",)}, "fields"),
        ({"fields": ()}, "fields"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"filters": {"region": "x"}}, "region"),
        ({"filters": {"colour": "red"}}, "colour"),
        ({"cursor": "abc"}, "cursor"),
        ({"record_id": "jakarta:facility:hospitals.1", "filters": {"region": "31"}}, "filters"),
    ],
    ids=str,
)
async def test_what_cannot_be_understood_is_named(changes, parameter):
    """The problem names the parameter; the audit record does not repeat what was said."""
    it = two_regions(*BOTH)
    error = await refused(it, query(**changes))
    assert error.parameters["parameter"] == parameter
    assert it.record.query == {}
