"""POST `/admin/v1/clients/{id}/revoke-secret`."""

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.revoke_secret import revoke_secret
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.client_views import CLIENT_ANSWER, CLIENT_ID, client_reply
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import ClientId


class SecretRevocation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which secret, and why."""

    secret_id: str
    reason: str


OPERATION = Operation(
    id="revokeSecret",
    tag=Tag.CLIENTS,
    summary="Take a secret away at once",
    description="Every token that the client holds is refused within 2 s: any of them may rest on the secret.",
    scope=ADMIN_SCOPE,
    parameters=(CLIENT_ID, PERSON),
    body=schema_of(SecretRevocation),
    body_example={"secret_id": "sec_1", "reason": "Bocor"},
    answers={200: CLIENT_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def revoke_secret_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""
    body = JsonBody(SecretRevocation)

    @post("/admin/v1/clients/{client_id:str}/revoke-secret", opt=OPERATION.opt(), name=OPERATION.id, status_code=200)
    async def revoke(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="revoke-secret")
        asked = await body.read(request)
        client_id = ClientId(request.path_params["client_id"])
        client = await revoke_secret(
            counter.desk, client_id, secret_id=asked.secret_id, by=by, reason=asked.reason, via=via
        )
        return client_reply(client)

    return revoke
