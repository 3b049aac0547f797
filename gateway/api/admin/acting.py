"""Who acts: a client with the scope `admin`, and the person behind it. Every refusal leaves a record."""

from typing import NamedTuple, Protocol

from gateway.access.caller import Caller
from gateway.administration.desk import Desk, Via
from gateway.api.bearer_token import bearer_token
from gateway.api.operation import WITH_TOKEN, Parameter
from gateway.api.query_parameters import invalid
from gateway.api.reply import HttpRequest
from gateway.api.request_facts import facts_of
from gateway.audit.record import AuditRecord, AuditTrail
from gateway.clock import Clock
from gateway.decision import Decision, Refused, require
from gateway.errors import BadRequestCode
from gateway.ids import new_id

ADMIN_SCOPE = "admin"
PERSON_HEADER = "X-Acting-Person"
PERSON = Parameter(
    PERSON_HEADER,
    "header",
    "The person behind the act, as the audit record shall name them.",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    is_required=True,
    example="Sri Wahyuni, Diskominfo",
)
ADMIN_PROBLEMS = (*WITH_TOKEN, BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN)


class TokenVerifying(Protocol):
    """Who a token says is asking."""

    async def check(self, token: str | None, *, scope: str) -> Decision[Caller]:
        """The caller, if the token is valid and has the scope."""
        ...


class Acting(NamedTuple):
    """`by` is the person and the client, as the record names them."""

    by: str
    via: Via


class Counter:
    """Where administrators stand: checks who they are, and holds the desk that the acts work with."""

    def __init__(self, *, desk: Desk, tokens: TokenVerifying, trail: AuditTrail, clock: Clock) -> None:
        self.desk = desk
        self._tokens = tokens
        self._trail = trail
        self._clock = clock

    async def admit(self, request: HttpRequest, *, act: str) -> Caller:
        """The administrator's client, for reading. Raises `Refusal`, recorded."""
        token, _ = bearer_token(request.scope["headers"])
        decision = await self._tokens.check(token, scope=ADMIN_SCOPE)
        facts = facts_of(request.scope)
        if isinstance(decision, Refused):
            await self._trail.append(self._refused(decision, request, act=act))
        caller = require(decision)
        facts.client_id = caller.client_id
        return caller

    async def act(self, request: HttpRequest, *, act: str) -> Acting:
        """The administrator's client and person, for acting. Raises `Refusal`, or `BadRequest` without a person."""
        caller = await self.admit(request, act=act)
        facts = facts_of(request.scope)
        via = Via(client_id=caller.client_id, request_id=facts.request_id, remote=facts.remote)
        return Acting(f"{acting_person(request)} ({caller.client_id})", via)

    def _refused(self, decision: Refused, request: HttpRequest, *, act: str) -> AuditRecord:
        facts = facts_of(request.scope)
        return AuditRecord(
            id=new_id("aud"),
            at=self._clock.now(),
            kind=f"admin.{act}",
            outcome="refused",
            reason=decision.code.value,
            client_id=decision.parameters.get("client_id"),
            scope=ADMIN_SCOPE,
            request_id=facts.request_id,
            remote=facts.remote,
        )


def acting_person(request: HttpRequest) -> str:
    """The person that the request names. Raises `BadRequest` where there is none, or the name cannot be one."""
    named = [value for name, value in request.scope["headers"] if name == PERSON_HEADER.lower().encode()]
    person = named[0].decode("utf-8", errors="replace").strip() if len(named) == 1 else ""
    if not person or len(person) > 200 or not person.isprintable() or "\ufffd" in person:
        raise invalid(PERSON_HEADER, "the person behind the act, once, 1 to 200 printable characters")
    return person
