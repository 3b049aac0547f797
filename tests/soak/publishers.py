"""The publishers of a soak: hospital, civil registry and notifier, each case an event after the other.

Who gets no answer repeats the event until there is one, as publishers must: the same `source` and `id`, so that it is
taken once.
"""

import asyncio
import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from tests.support.event_world import sample

REGIONS = ("32.11.18", "32.11.01", "32.11.01.2001")
STEPS = ("AKL", "KK", "KIA", None)
_AGAIN_S = 0.1


class Refused(Exception):
    """An event that nothing is wrong with was refused."""


_WAITS = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Accepted:
    """One event that was answered with 202."""

    id: str
    case: str
    kind: str
    record: str
    region: str | None
    round: int


@dataclass
class Publishers:
    """What has been published. `round` is which round it is."""

    url: str
    tokens: dict[str, str]
    seed: str
    accepted: list[Accepted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    repeated: int = 0
    round: int = 0
    is_ending: bool = False
    _numbers: Any = field(default_factory=lambda: count(1))

    async def run(self, *, how_many: int) -> None:
        """Publishes case after case, so many side by side, until it is ending; then ends those that are open."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8), trust_env=False) as http:
            await asyncio.gather(*(self._cases(http) for _ in range(how_many)))

    async def _cases(self, http: aiohttp.ClientSession) -> None:
        while not self.is_ending:
            number = next(self._numbers)
            try:
                await self._case(http, number, random.Random(f"{self.seed} case {number}"))
            except Refused as error:
                self.refused.append(f"of case {number} was refused: {error}")

    async def _case(self, http: aiohttp.ClientSession, number: int, dice: random.Random) -> None:
        """A birth, its documents one after the other, and that the parents are told."""
        region = dice.choice(REGIONS)
        born = sample("sumedang", "hospital-births") | {"id_lahir": f"KLH-{number:06}", "kode_wilayah": region}
        case = await self._publish(http, "hospital", "hospital-births", born, dice=dice, region=region)
        for step in STEPS:
            await asyncio.sleep(dice.uniform(0, 0.15))
            if step is None:
                told = sample("sumedang", "notifier") | {"id_pesan": f"wamid-{number:06}", "id_kasus": case}
                await self._publish(http, "notifier", "notifier", told, dice=dice)
                continue
            issued = sample("sumedang", "civil-registry-documents")
            issued |= {"no_registrasi": f"REG-{number:06}-{step}", "kode_dokumen": step, "id_kasus": case}
            await self._publish(http, "registry", "civil-registry-documents", issued, dice=dice)

    async def _publish(
        self,
        http: aiohttp.ClientSession,
        who: str,
        source: str,
        data: dict[str, Any],
        *,
        dice: random.Random,
        region: str | None = None,
    ) -> str:
        """The case of the event, once it is answered with 202, however often that takes."""
        key = next(iter(data.values()))
        event = {"specversion": "1.0", "id": str(key), "source": f"/sumedang/{source}", "type": _TYPES[source]}
        event |= {"datacontenttype": "application/json", "data": data}
        is_batch = dice.random() < 0.3
        kind = "application/cloudevents-batch+json" if is_batch else "application/cloudevents+json"
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "Content-Type": kind}
        if dice.random() < 0.5:
            headers["Idempotency-Key"] = str(key)
        while True:
            answer = await self._asked(http, [event] if is_batch else event, headers)
            if answer is not None:
                told = answer["data"][0] if is_batch else answer["data"]
                record = f"sumedang:{_TYPES[source].replace('.', '-')}:{source}.{key}"
                case = data.get("id_kasus") or told["caseid"]
                self.accepted.append(Accepted(told["id"], case, _TYPES[source], record, region, self.round))
                return str(case)
            self.repeated += 1
            await asyncio.sleep(_AGAIN_S)

    async def _asked(self, http: aiohttp.ClientSession, body: Any, headers: dict[str, str]) -> Any:
        """The answer of a 202; None where it is worth asking again."""
        try:
            async with http.post(f"{self.url}/v1/events", json=body, headers=headers) as answer:
                if answer.status == 202:
                    return await answer.json()
                if answer.status not in _WAITS:
                    raise Refused(f"{headers.get('Idempotency-Key', '')} {answer.status} {await answer.text()}")
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        return None


_TYPES = {
    "hospital-births": "birth",
    "civil-registry-documents": "document.issued",
    "notifier": "citizen.notified",
}
