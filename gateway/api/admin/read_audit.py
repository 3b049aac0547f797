"""GET `/admin/v1/audit`: the audit trail, newest first."""

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.administration.office import AuditQuestion
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, Counter
from gateway.api.admin.pages import LIMIT
from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import gathered, invalid, read_instant, read_limit, read_pairs
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply

_OUTCOMES = ("answered", "refused", "failed")
_NAMES = ("client_id", "kind", "outcome", "since", "until", "before", "limit")
_INSTANT = {"type": "string", "format": "date-time"}
_LARGEST = 2**63 - 1

OPERATION = Operation(
    id="readAudit",
    tag=Tag.AUDIT,
    summary="Read the audit trail",
    description="Newest first. Each record is exactly as it was kept, with its number. No record holds a record's "
    "content or Personal data.",
    scope=ADMIN_SCOPE,
    parameters=(
        Parameter("client_id", "query", "Only of this client.", {"type": "string"}),
        Parameter(
            "kind",
            "query",
            "Only of this kind; with a dot at its end, all kinds that begin so: `admin.`",
            {"type": "string"},
            example="exchange",
        ),
        Parameter("outcome", "query", "Only with this outcome.", {"type": "string", "enum": list(_OUTCOMES)}),
        Parameter("since", "query", "Not before this instant.", _INSTANT, example="2026-01-31T08:00:00+07:00"),
        Parameter("until", "query", "Before this instant.", _INSTANT, example="2026-02-01T08:00:00+07:00"),
        Parameter(
            "before",
            "query",
            "`next_before` of the page before.",
            {"type": "integer", "minimum": 1, "maximum": _LARGEST},
        ),
        LIMIT,
    ),
    answers={
        200: Answered(
            "The records.",
            {
                "type": "object",
                "required": ["data", "next_before"],
                "properties": {
                    "data": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["number", "record"],
                            "properties": {
                                "number": {"type": "integer"},
                                "record": {"$ref": "#/components/schemas/AuditRecord"},
                            },
                        },
                    },
                    "next_before": {"type": ["integer", "null"], "description": "Null where the trail begins."},
                },
            },
            {
                "data": [
                    {
                        "number": 42,
                        "record": {
                            "id": "ex_01kaw0000000000000000000000",
                            "at": "2026-02-03T04:05:06Z",
                            "kind": "exchange",
                            "outcome": "answered",
                            "client_id": "jakarta-dashboard",
                        },
                    }
                ],
                "next_before": None,
            },
        )
    },
    problems=ADMIN_PROBLEMS,
)


def read_audit_door(counter: Counter) -> HTTPRouteHandler:
    """The door."""

    @get("/admin/v1/audit", opt=OPERATION.opt(), name=OPERATION.id)
    async def read_audit(request: HttpRequest) -> Reply:
        await counter.admit(request, act="read-audit")
        found = gathered(read_pairs(request.scope["query_string"]), known=_NAMES)
        values = {name: value[0] for name, value in found.items()}
        limit = read_limit(found.get("limit"))
        question = AuditQuestion(
            client_id=values.get("client_id"),
            kind=values.get("kind"),
            outcome=_outcome(values.get("outcome")),
            since=read_instant("since", found.get("since")),
            until=read_instant("until", found.get("until")),
            before=_number(values.get("before")),
            limit=limit + 1,
        )
        entries = await counter.desk.office.audit(question)
        data = entries[:limit]
        return json_reply({"data": data, "next_before": data[-1].number if len(entries) > limit else None}, UNKEPT)

    return read_audit


def _outcome(text: str | None) -> str | None:
    if text is not None and text not in _OUTCOMES:
        raise invalid("outcome", "one of " + ", ".join(_OUTCOMES))
    return text


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= _LARGEST):
        raise invalid("before", "a record's number")
    return int(text)
