"""A birth brings the documents unasked: one case in time, another late and told of, and what they say together."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from gateway.settings import Database, Shared
from tests.support.event_world import EventWorld
from tests.support.newborn import DOCUMENTS, RECIPE, Newborn
from tests.support.receiver import Receiver, answering
from tests.support.served import served

TIMES = f"{RECIPE}-times"
WIB = ZoneInfo("Asia/Jakarta")


@dataclass
class MovableClock:
    """The machine's clock, ahead by as much as the test says; at first it is three days behind."""

    ahead: timedelta = timedelta(days=-3, minutes=-5)

    def now(self):
        return datetime.now(UTC) + self.ahead

    def seconds(self):
        return time.time() + self.ahead.total_seconds()


@pytest.fixture
def clock():
    """Begins in the past."""
    return MovableClock()


@pytest.fixture
def world(engine_pair, tmp_path, clock):
    """The whole gateway as shipped, on one of the pairs of engines; it may send to loopback."""

    def change(settings):
        life_events = msgspec.structs.replace(settings.life_events, private_targets=("127.0.0.0/8",))
        return msgspec.structs.replace(
            settings,
            database=Database(url=engine_pair.get("GATEWAY__DATABASE__URL", settings.database.url)),
            shared=Shared(url=engine_pair.get("GATEWAY__SHARED__URL", settings.shared.url)),
            life_events=life_events,
        )

    with served(tmp_path, change=change, clock=clock) as gateway:
        yield EventWorld(gateway)


@pytest.fixture
def receiver(world):
    """Listens where the gateway runs, and agrees to be sent events."""

    async def echo(received, writer):
        body = msgspec.json.decode(received.body)
        await answering(200, body["challenge"].encode() if "challenge" in body else b"")(received, writer)

    made = Receiver(behave=echo)
    world.gateway.do(made.__aenter__())
    yield made
    world.gateway.do(made.__aexit__())


def subscribe(world, receiver, **body):
    """The signing secret of a new subscription of one of Sumedang's clients."""
    headers = world.bearer(*world.client("sumedang", "subscriptions:manage"))
    url = f"{world.gateway.url}/v1/subscriptions"
    made = world.gateway.http.post(url, headers=headers, json={**body, "target": {"url": receiver.url}})
    assert 201 == made.status_code, made.text
    verified = world.gateway.http.post(f"{url}/{made.json()['subscription']['id']}/verify", headers=headers)
    assert 200 == verified.status_code, verified.text
    return made.json()["secret"]


def arrived(receiver, type_, count, *, within_s=10.0):
    """The webhooks of that type, once they are so many."""
    until = time.monotonic() + within_s
    found = []
    while len(found) < count and time.monotonic() < until:
        time.sleep(0.02)
        found = [it for it in receiver.received if msgspec.json.decode(it.body).get("type") == type_]
    assert count == len(found)
    return found


def test_one_case_is_complete_and_another_is_late_and_told_of(world, clock, receiver):
    """The registry hears of the birth and issues, the notifier tells; where nobody does, the role hears of that."""
    world.agree("sumedang", "sumedang", "birth", "case-late")
    newborn = Newborn(world)
    newborn.adopt()
    subscribe(world, receiver, types=["birth"], partners=["sumedang"])
    lates = subscribe(world, receiver, types=["case.late"], filter={"role": "civil-registry"})

    in_time, late = newborn.opened(), newborn.opened()
    assert [in_time, late] == [msgspec.json.decode(it.body)["caseid"] for it in arrived(receiver, "birth", 2)]
    for kind in DOCUMENTS:
        assert 202 == newborn.document(in_time, kind).status_code
    assert 202 == newborn.notified(in_time).status_code
    assert 202 == newborn.document(late, "family-card").status_code
    assert ("complete", "open") == (newborn.case(in_time)["status"], newborn.case(late)["status"])

    clock.ahead = timedelta()
    newborn.renew()
    told = [Webhook(lates).verify(it.body, it.headers) for it in arrived(receiver, "case.late", 2)]
    assert {("birth-certificate", late), ("child-identity-card", late)} == {
        (it["data"]["step"], it["caseid"]) for it in told
    }
    assert {("/sumedang/cases", "civil-registry", RECIPE)} == {
        (it["source"], it["data"]["role"], it["data"]["recipe"]) for it in told
    }
    case = newborn.case(late)
    assert ("late", {"birth-certificate", "child-identity-card"}) == (
        case["status"],
        {step["name"] for step in case["steps"] if step["status"] == "late"},
    )
    assert ["told-late"] * 4 == [it["effect"] for it in case["timeline"] if it["type"] == "case.late"]
    assert [late] == [it["id"] for it in newborn.cases(status="late")["data"]]

    for kind in ("birth-certificate", "child-identity-card"):
        assert 202 == newborn.document(late, kind).status_code
    assert 202 == newborn.notified(late).status_code
    case = newborn.case(late)
    assert "complete" == case["status"]
    assert {"birth-certificate", "child-identity-card"} == {it["name"] for it in case["steps"] if it["late_by_s"] > 0}


def told_of_cases(world):
    """What Sumedang's cases say to whoever may read indicators, without an agreement; by code. Nothing is missing."""
    headers = world.bearer(*world.client("jakarta", "indicators:read"))
    asked, told, fresh = {"partner": "sumedang", "limit": 200}, {}, set()
    while asked:
        answer = world.gateway.get("/v1/indicators", headers=headers, params=asked)
        assert 200 == answer.status_code, answer.text
        page = answer.json()
        told |= {it["code"]: it for it in page["data"] if it["id"].startswith(f"sumedang:indicator:{TIMES}.")}
        assert TIMES not in {gap["dataset"].partition("/")[2] for gap in page["gaps"]}
        fresh |= {it["dataset"] for it in page["freshness"]}
        asked = asked | {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert f"sumedang/{TIMES}" in fresh
    return told


def test_a_gateway_without_cases_has_no_indicator_and_no_gap(world):
    """Nothing to tell is an answer: the dataset is fresh, nothing of it is missing, and the catalogue has it."""
    assert {} == told_of_cases(world)
    offered = world.gateway.get("/v1/partners/sumedang/datasets").json()["data"]
    assert [("indicator", "open")] == [
        (it["resource"], it["access"]) for it in offered if it["id"] == f"sumedang/{TIMES}"
    ]


def test_what_the_cases_say_together_is_an_indicator(world, clock):
    """Months that have ended, by the same path as any data; a month of four cases is not told of."""
    newborn = Newborn(world)
    newborn.adopt()

    def go_to(instant):
        clock.ahead = instant - datetime.now(UTC)
        newborn.renew()

    this = datetime.now(WIB).replace(day=1, hour=9, minute=0, second=0, microsecond=0)
    months = [(this + timedelta(days=days)).replace(day=1) for days in (32, 63, 94)]
    for month, cases in zip(months, (6, 4), strict=False):
        go_to(month)
        for days, case in enumerate([newborn.opened() for _ in range(cases)]):
            go_to(month + timedelta(days=days, minutes=1))
            for kind in DOCUMENTS:
                assert 202 == newborn.document(case, kind).status_code
            assert 202 == newborn.notified(case).status_code

    go_to(months[2])
    told = told_of_cases(world)
    assert {f"{RECIPE}-cases": 6, f"{RECIPE}-median-hours": 60.0, f"{RECIPE}-in-time": 50.0} == {
        code: it["value"] for code, it in told.items()
    }
    assert {(f"{months[0]:%Y-%m}", "32.11", "tetap")} == {
        (it["period"], it["region"], it["status"]) for it in told.values()
    }
