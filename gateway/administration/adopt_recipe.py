"""A partner runs a recipe: its roles are bound to the partner's own clients. Or it runs it no more."""

import asyncio
from collections.abc import Mapping

import msgspec

from gateway.access.client import ClientStatus
from gateway.access.scopes import Scope
from gateway.administration.desk import (
    COMMAND_LINE,
    AdoptableRecipe,
    DeclaredSource,
    Desk,
    Via,
    invalid,
    not_found,
    record_act,
    require_known,
    require_text,
)
from gateway.administration.office import Change
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import ClientId, PartnerId
from gateway.life_events.adoption import Adoption
from schemas.resources import event_type

_CLIENTS_AT_MOST = 500
_ALWAYS_FILLED = frozenset({"partner"})
"""By the gateway itself, whatever the mapping."""


async def adopt_recipe(
    desk: Desk,
    recipe: str,
    *,
    partner: str,
    roles: Mapping[str, tuple[str, ...]],
    by: str,
    reason: str,
    via: Via = COMMAND_LINE,
) -> Adoption:
    """The adoption, in force within 2 s. Adopted again, the roles are bound anew, for open cases too.

    Raises `BadRequest`: for a recipe, partner, role or client that is not there; a role that is left open; a client
    of another partner, or without the scope to publish; another recipe of the partner with the same trigger; a
    recipe that is not run yet, and whose trigger the partner's systems do not publish, or never with all it needs.
    """
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    require_known([recipe], parameter="recipe", known=desk.recipes)
    require_known([partner], parameter="partner", known=desk.partners)
    wanted = desk.recipes[recipe]
    bound = _bound(wanted, roles)
    sources = await asyncio.to_thread(desk.declared_sources, partner)
    async with desk.office.changing() as change:
        others = await change.adoptions(PartnerId(partner))
        _check_only_one(desk, others, recipe=recipe)
        before = next((it for it in others if it.recipe == recipe), None)
        running = before if before is not None and before.ended_at is None else None
        if running is None:
            _check_needs(wanted, sources, partner=partner)
        await _check_clients(change, bound, recipe=wanted, partner=partner)
        adopted_at = running.adopted_at if running is not None else desk.clock.now()
        adoption = Adoption(partner=PartnerId(partner), recipe=recipe, roles=bound, adopted_at=adopted_at)
        if adoption == before:
            return adoption
        await change.put_adoption(adoption)
        details = {"reason": reason, "roles": bound, "before": before.roles if before is not None else None}
        await record_act(change, "adopt-recipe", subject=recipe, by=by, desk=desk, via=via, partner=partner, **details)
    return adoption


async def end_adoption(
    desk: Desk, recipe: str, *, partner: str, by: str, reason: str, via: Via = COMMAND_LINE
) -> Adoption:
    """The adoption, ended: no case is opened any more, open ones go on. Raises `BadRequest` (not found)."""
    by, reason = require_text(by, parameter="by"), require_text(reason, parameter="reason")
    async with desk.office.changing() as change:
        adoptions = await change.adoptions(PartnerId(partner))
        adoption = next((it for it in adoptions if it.recipe == recipe), None)
        if adoption is None:
            not_found(f"{partner}/{recipe}")
        if adoption.ended_at is not None:
            return adoption
        adoption = msgspec.structs.replace(adoption, ended_at=desk.clock.now())
        await change.put_adoption(adoption)
        await record_act(
            change, "end-adoption", subject=recipe, by=by, desk=desk, via=via, partner=partner, reason=reason
        )
    return adoption


def _bound(recipe: AdoptableRecipe, roles: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[ClientId, ...]]:
    """Every role of the recipe with its clients, each once. Raises `BadRequest` for one unknown or left open."""
    if roles:
        require_known(sorted(roles), parameter="roles", known=recipe.roles)
    for role in recipe.roles:
        if not roles.get(role):
            invalid(f"roles.{role}", "at least one client of the partner: no role may be left open")
        if len(roles[role]) > _CLIENTS_AT_MOST:
            invalid(f"roles.{role}", f"at most {_CLIENTS_AT_MOST} clients")
    return {role: tuple(ClientId(it) for it in dict.fromkeys(roles[role])) for role in recipe.roles}


def _check_only_one(desk: Desk, adoptions: tuple[Adoption, ...], *, recipe: str) -> None:
    """Raises `BadRequest` where the same event would open a case of another recipe too: an event has one case."""
    trigger = desk.recipes[recipe].trigger_event
    for one in adoptions:
        other = desk.recipes.get(one.recipe)
        if one.recipe != recipe and one.ended_at is None and other is not None and other.trigger_event == trigger:
            message = f"{one.partner} runs {one.recipe} already, which {trigger} opens too; end that first"
            raise BadRequest(BadRequestCode.CONFLICT, message, id=one.recipe, state="adopted", possible=["end"])


def _check_needs(recipe: AdoptableRecipe, sources: tuple[DeclaredSource, ...], *, partner: str) -> None:
    """Raises `BadRequest` where no event could open a case, or none with all that the steps need.

    A poorer source beside one that fills everything is let be: its cases name what is `missing`.
    """
    publishing = [it for it in sources if it.event == recipe.trigger_event]
    if not publishing:
        what = f"none publishes {event_type(recipe.trigger_event)}"
        where = f"declare it below [events] of config/partners/{partner}.toml"
        invalid("recipe", f"one that {partner}'s systems can open: {what}; {where}")
    short = [(it, sorted(set(recipe.trigger_needs) - it.fields - _ALWAYS_FILLED)) for it in publishing]
    if all(missing for _, missing in short):
        faults = [f"{it.id} never fills {', '.join(missing)}; add it to [fields] of {it.file}" for it, missing in short]
        invalid("recipe", f"one whose needs {partner}'s event sources fill: {'; '.join(faults)}")


async def _check_clients(
    change: Change, bound: Mapping[str, tuple[ClientId, ...]], *, recipe: AdoptableRecipe, partner: str
) -> None:
    for role, clients in bound.items():
        publishes = role in recipe.publishing_roles
        for index, client_id in enumerate(clients):
            await _check_client(change, client_id, partner=partner, publishes=publishes, at=f"roles.{role}[{index}]")


async def _check_client(change: Change, client_id: ClientId, *, partner: str, publishes: bool, at: str) -> None:
    """Raises `BadRequest` where the client cannot fill the role. Another partner's is as unknown as none."""
    client = await change.client(client_id)
    if client is None or client.partner != partner:
        invalid(at, f"a client of {partner}")
    if client.status is not ClientStatus.ACTIVE:
        invalid(at, "a client that is active")
    if publishes and Scope.EVENTS_PUBLISH not in client.scopes:
        invalid(at, f"a client with the scope {Scope.EVENTS_PUBLISH}: this role publishes")
