"""How a list goes on: what is sent to get a page, and where the next one begins.

A position is text that only its own pager understands. It holds all that the next question needs, the
page size too, so that a walk through a list meets every record once whatever sizes are wished meanwhile.
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

import msgspec

from adapters.base import AdapterError, Fault, Question, Response
from adapters.config import AdapterMisconfigured, Paging
from adapters.envelope import Envelope

_FALSE = frozenset({None, "", "0", "false"})
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]+))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~-._"
_CLIMBS = re.compile(r"[\\/]\.\.?[\\/]")
_MAX_POSITION = 4_000


class Step(msgspec.Struct, frozen=True):
    """What one page is asked with; a `url` replaces the list's own, its parameters included."""

    parameters: Mapping[str, str] = {}
    url: str | None = None


class Pager(Protocol):
    """One way of paging."""

    @property
    def paths(self) -> tuple[str | None, ...]:
        """The paths that an envelope must have been read for."""
        ...

    def step(self, question: Question) -> Step:
        """What to ask the page with. Raises `AdapterError` where the position is not of this list."""
        ...

    def next_position(self, question: Question, response: Response, envelope: Envelope) -> str | None:
        """Where the list goes on, or None. Raises `AdapterError` where that cannot be told."""
        ...


class SinglePager:
    """The list is one document."""

    paths: tuple[str | None, ...] = ()

    def step(self, question: Question) -> Step:  # noqa: ARG002
        """Nothing to add."""
        return Step()

    def next_position(self, question: Question, response: Response, envelope: Envelope) -> str | None:  # noqa: ARG002
        """The end."""
        return None


class _Totals:
    """What the answer says about how much there is, in its body or in its headers."""

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        in_body = () if paging.header else (paging.next, paging.total, paging.total_pages, paging.has_next)
        self.paths = (*in_body, paging.records)

    def text(self, path: str | None, response: Response, envelope: Envelope) -> str | None:
        """The value of one of the four, as text."""
        if path is None:
            return None
        return response.headers.get(path.lower()) if self._paging.header else envelope.text(path)

    def number(self, path: str | None, response: Response, envelope: Envelope) -> int | None:
        """The same as a count."""
        text = (self.text(path, response, envelope) or "").strip()
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def has_next(self, response: Response, envelope: Envelope) -> bool | None:
        """Whether there is more, where the platform says so."""
        path = self._paging.has_next
        if path is None:
            return None
        if not self._paging.header and isinstance(envelope.value(path), dict | list):
            return bool(envelope.value(path))
        return (self.text(path, response, envelope) or "").strip().lower() not in _FALSE


class CountingPager:
    """Pages by number, or records by offset."""

    def __init__(self, paging: Paging) -> None:
        if paging.size is not None and paging.size < 1:
            raise AdapterMisconfigured("paging.size", "must be 1 or more")
        self._paging = paging
        self._totals = _Totals(paging)
        self._counts_records = paging.kind == "offset"
        self._first = (0 if self._counts_records else 1) if paging.first is None else paging.first
        self.paths = self._totals.paths

    def step(self, question: Question) -> Step:
        """The number of the page or record, and the size, where the platform can be told."""
        start, size = self._place(question)
        parameters = {self._paging.parameter: str(start)}
        if self._paging.size_parameter and size is not None:
            parameters[self._paging.size_parameter] = str(size)
        return Step(parameters)

    def next_position(self, question: Question, response: Response, envelope: Envelope) -> str | None:
        """`<number>` or `<number>:<size>`; None after the last."""
        start, size = self._place(question)
        count = envelope.count(self._paging.records)
        total = self._totals.number(self._paging.total, response, envelope)
        if count and total is not None and start == self._first:
            size = min(size or count, count)  # a platform may give less than it is asked for; the rest is to come
        if count == 0 or not self._goes_on(start, size, count, response, envelope):
            return None
        step = (count or size or 0) if self._counts_records else 1
        if step == 0:
            raise AdapterError(Fault.UNREADABLE, "neither a list to count nor a page size says where the list goes on")
        return f"{start + step}" + (f":{size}" if size is not None else "")

    def _goes_on(self, start: int, size: int | None, count: int | None, response: Response, envelope: Envelope) -> bool:
        """What the platform says of the end, the surest first."""
        paging, totals = self._paging, self._totals
        if (more := totals.has_next(response, envelope)) is not None:
            return more
        pages = totals.number(paging.total_pages, response, envelope)
        if pages is not None and not self._counts_records:
            return start - self._first + 1 < pages
        total = totals.number(paging.total, response, envelope)
        if total is not None and (count or size):
            done = start - self._first
            return (done + (count or size or 0) if self._counts_records else (done + 1) * (size or count or 0)) < total
        if count is None:
            raise AdapterError(Fault.UNREADABLE, "no total and no list to count: where the list ends cannot be told")
        return size is None or count >= size

    def _place(self, question: Question) -> tuple[int, int | None]:
        """Where the page begins, and its size."""
        paging = self._paging
        wished = paging.size or (max(1, min(question.size, paging.max_size)) if paging.size_parameter else None)
        if question.position is None:
            return self._first, wished
        if not re.fullmatch(r"[0-9]{1,12}(:[0-9]{1,6})?", question.position):
            raise AdapterError(Fault.UNREADABLE, "the position does not belong to this list")
        start, _, size = question.position.partition(":")
        return int(start), max(1, min(int(size), max(paging.max_size, paging.size or 0))) if size else wished


class CursorPager:
    """Each page names the next by a value to be sent back."""

    def __init__(self, paging: Paging) -> None:
        if not paging.next:
            raise AdapterMisconfigured("paging.next", "is missing: where does a page name the next one?")
        self._paging = paging
        self._totals = _Totals(paging)
        self.paths = self._totals.paths

    def step(self, question: Question) -> Step:
        """The cursor, and the size, where the platform can be told."""
        paging = self._paging
        parameters = {} if question.position is None else {paging.parameter: question.position}
        if paging.size_parameter:
            parameters[paging.size_parameter] = str(paging.size or max(1, min(question.size, paging.max_size)))
        return Step(parameters)

    def next_position(self, question: Question, response: Response, envelope: Envelope) -> str | None:
        """The next cursor, or None."""
        cursor = self._totals.text(self._paging.next, response, envelope)
        if not cursor or self._totals.has_next(response, envelope) is False:
            return None
        return _moved_on(cursor, question)


class LinkPager:
    """Each page links to the next: by a `Link` header, or by a URL in its body.

    A position is the link without its origin and without our key, so that nothing but the platform itself is
    ever asked, and no secret leaves in a cursor. `links` is the path of a list of links in the body, each with
    `rel` and `href`; the `Link` header is the second choice.
    """

    def __init__(
        self, paging: Paging, *, base_url: str, list_url: str, secret_parameter: str | None, links: str | None = None
    ) -> None:
        self._paging = paging
        self._totals = _Totals(paging)
        self._links = links
        self.paths = (*self._totals.paths, links)
        self._list_url = list_url
        self._origin = _origin(base_url)
        self._folder = urlsplit(base_url).path.rstrip("/") + "/"
        self._secret_parameter = secret_parameter

    def step(self, question: Question) -> Step:
        """The first page by the size wished; any other by its link."""
        paging = self._paging
        if question.position is not None:
            return Step(url=self._own(question.position))
        size = str(paging.size or max(1, min(question.size, paging.max_size)))
        return Step({paging.size_parameter: size} if paging.size_parameter else {})

    def next_position(self, question: Question, response: Response, envelope: Envelope) -> str | None:
        """Path and query of the next page, or None. Raises `AdapterError` where it leads elsewhere."""
        if self._paging.next:
            link = self._totals.text(self._paging.next, response, envelope)
        else:
            link = _linked(envelope.value(self._links)) or next_link(response.headers.get("link", ""))
        if not link or self._totals.has_next(response, envelope) is False:
            return None
        parts = urlsplit(self._own(link))
        query = parts.query
        if self._secret_parameter is not None:
            query = urlencode([p for p in parse_qsl(query, keep_blank_values=True) if p[0] != self._secret_parameter])
        return _moved_on(parts.path + (f"?{query}" if query else ""), question)

    def _own(self, link: str) -> str:
        """The absolute URL of `link`, which must be this platform's own."""
        try:
            url = urljoin(self._list_url, quote(link.strip(), safe=_URL_SAFE)).partition("#")[0]
            path = unquote(urlsplit(url).path) + "/"
            is_own = _origin(url) == self._origin and path.startswith(self._folder) and not _CLIMBS.search(path)
        except ValueError:
            is_own = False
        if not is_own:
            raise AdapterError(Fault.UNREADABLE, "the link to the next page leads away from the platform's own address")
        return url


def next_link(header: str) -> str | None:
    """The target of `rel="next"` in a `Link` header (RFC 8288), or None."""
    for target, parameters in _LINK.findall(header):
        relation = _REL.search(parameters)
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            return str(target)
    return None


def _linked(links: Any) -> str | None:
    """The `href` of the first link whose `rel` is `next`, or None."""
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            return str(link["href"])
    return None


def build_pager(paging: Paging, *, base_url: str, list_url: str, secret_parameter: str | None) -> Pager:
    """The pager that the settings ask for. Raises `AdapterMisconfigured`."""
    if paging.kind == "single":
        return SinglePager()
    if paging.kind == "window":
        raise AdapterMisconfigured("paging.kind", "window is for Open311 alone")
    if paging.kind == "cursor":
        return CursorPager(paging)
    if paging.kind == "link":
        return LinkPager(paging, base_url=base_url, list_url=list_url, secret_parameter=secret_parameter)
    return CountingPager(paging)


def _origin(url: str) -> tuple[str, str]:
    """Scheme and place. Raises `ValueError` for what is no URL."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return parts.scheme.lower(), f"{(parts.hostname or '').lower()}:{port}"


def _moved_on(position: str, question: Question) -> str:
    """The position, unless the list would turn in a circle."""
    if position == question.position or len(position) > _MAX_POSITION:
        raise AdapterError(Fault.UNREADABLE, "the platform names the same page as its own next one")
    return position
