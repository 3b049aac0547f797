"""GET /v1/events as server-sent events: they come as they are accepted, until the token ends."""

import json
import socket
import time

import httpx
import pytest

from tests.support.event_world import EventWorld, next_event
from tests.support.served import served


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A served gateway in which Jakarta and Sumedang may read births of Sumedang."""
    with served(tmp_path_factory.mktemp("feed")) as gateway:
        made = EventWorld(gateway)
        made.agree("sumedang", "jakarta", "birth")
        made.agree("sumedang", "sumedang", "birth")
        yield made


@pytest.fixture(scope="module")
def hospital(world):
    """Sumedang's hospital."""
    return world.publisher("sumedang")


@pytest.fixture(scope="module")
def reader(world):
    """A client of Jakarta that may read births of Sumedang."""
    return world.reader("jakarta")


def problem(answer):
    """Status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def test_a_stream_brings_events_as_they_come_and_goes_on_after_a_break(world, hospital, reader):
    """`Last-Event-ID` is the cursor behind the last event that was seen."""
    here = world.read(reader, after="newest").json()["next_cursor"]
    first = world.publish(1, hospital)
    with world.stream(reader, after=here) as (answer, lines):
        assert "text/event-stream; charset=utf-8" == answer.headers["content-type"]
        seen = [next_event(lines)]
        second = world.publish(1, hospital)
        seen.append(next_event(lines))
    third = world.publish(1, hospital)
    with world.stream(reader | {"Last-Event-ID": seen[-1]["id"]}) as (_, lines):
        seen.append(next_event(lines))
    assert [*first, *second, *third] == [json.loads(it["data"])["id"] for it in seen]
    assert {"birth"} == {it["event"] for it in seen}


def test_a_stream_ends_within_two_seconds_of_its_token(world):
    """Revoked: the reader is told why, and nothing that is accepted afterwards reaches it."""
    client_id, secret = world.client("jakarta", "events:read")
    bearer = world.bearer(client_id, secret)
    token = bearer["Authorization"].removeprefix("Bearer ")
    with world.stream(bearer, after="newest") as (_, lines):
        next(lines)
        revoked = world.gateway.http.post(
            f"{world.gateway.url}/oauth/revoke", data={"token": token}, auth=(client_id, secret)
        )
        assert 200 == revoked.status_code
        began = time.monotonic()
        end = next_event(lines)
        assert ("end", {"code": "token-revoked"}) == (end["event"], json.loads(end["data"]))
        assert [] == [line for line in lines if line]
    assert time.monotonic() - began < 5  # generous: what is bounded is told in the code, and this machine is shared


def test_a_client_has_a_bounded_number_of_streams(world, reader):
    """The fifth is refused; when one is closed there is room again."""
    opened = [world.stream(reader, after="newest") for _ in range(4)]
    held = [it.__enter__() for it in opened]
    for _, lines in held:
        next(lines)
    with world.stream(reader) as (answer, _):
        answer.read()
        assert (429, "limit-reached") == problem(answer)
    for it in opened:
        it.__exit__(None, None, None)
    until = time.monotonic() + 8
    while time.monotonic() < until:
        with world.stream(reader, after="newest") as (answer, _):
            if answer.status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail("closed streams are not forgotten")


def test_open_streams_do_not_keep_the_gateway_from_stopping(tmp_path):
    """They end by themselves."""
    with served(tmp_path) as gateway:
        world = EventWorld(gateway)
        world.agree("sumedang", "jakarta", "birth")
        held = world.stream(world.reader("jakarta"), after="newest")
        _, lines = held.__enter__()
        next(lines)
        began = time.monotonic()
    assert time.monotonic() - began < 12
    held.__exit__(None, None, None)


def test_a_reader_that_takes_nothing_is_cut_off_when_its_token_ends(world, hospital):
    """It holds up neither the gateway nor itself: what waits for it is dropped, and its place is free again."""
    client_id, secret = world.client("jakarta", "events:read")
    bearer = world.bearer(client_id, secret)
    url = httpx.URL(world.gateway.url)
    streams = world.gateway.running.gateway.streams
    with socket.create_connection((url.host, url.port)) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        head = f"GET /v1/events HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nAccept: text/event-stream\r\n"
        reader.sendall((head + f"Authorization: {bearer['Authorization']}\r\n\r\n").encode())
        until = time.monotonic() + 5
        while not streams._open[client_id] and time.monotonic() < until:
            time.sleep(0.02)
        assert 1 == streams._open[client_id]
        for _ in range(80):
            world.publish(100, hospital)
        token = bearer["Authorization"].removeprefix("Bearer ")
        revoke = f"{world.gateway.url}/oauth/revoke"
        world.gateway.http.post(revoke, data={"token": token}, auth=(client_id, secret))
        until = time.monotonic() + 5
        while streams._open[client_id] and time.monotonic() < until:
            time.sleep(0.02)
        assert 0 == streams._open[client_id]
