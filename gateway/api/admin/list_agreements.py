"""GET `/admin/v1/agreements` and `/admin/v1/agreements/{id}`."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.administration.desk import not_found
from gateway.agreements.agreement import AgreementStatus
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, Counter
from gateway.api.admin.agreement_views import AGREEMENT_ANSWER, AGREEMENT_EXAMPLE, AGREEMENT_ID, agreement_reply
from gateway.api.admin.pages import AFTER, LIMIT, page_reply, page_schema, read_page
from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import read_choice, require_no_parameters
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import AgreementId, PartnerId

LIST = Operation(
    id="listAgreements",
    tag=Tag.AGREEMENTS,
    summary="List agreements",
    description="In order of their ids.",
    scope=ADMIN_SCOPE,
    parameters=(
        Parameter("provider", "query", "Only of this provider.", {"type": "string"}),
        Parameter("consumer", "query", "Only of this consumer.", {"type": "string"}),
        Parameter(
            "status",
            "query",
            "Only in this status.",
            {"type": "string", "enum": [status.value for status in AgreementStatus]},
        ),
        AFTER,
        LIMIT,
    ),
    answers={
        200: Answered("The agreements.", page_schema("Agreement"), {"data": [AGREEMENT_EXAMPLE], "next_after": None})
    },
    problems=ADMIN_PROBLEMS,
)
SHOW = Operation(
    id="showAgreement",
    tag=Tag.AGREEMENTS,
    summary="Show one agreement",
    description="As it stands now, and why.",
    scope=ADMIN_SCOPE,
    parameters=(AGREEMENT_ID,),
    answers={200: AGREEMENT_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def list_agreements_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """The two doors."""
    office = counter.desk.office

    @get("/admin/v1/agreements", opt=LIST.opt(), name=LIST.id)
    async def list_agreements(request: HttpRequest) -> Reply:
        await counter.admit(request, act="list-agreements")
        values, after, limit = read_page(request, "provider", "consumer", "status")
        found = await office.agreements(
            provider=PartnerId(values["provider"]) if "provider" in values else None,
            consumer=PartnerId(values["consumer"]) if "consumer" in values else None,
            status=read_choice("status", values.get("status"), among=AgreementStatus),
            after=after,
            limit=limit + 1,
        )
        return page_reply(found, limit=limit)

    @get("/admin/v1/agreements/{agreement_id:str}", opt=SHOW.opt(), name=SHOW.id)
    async def show_agreement(request: HttpRequest) -> Reply:
        await counter.admit(request, act="show-agreement")
        require_no_parameters(request.scope["query_string"])
        agreement_id = AgreementId(request.path_params["agreement_id"])
        agreement = await office.agreement(agreement_id)
        return agreement_reply(agreement) if agreement is not None else not_found(agreement_id)

    return [list_agreements, show_agreement]
