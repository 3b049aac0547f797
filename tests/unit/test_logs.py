"""Logs: one JSON event a line, nothing of an exception's text, and nobody waits."""

import io
import json
import logging
import threading

import pytest
import structlog

from gateway.logs import LogWriter, open_logs
from gateway.settings import Logs


@pytest.fixture
def written():
    """A stream, its writer, and the lines so far."""
    stream = io.StringIO()
    writer = open_logs(Logs(), stream=stream)

    def lines():
        writer.flush()
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield lines
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.getLogger().handlers.clear()


def test_an_event_has_its_fields_and_the_requests_ids(written):
    """Level, time, fields, and what was bound for the request."""
    structlog.contextvars.bind_contextvars(request_id="req_1", trace_id="t")
    structlog.get_logger("x").warning("partner-failed", dataset="a/b", reason="partner-timeout", nothing=None)
    (line,) = written()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "partner-failed",
        "level": "warning",
        "dataset": "a/b",
        "reason": "partner-timeout",
        "request_id": "req_1",
        "trace_id": "t",
    }


def test_of_an_exception_only_its_type_and_places_are_told(written):
    """Its text may quote what a log may not hold."""
    try:
        int("NIK 3211150101900001")
    except ValueError as error:
        structlog.get_logger("x").error("unexpected error", exc_info=error)
    (line,) = written()
    assert "ValueError" == line["error"]
    assert any("test_logs.py" in place for place in line["trace"])
    assert "3211150101900001" not in json.dumps(line)


def test_the_standard_librarys_logs_take_the_same_way(written):
    """Also with an exception, whose text stays out."""
    try:
        {}["rahasia"]
    except KeyError:
        logging.getLogger("aiohttp.server").exception("broke")
    (line,) = written()
    assert ("broke", "error", "KeyError") == (line["event"], line["level"], line["error"])
    assert "rahasia" not in json.dumps(line)


def test_what_is_below_the_level_is_not_written(written):
    """Debug is silent at info."""
    structlog.get_logger("x").debug("quiet")
    structlog.get_logger("x").info("loud")
    assert ["loud"] == [line["event"] for line in written()]


def test_a_stream_that_hangs_makes_nobody_wait_and_the_loss_is_told():
    """Lines beyond what may wait are dropped, and counted in the log once it flows again."""
    released = threading.Event()

    class Hanging(io.StringIO):
        def write(self, text):
            released.wait(10)
            return super().write(text)

    stream = Hanging()
    writer = LogWriter(stream)
    for number in range(25_000):
        writer.write(f'{{"number":{number}}}')
    released.set()
    writer.flush()
    writer.write("{}")
    writer.flush()
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    lost = sum(line.get("count", 0) for line in lines if line.get("event") == "log lines dropped")
    assert lost > 0
    assert 25_000 == lost + sum("number" in line for line in lines)


def test_a_closed_stream_is_no_failure():
    """Nobody is left to tell, and nothing raises."""
    stream = io.StringIO()
    writer = LogWriter(stream)
    stream.close()
    writer.write("{}")
    writer.flush()
    assert writer._thread.is_alive()
