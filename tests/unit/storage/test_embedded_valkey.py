"""The embedded Valkey: one server per folder, whoever starts, stops or is killed."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from gateway.settings import Shared
from gateway.storage.embedded_valkey import EmbeddedValkey
from gateway.storage.shared_store import open_shared

HOLDER = """
import sys, time
from pathlib import Path
from gateway.storage.embedded_valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.readline()
server.stop()
"""

HASTY = """
import os, signal, sys
from pathlib import Path
from gateway.storage.embedded_valkey import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.folder.mkdir()
server._spawn()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder whose server is gone afterwards, whatever the test did."""
    yield tmp_path / "valkey"
    last = EmbeddedValkey(tmp_path / "valkey")
    last.start()
    last.stop()


def pid_of(server) -> int:
    """The process behind the socket."""
    return client_of(server).info("server")["process_id"]


def client_of(server) -> Redis:
    """A blocking client."""
    return Redis(unix_socket_path=str(server.socket))


def test_only_this_user_may_open_the_socket_and_there_is_no_port(folder):
    """Folder 0700, socket 0700, and no TCP."""
    server = EmbeddedValkey(folder)
    server.start()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert client_of(server).info("server")["tcp_port"] == 0
    server.stop()


def test_many_that_start_together_share_one_server(folder):
    """Six at once, one process."""
    servers = [EmbeddedValkey(folder) for _ in range(6)]
    threads = [threading.Thread(target=server.start) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({pid_of(server) for server in servers}) == 1
    for server in servers:
        server.stop()


def test_one_that_is_silent_for_a_while_gets_no_second_beside_it(folder):
    """Two would write into one file: whoever starts waits until it answers again."""
    server = EmbeddedValkey(folder)
    server.start()
    pid = pid_of(server)
    os.kill(pid, signal.SIGSTOP)
    waking = threading.Timer(1.5, os.kill, (pid, signal.SIGCONT))
    waking.start()
    server.revive()
    waking.join()
    assert [pid] == processes_of(server)
    server.stop()


def test_a_starter_that_is_killed_at_once_leaves_one_server(folder):
    """Its server is not there yet when the next one starts; that one waits for it."""
    killed = subprocess.run([sys.executable, "-c", HASTY, str(folder)], check=False)
    assert -signal.SIGKILL == killed.returncode
    server = EmbeddedValkey(folder)
    server.start()
    assert [pid_of(server)] == processes_of(server)
    server.stop()


def processes_of(server) -> list[int]:
    """Every process that serves the socket, or thinks so."""
    served = os.fsencode(server.socket)
    command_lines = [(int(it.parent.name), it.read_bytes()) for it in Path("/proc").glob("[0-9]*/cmdline")]
    return [pid for pid, command_line in command_lines if b"valkey" in command_line and served in command_line]


def test_the_last_one_out_stops_the_server(folder):
    """As long as one uses it, it runs; then it ends."""
    first, second = EmbeddedValkey(folder), EmbeddedValkey(folder)
    first.start()
    second.start()
    pid = pid_of(first)
    first.stop()
    assert pid == pid_of(second)
    second.stop()
    assert not second._answers()


def test_data_survive_a_stop(folder):
    """What was written is there after the next start."""
    server = EmbeddedValkey(folder)
    server.start()
    client_of(server).set("used:jti", b"", ex=600)
    server.stop()
    server.start()
    assert client_of(server).exists("used:jti")
    server.stop()


def test_a_server_that_was_killed_is_replaced_and_its_data_survive(folder):
    """SIGKILL leaves a stale socket; the next start takes its place."""
    server = EmbeddedValkey(folder)
    server.start()
    client_of(server).set("used:jti", b"", ex=600)
    os.kill(pid_of(server), signal.SIGKILL)
    other = EmbeddedValkey(folder)
    other.start()
    assert client_of(other).exists("used:jti")
    server.stop()
    other.stop()


def test_a_server_whose_user_was_killed_is_taken_over_and_stopped(folder):
    """The gateway was killed, its server lives: the next gateway uses it, and stops it at its own end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline().strip().endswith("valkey.sock")
    server = EmbeddedValkey(folder)
    pid = pid_of(server)
    holder.kill()
    holder.communicate()
    server.start()
    assert pid == pid_of(server)
    server.stop()
    assert not server._answers()


def test_stopping_what_was_not_started_is_nothing(folder):
    """And stopping twice neither."""
    server = EmbeddedValkey(folder)
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path):
    """The kernel bounds a socket's path; the same folder always means the same socket."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    server, again = EmbeddedValkey(deep), EmbeddedValkey(deep)
    assert server.socket == again.socket
    assert len(str(server.socket)) < 100
    assert stat.S_IMODE(server.socket.parent.stat().st_mode) == 0o700
    server.start()
    assert client_of(server).ping()
    server.stop()
    Path(server.socket.parent).rmdir()


async def test_a_server_that_dies_under_us_is_started_again(folder):
    """The gateway that uses it notices, and its data survive."""
    store = await open_shared(Shared(url=f"embedded:{folder}", timeout_s=0.5))
    await store.client.set("used:jti", b"", ex=600)
    os.kill((await store.client.info("server"))["process_id"], signal.SIGKILL)
    async with asyncio.timeout(10):
        while not await _has(store, "used:jti"):  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.05)
    await store.close()


async def _has(store, key):
    try:
        return bool(await store.client.exists(key))
    except (RedisError, OSError):
        return False


def test_what_has_stopped_is_not_revived(folder):
    """A look that comes late starts nothing."""
    server = EmbeddedValkey(folder)
    server.start()
    server.stop()
    server.revive()
    assert not server._answers()
