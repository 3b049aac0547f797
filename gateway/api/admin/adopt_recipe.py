"""`/admin/v1/adoptions`: which partner runs which recipe, with which of its clients."""

from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.handlers import HTTPRouteHandler

from gateway.administration.adopt_recipe import adopt_recipe, end_adoption
from gateway.api.admin.acting import ADMIN_PROBLEMS, ADMIN_SCOPE, PERSON, Counter
from gateway.api.admin.reasons import REASON_EXAMPLE, Reason
from gateway.api.json_body import JsonBody, schema_of
from gateway.api.operation import Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import gathered, read_pairs
from gateway.api.recipes import RECIPE_NAME
from gateway.api.reply import UNKEPT, HttpRequest, Reply, json_reply
from gateway.errors import BadRequestCode
from gateway.ids import PartnerId


class AdoptionRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The partner's clients that fill each role of the recipe, and why it is adopted."""

    roles: dict[str, Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]]
    reason: str


_ADOPTION: dict[str, Any] = {
    "partner": "sumedang",
    "recipe": "newborn-documents",
    "roles": {
        "hospital": ["rsud-sumedang"],
        "civil-registry": ["disdukcapil-sumedang"],
        "notifier": ["diskominfo-sumedang"],
    },
    "adopted_at": "2026-03-01T02:00:00Z",
    "ended_at": None,
}
_SCHEMA = {"$ref": "#/components/schemas/Adoption"}
_ANSWER = Answered("The adoption as it stands now.", _SCHEMA, _ADOPTION)
_PARTNER = Parameter("partner", "path", "The partner.", {"type": "string"}, is_required=True, example="sumedang")
_PATH = "/admin/v1/adoptions/{partner:str}/{recipe:str}"
LIST = Operation(
    id="listAdoptions",
    tag=Tag.RECIPES,
    summary="List adoptions",
    description="By partner and recipe; also those that have ended.",
    scope=ADMIN_SCOPE,
    parameters=(
        Parameter("partner", "query", "Only of this partner.", {"type": "string"}),
        Parameter("recipe", "query", "Only of this recipe.", {"type": "string"}),
    ),
    answers={
        200: Answered(
            "The adoptions.",
            {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": _SCHEMA}}},
            {"data": [_ADOPTION]},
        )
    },
    problems=ADMIN_PROBLEMS,
)
ADOPT = Operation(
    id="adoptRecipe",
    tag=Tag.RECIPES,
    summary="Adopt a recipe for a partner, or bind its roles anew",
    description="Every role is bound to clients of that partner; those that publish need the scope `events:publish`. "
    "From within 2 s on, the trigger event of a client in the trigger's role opens a case. Bound anew, the roles hold "
    "for open cases too. A partner runs one recipe for one kind of event.",
    scope=ADMIN_SCOPE,
    parameters=(_PARTNER, RECIPE_NAME, PERSON),
    body=schema_of(AdoptionRequest),
    body_example={"roles": _ADOPTION["roles"], "reason": "SK Bupati 14/2026"},
    answers={200: _ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.CONFLICT),
)
END = Operation(
    id="endAdoption",
    tag=Tag.RECIPES,
    summary="End an adoption",
    description="No case is opened any more; the open ones go on.",
    scope=ADMIN_SCOPE,
    parameters=(_PARTNER, RECIPE_NAME, PERSON),
    body=schema_of(Reason),
    body_example=REASON_EXAMPLE,
    answers={200: _ANSWER},
    problems=(*ADMIN_PROBLEMS, BadRequestCode.NOT_FOUND),
)


def adoption_doors(counter: Counter) -> list[HTTPRouteHandler]:
    """The list and the two acts."""
    desk, body, reasons = counter.desk, JsonBody(AdoptionRequest), JsonBody(Reason)

    @get("/admin/v1/adoptions", opt=LIST.opt(), name=LIST.id)
    async def list_adoptions(request: HttpRequest) -> Reply:
        await counter.admit(request, act="list-adoptions")
        found = gathered(read_pairs(request.scope["query_string"]), known=("partner", "recipe"))
        values = {name: value[0] for name, value in found.items()}
        partner = PartnerId(values["partner"]) if "partner" in values else None
        return json_reply({"data": await desk.office.adoptions(partner=partner, recipe=values.get("recipe"))}, UNKEPT)

    @put(_PATH, opt=ADOPT.opt(), name=ADOPT.id)
    async def adopt(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="adopt-recipe")
        wanted = await body.read(request)
        partner, recipe = request.path_params["partner"], request.path_params["recipe"]
        adoption = await adopt_recipe(
            desk, recipe, partner=partner, roles=wanted.roles, by=by, reason=wanted.reason, via=via
        )
        return json_reply(adoption, UNKEPT)

    @post(f"{_PATH}/end", opt=END.opt(), name=END.id, status_code=200)
    async def end(request: HttpRequest) -> Reply:
        by, via = await counter.act(request, act="end-adoption")
        reason = (await reasons.read(request)).reason
        partner, recipe = request.path_params["partner"], request.path_params["recipe"]
        return json_reply(await end_adoption(desk, recipe, partner=partner, by=by, reason=reason, via=via), UNKEPT)

    return [list_adoptions, adopt, end]
