"""POST `/admin/v1/clients/{id}/disable` and `/enable`."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.switch_client import disable_client, enable_client
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.client_views import CLIENT_ANSWER, CLIENT_ID, client_reply
from gateway.api.admin.reasons import REASON_EXAMPLE, Reason
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import ClientId


def _operation(id: str, summary: str, description: str) -> Operation:
    return Operation(
        id=id,
        tag=Tag.CLIENTS,
        summary=summary,
        description=description,
        scope=ADMIN_SCOPE,
        parameters=(CLIENT_ID, PERSON),
        body=schema_of(Reason),
        body_example=REASON_EXAMPLE,
        answers={200: CLIENT_ANSWER},
        problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
    )


DISABLE = _operation(
    "disableClient", "Disable a client", "It gets no tokens, and those that it holds are refused within 2 s, for good."
)
ENABLE = _operation("enableClient", "Enable a client again", "It may get new tokens.")


def switch_client_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """The two doors."""
    body = JsonBody(Reason)

    @post("/admin/v1/clients/{client_id:str}/disable", opt=DISABLE.opt(), name=DISABLE.id, status_code=200)
    async def disable(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="disable-client")
        reason = (await body.read(request)).reason
        client_id = ClientId(request.path_params["client_id"])
        return client_reply(await disable_client(counter.desk, client_id, by=by, reason=reason, via=via))

    @post("/admin/v1/clients/{client_id:str}/enable", opt=ENABLE.opt(), name=ENABLE.id, status_code=200)
    async def enable(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="enable-client")
        reason = (await body.read(request)).reason
        client_id = ClientId(request.path_params["client_id"])
        return client_reply(await enable_client(counter.desk, client_id, by=by, reason=reason, via=via))

    return [disable, enable]
