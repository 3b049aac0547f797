"""What an event is to a case: it opens one, follows one up, or may not. By the recipes and who has adopted them."""

from collections.abc import Mapping
from datetime import datetime

from gateway.access.caller import Caller
from gateway.cases.ports import AdoptionBook, CaseHead, CaseRegister
from gateway.cases.recipe import Recipe
from gateway.decision import Allowed, Decision, Refused
from gateway.errors import BadRequest, BadRequestCode, RefusalCode
from gateway.life_events.adoption import Adoption
from gateway.life_events.event import FollowUp, Opening
from gateway.remembered import Remembered
from schemas.life_event import LifeEvent

_HEADS_KEPT = 10_000


class RecipeCases:
    """`Cases` of the life events."""

    def __init__(self, *, recipes: Mapping[str, Recipe], adoptions: AdoptionBook, register: CaseRegister) -> None:
        self._recipes = recipes
        self._adoptions = adoptions
        self._register = register
        self._heads: Remembered[str, CaseHead] = Remembered(at_most=_HEADS_KEPT)

    async def opens(
        self, name: str, *, record: LifeEvent, facts: Mapping[str, str], caller: Caller, at: datetime
    ) -> Opening | None:
        """The case that the event opens: its publisher fills the trigger's role in a recipe that its partner runs."""
        for adoption in await self._adoptions.of_partner(caller.partner):
            recipe = self._recipes.get(adoption.recipe)
            if (
                recipe is not None
                and adoption.ended_at is None
                and recipe.is_opened_by(name, facts)
                and recipe.trigger.role in adoption.roles_of(caller.client_id)
            ):
                missing = tuple(field for field in recipe.trigger.needs if getattr(record, field, None) is None)
                return Opening(recipe=recipe.name, due=recipe.due(at), missing=missing)
        return None

    async def follows_up(
        self, case_id: str, *, name: str, facts: Mapping[str, str], caller: Caller
    ) -> Decision[FollowUp]:
        """What the event is to the case.

        Only a client in the step's role may do the step; what is for no step, any client in a role may add. A case of
        another partner is as unknown as one that is not there.
        """
        head = await self._head(case_id)
        if head is None or head.partner != caller.partner:
            raise BadRequest(BadRequestCode.CASE_UNKNOWN, "there is no such case")
        recipe = self._recipes.get(head.recipe)
        adoption = await self._adoption(head)
        filled = adoption.roles_of(caller.client_id) if adoption is not None else frozenset[str]()
        step = recipe.step_met_by(name, facts) if recipe is not None else None
        if step is None:
            return (
                Allowed(FollowUp()) if filled else _refused(head, caller, roles=sorted(recipe.roles if recipe else ()))
            )
        if step.role not in filled:
            return _refused(head, caller, roles=[step.role], step=step.name)
        return Allowed(FollowUp(step=step.name, after=step.after))

    async def _head(self, case_id: str) -> CaseHead | None:
        head = self._heads.get(case_id)
        if head is None:
            head = await self._register.head(case_id)
            if head is not None:
                self._heads.put(case_id, head)
        return head

    async def _adoption(self, head: CaseHead) -> Adoption | None:
        adoptions = await self._adoptions.of_partner(head.partner)
        return next((it for it in adoptions if it.recipe == head.recipe), None)


def _refused(head: CaseHead, caller: Caller, *, roles: list[str], step: str = "") -> Refused:
    message = f"{caller.client_id} does not fill the role {' or '.join(roles)} in {head.recipe}"
    parameters = {"client_id": caller.client_id, "recipe": head.recipe, "roles": roles, "step": step}
    return Refused(RefusalCode.CASE_ROLE_MISSING, message, parameters)
