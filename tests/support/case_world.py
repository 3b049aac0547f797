"""Cases without the rest of the gateway: a recipe of three steps, and events that open and follow up its cases."""

from datetime import UTC, datetime, timedelta

from gateway.cases.recipe import Labels, Recipe, Step, Trigger
from gateway.ids import PartnerId, new_id
from gateway.life_events.event import FollowUp, Opening, PublishedEvent
from tests.support.life_events import an_event

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
CARDS = ("akta", "kk")


def _step(name, *, days, event="document-issued", after=(), tells=("capil", "notifier")):
    match = {"kind": name} if event == "document-issued" else {}
    return Step(
        name=name,
        title=Labels(name, name),
        event=event,
        match=match,
        role="capil" if event == "document-issued" else "notifier",
        within=timedelta(days=days),
        after=after,
        tells=tells,
    )


RECIPE = Recipe(
    name="bayi",
    title=Labels("Bayi", "Newborn"),
    description=Labels("Bayi", "Newborn"),
    trigger=Trigger(event="birth", match={}, role="rumah-sakit", needs=("mother_nik", "contact_phone")),
    roles={role: Labels(role, role) for role in ("rumah-sakit", "capil", "notifier")},
    steps=(
        _step("akta", days=3),
        _step("kk", days=3),
        _step("told", days=4, event="citizen-notified", after=CARDS, tells=("notifier",)),
    ),
    measured=CARDS,
)


def an_opening(*, at: datetime = NOON, partner: str = "sumedang", recipe: Recipe = RECIPE) -> PublishedEvent:
    """A birth that opens a case at that moment."""
    case_id = new_id("case")
    return an_event(
        source_event_id=case_id,
        provider=PartnerId(partner),
        case_id=case_id,
        order_key=case_id,
        accepted_at=at,
        placing=Opening(recipe=recipe.name, due=recipe.due(at)),
    )


def a_follow_up(opening: PublishedEvent, step: str | None, *, at: datetime = NOON) -> PublishedEvent:
    """An event for that step of the case."""
    declared = RECIPE.step(step) if step else None
    return an_event(
        source_event_id=new_id("src"),
        name=declared.event if declared else "document-issued",
        provider=opening.provider,
        case_id=opening.case_id,
        order_key=opening.case_id,
        facts=declared.match if declared else {"kind": "move-letter"},
        accepted_at=at,
        placing=FollowUp(step=step, after=declared.after if declared else ()),
    )
