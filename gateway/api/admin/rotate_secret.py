"""POST `/admin/v1/clients/{id}/rotate-secret`."""

from datetime import timedelta
from typing import Annotated

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.rotate_secret import GRACE, LONGEST_GRACE, rotate_secret
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.client_views import CLIENT_ID, SECRET_ANSWER, ClientWithSecret, view
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.errors import BadRequestCode
from gateway.ids import ClientId

_GRACE_S = int(GRACE.total_seconds())


class SecretRotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old secret lives on, in seconds, and why it is rotated."""

    grace_s: Annotated[int, msgspec.Meta(ge=0, le=int(LONGEST_GRACE.total_seconds()))] = _GRACE_S
    reason: str = ""


OPERATION = Operation(
    id="rotateSecret",
    tag=Tag.CLIENTS,
    summary="Give a client a new secret",
    description="The old one lives on for a grace, so that nothing stops meanwhile. Two live at most.",
    scope=ADMIN_SCOPE,
    parameters=(CLIENT_ID, PERSON),
    body=schema_of(SecretRotation),
    body_example={"grace_s": 86400, "reason": "Pergantian tahunan"},
    answers={200: SECRET_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def rotate_secret_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""
    body = JsonBody(SecretRotation)

    @post("/admin/v1/clients/{client_id:str}/rotate-secret", opt=OPERATION.opt(), name=OPERATION.id, status_code=200)
    async def rotate(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="rotate-secret")
        asked = await body.read(request)
        client_id = ClientId(request.path_params["client_id"])
        grace = timedelta(seconds=asked.grace_s)
        done = await rotate_secret(counter.desk, client_id, by=by, reason=asked.reason, grace=grace, via=via)
        return json_reply(ClientWithSecret(view(done.client), done.secret), UNKEPT)

    return rotate
