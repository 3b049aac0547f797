"""`gateway worker` and `gateway webhooks`, as processes: killed, stopped, several at once, and looked at."""

import asyncio
import json
import signal
import time
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from gateway.access.client import Profile
from gateway.administration.decide_agreement import decide_agreement
from gateway.administration.draft_agreement import NewAgreement, draft_agreement
from gateway.administration.register_client import NewClient, register_client
from gateway.administration_wiring import opened_desk
from gateway.agreements.agreement import GrantedField, GrantedResource
from gateway.agreements.states import Step
from gateway.cli.main import root
from gateway.cli.run import run
from gateway.settings import Database
from gateway.settings_file import load_settings
from gateway.storage.engine import open_engine
from gateway.storage.life_event_tables import deliveries
from tests.support.deliveries import START, Line
from tests.support.dispatching import RECORD
from tests.support.in_thread import in_thread
from tests.support.process import installation, stand_ins_in_thread
from tests.support.receiver import Receiver, answering, subscribed_at, verified

PURPOSE = "administrasi-kependudukan"
COUNT = 400


@pytest.fixture(scope="module")
def stand_ins():
    """The platforms."""
    with stand_ins_in_thread() as platforms:
        yield platforms


@pytest.fixture
def installed(tmp_path, stand_ins):
    """An installation with a client and an agreement of Sumedang with itself, which may send to loopback."""
    overlay = {"GATEWAY__LIFE_EVENTS__PRIVATE_TARGETS": "127.0.0.0/8", "GATEWAY_BY": "Petugas Uji"}
    with installation(tmp_path, stand_ins, **overlay) as process:
        asyncio.run(entitled(process))
        yield process


@pytest.fixture
def receiver():
    """A receiver in a thread of its own, as the workers are in processes of theirs."""
    with in_thread(Receiver(behave=taking)) as made:
        yield made


async def taking(received, writer):
    """A little while for each."""
    await asyncio.sleep(0.01)
    await answering()(received, writer)


async def entitled(process):
    """Registers the client and puts the agreement in force."""
    settings = load_settings(process.config, process.environ)
    async with opened_desk(settings) as desk:
        new = NewClient(
            id="disdukcapil-sumedang",
            partner="sumedang",
            name="SIAK",
            profile=Profile.BASIC,
            scopes=frozenset({"subscriptions:manage"}),
            purposes=frozenset({PURPOSE}),
        )
        await register_client(desk, new, by="Petugas Uji", reason="Uji")
        today = desk.clock.now().date()
        agreement = NewAgreement(
            provider="sumedang",
            consumer="sumedang",
            title="Keputusan Bupati",
            resources=(GrantedResource("birth", (GrantedField("@public", "UU 24/2013"),)),),
            purposes=frozenset({PURPOSE}),
            valid_from=today.replace(day=1),
            valid_until=today.replace(year=today.year + 1, day=1),
        )
        drafted = await draft_agreement(desk, agreement, by="Petugas Uji", reason="Uji")
        for step in (Step.SUBMIT, Step.APPROVE):
            await decide_agreement(desk, drafted.id, step=step, by="Petugas Uji", reason="Uji")


@asynccontextmanager
async def line_of(process):
    """The installation's outbox, from outside."""
    settings = load_settings(process.config, process.environ)
    engine = open_engine(Database(url=settings.database.url))
    line = Line(engine, Path(settings.life_events.keys).parent)
    yield line
    await line.transactor.close()
    await engine.dispose()


async def filled(process, receiver, count):
    """Subscribes the receiver, and accepts so many births, ten in a case."""
    async with line_of(process) as line:
        secrets = await line.subscribe(subscribed_at(receiver, purpose=PURPOSE, proves_key=False))
        for number in range(count // 10):
            await line.births(10, first=number * 10 + 1, record=RECORD, order_key=f"case_{number}")
        return secrets["sub_disdukcapil"]


async def entries_of(process):
    """How the deliveries stand."""
    async with line_of(process) as line:
        return await line.entries()


async def leases_ended(process):
    """What was held is free, as it is after ten seconds."""
    async with line_of(process) as line:
        await line.transactor.run(
            lambda connection: connection.execute(sa.update(deliveries).values(lease_until=START))
        )


def until(receiver, count, *, within_s=30.0):
    """Returns once so many different deliveries have arrived."""
    limit = time.monotonic() + within_s
    while len({it.headers["webhook-id"] for it in list(receiver.received)}) < count:
        assert time.monotonic() < limit, f"{len(receiver.received)} of {count} arrived"
        time.sleep(0.02)


def sequence_of(received):
    """The case and the event's place in it."""
    return msgspec.json.decode(received.body)["id"]


def test_what_a_killed_worker_held_is_delivered_by_another(installed, receiver):
    """SIGKILL in mid-work: all arrive, in order, signed; twice at most what was under way."""
    secret = asyncio.run(filled(installed, receiver, COUNT))
    killed = installed.spawn(command="worker")
    until(receiver, 60)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    held = [it for it in asyncio.run(entries_of(installed)) if it.status == "waiting"]
    assert held
    asyncio.run(leases_ended(installed))
    others = [installed.spawn(command="worker") for _ in range(2)]
    until(receiver, COUNT)
    for other in others:
        other.send_signal(signal.SIGTERM)
    assert [0, 0] == [other.wait(20) for other in others]
    entries = asyncio.run(entries_of(installed))
    assert {"delivered"} == {it.status for it in entries}
    assert len(receiver.received) <= COUNT + 128
    place = {it.event_id: index for index, it in enumerate(entries)}
    firsts = list(dict.fromkeys(sequence_of(it) for it in receiver.received))
    for case in range(COUNT // 10):
        own = [place[it] for it in firsts if place[it] // 10 == case]
        assert sorted(own) == own
    assert all(verified(it, secret) for it in receiver.received[:20])


def test_sigterm_gives_back_what_was_not_begun(installed, receiver):
    """The worker ends with 0, and nothing it held is locked: the next one goes on at once."""
    asyncio.run(filled(installed, receiver, 200))
    worker = installed.spawn(command="worker")
    until(receiver, 20)
    worker.send_signal(signal.SIGTERM)
    assert 0 == worker.wait(20)
    arrived = sum(it.status == "delivered" for it in asyncio.run(entries_of(installed)))
    assert arrived == len(receiver.received) < 200
    next_one = installed.spawn(command="worker")
    until(receiver, 200, within_s=8.0)
    next_one.send_signal(signal.SIGTERM)
    assert 0 == next_one.wait(20)
    assert 200 == len(receiver.received)


def test_the_operator_looks_and_acts_at_the_command_line(installed, receiver, tmp_path, monkeypatch, capsys):
    """List, deliveries, attempts, pause, resume, rotate, test, replay; each act recorded with its person."""
    asyncio.run(filled(installed, receiver, 10))
    worker = installed.spawn(command="worker")
    until(receiver, 10)
    worker.send_signal(signal.SIGTERM)
    worker.wait(20)
    for name in [it for it in installed.environ if it.startswith("GATEWAY")]:
        monkeypatch.setenv(name, installed.environ[name])

    def said(*arguments):
        code = run(root, [*arguments, "--json", "--config", str(installed.config)])
        shown = capsys.readouterr()
        return code, json.loads(shown.out or shown.err)

    def told(*arguments, code=0):
        found, answer = said("webhooks", *arguments)
        assert code == found, answer
        return answer

    why = ("--reason", "Permintaan Disdukcapil")
    (subscription,) = told("list")
    id_ = subscription["id"]
    assert {"v1", receiver.url} <= set(subscription["target"].values())
    deliveries = told("deliveries", id_, "--status", "delivered")
    assert 10 == len(deliveries)
    (attempt,) = told("attempts", id_, deliveries[0]["id"])
    assert (1, 204) == (attempt["number"], attempt["status_code"])
    assert "paused" == told("pause", id_, *why)["status"]
    assert "active" == told("resume", id_, *why)["status"]
    assert {"count": 1} == told("replay", id_, "--delivery", deliveries[0]["id"], *why)
    assert {"count": 9} == told("replay", id_, "--since", "2026-01-01T00:00:00+0700", "--everything", *why)
    assert 204 == told("test", id_, *why)["status_code"]
    secret_file = tmp_path / "secret"
    assert told("rotate", id_, "--secret-file", str(secret_file), *why)["secret"] is None
    assert secret_file.read_text(encoding="utf-8").startswith("whsec_")
    assert "not-found" == told("attempts", id_, "dlv_unknown", code=1)["code"]
    _, found = said("audit", "list", "--kind", "subscription.")
    records = [it["record"] for it in found]
    assert {"change", "replay", "rotate-secret", "test"} == {it["kind"].removeprefix("subscription.") for it in records}
    assert {"Petugas Uji"} == {it["by"] for it in records}
