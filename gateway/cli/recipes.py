"""`gateway recipes`: what can be run on life events, and who runs it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from gateway.cli.at_desk import at_desk
from gateway.cli.options import with_config, with_json, with_person
from gateway.cli.output import show_json, show_members, show_table

if TYPE_CHECKING:
    from gateway.cases.recipe import Recipe
    from gateway.life_events.adoption import Adoption

_COLUMNS = ("recipe", "title", "opens with", "steps", "run by")
_STEP_COLUMNS = ("step", "event", "match", "role", "within", "after", "tells")

_ADOPT = """Run a recipe for a partner: bind each of its roles to clients of that partner.

Adopted again, the roles are bound anew, for open cases too.

\b
gateway recipes adopt newborn-documents --partner sumedang \\
  --role hospital=rsud-sumedang --role civil-registry=disdukcapil --role notifier=diskominfo \\
  --reason "SK Bupati 14/2026"
"""


@click.group("recipes")
def command() -> None:
    """Look at recipes; adopt one for a partner, or end that."""


@command.command("list")
@with_config
@with_json
def list_recipes(config_file: Path | None, *, as_json: bool) -> None:
    """List the recipes, and the partners that run each."""
    from gateway.cases.recipe_view import recipe_view

    recipes = _recipes()
    adoptions = [it for it in at_desk(config_file, lambda desk: desk.office.adoptions()) if it.ended_at is None]
    if as_json:
        show_json({"recipes": [recipe_view(it) for it in recipes.values()], "adoptions": adoptions})
        return
    rows = [_row(it, [one.partner for one in adoptions if one.recipe == it.name]) for it in recipes.values()]
    show_table(rows, columns=_COLUMNS)


@command.command("show")
@click.argument("recipe")
@with_config
@with_json
def show_recipe(recipe: str, config_file: Path | None, *, as_json: bool) -> None:
    """Show one recipe: roles, steps, deadlines, and who runs it with which clients."""
    from gateway.administration.desk import require_known
    from gateway.cases.recipe_view import recipe_view

    recipes = _recipes()
    require_known([recipe], parameter="recipe", known=recipes)
    view = recipe_view(recipes[recipe])
    adoptions = at_desk(config_file, lambda desk: desk.office.adoptions(recipe=recipe))
    if as_json:
        show_json({"recipe": view, "adoptions": adoptions})
        return
    trigger = view.trigger
    opens = f"{trigger.type} published by {trigger.role}; needs {', '.join(trigger.needs) or 'nothing'}"
    show_members({"recipe": view.name, "title": view.title.en, "judul": view.title.id, "opens with": opens})
    click.echo()
    steps = [{**_plain(it), "step": it.name, "event": it.type} for it in view.steps]
    show_table(steps, columns=_STEP_COLUMNS)
    for adoption in adoptions:
        click.echo()
        show_members(_shown(adoption))


@command.command("adopt", help=_ADOPT)
@click.argument("recipe")
@click.option("--partner", required=True, help="The partner that runs it.")
@click.option(
    "--role", "bindings", multiple=True, required=True, metavar="ROLE=CLIENT", help="Repeat for each role and client."
)
@with_person
@with_config
@with_json
def adopt(recipe: str, config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """Run a recipe for a partner."""
    from gateway.administration.adopt_recipe import adopt_recipe

    roles = _bound(given["bindings"])
    adoption = at_desk(
        config_file,
        lambda desk: adopt_recipe(
            desk, recipe, partner=given["partner"], roles=roles, by=given["by"], reason=given["reason"]
        ),
    )
    _show(adoption, as_json=as_json)


@command.command("end")
@click.argument("recipe")
@click.option("--partner", required=True, help="The partner that runs it.")
@with_person
@with_config
@with_json
def end(recipe: str, config_file: Path | None, *, as_json: bool, **given: Any) -> None:
    """Run a recipe no more: no case is opened, open ones go on."""
    from gateway.administration.adopt_recipe import end_adoption

    adoption = at_desk(
        config_file,
        lambda desk: end_adoption(desk, recipe, partner=given["partner"], by=given["by"], reason=given["reason"]),
    )
    _show(adoption, as_json=as_json)


def _recipes() -> "dict[str, Recipe]":
    from gateway.administration_wiring import RECIPES
    from gateway.cases.recipe_reader import read_recipes

    return read_recipes(RECIPES)


def _bound(bindings: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The clients of each role. Raises `UsageError` for a binding of another form."""
    roles: dict[str, tuple[str, ...]] = {}
    for binding in bindings:
        role, equals, client = binding.partition("=")
        if not (role and equals and client):
            raise click.UsageError("--role takes ROLE=CLIENT, as hospital=rsud-sumedang")
        roles[role] = (*roles.get(role, ()), client)
    return roles


def _show(adoption: "Adoption", *, as_json: bool) -> None:
    if as_json:
        show_json(adoption)
    else:
        show_members(_shown(adoption))


def _shown(adoption: "Adoption") -> dict[str, Any]:
    """Line by line, with the clients of each role."""
    roles = {role: list(clients) for role, clients in adoption.roles.items()}
    return {
        "partner": adoption.partner,
        "recipe": adoption.recipe,
        "adopted": adoption.adopted_at,
        "ended": adoption.ended_at,
        **roles,
    }


def _row(recipe: "Recipe", partners: list[str]) -> dict[str, Any]:
    from schemas.resources import event_type

    return {
        "recipe": recipe.name,
        "title": recipe.title.en,
        "opens with": event_type(recipe.trigger.event),
        "steps": len(recipe.steps),
        "run by": partners,
    }


def _plain(view: Any) -> dict[str, Any]:
    import msgspec

    found: dict[str, Any] = msgspec.to_builtins(view)
    return found
