"""The story of a newborn in one region: a birth is told, all else happens by itself, or it is told why not."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from gateway.access.scopes import Scope
from gateway.demo.life_events.publishing import NotTaken, publish
from gateway.demo.life_events.region import RegionSystems
from gateway.demo.life_events.seed import CIVIL_REGISTRATION
from gateway.demo.partner_client import PartnerClient

WITHIN_S = 10.0
_LOOK_EVERY_S = 0.1  # a client may ask ten times a second for as long as it likes


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the case: how long after the birth was accepted, who told it, what it was to the case."""

    after_s: float
    type: str
    role: str | None
    step: str | None
    effect: str


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery of the case: to a platform in its own shape, or to a signed webhook."""

    to: str
    type: str
    status: str
    attempts: int
    reason: str | None


class NewbornCase(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one birth. `told` is the hospital's event, `written` what the registry was given of it, `sent` the
    message to the parents: each in that system's own words. `problems` say what is not as it must be.
    """

    partner: str
    recipe: str = ""
    case_id: str | None = None
    complete: bool = False
    took_s: float | None = None
    timeline: list[TimelineEntry] = []
    deliveries: list[Delivered] = []
    told: Any = None
    written: Any = None
    sent: Any = None
    problems: list[str] = []


class NewbornStory:
    """Tells it. `subscription` is that by which the region's registry is written to."""

    def __init__(
        self, systems: RegionSystems, *, hospital: PartnerClient, offices: dict[str, PartnerClient], subscription: str
    ) -> None:
        self._systems = systems
        self._hospital = hospital
        self._offices = offices
        self._subscription = subscription

    async def tell(self, *, within_s: float = WITHIN_S) -> NewbornCase:
        """The case as it stands once it is complete, or after `within_s`."""
        partner, now = self._systems.partner, datetime.now(UTC)
        birth = self._systems.birth(f"{now:%y%m%d-%H%M%S}", at=now)
        try:
            accepted = await publish(self._hospital, birth, binary=self._systems.registry.binary)
        except NotTaken as error:
            return NewbornCase(
                partner=partner, told=birth.data, problems=[f"{partner}: the birth was not taken: {error}"]
            )
        case_id = accepted.get("caseid")
        if case_id is None:
            return NewbornCase(partner=partner, told=birth.data, problems=[f"{partner}: the birth opened no case"])
        until = time.monotonic() + within_s
        case = await self._followed(case_id, until=until)
        deliveries = await self._deliveries(case_id)
        while not all(it.status == "delivered" for it in deliveries) and time.monotonic() < until:
            await asyncio.sleep(_LOOK_EVERY_S)  # the last one has arrived, and is about to be settled
            deliveries = await self._deliveries(case_id)
        return NewbornCase(
            partner=partner,
            recipe=case["recipe"],
            case_id=case_id,
            complete=case["status"] == "complete",
            took_s=case["took_s"],
            timeline=_timeline(case),
            deliveries=deliveries,
            told=birth.data,
            written=next((it for it in self._systems.registry.applications.values() if _is_of(it, case_id)), None),
            sent=self._systems.notifier.messages.get(case_id),
            problems=_problems(partner, case, deliveries),
        )

    async def _followed(self, case_id: str, *, until: float) -> Any:
        """The case once it is complete, or as it stands at that time of the monotonic clock."""
        while True:
            token = await self._hospital.token(Scope.CASES_READ, purpose=CIVIL_REGISTRATION)
            status, case, _ = await self._hospital.get(f"/v1/cases/{case_id}", token=token)
            if status != 200:
                raise RuntimeError(f"the case was answered {status} {case.get('code')}")
            if case["status"] == "complete" or time.monotonic() > until:
                return case
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _deliveries(self, case_id: str) -> list[Delivered]:
        """What was delivered of the case: first to the registry, then to the notifier."""
        found = []
        targets = {
            "civil-registry": (self._subscription, self._systems.intake),
            "notifier": (self._systems.notifier.subscription, f"webhook ({self._systems.notifier.signature})"),
        }
        for role, (subscription, target) in targets.items():
            client = self._offices[role]
            token = await client.token(Scope.SUBSCRIPTIONS_MANAGE, purpose=CIVIL_REGISTRATION)
            _, answer, _ = await client.get(f"/v1/subscriptions/{subscription}/deliveries", token=token)
            found += [
                Delivered(
                    to=target, type=it["type"], status=it["status"], attempts=it["attempts"], reason=it.get("reason")
                )
                for it in reversed(answer["data"])
                if it["case_id"] == case_id
            ]
        return found


def _is_of(application: Any, case_id: str) -> bool:
    """Whether the application names the case, wherever it does."""
    return case_id.encode() in msgspec.json.encode(application)


def _timeline(case: Any) -> list[TimelineEntry]:
    opened_at = datetime.fromisoformat(case["opened_at"])
    return [
        TimelineEntry(
            after_s=round((datetime.fromisoformat(it["accepted_at"]) - opened_at).total_seconds(), 3),
            type=it["type"],
            role=it["role"],
            step=it["step"],
            effect=it["effect"],
        )
        for it in case["timeline"]
    ]


def _problems(partner: str, case: Any, deliveries: list[Delivered]) -> list[str]:
    """The steps that are not done, and the deliveries that did not arrive: the reason is mostly there."""
    problems = [
        f"{partner}: {case['recipe']}: {step['name']} is not done by the {step['role']}"
        for step in case["steps"]
        if step["status"] != "done"
    ]
    if problems:
        problems += [
            f"{partner}: {it.type} has not been delivered to {it.to}: {it.reason or it.status}"
            for it in deliveries
            if it.status != "delivered"
        ]
    return problems
