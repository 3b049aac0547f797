"""Spans of time that an Open311 server is asked for one after another, as it gives no more than 90 days or 1,000."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from adapters.base import AdapterError, Fault, Question
from adapters.config import AdapterMisconfigured, Paging

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_POSITION = re.compile(r"(\d{1,11}):(\d{1,11}):(\d{1,11})(?::(\d{1,5}))?")
_SHORTEST = timedelta(minutes=1)
_MAX_DAYS = 90


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One span, its end not included; `last` is where the walk ends. `page` counts within it, where there are pages."""

    start: datetime
    end: datetime
    last: datetime
    is_newest: bool
    page: int | None = None
    paging: Paging
    size: int

    def parameters(self) -> dict[str, str]:
        """What the server is asked with."""
        asked = {"start_date": self.start.strftime(_FORM), "end_date": self.end.strftime(_FORM)}
        if self.page is not None and self.paging.size_parameter:
            asked |= {self.paging.parameter: str(self.page), self.paging.size_parameter: str(self.size)}
        return asked

    def is_later(self, requested: Any) -> bool:
        """Whether a report belongs to the span after this one, which begins where this one ends."""
        if self.is_newest or not isinstance(requested, str):
            return False
        try:
            instant = datetime.fromisoformat(requested)
        except ValueError:
            return False
        return instant.tzinfo is not None and instant >= self.end


class Windows:
    """The spans of one dataset. A position is `<end>:<start>:<last>[:<page>]`, in seconds since 1970."""

    def __init__(self, options: Mapping[str, str], *, paging: Paging, now: Callable[[], datetime]) -> None:
        self._length = timedelta(days=_count(options, "days", usual=_MAX_DAYS, most=_MAX_DAYS))
        self._back = timedelta(days=_count(options, "back_days", usual=365, most=36_500))
        self._most = _count(options, "most", usual=1000, most=1_000_000)
        self._size = paging.size or min(100, paging.max_size)
        self._paging = paging
        self._first = 1 if paging.first is None else paging.first
        self._now = now

    def of(self, question: Question) -> Window:
        """The span that is asked for. Raises `AdapterError` where the position is not of this list."""
        if question.position is None:
            end = self._now().replace(microsecond=0) + timedelta(seconds=1)
            last = end - self._back
            return self._window(max(last, end - self._length), end, last=last, is_newest=True)
        match = _POSITION.fullmatch(question.position)
        if match is None:
            raise AdapterError(Fault.UNREADABLE, "the position does not belong to this list")
        end, start, last = (datetime.fromtimestamp(int(it), UTC) for it in match.groups()[:3])
        if not last <= start < end or end - start > self._length:
            raise AdapterError(Fault.UNREADABLE, "the position does not belong to this list")
        is_newest = end - last == self._back
        return self._window(start, end, last=last, is_newest=is_newest, page=int(match[4]) if match[4] else None)

    def shortened(self, window: Window, *, count: int) -> Window | None:
        """The later half, where the server may have kept some back; None where it gave all. Raises `AdapterError`."""
        if self._paging.size_parameter or count < self._most:
            return None
        length = (window.end - window.start) / 2
        if length < _SHORTEST:
            raise AdapterError(Fault.TOO_LARGE, f"more than {self._most} reports within a minute")
        start = (window.end - length).replace(microsecond=0)
        return msgspec.structs.replace(window, start=start)

    def next_position(self, window: Window, *, count: int) -> str | None:
        """The next page of the span, else the span before it, or None."""
        if window.page is not None and count >= window.size:
            return self._position(window.end, window.start, window.last, page=window.page + 1)
        if window.start <= window.last:
            return None
        start = max(window.last, window.start - self._length)
        return self._position(window.start, start, window.last)

    def _window(
        self, start: datetime, end: datetime, *, last: datetime, is_newest: bool, page: int | None = None
    ) -> Window:
        if page is None and self._paging.size_parameter:
            page = self._first
        return Window(
            start=start, end=end, last=last, is_newest=is_newest, page=page, paging=self._paging, size=self._size
        )

    def _position(self, end: datetime, start: datetime, last: datetime, *, page: int | None = None) -> str:
        seconds = ":".join(str(int(it.timestamp())) for it in (end, start, last))
        return seconds if page is None else f"{seconds}:{page}"


def _count(options: Mapping[str, str], name: str, *, usual: int, most: int) -> int:
    """The option as a count from 1 to `most`."""
    text = options.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise AdapterMisconfigured(f"options.{name}", f"must be a whole number from 1 to {most}")
    return int(text)
