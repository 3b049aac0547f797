"""GET `/v1/cases` and `/v1/cases/{case_id}`: what is done, waits, or is late. Decodes and encodes, no more."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.bearer_token import bearer_token
from gateway.api.operation import WITH_TOKEN, Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import (
    gathered,
    invalid,
    read_choice,
    read_instant,
    read_limit,
    read_pairs,
    require_no_parameters,
)
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.api.request_facts import facts_of
from gateway.audit.ending import Origin
from gateway.cases.case import CaseStatus
from gateway.cases.ports import CaseQuestion
from gateway.cases.read_cases import CasePage
from gateway.cases.view import CaseDetail, CaseView
from gateway.errors import BadRequestCode, RefusalCode

CASE_SCHEMAS: tuple[type, ...] = (CaseDetail, CaseView)
"""The shapes that the descriptions refer to."""
_SCOPE = "cases:read"
_KNOWN = ("recipe", "status", "opened_since", "before", "limit")
_VARY = (b"vary", b"authorization")
_CASE_ID = re.compile("^case_[0-9a-hjkmnp-tv-z]{26}$")
_ID = "case_01kaw000000000000000000000"
_EXAMPLE: dict[str, Any] = {
    "id": _ID,
    "recipe": "newborn-documents",
    "title": {"id": "Dokumen kependudukan bayi baru lahir", "en": "Civil documents of a newborn"},
    "partner": "sumedang",
    "status": "open",
    "opened_at": "2026-03-09T20:05:01Z",
    "completed_at": None,
    "took_s": None,
    "missing": [],
    "steps": [
        {
            "name": "birth-certificate",
            "title": {"id": "Akta kelahiran terbit", "en": "Birth certificate issued"},
            "role": "civil-registry",
            "status": "done",
            "due_at": "2026-03-12T20:05:01Z",
            "done_at": "2026-03-10T02:31:00Z",
            "took_s": 23159.0,
            "late_by_s": 0.0,
            "told_late_at": None,
        }
    ],
}
_DETAIL = {
    **_EXAMPLE,
    "timeline": [
        {
            "event_id": "evt_01kaw0000000000000000000000",
            "type": "birth",
            "effect": "opened",
            "step": None,
            "role": "hospital",
            "client_id": "rsud-sumedang",
            "time": "2026-03-09T20:05:00Z",
            "accepted_at": "2026-03-09T20:05:01Z",
        }
    ],
}
_PROBLEMS = (
    *WITH_TOKEN,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
    RefusalCode.LIMIT_REACHED,
)

_FILTERS = (
    Parameter(
        "status",
        "query",
        "`late`: not complete, and a step is overdue. `open`: not complete, and none is.",
        {"type": "string", "enum": [status.value for status in CaseStatus]},
    ),
    Parameter(
        "opened_since",
        "query",
        "Opened at this instant or later.",
        {"type": "string", "format": "date-time"},
        example="2026-03-01T00:00:00+07:00",
    ),
    Parameter(
        "before",
        "query",
        "`next_before` of the page before.",
        {"type": "string", "pattern": _CASE_ID.pattern},
        example=_ID,
    ),
    Parameter(
        "limit",
        "query",
        "How many cases a page has at most.",
        {"type": "integer", "minimum": 1, "maximum": 200, "default": 100},
    ),
)


def _list_operation(recipes: Sequence[str]) -> Operation:
    return Operation(
        id="listCases",
        tag=Tag.CASES,
        summary="List your partner's cases",
        description="The newest first. A case holds nothing of a person: it is known by its id and its events'.",
        scope=_SCOPE,
        parameters=(
            Parameter(
                "recipe",
                "query",
                "Only of this recipe.",
                {"type": "string", "enum": list(recipes)} if recipes else {"type": "string"},
            ),
            *_FILTERS,
        ),
        answers={200: Answered("The cases.", _PAGE, {"data": [_EXAMPLE], "next_before": None})},
        problems=_PROBLEMS,
    )


SHOW = Operation(
    id="showCase",
    tag=Tag.CASES,
    summary="Show one case, and what happened in it",
    description="`effect` says what each event was to the case: `early` came before a step that must be done first, "
    "and met nothing; `repeated` came for a step that was done; `noted` is for no step; `told-late` is the gateway's "
    "own. Another partner's case is not found.",
    scope=_SCOPE,
    parameters=(
        Parameter("case_id", "path", "The case.", {"type": "string", "minLength": 1}, is_required=True, example=_ID),
    ),
    answers={200: Answered("The case.", {"$ref": "#/components/schemas/CaseDetail"}, _DETAIL)},
    problems=(*_PROBLEMS, BadRequestCode.NOT_FOUND),
)
_PAGE: dict[str, Any] = {
    "type": "object",
    "required": ["data", "next_before"],
    "properties": {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/CaseView"}},
        "next_before": {"type": ["string", "null"], "description": "Null where the list ends."},
    },
}


class Reading(Protocol):
    """Cases, as the doors need them."""

    async def page(self, question: CaseQuestion, token: str | None, *, origin: Origin) -> CasePage:
        """The cases, or raises why not."""
        ...

    async def one(self, case_id: str, token: str | None, *, origin: Origin) -> CaseDetail:
        """The case, or raises why not."""
        ...


def case_doors(reading: Reading, *, recipes: Sequence[str]) -> list[HTTPRouteHandler]:
    """The two doors."""
    listing = _list_operation(recipes)

    @get("/v1/cases", opt=listing.opt(), name=listing.id)
    async def list_cases(request: HttpRequest) -> Reply:
        token, origin = _asker(request)
        page = await reading.page(_question(request, recipes), token, origin=origin)
        return json_reply(page, UNKEPT, _VARY)

    @get("/v1/cases/{case_id:str}", opt=SHOW.opt(), name=SHOW.id)
    async def show_case(request: HttpRequest) -> Reply:
        require_no_parameters(request.scope["query_string"])
        token, origin = _asker(request)
        return json_reply(await reading.one(request.path_params["case_id"], token, origin=origin), UNKEPT, _VARY)

    return [list_cases, show_case]


def _asker(request: HttpRequest) -> tuple[str | None, Origin]:
    token, _ = bearer_token(request.scope["headers"])
    return token, facts_of(request.scope).origin


def _question(request: HttpRequest, recipes: Sequence[str]) -> CaseQuestion:
    found = gathered(read_pairs(request.scope["query_string"]), known=_KNOWN)
    values = {name: value[0] for name, value in found.items()}
    recipe = values.get("recipe")
    if recipe is not None and recipe not in recipes:
        raise invalid("recipe", "one of " + (", ".join(recipes) or "none"))
    return CaseQuestion(
        recipe=recipe,
        status=read_choice("status", values.get("status"), among=CaseStatus),
        opened_since=read_instant("opened_since", found.get("opened_since")),
        before=_before(values.get("before")),
        limit=read_limit(found.get("limit")),
    )


def _before(text: str | None) -> str | None:
    if text is not None and not _CASE_ID.fullmatch(text):
        raise invalid("before", "the next_before of a page")
    return text
