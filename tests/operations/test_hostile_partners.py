"""What a partner that means harm, or is careless, cannot do to the others through life events."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import msgspec
import pytest

from gateway.access.client import Profile
from gateway.life_events import subscribe as subscribing
from tests.support.event_world import NAMED, PURPOSE, EventWorld, a_birth, sample
from tests.support.newborn import Newborn
from tests.support.receiver import Receiver, agreeing, answering, events_at
from tests.support.served import served


@dataclass(frozen=True)
class Manager:
    """A client that manages subscriptions."""

    world: EventWorld
    headers: dict[str, str]

    def _ask(self, method, path, body=None):
        url = f"{self.world.gateway.url}/v1/subscriptions{path}"
        options = {} if body is None else {"json": body}
        return self.world.gateway.http.request(method, url, headers=self.headers, **options)

    def get(self, path=""):
        return self._ask("GET", path)

    def post(self, path="", body=None):
        return self._ask("POST", path, body)

    def patch(self, path, body):
        return self._ask("PATCH", path, body)

    def delete(self, path):
        return self._ask("DELETE", path)

    def active(self, receiver, **changes):
        """The id of a new subscription to births that the receiver has agreed to."""
        target = {"kind": "webhook", "url": receiver.url}
        answer = self.post(body={"types": ["birth"], "target": target} | changes)
        assert 201 == answer.status_code, answer.text
        id_ = answer.json()["subscription"]["id"]
        assert 200 == self.post(f"/{id_}/verify").status_code
        return id_


def manager(world, partner="jakarta", *, profile=Profile.BASIC, purpose=PURPOSE):
    """A new client's."""
    made = world.client(partner, "subscriptions:manage", profile=profile, purposes=(purpose,))
    return Manager(world, world.bearer(*made, purpose=purpose))


def told(answer):
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Sumedang lets Jakarta have its births."""

    def change(settings):
        keys = str(tmp_path_factory.mktemp("keys") / "event-keys")
        opened = {"private_targets": ("127.0.0.0/8",), "attempt_timeout_s": 2.0, "keys": keys}
        return msgspec.structs.replace(settings, life_events=msgspec.structs.replace(settings.life_events, **opened))

    with served(tmp_path_factory.mktemp("hostile"), change=change) as gateway:
        made = EventWorld(gateway)
        made.agree("sumedang", "jakarta", "birth", fields=NAMED)
        yield made


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_an_event_of_a_time_that_nobody_can_read_back_is_refused(world, time):
    """An instant for which UTC has no year: kept, it would end the feed and the deliveries of everybody."""
    hospital, reader = world.publisher(), world.reader()
    answer = world.post(a_birth(1, time=time), hospital)
    assert (400, "event-invalid") == (answer.status_code, answer.json()["code"])
    world.publish(1, hospital)
    assert 200 == world.read(reader).status_code


@pytest.fixture
def receiver(world):
    """Agrees to verifications, and takes everything."""
    made = Receiver(behave=agreeing)
    world.gateway.do(made.__aenter__())
    yield made
    world.gateway.do(made.__aexit__())


def test_a_client_with_a_secret_cannot_take_over_what_a_private_key_has_subscribed_to(world, receiver):
    """It may look at its partner's subscription, and do nothing with it: no new address, secret, test or replay."""
    strong = manager(world, profile=Profile.FAPI)
    id_ = strong.active(receiver, fields=["@public", "mother_nik"])
    weak = manager(world)
    answers = [
        weak.patch(f"/{id_}", {"url": receiver.url + "/elsewhere"}),
        weak.patch(f"/{id_}", {"fields": ["mother_name"]}),
        weak.patch(f"/{id_}", {"status": "paused"}),
        weak.post(f"/{id_}/verify"),
        weak.post(f"/{id_}/test"),
        weak.post(f"/{id_}/secret", {}),
        weak.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z", "everything": True}),
        weak.delete(f"/{id_}"),
    ]
    assert [(403, "profile-insufficient")] * 8 == [told(it) for it in answers]
    assert receiver.url == weak.get(f"/{id_}").json()["target"]["url"]
    assert 204 == strong.delete(f"/{id_}").status_code


def test_a_client_with_another_purpose_cannot_use_a_subscription(world, receiver):
    """What was asked for one purpose is not pointed elsewhere for another."""
    first = manager(world)
    id_ = first.active(receiver)
    other = manager(world, purpose="statistik")
    assert (403, "purpose-not-covered") == told(other.patch(f"/{id_}", {"url": receiver.url + "/elsewhere"}))
    assert (403, "purpose-not-covered") == told(other.post(f"/{id_}/secret", {}))
    assert 204 == first.delete(f"/{id_}").status_code


def test_what_one_may_not_have_is_neither_listed_nor_counted(world, receiver):
    """Jakarta's births, for Sumedang, that has no agreement about them: not their number, nor that there are any."""
    world.agree("sumedang", "sumedang", "birth")
    sumedang = manager(world, "sumedang")
    id_ = sumedang.active(receiver)
    (own,) = world.publish(1, world.publisher())
    foreign = {"specversion": "1.0", "id": "RS-1", "source": "/jakarta/hospital-births", "type": "birth"}
    answer = world.post(foreign | {"data": sample("jakarta", "hospital-births")}, world.publisher("jakarta"))
    assert 202 == answer.status_code, answer.text
    (later,) = world.publish(1, world.publisher())
    events_at(receiver, 2)
    assert [later, own] == [it["event_id"] for it in sumedang.get(f"/{id_}/deliveries").json()["data"]]
    assert {"count": 0} == sumedang.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z"}).json()
    sumedang.patch(f"/{id_}", {"status": "paused"})
    again = world.post(
        foreign | {"id": "RS-2", "data": sample("jakarta", "hospital-births")}, world.publisher("jakarta")
    )
    assert 202 == again.status_code, again.text
    assert [] == sumedang.get(f"/{id_}/deliveries?status=waiting").json()["data"]
    sumedang.delete(f"/{id_}")


def test_one_client_cannot_have_everybody_wait_for_the_database(world):
    """Eight questions of one client wait at once; the next one is told to come again."""
    world.agree("sumedang", "jakarta", "death")
    reader, url = world.reader(), f"{world.gateway.url}/v1/events"
    wanted = {"after": "newest", "type": "death", "wait_s": 3}
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: httpx.get(url, params=wanted, headers=reader, timeout=10), range(12)))
    assert {200: 8, 429: 4} == Counter(it.status_code for it in answers)
    refused = next(it.json() for it in answers if it.status_code == 429)
    assert ("limit-reached", "long-polls") == (refused["code"], refused["parameters"]["rule"])
    assert 200 == world.read(reader, **wanted).status_code


def test_a_partner_has_a_bounded_number_of_subscriptions(world, receiver, monkeypatch):
    """Each costs the acceptance of every event; those that have ended do not count."""
    monkeypatch.setattr(subscribing, "SUBSCRIPTIONS_OF_A_PARTNER", 2)
    jakarta = manager(world)
    for it in jakarta.get().json()["data"]:
        assert 204 == jakarta.delete(f"/{it['id']}").status_code
    target = {"kind": "webhook", "url": receiver.url}
    wanted = {"types": ["birth"], "target": target}
    first, second, third = (jakarta.post(body=wanted) for _ in range(3))
    assert [201, 201] == [first.status_code, second.status_code]
    assert (429, "limit-reached", "subscriptions") == (*told(third), third.json()["parameters"]["rule"])
    for made in (first, second):
        jakarta.delete(f"/{made.json()['subscription']['id']}")
    again = jakarta.post(body=wanted)
    assert 201 == again.status_code
    jakarta.delete(f"/{again.json()['subscription']['id']}")


def test_nobody_is_pestered_with_challenges_and_tests(world, receiver):
    """They go to who has not agreed yet, so a partner has few a minute."""
    receiver.behave = answering(200)
    jakarta = manager(world)
    target = {"kind": "webhook", "url": receiver.url}
    id_ = jakarta.post(body={"types": ["birth"], "target": target}).json()["subscription"]["id"]
    answers = [jakarta.post(f"/{id_}/{('verify', 'test')[number % 2]}") for number in range(40)]
    assert 429 == answers[-1].status_code
    assert "webhook-target" == answers[-1].json()["parameters"]["rule"]
    assert len(receiver.received) < 30
    jakarta.delete(f"/{id_}")


async def mirroring(received, writer):
    """Sends back whatever it gets."""
    await answering(200, received.body)(received, writer)


def test_a_mirror_has_not_agreed(world, receiver):
    """Whoever sends back what it was sent has not read it."""
    receiver.behave = mirroring
    jakarta = manager(world, "sumedang")
    id_ = jakarta.post(body={"types": ["birth"], "target": {"kind": "webhook", "url": receiver.url}})
    id_ = id_.json()["subscription"]["id"]
    answer = jakarta.post(f"/{id_}/verify")
    assert (422, "target-unverified") == told(answer)
    jakarta.delete(f"/{id_}")


@pytest.mark.parametrize("reason", ["\x00", "\x1b[2J", "satu\ndua"])
def test_what_an_administrator_will_read_holds_no_control_characters(world, receiver, reason):
    """A reason is shown on terminals, and kept where no NUL can be."""
    jakarta = manager(world, "sumedang")
    target = {"kind": "webhook", "url": receiver.url}
    id_ = jakarta.post(body={"types": ["birth"], "target": target}).json()["subscription"]["id"]
    assert 422 == jakarta.patch(f"/{id_}", {"rate_per_s": 5.0, "reason": reason}).status_code
    assert 422 == jakarta.post(f"/{id_}/secret", {"reason": reason}).status_code
    assert 422 == jakarta.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z", "reason": reason}).status_code
    assert 422 == jakarta.patch(f"/{id_}", {"filter": {"region": reason}}).status_code
    jakarta.delete(f"/{id_}")


def test_one_case_takes_a_bounded_number_of_events(world):
    """Each waits for the one before: many thousands of one case would slow the deliveries of all."""
    newborn = Newborn(world)
    newborn.adopt()
    case_id = newborn.opened()
    data = sample("sumedang", "notifier")
    event = {"specversion": "1.0", "source": "/sumedang/notifier", "type": "citizen.notified", "caseid": case_id}
    events = [
        event | {"id": f"BNYK-{number}", "data": data | {"id_pesan": f"BNYK-{number}", "id_kasus": case_id}}
        for number in range(120)
    ]
    answers = [
        world.post(events[:60], newborn.headers["notifier"]),
        world.post(events[60:], newborn.headers["notifier"]),
    ]
    assert [202, 207] == [it.status_code for it in answers]
    refused = [it for answer in answers for it in answer.json()["data"] if it["status"] == "refused"]
    assert {"limit-reached"} == {it["code"] for it in refused}
    assert 18 <= len(refused) <= 20
    assert 202 == newborn.notified(newborn.opened()).status_code
