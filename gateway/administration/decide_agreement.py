"""Takes an agreement from one status to the next; every step has a person and a reason."""

import msgspec

from gateway.administration.desk import COMMAND_LINE, Desk, Via, find_agreement, record_act, require_text
from gateway.agreements.agreement import Agreement
from gateway.agreements.states import LEADS_TO, Step, next_status, possible_steps
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import AgreementId


async def decide_agreement(
    desk: Desk, agreement_id: AgreementId, *, step: Step, by: str, reason: str, via: Via = COMMAND_LINE
) -> Agreement:
    """The agreement after the step. Every process knows within 2 s.

    Where it already stands where the step leads, nothing is changed and nothing recorded. Raises
    `BadRequest` (not found; conflict, with what is possible instead).
    """
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    async with desk.office.changing() as change:
        agreement = await find_agreement(change, agreement_id)
        if agreement.status is LEADS_TO[step]:
            return agreement
        status = next_status(agreement.status, step)
        if status is None:
            possible = [str(step) for step in possible_steps(agreement.status)]
            raise BadRequest(
                BadRequestCode.CONFLICT,
                f"{agreement.id} is {agreement.status}; possible from there: {', '.join(possible) or 'nothing'}",
                id=agreement.id,
                state=agreement.status.value,
                possible=possible,
            )
        before = agreement.status
        agreement = msgspec.structs.replace(agreement, status=status, status_reason=reason)
        await change.put_agreement(agreement)
        await record_act(
            change,
            f"{step}-agreement",
            subject=agreement.id,
            by=by,
            desk=desk,
            via=via,
            partner=agreement.provider,
            reason=reason,
            before=before.value,
            after=status.value,
        )
    return agreement
