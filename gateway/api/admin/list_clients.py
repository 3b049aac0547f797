"""GET `/admin/v1/clients` and `/admin/v1/clients/{id}`."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.administration.desk import not_found
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, Counter
from gateway.api.admin.client_views import CLIENT_ANSWER, CLIENT_EXAMPLE, CLIENT_ID, client_reply, view
from gateway.api.admin.pages import AFTER, LIMIT, page_reply, page_schema, read_page
from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import require_no_parameters
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import ClientId, PartnerId

LIST = Operation(
    id="listClients",
    tag=Tag.CLIENTS,
    summary="List clients",
    description="In order of their ids.",
    scope=ADMIN_SCOPE,
    parameters=(Parameter("partner", "query", "Only this partner's.", {"type": "string"}), AFTER, LIMIT),
    answers={200: Answered("The clients.", page_schema("ClientView"), {"data": [CLIENT_EXAMPLE], "next_after": None})},
    problems=ADMIN_PROBLEMS,
)
SHOW = Operation(
    id="showClient",
    tag=Tag.CLIENTS,
    summary="Show one client",
    description="Its secrets are listed by id and time; what they are is known to the client alone.",
    scope=ADMIN_SCOPE,
    parameters=(CLIENT_ID,),
    answers={200: CLIENT_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def list_clients_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """The two doors."""
    office = counter.desk.office

    @get("/admin/v1/clients", opt=LIST.opt(), name=LIST.id)
    async def list_clients(request: HttpRequest) -> Reply:
        await counter.admit(request, act="list-clients")
        values, after, limit = read_page(request, "partner")
        found = await office.clients(
            partner=PartnerId(values["partner"]) if "partner" in values else None, after=after, limit=limit + 1
        )
        return page_reply([view(it) for it in found], limit=limit)

    @get("/admin/v1/clients/{client_id:str}", opt=SHOW.opt(), name=SHOW.id)
    async def show_client(request: HttpRequest) -> Reply:
        await counter.admit(request, act="show-client")
        require_no_parameters(request.scope["query_string"])
        client_id = ClientId(request.path_params["client_id"])
        client = await office.client(client_id)
        return client_reply(client) if client is not None else not_found(client_id)

    return [list_clients, show_client]
