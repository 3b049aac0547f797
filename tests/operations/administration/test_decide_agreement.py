"""Deciding about an agreement, step by step."""

import asyncio

import pytest

from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.draft_agreement import draft_agreement
from gateway.agreements.agreement import AgreementStatus
from gateway.agreements.states import LEADS_TO, Step, possible_steps
from gateway.errors import BadRequest, BadRequestCode, StoreUnavailable
from gateway.ids import AgreementId
from tests.support.acts import BY, a_new_agreement

PKS = AgreementId("PKS-1")
WAYS = {
    AgreementStatus.DRAFT: (),
    AgreementStatus.SUBMITTED: (Step.SUBMIT,),
    AgreementStatus.ACTIVE: (Step.SUBMIT, Step.APPROVE),
    AgreementStatus.SUSPENDED: (Step.SUBMIT, Step.APPROVE, Step.SUSPEND),
    AgreementStatus.REJECTED: (Step.SUBMIT, Step.REJECT),
    AgreementStatus.ENDED: (Step.END,),
}
POSSIBLE = {
    AgreementStatus.DRAFT: {"end", "submit"},
    AgreementStatus.SUBMITTED: {"approve", "end", "reject"},
    AgreementStatus.ACTIVE: {"end", "suspend"},
    AgreementStatus.SUSPENDED: {"end", "resume"},
    AgreementStatus.REJECTED: set(),
    AgreementStatus.ENDED: set(),
}


@pytest.fixture
def stand(desk):
    """Brings the agreement to a status."""

    async def bring(status):
        await draft_agreement(desk, a_new_agreement(), by=BY, reason="usulan")
        for step in WAYS[status]:
            await decide_agreement(desk, PKS, step=step, by=BY, reason="uji")

    return bring


@pytest.mark.parametrize("status", AgreementStatus)
@pytest.mark.parametrize("step", Step)
async def test_only_the_steps_that_fit_the_status_are_possible(desk, files, stand, status, step):
    """Every other is a conflict that says what is possible, and changes nothing; what stands there already stays."""
    await stand(status)
    before = await files.office.agreement(PKS)
    if step in POSSIBLE[status]:
        after = await decide_agreement(desk, PKS, step=step, by=BY, reason="putusan")
        assert (LEADS_TO[step], "putusan") == (after.status, after.status_reason)
        assert after == await files.office.agreement(PKS)
    elif LEADS_TO[step] is status:
        assert before == await decide_agreement(desk, PKS, step=step, by=BY, reason="putusan")
    else:
        with pytest.raises(BadRequest) as raised:
            await decide_agreement(desk, PKS, step=step, by=BY, reason="putusan")
        assert (BadRequestCode.CONFLICT, status) == (raised.value.code, raised.value.parameters["state"])
        assert sorted(POSSIBLE[status]) == raised.value.parameters["possible"]
        assert before == await files.office.agreement(PKS)


async def test_each_step_is_recorded_with_its_person_and_reason(desk, files):
    """From which status to which."""
    await draft_agreement(desk, a_new_agreement(), by=BY, reason="usulan")
    await decide_agreement(desk, PKS, step=Step.SUBMIT, by="Asep", reason="diajukan")
    await decide_agreement(desk, PKS, step=Step.APPROVE, by="Dedi", reason="disetujui")
    acts = [(record["kind"], record["by"], record["details"]) for record in (await files.acts())[1:]]
    assert [
        ("admin.submit-agreement", "Asep", {"reason": "diajukan", "before": "draft", "after": "submitted"}),
        ("admin.approve-agreement", "Dedi", {"reason": "disetujui", "before": "submitted", "after": "active"}),
    ] == acts


async def test_of_two_decisions_at_once_one_is_taken(desk, files, stand):
    """Approved and rejected at the same time: whoever came second learns what stands."""
    await stand(AgreementStatus.SUBMITTED)
    decisions = [
        decide_agreement(desk, PKS, step=step, by=BY, reason=str(step)) for step in (Step.APPROVE, Step.REJECT)
    ]
    outcomes = await asyncio.gather(*decisions, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, BadRequest)]
    assert [BadRequestCode.CONFLICT] == [outcome.code for outcome in refused]
    assert len(await files.acts()) == 3


async def test_what_cannot_be_recorded_is_not_done(desk, files, stand):
    """Without its audit record the agreement is not approved."""
    await stand(AgreementStatus.SUBMITTED)
    await files.lose_audit()
    with pytest.raises(StoreUnavailable):
        await decide_agreement(desk, PKS, step=Step.APPROVE, by=BY, reason="putusan")
    assert AgreementStatus.SUBMITTED == (await files.office.agreement(PKS)).status


async def test_an_agreement_that_is_not_there_is_not_found(desk):
    """By its id."""
    with pytest.raises(BadRequest) as raised:
        await decide_agreement(desk, AgreementId("PKS-9"), step=Step.END, by=BY, reason="putusan")
    assert BadRequestCode.NOT_FOUND == raised.value.code


@pytest.mark.parametrize(("by", "reason"), [("", "putusan"), (BY, " ")], ids=["nobody", "for-nothing"])
async def test_every_decision_has_a_person_and_a_reason(desk, by, reason):
    """Neither may be empty."""
    with pytest.raises(BadRequest, match="must be 1 to"):
        await decide_agreement(desk, PKS, step=Step.END, by=by, reason=reason)


def test_the_table_of_this_test_is_the_table_of_the_code():
    """Both say the same of every status."""
    assert POSSIBLE == {status: {str(step) for step in possible_steps(status)} for status in AgreementStatus}
