"""GET `/v1/recipes` and `/v1/recipes/{recipe}`: what can be adopted. Made once, at start."""

from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import CACHED_HEADERS, IF_NONE_MATCH, Answered, Operation, Parameter, Tag
from gateway.api.query_parameters import require_no_parameters
from gateway.api.reply import HttpRequest, Reply, kept_json
from gateway.cases.recipe import Recipe
from gateway.cases.recipe_view import RecipeView, recipe_view
from gateway.errors import BadRequest, BadRequestCode

RECIPE_NAME = Parameter(
    "recipe",
    "path",
    "The recipe's name.",
    {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
    is_required=True,
    example="newborn-documents",
)
RECIPE_SCHEMAS: tuple[type, ...] = (RecipeView,)
"""The shapes that the descriptions refer to."""
_RECIPE = {"$ref": "#/components/schemas/RecipeView"}
_EXAMPLE: dict[str, Any] = {
    "name": "newborn-documents",
    "title": {"id": "Dokumen kependudukan bayi baru lahir", "en": "Civil documents of a newborn"},
    "description": {
        "id": "Rumah sakit mengabarkan kelahiran; Dukcapil menerbitkan dokumennya tanpa diminta.",
        "en": "The hospital tells of the birth; the civil registry issues the documents unasked.",
    },
    "trigger": {
        "type": "birth",
        "dataschema": "urn:pertukaran:schema:birth:v1",
        "match": {},
        "role": "hospital",
        "needs": ["born_at", "mother_nik"],
    },
    "roles": {
        "hospital": {"id": "Rumah sakit, puskesmas atau bidan", "en": "Hospital, health centre or midwife"},
        "civil-registry": {"id": "Dinas kependudukan dan pencatatan sipil", "en": "Civil registry"},
    },
    "steps": [
        {
            "name": "birth-certificate",
            "title": {"id": "Akta kelahiran terbit", "en": "Birth certificate issued"},
            "type": "document.issued",
            "dataschema": "urn:pertukaran:schema:document-issued:v1",
            "match": {"kind": "birth-certificate"},
            "role": "civil-registry",
            "within": "P3D",
            "after": [],
            "tells": ["civil-registry"],
        }
    ],
    "measured": ["birth-certificate"],
}
LIST = Operation(
    id="listRecipes",
    tag=Tag.CATALOGUE,
    summary="List the recipes",
    description="What can be run on life events: the event that opens a case, the follow-ups with their deadlines, who "
    "does what, who hears of what is late. A partner adopts one by binding its roles to clients of its own. Needs no "
    "token.",
    answers={
        200: Answered(
            "The recipes.",
            {"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": _RECIPE}}},
            {"data": [_EXAMPLE]},
            headers=CACHED_HEADERS,
        ),
        304: Answered("Unchanged since `If-None-Match`.", headers=CACHED_HEADERS),
    },
    parameters=(IF_NONE_MATCH,),
    problems=(BadRequestCode.PARAMETER_UNKNOWN, BadRequestCode.PARAMETER_INVALID),
)
SHOW = Operation(
    id="showRecipe",
    tag=Tag.CATALOGUE,
    summary="Show one recipe",
    description="`within` is an ISO 8601 duration of calendar time from the opening of the case. Needs no token.",
    answers={
        200: Answered("The recipe.", _RECIPE, _EXAMPLE, headers=CACHED_HEADERS),
        304: Answered("Unchanged since `If-None-Match`.", headers=CACHED_HEADERS),
    },
    parameters=(RECIPE_NAME, IF_NONE_MATCH),
    problems=(BadRequestCode.NOT_FOUND, BadRequestCode.PARAMETER_UNKNOWN, BadRequestCode.PARAMETER_INVALID),
)


def recipe_doors(recipes: Mapping[str, Recipe]) -> list[HTTPRouteHandler]:
    """The two doors, answering from memory."""
    views = {name: recipe_view(recipe) for name, recipe in sorted(recipes.items())}
    listed = kept_json({"data": list(views.values())})
    by_name = {name: kept_json(view) for name, view in views.items()}

    @get("/v1/recipes", opt=LIST.opt(), name=LIST.id, sync_to_thread=False)
    def list_recipes(request: HttpRequest) -> Reply:
        require_no_parameters(request.scope["query_string"])
        return listed.reply(request)

    @get("/v1/recipes/{recipe:str}", opt=SHOW.opt(), name=SHOW.id, sync_to_thread=False)
    def show_recipe(request: HttpRequest) -> Reply:
        require_no_parameters(request.scope["query_string"])
        found = by_name.get(request.scope["path_params"]["recipe"])
        if found is None:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such recipe", known=sorted(by_name))
        return found.reply(request)

    return [list_recipes, show_recipe]
