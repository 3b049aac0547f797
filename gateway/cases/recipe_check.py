"""What a recipe must keep beyond its form: events, fields, roles and steps that exist, no circles, no doubt."""

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from typing import Any

import msgspec

from gateway.cases.recipe import Recipe, Step
from gateway.life_events.understanding import fact_names
from gateway.mapping.language.findings import Findings, nearest_name
from gateway.mapping.language.toml_lines import KeyPath
from schemas.resources import PUBLISHABLE, Resource, event_type


def check_recipe(recipe: Recipe, findings: Findings) -> None:
    """Adds what is wrong with the recipe, each at its key."""
    _check_trigger(recipe, findings)
    _check_roles(recipe, findings)
    steps = [step.name for step in recipe.steps]
    for step in recipe.steps:
        at: KeyPath = ("steps", step.name)
        _check_match(findings, (*at, "match"), event=PUBLISHABLE[step.event], match=step.match)
        for name in step.after:
            _check_known(findings, (*at, "after"), name=name, known=steps, what="step")
        _check_deadline(recipe, step, findings)
    for name in recipe.measured:
        _check_known(findings, ("measured",), name=name, known=steps, what="step")
    _check_order(recipe, findings)
    _check_unambiguous(recipe, findings)


def _check_trigger(recipe: Recipe, findings: Findings) -> None:
    event = PUBLISHABLE[recipe.trigger.event]
    fields = msgspec.json.schema_components((event.type,))[1][event.type.__name__]["properties"]
    for name in recipe.trigger.needs:
        _check_known(findings, ("trigger", "needs"), name=name, known=fields, what=f"field of {event.name}")
    _check_match(findings, ("trigger", "match"), event=event, match=recipe.trigger.match)


def _check_roles(recipe: Recipe, findings: Findings) -> None:
    """Every role that is named is declared, and every one that is declared is named."""
    named: list[tuple[KeyPath, str]] = [(("trigger", "role"), recipe.trigger.role)]
    for step in recipe.steps:
        named.append((("steps", step.name, "role"), step.role))
        named += [(("steps", step.name, "tells"), role) for role in step.tells]
    for path, role in named:
        _check_known(findings, path, name=role, known=recipe.roles, what="role")
    for role in recipe.roles.keys() - {role for _, role in named}:
        findings.add(
            ("roles", role), "role-unused", f"nobody in the role `{role}` does or hears anything; leave it out"
        )


def _check_match(findings: Findings, at: KeyPath, *, event: Resource, match: Mapping[str, str]) -> None:
    """What is matched is kept in the clear, and can have the value."""
    known = fact_names(event)
    for key, value in match.items():
        if key not in known:
            _check_known(findings, (*at, key), name=key, known=known, what=f"fact of {event_type(event.name)}")
        elif (values := _values(event, key)) and value not in values:
            _check_known(findings, (*at, key), name=value, known=values, what=key)


def _values(event: Resource, field: str) -> tuple[str, ...]:
    """The values that a field can have, where it is one of a list."""
    (root,), parts = msgspec.json.schema_components((event.type,))
    schema: Mapping[str, Any] = parts[root["$ref"].rpartition("/")[2]]["properties"][field]
    for form in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in form:
            return tuple(parts[form["$ref"].rpartition("/")[2]].get("enum", ()))
    return ()


def _check_deadline(recipe: Recipe, step: Step, findings: Findings) -> None:
    """No step is due before one that it waits for."""
    for name in step.after:
        earlier = recipe.step(name)
        if earlier is not None and earlier.within > step.within:
            message = f"`{step.name}` is due before `{name}`, which it waits for; give it at least as long"
            findings.add(("steps", step.name, "within"), "due-too-early", message)


def _check_order(recipe: Recipe, findings: Findings) -> None:
    """No step waits for itself, by whatever way."""
    try:
        TopologicalSorter({step.name: step.after for step in recipe.steps}).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        message = f"these steps wait for one another: {' → '.join(reversed(circle))}"
        findings.add(("steps", circle[0], "after"), "circle", message)


def _check_unambiguous(recipe: Recipe, findings: Findings) -> None:
    """No event could meet two steps: where two are of one event, they differ in a value that both name."""
    for one, other in combinations(recipe.steps, 2):
        if one.event == other.event and not _excludes(one.match, other.match):
            message = f"the same event could meet `{one.name}` and `{other.name}`; let `match` tell them apart"
            findings.add(("steps", other.name), "ambiguous", message)


def _excludes(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(
        one[key] != other[key]
        and not (key.endswith("region") and f"{one[key]}.".startswith(f"{other[key]}."))
        and not (key.endswith("region") and f"{other[key]}.".startswith(f"{one[key]}."))
        for key in one.keys() & other.keys()
    )


def _check_known(findings: Findings, at: KeyPath, *, name: str, known: Collection[str], what: str) -> None:
    if name not in known:
        words = ", ".join(sorted(known)) or "none"
        message = f"`{name}` is no {what}"
        nearest = nearest_name(name, known)
        findings.add(at, f"unknown-{what.partition(' ')[0]}", message, expected=words, found=name, nearest=nearest)
