"""A MariaDB server for tests: from the environment's URL, else started here with a certificate, else skipped."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.certificates import Certificates
from tests.support.engines import missing

PASSWORD = "rahasia-42"


@dataclass(frozen=True)
class MariaDb:
    """A server. `run` runs statements as its administrator."""

    port: int
    socket: Path
    certificates: Certificates

    def run(self, statements: str, *, database: str = "") -> None:
        command = [_program("mariadb", "mysql"), "--no-defaults", f"--socket={self.socket}", "-u", "root", database]
        done = subprocess.run(
            [it for it in command if it], input=statements, text=True, capture_output=True, check=False
        )
        assert 0 == done.returncode, done.stderr


def _program(*names: str) -> str:
    found = [path for name in names if (path := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin"))]
    return found[0] if found else ""


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDb]:
    """The server, with a certificate of an authority of its own."""
    server, install = _program("mariadbd"), _program("mariadb-install-db")
    if not server or not install:
        missing("MariaDB is missing: apt-get install mariadb-server")
    folder = Path(tempfile.mkdtemp(prefix="my-"))
    certificates = Certificates(folder / "tls")
    as_user = ["--user=mysql"] if os.geteuid() == 0 else []
    if as_user:
        for path in (folder, folder / "tls", *(folder / "tls").iterdir()):
            shutil.chown(path, "mysql")
    data = folder / "data"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    made = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    subprocess.run([*made, "--skip-test-db", *as_user], check=True, **quiet)
    port, path = _free_port(), folder / "my.sock"
    process = subprocess.Popen(
        [
            server, "--no-defaults", *as_user, f"--datadir={data}", f"--socket={path}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--pid-file={folder}/pid", f"--log-error={folder}/log", "--skip-name-resolve",
            f"--ssl-cert={certificates.certificate}", f"--ssl-key={certificates.key}",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--performance-schema=OFF",
        ]
    )  # fmt: skip
    try:
        _wait_for(path, process)
        yield MariaDb(port, path, certificates)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            if path.exists() and probe.connect_ex(str(path)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("MariaDB did not start")
