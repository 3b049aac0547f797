"""Structured logs: one event a line to stderr, JSON or text, written by a thread so that nobody waits for it.

Everything that the standard library's `logging` says (aiohttp, alembic, granian …) takes the same way.
Events carry the `request_id` and `trace_id` of the request they belong to. They hold no content of a
record, no secret, no value of a parameter.
"""

import atexit
import logging
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.settings import Logs

_WAITING_AT_MOST = 10_000
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_NOISY = ("aiosqlite", "asyncio", "alembic", "httpx", "_granian")
_encode = msgspec.json.Encoder(enc_hook=str).encode


class LogWriter:
    """Takes lines and writes them in its own thread. When it cannot keep up it drops lines and says how many."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: queue.Queue[str | threading.Event] = queue.Queue(_WAITING_AT_MOST)
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Hands a line over; never waits."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    msg = debug = info = warning = error = critical = exception = write
    """What structlog calls, by level."""

    def flush(self, timeout_s: float = 2.0) -> None:
        """Waits until everything so far is written, or the time is up."""
        done = threading.Event()
        try:
            self._lines.put(done, timeout=timeout_s)
        except queue.Full:
            return
        done.wait(timeout_s)

    def _run(self) -> None:
        while True:
            batch = [self._lines.get()]
            while len(batch) < _WAITING_AT_MOST:
                try:
                    batch.append(self._lines.get_nowait())
                except queue.Empty:
                    break
            self._write([it for it in batch if isinstance(it, str)])
            for it in batch:
                if isinstance(it, threading.Event):
                    it.set()

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
