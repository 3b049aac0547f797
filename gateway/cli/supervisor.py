"""Several worker processes that share the ports: started together, replaced when one dies, stopped together."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, NoReturn

import structlog

from gateway.cli.exit_codes import ExitCode
from gateway.logs import open_logs
from gateway.settings import Settings

_LOOK_EVERY_S = 0.2
_PAUSE_S = 1.0
_STOP_WITHIN_S = 20.0


class Supervisor:
    """The parent of the workers. It answers no requests itself."""

    def __init__(self, settings: Settings, *, count: int, arguments: list[str]) -> None:
        open_logs(settings.logs)
        self._count = count
        self._arguments = arguments
        self._workers: dict[int, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()
        self._log = structlog.get_logger("gateway.supervisor")

    def run(self) -> NoReturn:
        """Runs until SIGTERM, SIGINT, or a worker that cannot start. Exits the process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        with tempfile.TemporaryDirectory(prefix="gateway-metrics-") as folder:
            environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": folder}
            code = self._supervise(environment)
        sys.exit(code)

    def _supervise(self, environment: dict[str, str]) -> int:
        for index in range(self._count):
            self._start(index, environment)
        code = int(ExitCode.OK)
        while self._workers and not self._stopping.is_set():
            time.sleep(_LOOK_EVERY_S)
            for index, worker in list(self._workers.items()):
                if worker.poll() is None:
                    continue
                del self._workers[index]
                if self._stopping.is_set():
                    break
                if worker.returncode in {ExitCode.NOT_READY, ExitCode.USAGE}:
                    code = worker.returncode
                    self._stopping.set()
                    break
                self._log.error("worker died", worker=index, code=worker.returncode)
                _forget(worker.pid, environment["PROMETHEUS_MULTIPROC_DIR"])
                time.sleep(_PAUSE_S)
                self._start(index, environment)
        self._end()
        return code

    def _start(self, index: int, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "gateway", "serve", "--worker", str(index), *self._arguments]
        self._workers[index] = subprocess.Popen(command, env=environment)  # noqa: S603  (our own command)
        self._log.info("worker started", worker=index, pid=self._workers[index].pid)

    def _stop(self, *_arguments: Any) -> None:
        self._stopping.set()

    def _end(self) -> None:
        for worker in self._workers.values():
            worker.terminate()
        until = time.monotonic() + _STOP_WITHIN_S
        for index, worker in self._workers.items():
            try:
                worker.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._log.error("worker killed", worker=index)
                worker.kill()
                worker.wait()


def _forget(pid: int, folder: str) -> None:
    """Takes a dead worker's gauges out of the metrics; its counters stay, since what it counted happened."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid, path=folder)  # type: ignore[no-untyped-call]
