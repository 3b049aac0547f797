"""Subscriptions over HTTP: who may have them, what is refused, and the way from an event to its receiver."""

import time
from base64 import b64decode
from dataclasses import dataclass

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook

from tests.support.event_world import EventWorld, a_birth
from tests.support.receiver import Receiver, agreeing, answering, events_at
from tests.support.served import served

PATH = "/v1/subscriptions"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """The whole gateway, which may send to loopback."""

    def change(settings):
        life_events = msgspec.structs.replace(
            settings.life_events,
            private_targets=("127.0.0.0/8",),
            keys=str(tmp_path_factory.mktemp("keys") / "event-keys"),
            attempt_timeout_s=2.0,
        )
        return msgspec.structs.replace(settings, life_events=life_events)

    with served(tmp_path_factory.mktemp("subscriptions"), change=change) as running:
        yield running


@pytest.fixture(scope="module")
def world(gateway):
    """Sumedang lets Jakarta have its births, and Jakarta has nothing else."""
    made = EventWorld(gateway)
    made.agree("sumedang", "jakarta", "birth")
    return made


@pytest.fixture(scope="module")
def publisher(world):
    """The hospital."""
    return world.publisher()


@dataclass
class Subscriber:
    """A client that manages subscriptions."""

    gateway: object
    headers: dict

    def post(self, path="", body=None):
        options = {"json": body} if body is not None else {}
        return self.gateway.http.post(f"{self.gateway.url}{PATH}{path}", headers=self.headers, **options)

    def get(self, path="", **options):
        return self.gateway.get(PATH + path, headers=self.headers, **options)

    def patch(self, path, body):
        return self.gateway.http.patch(f"{self.gateway.url}{PATH}{path}", headers=self.headers, json=body)

    def delete(self, path):
        return self.gateway.http.delete(f"{self.gateway.url}{PATH}{path}", headers=self.headers)

    def made(self, receiver, **changes):
        """A new subscription and its secret."""
        answer = self.post(body=wanted(receiver.url, **changes))
        assert 201 == answer.status_code, answer.text
        return answer.json()["subscription"], answer.json()["secret"]

    def active(self, receiver, **changes):
        """One that is verified."""
        made, secret = self.made(receiver, **changes)
        answer = self.post(f"/{made['id']}/verify")
        assert 200 == answer.status_code, answer.text
        return made["id"], secret


def wanted(url, *, signature="v1", **changes):
    """A body."""
    return {"types": ["birth"], "target": {"kind": "webhook", "url": url, "signature": signature}} | changes


@pytest.fixture(scope="module")
def jakarta(gateway, world):
    """Jakarta's client."""
    return Subscriber(gateway, world.bearer(*world.client("jakarta", "subscriptions:manage")))


@pytest.fixture(scope="module")
def sumedang(gateway, world):
    """Sumedang's client."""
    return Subscriber(gateway, world.bearer(*world.client("sumedang", "subscriptions:manage")))


@pytest.fixture
def receiver(gateway):
    """Listens where the gateway runs."""
    made = Receiver(behave=agreeing)
    gateway.do(made.__aenter__())
    yield made
    gateway.do(made.__aexit__())


def published(world, publisher, *numbers):
    """The ids of new births of these numbers."""
    answer = world.post([a_birth(number) for number in numbers], publisher)
    assert 202 == answer.status_code, answer.text
    return [it["id"] for it in answer.json()["data"]]


def test_from_subscribing_to_the_event_that_arrives(world, jakarta, publisher, receiver):
    """Pending; verified by a signed challenge; then each event, signed, with the granted fields."""
    made, secret = jakarta.made(receiver)
    assert ("pending", True) == (made["status"], secret.startswith("whsec_"))
    assert "active" == jakarta.post(f"/{made['id']}/verify").json()["status"]
    challenge = receiver.received[0]
    assert Webhook(secret).verify(challenge.body, challenge.headers)["type"] == "webhook.verification"
    (event_id,) = published(world, publisher, 101)
    (arrived,) = events_at(receiver, 1)
    envelope = Webhook(secret).verify(arrived.body, arrived.headers)
    assert (event_id, "birth") == (envelope["id"], envelope["type"])
    assert not {"mother_nik", "mother_name", "child_name"} & set(envelope["data"])
    (delivery,) = jakarta.get(f"/{made['id']}/deliveries").json()["data"]
    assert (event_id, arrived.headers["webhook-id"]) == (delivery["event_id"], delivery["id"])
    (attempt,) = eventually(lambda: jakarta.get(f"/{made['id']}/deliveries/{delivery['id']}/attempts").json()["data"])
    assert (1, 200, None) == (attempt["number"], attempt["status_code"], attempt["reason"])
    assert 204 == jakarta.delete(f"/{made['id']}").status_code


def eventually(ask, *, within_s=5.0):
    """What `ask` says, once it says anything."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if found := ask():
            return found
        time.sleep(0.02)
    return ask()


def test_nothing_is_delivered_before_the_target_is_verified(world, jakarta, publisher, receiver):
    """A receiver that does not echo has not agreed, whatever its status."""
    receiver.behave = answering(200, b"thank you")
    made, _ = jakarta.made(receiver)
    answer = jakarta.post(f"/{made['id']}/verify")
    assert (422, "target-unverified") == (answer.status_code, answer.json()["code"])
    assert "challenge-missing" == answer.json()["parameters"]["reason"]
    published(world, publisher, 111)
    time.sleep(0.3)
    assert ["application/json"] == [it.headers["content-type"] for it in receiver.received]
    assert "pending" == jakarta.get(f"/{made['id']}").json()["status"]
    jakarta.delete(f"/{made['id']}")


def test_what_one_may_not_have_is_refused_and_the_agreement_named(sumedang, receiver):
    """Sumedang has no agreement with itself here: its own events are no exception."""
    answer = sumedang.post(body=wanted(receiver.url, partners=["sumedang"]))
    problem = answer.json()
    assert (403, "agreement-missing") == (answer.status_code, problem["code"])
    assert ("sumedang", "birth") == (problem["parameters"]["provider"], problem["parameters"]["resource"])
    assert [] == receiver.received


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"fields": ["mother_nik"]}, 403, "field-not-granted"),
        ({"partners": ["jakarta"]}, 403, "agreement-missing"),
        ({"types": ["death"]}, 403, "agreement-missing"),
        ({"types": ["births"]}, 422, "subscription-invalid"),
        ({"types": []}, 400, "body-invalid"),
        ({"partners": ["bandung"]}, 422, "subscription-invalid"),
        ({"fields": ["mother_nick"]}, 422, "subscription-invalid"),
        ({"filter": {"mother_nik": "1"}}, 422, "subscription-invalid"),
        ({"filter": {"region": ""}}, 422, "subscription-invalid"),
        ({"target": {"kind": "webhook"}}, 422, "subscription-invalid"),
        ({"target": {"kind": "platform", "dataset": "jakarta/hospitals"}}, 422, "subscription-invalid"),
        ({"target": {"kind": "webhook", "url": "https://10.0.0.1/"}}, 422, "target-refused"),
        ({"target": {"kind": "webhook", "url": "http://2130706433/"}}, 422, "target-refused"),
        ({"target": {"kind": "mail"}}, 400, "body-invalid"),
        ({"max_in_flight": 0}, 400, "body-invalid"),
        ({"colour": "red"}, 400, "body-invalid"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(jakarta, receiver, changes, status, code):
    """Before anything is kept or sent."""
    answer = jakarta.post(body=wanted(receiver.url, **changes))
    assert (status, code) == (answer.status_code, answer.json()["code"]), answer.text
    assert [] == receiver.received


def test_another_partner_does_not_even_learn_that_it_exists(jakarta, sumedang, receiver):
    """Each door answers as for an id that nobody has."""
    made, _ = jakarta.made(receiver)
    id_ = made["id"]
    answers = [
        sumedang.get(f"/{id_}"),
        sumedang.patch(f"/{id_}", {"status": "paused"}),
        sumedang.delete(f"/{id_}"),
        sumedang.post(f"/{id_}/verify"),
        sumedang.post(f"/{id_}/test"),
        sumedang.post(f"/{id_}/secret", {}),
        sumedang.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z"}),
        sumedang.get(f"/{id_}/deliveries"),
        sumedang.get(f"/{id_}/deliveries/dlv_1/attempts"),
    ]
    assert [404] * 9 == [it.status_code for it in answers]
    assert id_ not in [it["id"] for it in sumedang.get().json()["data"]]
    assert id_ in [it["id"] for it in jakarta.get().json()["data"]]
    jakarta.delete(f"/{id_}")


def test_the_scope_is_needed(gateway, world):
    """A token without `subscriptions:manage`."""
    other = Subscriber(gateway, world.bearer(*world.client("jakarta", "events:read")))
    answer = other.get()
    assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])
    assert 401 == gateway.get(PATH).status_code


def test_a_paused_subscription_delivers_what_it_collected(world, jakarta, publisher, receiver):
    """Nothing while it is paused, everything once it is active."""
    id_, _ = jakarta.active(receiver)
    assert "paused" == jakarta.patch(f"/{id_}", {"status": "paused", "reason": "Pemeliharaan"}).json()["status"]
    sent = published(world, publisher, 121, 122)
    time.sleep(0.3)
    assert 1 == len(receiver.received)
    assert "active" == jakarta.patch(f"/{id_}", {"status": "active"}).json()["status"]
    assert set(sent) == {msgspec.json.decode(it.body)["id"] for it in events_at(receiver, 2)}
    jakarta.delete(f"/{id_}")


def test_a_new_url_must_agree_first_and_then_gets_what_was_missed(gateway, world, jakarta, publisher, receiver):
    """Nothing is lost between the two."""
    id_, _ = jakarta.active(receiver)
    moved = Receiver(behave=agreeing)
    gateway.do(moved.__aenter__())
    changed = jakarta.patch(f"/{id_}", {"url": moved.url}).json()
    assert "pending" == changed["status"]
    (event_id,) = published(world, publisher, 131)
    time.sleep(0.2)
    assert 200 == jakarta.post(f"/{id_}/verify").status_code
    (arrived,) = events_at(moved, 1)
    assert event_id == msgspec.json.decode(arrived.body)["id"]
    assert 1 == len(receiver.received)
    gateway.do(moved.__aexit__())
    jakarta.delete(f"/{id_}")


def test_a_rotated_secret_and_the_old_one_both_verify_for_a_while(world, jakarta, publisher, receiver):
    """Then only the new one."""
    id_, old = jakarta.active(receiver)
    new = jakarta.post(f"/{id_}/secret", {"grace_s": 3600}).json()["secret"]
    published(world, publisher, 141)
    (arrived,) = events_at(receiver, 1)
    for secret in (old, new):
        assert Webhook(secret).verify(arrived.body, arrived.headers)
    newest = jakarta.post(f"/{id_}/secret", {"grace_s": 0}).json()["secret"]
    published(world, publisher, 142)
    arrived = events_at(receiver, 2)[1]
    assert Webhook(newest).verify(arrived.body, arrived.headers)
    assert 1 == len(arrived.headers["webhook-signature"].split(" "))
    jakarta.delete(f"/{id_}")


def test_v1a_shows_a_public_key_and_no_secret(world, jakarta, publisher, receiver):
    """What verifies a delivery can be read at any time."""
    id_, secret = jakarta.active(receiver, target={"kind": "webhook", "url": receiver.url, "signature": "v1a"})
    assert secret is None
    (shown,) = jakarta.get(f"/{id_}").json()["target"]["public_keys"]
    published(world, publisher, 151)
    (arrived,) = events_at(receiver, 1)
    scheme, signature = arrived.headers["webhook-signature"].split(",")
    content = f"{arrived.headers['webhook-id']}.{arrived.headers['webhook-timestamp']}.".encode() + arrived.body
    Ed25519PublicKey.from_public_bytes(b64decode(shown.removeprefix("whpk_"))).verify(b64decode(signature), content)
    assert "v1a" == scheme
    jakarta.delete(f"/{id_}")


def test_a_test_arrives_without_any_event(jakarta, receiver):
    """Also before the target is verified, so that a receiver can be tried."""
    made, secret = jakarta.made(receiver)
    told = jakarta.post(f"/{made['id']}/test").json()
    (arrived,) = receiver.received
    assert (told["id"], 200, None) == (arrived.headers["webhook-id"], told["status_code"], told["reason"])
    assert "webhook.test" == Webhook(secret).verify(arrived.body, arrived.headers)["type"]
    jakarta.delete(f"/{made['id']}")


def test_deliveries_are_replayed_one_or_a_window(world, jakarta, publisher, receiver):
    """Under the same `webhook-id`; a window with `everything` brings what was before the subscription too."""
    (before,) = published(world, publisher, 161)
    id_, _ = jakarta.active(receiver, filter={"region": "32"})
    (after,) = published(world, publisher, 162)
    (first,) = events_at(receiver, 1)
    delivery = first.headers["webhook-id"]
    eventually(lambda: jakarta.get(f"/{id_}/deliveries?status=delivered").json()["data"])
    assert (202, {"count": 1}) == answered(jakarta.post(f"/{id_}/replay", {"delivery": delivery}))
    assert delivery == events_at(receiver, 2)[1].headers["webhook-id"]
    eventually(lambda: jakarta.get(f"/{id_}/deliveries?status=delivered").json()["data"])
    assert (202, {"count": 0}) == answered(jakarta.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z"}))
    everything = {"since": "2026-01-01T00:00:00Z", "everything": True, "reason": "Sistem baru"}
    count = jakarta.post(f"/{id_}/replay", everything).json()["count"]
    assert count >= 2
    ids = {msgspec.json.decode(it.body)["id"] for it in events_at(receiver, 2 + count)}
    assert {before, after} <= ids
    for body in ({}, {"delivery": delivery, "since": "2026-01-01T00:00:00Z"}):
        assert 422 == jakarta.post(f"/{id_}/replay", body).status_code
    assert 404 == jakarta.post(f"/{id_}/replay", {"delivery": "dlv_unknown"}).status_code
    jakarta.delete(f"/{id_}")


def answered(answer):
    """Its status and body."""
    return answer.status_code, answer.json()


def test_deliveries_are_listed_by_pages_and_status(world, jakarta, publisher, receiver):
    """The newest first."""
    id_, _ = jakarta.active(receiver)
    sent = published(world, publisher, 171, 172, 173)
    events_at(receiver, 3)
    page = jakarta.get(f"/{id_}/deliveries?limit=2").json()
    rest = jakarta.get(f"/{id_}/deliveries?limit=2&after={page['next_after']}").json()
    assert list(reversed(sent)) == [it["event_id"] for it in page["data"] + rest["data"]]
    assert rest["next_after"] is None
    assert [] == jakarta.get(f"/{id_}/deliveries?status=dead").json()["data"]
    assert 400 == jakarta.get(f"/{id_}/deliveries?status=lost").status_code
    jakarta.delete(f"/{id_}")


def test_an_agreement_that_is_suspended_stops_the_next_delivery(world, jakarta, publisher, receiver):
    """What was allowed when it subscribed is asked again."""
    agreement = world.agree("sumedang", "jakarta", "birth", "death")
    id_, _ = jakarta.active(receiver, types=["death"], partners=["sumedang"])
    world.suspend(agreement)
    answer = jakarta.patch(f"/{id_}", {"filter": {"region": "32.11"}})
    assert (403, "agreement-suspended") == (answer.status_code, answer.json()["code"])
    jakarta.delete(f"/{id_}")


def test_an_ended_subscription_stays_ended(jakarta, receiver):
    """It can be looked at, and nothing else."""
    id_, _ = jakarta.active(receiver)
    assert 204 == jakarta.delete(f"/{id_}").status_code
    assert "ended" == jakarta.get(f"/{id_}").json()["status"]
    answers = [
        jakarta.delete(f"/{id_}"),
        jakarta.patch(f"/{id_}", {"status": "active"}),
        jakarta.post(f"/{id_}/verify"),
        jakarta.post(f"/{id_}/secret", {}),
        jakarta.post(f"/{id_}/test"),
        jakarta.post(f"/{id_}/replay", {"since": "2026-01-01T00:00:00Z"}),
    ]
    assert [409] * 6 == [it.status_code for it in answers]


def test_acts_and_refusals_are_recorded_without_address_or_secret(gateway, jakarta, receiver):
    """By request, with its client and its subscription."""
    request_id = "req-subscriptions-1"
    made = gateway.http.post(
        gateway.url + PATH, headers={**jakarta.headers, "X-Request-Id": request_id}, json=wanted(receiver.url)
    ).json()
    (record,) = gateway.records(request_id)
    assert ("subscription.create", made["subscription"]["id"]) == (record["kind"], record["subject"])
    text = msgspec.json.encode(record)
    assert made["secret"].encode() not in text
    assert receiver.url.encode() not in text
    refused = gateway.http.post(
        gateway.url + PATH,
        headers={**jakarta.headers, "X-Request-Id": "req-subscriptions-2"},
        json=wanted(receiver.url, fields=["mother_nik"]),
    )
    (record,) = gateway.records("req-subscriptions-2")
    assert (403, "field-not-granted", "refused") == (refused.status_code, record["reason"], record["outcome"])
    jakarta.delete(f"/{made['subscription']['id']}")
