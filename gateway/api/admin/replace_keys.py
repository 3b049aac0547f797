"""PUT `/admin/v1/clients/{id}/keys`."""

from typing import Any

import msgspec
from litestar import put
from litestar.handlers import HTTPRouteHandler

from gateway.administration.replace_keys import replace_keys
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.client_views import CLIENT_ANSWER, CLIENT_ID, client_reply
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import HttpRequest, Reply
from gateway.errors import BadRequestCode
from gateway.ids import ClientId


class KeyReplacement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The public keys from now on: a JWKS, a JWK, or PEM text; and why."""

    keys: str | dict[str, Any]
    reason: str = ""


OPERATION = Operation(
    id="replaceKeys",
    tag=Tag.CLIENTS,
    summary="Replace a client's public keys",
    description="Tokens of a client that loses a key are refused within 2 s. To rotate without a gap, send the old "
    "and the new key together, then the new one alone.",
    scope=ADMIN_SCOPE,
    parameters=(CLIENT_ID, PERSON),
    body=schema_of(KeyReplacement),
    body_example={
        "keys": {
            "keys": [
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "kid": "2026-02",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                }
            ]
        },
        "reason": "Kunci baru",
    },
    answers={200: CLIENT_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def replace_keys_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""
    body = JsonBody(KeyReplacement)

    @put("/admin/v1/clients/{client_id:str}/keys", opt=OPERATION.opt(), name=OPERATION.id)
    async def replace(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="replace-keys")
        asked = await body.read(request)
        client_id = ClientId(request.path_params["client_id"])
        client = await replace_keys(counter.desk, client_id, keys=asked.keys, by=by, reason=asked.reason, via=via)
        return client_reply(client)

    return replace
