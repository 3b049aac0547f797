"""POST `/admin/v1/agreements`."""

from urllib.parse import quote

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.agreement_views import AGREEMENT_ANSWER, DRAFT_EXAMPLE, agreement_reply
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode


class AgreementDraft(NewAgreement, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be agreed, and why."""

    reason: str


OPERATION = Operation(
    id="draftAgreement",
    tag=Tag.AGREEMENTS,
    summary="Draft an agreement",
    description="Provider → consumer: resources and fields with their legal basis, purposes, period, quota. It "
    "grants nothing until it is submitted and approved. Personal fields are granted by name or not at all.",
    scope=ADMIN_SCOPE,
    parameters=(PERSON,),
    body=schema_of(AgreementDraft),
    body_example={**DRAFT_EXAMPLE, "reason": "Nota dinas 7/2026"},
    answers={201: AGREEMENT_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.CONFLICT),
)


def draft_agreement_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""
    body = JsonBody(AgreementDraft)

    @post("/admin/v1/agreements", opt=OPERATION.opt(), name=OPERATION.id)
    async def draft(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="draft-agreement")
        new = await body.read(request)
        agreement = await draft_agreement(counter.desk, new, by=by, reason=new.reason, via=via)
        location = (b"location", f"/admin/v1/agreements/{quote(agreement.id, safe='')}".encode())
        return agreement_reply(agreement, location, status=201)

    return draft
