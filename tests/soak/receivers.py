"""The receivers of a soak: each a server on loopback that writes down what came, and fails at random.

How it takes a delivery depends on the seed, the event and how often it came, and on nothing else: a seed that failed
fails again, whatever the processes do meanwhile.
"""

import asyncio
import random
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook

from tests.support.receiver import (
    Behaviour,
    Received,
    Receiver,
    answering,
    answering_body_byte_by_byte,
    answering_head_byte_by_byte,
    hanging,
    resetting,
)


async def slow(received: Received, writer: asyncio.StreamWriter) -> None:
    """Answers after a while."""
    await asyncio.sleep(0.2)
    await answering(200, b"ok")(received, writer)


FAULTS: tuple[tuple[float, Behaviour, bool], ...] = (
    (0.10, answering(500), False),
    (0.14, resetting, False),
    (0.17, hanging, False),
    (0.18, answering(503, Retry_After="1"), False),
    (0.19, answering_head_byte_by_byte, False),
    (0.21, answering_body_byte_by_byte, True),
    (0.28, slow, True),
)
"""Up to which throw of the dice, what the receiver does, and whether the delivery has arrived all the same."""
POISON = 0.02
"""The share of events that a failing receiver never takes: they become dead letters."""


@dataclass(frozen=True)
class Receipt:
    """One request that came, in the order of coming."""

    delivery: str
    event: str
    case: str | None
    record: str
    kind: str
    members: frozenset[str]
    is_signed: bool
    has_arrived: bool
    at: float


@dataclass
class SoakReceiver:
    """One subscription's receiver. `fails`: whether it ever does."""

    name: str
    seed: str
    fails: bool
    receipts: list[Receipt] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    receiver: Receiver = field(default_factory=Receiver)
    _tries: Counter[str] = field(default_factory=Counter)

    async def __aenter__(self) -> Self:
        self.receiver.behave = self._take
        await self.receiver.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.receiver.__aexit__(*error)

    async def _take(self, received: Received, writer: asyncio.StreamWriter) -> None:
        body = msgspec.json.decode(received.body)
        if body.get("type") == "webhook.verification":
            await answering(200, body["challenge"].encode())(received, writer)
            return
        record = body["data"]["id"]
        self._tries[record] += 1
        behaviour, arrives = self._dice(record)
        self.receipts.append(
            Receipt(
                delivery=received.headers["webhook-id"],
                event=body["id"],
                case=body.get("caseid"),
                record=record,
                kind=body["type"],
                members=frozenset(body["data"]),
                is_signed=_is_signed(received, self.keys),
                has_arrived=arrives,
                at=asyncio.get_running_loop().time(),
            )
        )
        await behaviour(received, writer)

    def _dice(self, record: str) -> tuple[Behaviour, bool]:
        """What happens to this delivery, this time."""
        if self.fails:
            if random.Random(f"{self.seed} {self.name} {record}").random() < POISON:
                return answering(500), False
            throw = random.Random(f"{self.seed} {self.name} {record} {self._tries[record]}").random()
            for upto, behaviour, arrives in FAULTS:
                if throw < upto:
                    return behaviour, arrives
        return answering(204), True


def _is_signed(received: Received, keys: Sequence[str]) -> bool:
    """Whether one of the keys verifies it: `whsec_…` by another implementation, `whpk_…` by the algorithm itself."""
    try:
        for key in keys:
            if key.startswith("whsec_"):
                Webhook(key).verify(received.body, received.headers)
            else:
                signature = received.headers["webhook-signature"].removeprefix("v1a,")
                content = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode()
                public = Ed25519PublicKey.from_public_bytes(b64decode(key.removeprefix("whpk_")))
                public.verify(b64decode(signature), content + received.body)
    except Exception:  # noqa: BLE001 (the verifiers raise what they like, and each means the same)
        return False
    return bool(keys)
