"""GET `/livez`, `/readyz`, `/version`: for those who watch over the gateway."""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import gathered, invalid, read_pairs
from gateway.api.reply import HttpRequest, Reply, json_reply
from gateway.errors import BadRequestCode


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that must work before exchanges can be answered."""

    name: str
    is_ready: bool
    reason: str | None = None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What is running."""

    name: str
    version: str
    api: str = "v1"


Readiness = Callable[[], Awaitable[tuple[Check, ...]]]

_STATUS = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
_CHECKS = {
    "type": "object",
    "required": ["status"],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "not-ready"]},
        "checks": {"type": "array", "items": {"$ref": "#/components/schemas/Check"}},
    },
}
_UNREADY = {"status": "not-ready", "checks": [{"name": "database", "is_ready": False, "reason": "store-unavailable"}]}

LIVE = Operation(
    id="isAlive",
    tag=Tag.SERVICE,
    summary="Whether the process is alive",
    description="Asks nothing of any dependency: restart the process if this fails.",
    answers={200: Answered("It is.", _STATUS, {"status": "alive"})},
)
READY = Operation(
    id="isReady",
    tag=Tag.SERVICE,
    summary="Whether exchanges can be answered",
    description="503 where a store or key that every exchange needs is missing: send it no traffic for now. A "
    "partner's platform being down does not count, as its part of an answer becomes a gap.",
    answers={
        200: Answered("Everything is there.", _CHECKS, {"status": "ready"}),
        503: Answered("Something is missing.", _CHECKS, _UNREADY),
    },
    parameters=(
        Parameter(
            "verbose",
            "query",
            "Each check by name.",
            {"type": "string", "enum": ["", "true", "false", "1", "0"], "default": "false"},
            example="true",
        ),
    ),
    problems=(BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN),
)
VERSION = Operation(
    id="showVersion",
    tag=Tag.SERVICE,
    summary="What is running",
    description="The gateway's version, and that of its API.",
    answers={
        200: Answered(
            "The version.",
            {"$ref": "#/components/schemas/Version"},
            {"name": "pertukaran", "version": "0.1.0", "api": "v1"},
        )
    },
)


def health_doors(*, readiness: Readiness, version: Version) -> list[HTTPRouteHandler]:
    """The three doors."""

    @get("/livez", opt=LIVE.opt(), name=LIVE.id, sync_to_thread=False)
    def is_alive() -> Reply:
        return json_reply({"status": "alive"})

    @get("/readyz", opt=READY.opt(), name=READY.id)
    async def is_ready(request: HttpRequest) -> Reply:
        is_verbose = _is_verbose(request)
        checks = await readiness()
        is_ready = all(check.is_ready for check in checks)
        answer: dict[str, object] = {"status": "ready" if is_ready else "not-ready"}
        if is_verbose:
            answer["checks"] = checks
        return json_reply(answer, *([] if is_ready else [(b"retry-after", b"2")]), status=200 if is_ready else 503)

    @get("/version", opt=VERSION.opt(), name=VERSION.id, sync_to_thread=False)
    def show_version() -> Reply:
        return json_reply(version)

    return [is_alive, is_ready, show_version]


def _is_verbose(request: HttpRequest) -> bool:
    values = gathered(read_pairs(request.scope["query_string"]), known=("verbose",))
    text = values.get("verbose", ["false"])[0]
    if text not in {"", "true", "false", "1", "0"}:
        raise invalid("verbose", "true or false")
    return text in {"", "true", "1"}
