"""Structured logs: one event a line to stderr, JSON or text, written by a thread so that nobody waits for it.

Everything that the standard library's `logging` says (aiohttp, alembic, granian …) takes the same way.
Events carry the `request_id` and `trace_id` of the request they belong to. They hold no content of a
record, no secret, no value of a parameter.
"""

import atexit
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.settings import Logs

_WAITING_AT_MOST = 10_000
_GATHER_S = 0.01
"""Lines gather so long before they are written together: the thread must not take its turn for each of them."""
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NOISY = ("aiosqlite", "asyncio", "alembic", "httpx", "_granian")
_encode = msgspec.json.Encoder(enc_hook=str).encode


class LogWriter:
    """Takes lines and writes them in its own thread, many at once. What is too much it drops, and says so."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: deque[str] = deque()
        self._awake = threading.Event()
        self._written = threading.Condition()
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Hands a line over; never waits."""
        if len(self._lines) >= _WAITING_AT_MOST:
            self._dropped += 1
            return
        self._lines.append(line)
        if not self._awake.is_set():
            self._awake.set()

    msg = debug = info = warning = error = critical = exception = write
    """What structlog calls, by level."""

    def flush(self, timeout_s: float = 2.0) -> None:
        """Waits until everything so far is written, or the time is up."""
        with self._written:
            self._written.wait_for(lambda: not self._lines and not self._awake.is_set(), timeout_s)

    def _run(self) -> None:
        while True:
            self._awake.wait()
            time.sleep(_GATHER_S)
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            self._write(lines)
            with self._written:
                if not self._lines:
                    self._awake.clear()
                if self._lines:  # handed over in between
                    self._awake.set()
                self._written.notify_all()

    def _write(self, lines: list[str]) -> None:
        if self._dropped:
            lines.append(_encode({"event": "log lines dropped", "level": "warning", "count": self._dropped}).decode())
            self._dropped = 0
        try:
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError):
            return  # stderr is closed: there is nobody left to tell


class _Standard(logging.Handler):
    """Hands what `logging` says to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = (
            {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        )
        structlog.get_logger(record.name).log(record.levelno, record.getMessage()[:500], **fields)


def open_logs(logs: Logs, *, stream: TextIO | None = None) -> LogWriter:
    """Begins to log as the settings say, from this process; what was logged is written when the process ends."""
    writer = LogWriter(stream)
    level = _LEVELS[logs.level]
    render = _as_json if logs.form == "json" else _as_text
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_exception,
        render,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_factory(writer),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Standard()]
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    atexit.register(writer.flush)
    return writer


def _factory(writer: LogWriter) -> Callable[..., WrappedLogger]:
    def make(*_arguments: Any) -> LogWriter:
        return writer

    return make


def _told_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception as its type and the places it passed; its text may hold what a log may not."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["trace"] = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _encode({name: value for name, value in event.items() if value is not None}).decode()


def _as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    at, level, said = event.pop("timestamp", ""), event.pop("level", ""), event.pop("event", "")
    rest = " ".join(f"{name}={value}" for name, value in event.items() if value is not None)
    return f"{at} {level:<7} {said} {rest}".rstrip()
