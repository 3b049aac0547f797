"""What a soak proves: what receivers saw and publishers were told, held against one another and against the database.

The receivers' notes count, not the gateway's: of the deliveries' table only what was given up is believed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa

from gateway.settings import Database
from gateway.storage.engine import open_engine
from schemas.resources import LIFE_EVENTS
from schemas.sensitivity import Sensitivity, sensitivities
from tests.soak.publishers import Accepted
from tests.soak.receivers import Receipt, SoakReceiver
from tests.soak.subscribers import Cast, Wish

KNOWN_WITHIN_S = 3.0
"""2 s until every process knows of a suspended agreement, and one for what was on its way."""
_SHOWN = 10


@dataclass
class Kept:
    """What the database says at the end."""

    events: dict[str, int]
    statuses: dict[tuple[str, str], str]
    audited: Counter[str]
    audit_numbers: list[int]
    sequences: list[int]
    published: Counter[str]


@dataclass
class Verdict:
    """The counts, and every breach of a promise."""

    accepted: int = 0
    delivered: int = 0
    duplicates: int = 0
    dead: int = 0
    withheld: int = 0
    lost: int = 0
    breaches: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ("accepted", "delivered", "duplicates", "dead", "withheld", "lost")
        return ", ".join(f"{name} {getattr(self, name)}" for name in counts)


async def read(database_url: str) -> Kept:
    """The state of the database."""
    engine = open_engine(Database(url=database_url))
    async with engine.connect() as connection:
        events = (await connection.execute(sa.text("SELECT id, sequence FROM events ORDER BY sequence"))).all()
        deliveries = await connection.execute(
            sa.text(
                "SELECT d.subscription_id, e.id, d.status FROM deliveries d "
                "JOIN events e ON e.sequence = d.event_sequence"
            )
        )
        statuses = {(subscription, event): status for subscription, event, status in deliveries}
        rows = await connection.execute(sa.text("SELECT number, kind, leaf FROM audit_records ORDER BY number"))
        audited: Counter[str] = Counter()
        published: Counter[str] = Counter()
        numbers = []
        for number, kind, leaf in rows:
            numbers.append(number)
            record: dict[str, Any] = msgspec.json.decode(bytes(leaf)) if kind in {"delivery", "event.publish"} else {}
            if record.get("outcome") == "answered":
                (audited if kind == "delivery" else published)[_subject(record)] += 1
    await engine.dispose()
    sequences = [it.sequence for it in events]
    return Kept({it.id: it.sequence for it in events}, statuses, audited, numbers, sequences, published)


def _subject(record: dict[str, Any]) -> str:
    return str(record["details"]["delivery"] if record["kind"] == "delivery" else record["subject"])


def judge(cast: Cast, accepted: Sequence[Accepted], kept: Kept) -> Verdict:
    """Everything that was promised, looked at one by one."""
    verdict = Verdict(accepted=len(accepted))
    verdict.breaches += _of_acceptance(accepted, kept)
    for wish in cast.wishes:
        receiver = cast.receivers[wish.name]
        wanted = [it for it in accepted if _asks_for(wish, it)]
        _count(verdict, wish, receiver, wanted, cast=cast, kept=kept)
        verdict.breaches += _of_right(wish, receiver, wanted, ended_at=cast.ended_at.get(wish.name))
        verdict.breaches += _of_order(wish, receiver, kept, subscription=cast.subscriptions[wish.name])
        came = Counter(it.delivery for it in receiver.receipts)
        verdict.breaches += [
            f"{wish.name}: {delivery} came {times} times and is recorded {kept.audited[delivery]} times"
            for delivery, times in came.items()
            if kept.audited[delivery] < times
        ]
    return verdict


def _of_acceptance(accepted: Sequence[Accepted], kept: Kept) -> Iterator[str]:
    """What was answered with 202 is there, once, recorded; numbers have no gaps."""
    for event in accepted:
        if event.id not in kept.events:
            yield f"the accepted {event.record} is not in the log"
        if not kept.published[event.id]:
            yield f"the accepted {event.record} has no audit record"
    told = Counter(it.id for it in accepted)
    if len(told) < len(accepted):
        yield f"{len(accepted) - len(told)} events were answered with another's id"
    if len(kept.events) > len(told):
        yield f"{len(kept.events) - len(told)} events are in the log that were taken twice, or never sent"
    for name, numbers in (("events", kept.sequences), ("audit records", kept.audit_numbers)):
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"the numbers of {name} have gaps"


def _asks_for(wish: Wish, event: Accepted) -> bool:
    """Whether the subscription asks for such an event: this oracle is the soak's own."""
    if event.kind not in wish.types:
        return False
    return wish.region is None or event.region == wish.region or (event.region or "").startswith(f"{wish.region}.")


def _count(
    verdict: Verdict, wish: Wish, receiver: SoakReceiver, wanted: Sequence[Accepted], *, cast: Cast, kept: Kept
) -> None:
    """What became of every event that the subscriber was to have; what nothing became of is lost."""
    arrivals = Counter(it.event for it in receiver.receipts if it.has_arrived)
    verdict.duplicates += sum(times - 1 for times in arrivals.values())
    for event in wanted:
        status = kept.statuses.get((cast.subscriptions[wish.name], event.id))
        if arrivals[event.id]:
            verdict.delivered += 1
        elif status == "dead":
            verdict.dead += 1
        elif status == "withheld" and wish.until_round is not None:
            verdict.withheld += 1
        else:
            verdict.lost += 1
            verdict.breaches.append(f"{wish.name} never got {event.record} of {event.case} ({status})")


def _of_right(
    wish: Wish, receiver: SoakReceiver, wanted: Sequence[Accepted], *, ended_at: float | None
) -> Iterator[str]:
    """Nothing came that was not asked for or not agreed; no field that is not granted; all of it signed."""
    entitled = {it.id for it in wanted}
    for receipt in receiver.receipts:
        if receipt.event not in entitled:
            yield f"{wish.name} got {receipt.record}, which it may not have"
        if ended_at is not None and receipt.at > ended_at + KNOWN_WITHIN_S:
            yield f"{wish.name} got {receipt.record} {receipt.at - ended_at:.1f} s after its agreement was suspended"
        if further := receipt.members - _GRANTED[wish.partner][receipt.kind.replace(".", "-")]:
            yield f"{wish.name} got {', '.join(sorted(further))} of {receipt.record}"
        if not receipt.is_signed:
            yield f"{wish.name} got {receipt.record} without a good signature"


def _members(*granted: Sensitivity) -> dict[str, frozenset[str]]:
    """Of each event the fields of these kinds."""
    return {
        name: frozenset(field for field, how in sensitivities(event.type).items() if how in granted)
        for name, event in LIFE_EVENTS.items()
    }


_GRANTED = {
    "sumedang": _members(Sensitivity.PUBLIC, Sensitivity.RESTRICTED),
    "jakarta": _members(Sensitivity.PUBLIC),
}


def _of_order(wish: Wish, receiver: SoakReceiver, kept: Kept, *, subscription: str) -> Iterator[str]:
    """In each case an event comes only once those before it have arrived, or were given up."""
    cases: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in receiver.receipts:
        cases[receipt.case or receipt.event].append(receipt)
    for case, receipts in cases.items():
        arrived: set[str] = set()
        seen: set[str] = set()
        for receipt in receipts:
            if receipt.event not in seen:
                early = [
                    it
                    for it in seen
                    if it not in arrived and kept.statuses.get((subscription, it)) not in {"dead", "withheld"}
                ]
                late = [it for it in seen if kept.events.get(it, 0) > kept.events.get(receipt.event, 0)]
                if early or late:
                    yield f"{wish.name}: {receipt.record} came out of its order in {case}"
            seen.add(receipt.event)
            if receipt.has_arrived:
                arrived.add(receipt.event)


def shown(breaches: Sequence[str]) -> str:
    """The first of them, one a line."""
    more = [f"… and {len(breaches) - _SHOWN} more"] if len(breaches) > _SHOWN else []
    return "\n".join([*breaches[:_SHOWN], *more])
