"""`gateway events` and `gateway keys … sealing`, beside a gateway that serves."""

import json

import pytest

from tests.support.event_world import PURPOSE, EventWorld, a_birth, sample
from tests.support.served import served

PERSONAL = "3211154503960000"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway."""
    with served(tmp_path_factory.mktemp("commands")) as gateway:
        yield EventWorld(gateway)


@pytest.fixture
def gateway(world, commands):
    """Runs a command over the same database and keys: its exit code, what it wrote to stdout, and to stderr."""
    return commands(world.gateway.folder)


@pytest.fixture
def as_hospital(world, monkeypatch):
    """The environment of Sumedang's hospital."""
    client_id, secret = world.client("sumedang", "events:publish")
    monkeypatch.setenv("GATEWAY_URL", world.gateway.url)
    monkeypatch.setenv("GATEWAY_PURPOSE", PURPOSE)
    monkeypatch.setenv("GATEWAY_CLIENT_ID", client_id)
    monkeypatch.setenv("GATEWAY_CLIENT_SECRET", secret)


def published(gateway, tmp_path, content, *options):
    """Exit code and answer of publishing a file."""
    file = tmp_path / "events.json"
    file.write_text(content, encoding="utf-8")
    code, out, err = gateway("events", "publish", file, *options, "--json")
    return code, json.loads(out)["data"] if out else err


def test_events_are_published_from_a_file(gateway, as_hospital, tmp_path):
    """One, an array, or one a line; each is told what became of it."""
    for content in (
        json.dumps(a_birth(1)),
        json.dumps([a_birth(2), a_birth(3)]),
        "\n".join(json.dumps(a_birth(number)) for number in (4, 5)),
    ):
        code, told = published(gateway, tmp_path, content)
        assert (0, {"accepted"}) == (code, {it["status"] for it in told})


def test_data_is_put_into_an_envelope(gateway, as_hospital, tmp_path):
    """With the source and type that are named, and a new id."""
    data = json.dumps(sample("sumedang", "notifier"))
    options = ("--source", "/sumedang/notifier", "--type", "citizen.notified")
    code, (told,) = published(gateway, tmp_path, data, *options)
    assert (0, "accepted") == (code, told["status"])
    code, (told,) = published(gateway, tmp_path, data, *options, "--case", "case_0")
    assert (1, "refused") == (code, told["status"])


def test_what_is_refused_is_told_by_place(gateway, as_hospital, tmp_path):
    """Exit code 1; of a batch, the others are accepted."""
    bad = a_birth(10, data={"nik_ibu": "1"})
    code, (told,) = published(gateway, tmp_path, json.dumps(bad))
    assert (1, "event-refused", "/data/nik_ibu") == (code, told["code"], told["errors"][0]["pointer"])
    code, told = published(gateway, tmp_path, json.dumps([a_birth(11), bad]))
    assert (1, ["accepted", "refused"]) == (code, [it["status"] for it in told])


def test_publishing_needs_a_client_and_json(gateway, as_hospital, tmp_path, monkeypatch):
    """What is missing is said, with an exit code for scripts."""
    assert (2, "line 1: expected") == (*_told(published(gateway, tmp_path, "{")),)
    monkeypatch.setenv("GATEWAY_CLIENT_SECRET", "pgs_wrong")
    assert 1 == published(gateway, tmp_path, json.dumps(a_birth(12)))[0]
    monkeypatch.delenv("GATEWAY_CLIENT_SECRET")
    assert 3 == published(gateway, tmp_path, json.dumps(a_birth(12)))[0]
    monkeypatch.setenv("GATEWAY_CLIENT_SECRET", "x")
    monkeypatch.setenv("GATEWAY_URL", "http://127.0.0.1:9")
    assert 1 == published(gateway, tmp_path, json.dumps(a_birth(12)))[0]


def _told(answer):
    code, message = answer
    return code, json.loads(message)["message"][:16]


def test_the_tail_shows_heads_and_nothing_personal(world, gateway):
    """The newest last; by kind and partner."""
    ids = world.publish(3, world.publisher())
    code, out, _ = gateway("events", "tail", "--limit", "3", "--type", "birth", "--json")
    heads = [json.loads(line) for line in out.splitlines()]
    assert (0, ids) == (code, [it["id"] for it in heads])
    assert PERSONAL not in out
    code, out, _ = gateway("events", "tail", "--partner", "jakarta")
    assert (0, "") == (code, out)
    assert ids[-1] in gateway("events", "tail")[1]


def test_an_events_data_is_opened_for_a_reason_and_recorded(world, gateway):
    """Without --data there is none; with it, who and why stand in the audit trail."""
    (event_id,) = world.publish(1, world.publisher())
    code, out, _ = gateway("events", "show", event_id)
    assert (0, False) == (code, PERSONAL in out)
    assert 2 == gateway("events", "show", event_id, "--data")[0]
    code, out, _ = gateway("events", "show", event_id, "--data", "--reason", "keluhan warga", "--json")
    assert (0, PERSONAL) == (code, json.loads(out)["data"]["mother_nik"])
    (record,) = json.loads(gateway("audit", "list", "--kind", "admin.read-event", "--json")[1])
    assert event_id == record["record"]["subject"]
    assert ("Rina Wulandari", {"reason": "keluhan warga"}) == (record["record"]["by"], record["record"]["details"])
    assert 1 == gateway("events", "show", "evt_0")[0]


def test_sealing_keys_are_rotated_beside_a_gateway_that_serves(world, gateway):
    """Announced, used, everything sealed anew; the old key goes once the new one has sealed for a while."""
    world.publish(2, world.publisher())
    code, out, _ = gateway("keys", "list", "sealing", "--json")
    (old,) = json.loads(out)["keys"]
    assert (0, "yes") == (code, old["seals"])
    code, new, _ = gateway("keys", "rotate", "sealing", "--reason", "tahunan")
    assert 0 == code
    told = json.loads(gateway("keys", "list", "sealing", "--json")[1])["keys"]
    assert [(old["kid"], "yes"), (new.strip(), "no")] == [(it["kid"], it["seals"]) for it in told]
    code, out, _ = gateway("keys", "reseal", "--reason", "tahunan", "--json")
    assert (0, 0, []) == (code, json.loads(out)["resealed"], json.loads(out)["retired"])
    kinds = [it["record"]["kind"] for it in json.loads(gateway("audit", "list", "--kind", "admin.", "--json")[1])]
    assert {"admin.rotate-sealing-key", "admin.reseal"} <= set(kinds)
    assert 2 == gateway("keys", "rotate", "sealing", "--reason", "x", "--compromised")[0]
