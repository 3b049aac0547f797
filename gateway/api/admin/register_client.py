"""POST `/admin/v1/clients`."""

from litestar import post
from litestar.handlers import HTTPRouteHandler

from gateway.administration.register_client import NewClient, register_client
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.client_views import SECRET_ANSWER, ClientWithSecret, view
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Operation, Tag
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.errors import BadRequestCode


class ClientRegistration(NewClient, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The client to be registered, and why."""

    reason: str = ""


OPERATION = Operation(
    id="registerClient",
    tag=Tag.CLIENTS,
    summary="Register a client of a partner",
    description="The profile `fapi` takes public keys (JWKS, JWK or PEM); the profile `basic` gets a secret, which "
    "is shown in this answer and never again.",
    scope=ADMIN_SCOPE,
    parameters=(PERSON,),
    body=schema_of(ClientRegistration),
    body_example={
        "partner": "jakarta",
        "name": "Dasbor Jakarta",
        "profile": "basic",
        "scopes": ["facilities:read"],
        "purposes": ["pelayanan-publik"],
        "id": "jakarta-dashboard",
        "reason": "PKS 12/2026",
    },
    answers={201: SECRET_ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.CONFLICT),
)


def register_client_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""
    body = JsonBody(ClientRegistration)

    @post("/admin/v1/clients", opt=OPERATION.opt(), name=OPERATION.id)
    async def register(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="register-client")
        new = await body.read(request)
        done = await register_client(counter.desk, new, by=by, reason=new.reason, via=via)
        location = (b"location", f"/admin/v1/clients/{done.client.id}".encode())
        return json_reply(ClientWithSecret(view(done.client), done.secret), UNKEPT, location, status=201)

    return register
