"""What a hostile or broken client sends, byte by byte, to a real server: refused, bounded, never 500."""

import socket
import time
from contextlib import closing

import msgspec
import pytest

from tests.support.served import served

SHORT_S = 0.4


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A gateway that waits little for bodies and takes small ones."""

    def change(settings):
        server = msgspec.structs.replace(settings.server, max_body_bytes=10_000, body_timeout_s=SHORT_S)
        return msgspec.structs.replace(settings, server=server)

    with served(tmp_path_factory.mktemp("impatient"), change=change) as running:
        yield running


def exchange(gateway, raw, *, admin=False):
    """The bytes of the answer to these bytes."""
    server = gateway.running.gateway.settings.server
    port = server.admin_port if admin else server.port
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        connection.sendall(raw)
        answer = b""
        while b"\r\n\r\n" not in answer or not _is_whole(answer):
            piece = connection.recv(65_536)
            if not piece:
                break
            answer += piece
        return answer


def _is_whole(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return not lengths or len(body) >= lengths[0]


def status_of(answer):
    """The status of an answer in bytes."""
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /livez HTTP/1.1\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a/b@c\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost:\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET /livez?" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 17_000 + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", 431),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X: 1\r\n" * 101 + b"\r\n", 431),
        (b"GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET /v1/partners/..%2f..%2fetc/datasets HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET /v1/services/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 401),
        (b"BREW /livez HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"TRACE /livez HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 200),
        (b"garbage\r\n\r\n", 400),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)
def test_a_malformed_request_is_refused(impatient, raw, status):
    """Each has its status; none is 500, and the next request is answered."""
    assert status == status_of(exchange(impatient, raw))
    assert 200 == impatient.get("/livez").status_code


def test_the_guards_refusals_are_problems(impatient):
    """What the guard itself refuses is told as everything else is."""
    answer = exchange(impatient, b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\nAccept-Language: en\r\n\r\n")
    assert b"application/problem+json" in answer
    assert b'"code":"host-invalid"' in answer
    assert b"x-request-id: req_" in answer


def post(path, *, length, body=b"", kind=b"application/json", more=b""):
    """A POST in bytes."""
    head = b"POST " + path + b" HTTP/1.1\r\nHost: a\r\nContent-Type: " + kind + b"\r\n" + more
    return head + b"Content-Length: " + str(length).encode() + b"\r\n\r\n" + body


def test_a_body_that_declares_too_much_is_refused_unread(impatient):
    """413 before a single byte of it came."""
    for path in (b"/oauth/token", b"/nothing"):
        assert 413 == status_of(exchange(impatient, post(path, length=10_001)))


def test_a_chunked_body_is_cut_at_the_limit(impatient):
    """413 as soon as the chunks are too many, whatever was declared."""
    head = b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    chunks = b"".join(b"1000\r\n" + b"a" * 4096 + b"\r\n" for _ in range(10)) + b"0\r\n\r\n"
    assert 413 == status_of(exchange(impatient, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks))


def test_a_body_that_never_comes_is_given_up(impatient):
    """408 at the OAuth doors and at the administrators', within the time that the settings give."""
    form = b"application/x-www-form-urlencoded"
    began = time.monotonic()
    slow = exchange(impatient, post(b"/oauth/token", length=50, body=b"grant_type=", kind=form))
    headers = impatient.admin()
    more = b"".join(f"{name}: {value}\r\n".encode() for name, value in headers.items())
    slow_admin = exchange(impatient, post(b"/admin/v1/clients", length=50, body=b"{", more=more), admin=True)
    assert [408, 408] == [status_of(slow), status_of(slow_admin)]
    assert b'"code":"body-timeout"' in slow_admin
    assert time.monotonic() - began < 10


def test_slow_heads_do_not_keep_others_out(impatient):
    """With 200 connections that dribble their heads, the next client is answered at once."""
    server = impatient.running.gateway.settings.server
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        assert 200 == impatient.http.get(f"{impatient.url}/livez", timeout=2).status_code
    finally:
        for connection in slow:
            connection.close()


def test_slow_bodies_do_not_keep_others_out(impatient):
    """With 100 bodies that never come, the next client is answered at once."""
    server = impatient.running.gateway.settings.server
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    try:
        for connection in slow:
            connection.sendall(post(b"/oauth/token", length=50, kind=b"application/x-www-form-urlencoded"))
        assert 200 == impatient.http.get(f"{impatient.url}/livez", timeout=2).status_code
    finally:
        for connection in slow:
            connection.close()


def test_pipelined_requests_are_each_answered_for_themselves(impatient):
    """Two requests on one connection get two answers with two ids; nothing of one leaks into the other."""
    raw = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    server = impatient.running.gateway.settings.server
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=5)) as connection:
        connection.sendall(raw + raw.replace(b"GET", b"GET", 1).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    ids = [line for line in answer.split(b"\r\n") if line.startswith(b"x-request-id")]
    assert (2, 2) == (answer.count(b'{"status":"alive"}'), len(set(ids)))
