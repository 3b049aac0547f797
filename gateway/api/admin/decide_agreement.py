"""POST `/admin/v1/agreements/{id}/<step>`: submit, approve, reject, suspend, resume, end."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.decide_agreement import decide_agreement
from gateway.agreements.states import Step
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.agreement_views import AGREEMENT_ANSWER, AGREEMENT_ID, agreement_reply
from gateway.api.admin.reasons import REASON_EXAMPLE, Reason
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import AgreementId

_WHAT = {
    Step.APPROVE: "The provider's decision: from now on it grants.",
    Step.END: "For good; a new one would have to be drafted.",
    Step.REJECT: "The provider's decision: it will never grant.",
    Step.RESUME: "A suspended agreement grants again.",
    Step.SUBMIT: "A draft is laid before its provider.",
    Step.SUSPEND: "It grants nothing until it is resumed; in every process within 2 s.",
}


def decide_agreement_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """One door for each step."""
    return [_door(step, counter) for step in Step]


def _door(step: Step, counter: Counter) -> HTTPRouteHandler:
    operation = Operation(
        id=f"{step.value}Agreement",
        tag=Tag.AGREEMENTS,
        summary=f"{step.value.capitalize()} an agreement",
        description=f"{_WHAT[step]} Where it already stands where the step leads, nothing is changed.",
        scope=ADMIN_SCOPE,
        parameters=(AGREEMENT_ID, PERSON),
        body=schema_of(Reason),
        body_example=REASON_EXAMPLE,
        answers={200: AGREEMENT_ANSWER},
        problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND, BadRequestCode.CONFLICT),
    )
    body = JsonBody(Reason)
    path = f"/admin/v1/agreements/{{agreement_id:str}}/{step.value}"

    @post(path, opt=operation.opt(), name=operation.id, status_code=200)
    async def decide(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act=f"{step.value}-agreement")
        reason = (await body.read(request)).reason
        agreement_id = AgreementId(request.path_params["agreement_id"])
        return agreement_reply(
            await decide_agreement(counter.desk, agreement_id, step=step, by=by, reason=reason, via=via)
        )

    return decide
