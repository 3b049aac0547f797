"""What stands around the records: how the list goes on, and what success looks like."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from adapters.config import Paging, Success
from gateway.mapping.language.paths import Key
from gateway.onboarding.observed import Steps, readable
from gateway.onboarding.path_text import keys_of, path_text, words_of

_DEEPEST = 4
_TOTAL = frozenset({"total", "jumlah", "count", "matched", "found", "hits", "nhits", "results", "records", "filtered"})
_PAGE = frozenset({"page", "pages", "halaman", "hal", "paging"})
_SIZE = frozenset({"per", "limit", "size", "perpage", "pagesize", "rows", "display"})
_GOOD = frozenset({"success", "ok", "sukses", "berhasil", "succes", "200", "00", "0000", "1", "true", "s"})
_FAILED = frozenset({"error", "errors", "fault", "exception"})
_SAYS = frozenset({"success", "status", "code", "ok", "sukses", "result", "error", "kode", "statuscode", "rc"})


class _Member(msgspec.Struct, frozen=True):
    """One scalar around the records."""

    steps: Steps
    value: Any

    @property
    def path(self) -> str:
        """As settings write it."""
        return path_text(self.steps)

    @property
    def words(self) -> frozenset[str]:
        """Those of its key."""
        return frozenset(words_of(self.name))

    @property
    def words_around(self) -> frozenset[str]:
        """Those of its key and of the key above it, as in `next.href`."""
        return frozenset(word for key in keys_of(self.steps)[-2:] for word in words_of(key))

    @property
    def name(self) -> str:
        """Its key."""
        step = self.steps[-1]
        return step.name if isinstance(step, Key) else ""

    @property
    def number(self) -> int | None:
        """Its value as a count."""
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, str) and self.value.isdecimal() and len(self.value) < 10:
            return int(self.value)
        return self.value if isinstance(self.value, int) else None


def paging_of(document: Any, *, at: Steps, records: str, count: int) -> Paging | None:
    """How the list seems to go on; None where the document is all there is, or says nothing."""
    by_server = collection_paging(document)
    if by_server is not None:
        return by_server
    members = list(_members(document, (), at))
    pages = _first(members, lambda it: bool(it.words & _PAGE) and bool(it.words & (_TOTAL | {"last", "max", "num"})))
    total = _first(members, lambda it: bool(it.words & _TOTAL) and not it.words & _PAGE and (it.number or 0) >= count)
    page = _first(
        members, lambda it: bool(it.words & _PAGE) and it.words <= _PAGE | {"current", "no", "number", "this"}
    )
    size = _first(members, lambda it: bool(it.words & _SIZE) and it is not total and (it.number or 0) >= count)
    offset = _first(members, lambda it: bool(it.words & {"offset", "skip", "start"}))
    following = next((it for it in members if "next" in it.words_around and _leads_on(it.value)), None)
    more = next((it for it in members if isinstance(it.value, bool) and it.words & {"next", "more"}), None)
    if following is not None and not isinstance(following.value, bool):
        return _following(following, size)
    if all(it is None for it in (pages, page, offset, more, size)):
        return None
    goes_on = (more is not None) or (total is not None and (total.number or 0) > count)
    if not goes_on and pages is None and page is None:
        return None
    return Paging(
        kind="offset" if offset is not None and page is None else "page",
        parameter=_parameter(offset, page),
        size_parameter=size.name if size is not None else None,
        total=total.path if total is not None else None,
        total_pages=pages.path if pages is not None else None,
        has_next=more.path if more is not None else None,
        records=records or None,
    )


def datastore_paging(document: Any, *, count: int) -> Paging | None:
    """CKAN's own paging, where the datastore has more records than the document."""
    result = document.get("result") if isinstance(document, dict) else None
    total = result.get("total") if isinstance(result, dict) else None
    return Paging(kind="offset") if isinstance(total, int) and total > count else None


def collection_paging(document: Any) -> Paging | None:
    """How a feature collection goes on: by a link to the next page, or, from an ArcGIS server, by an offset."""
    if not isinstance(document, dict):
        return None
    links = document.get("links")
    if isinstance(links, list) and any(isinstance(link, dict) and link.get("rel") == "next" for link in links):
        return Paging(kind="link", size_parameter="limit")
    inner = document.get("properties")
    if document.get("exceededTransferLimit") or (isinstance(inner, dict) and inner.get("exceededTransferLimit")):
        return Paging(kind="offset", parameter="resultOffset", size_parameter="resultRecordCount", records="features")
    return None


def _parameter(offset: _Member | None, page: _Member | None) -> str:
    if page is None and offset is not None:
        return offset.name
    name = page.name if page is not None else "page"
    return name if "current" not in words_of(name) else "page"


def _following(member: _Member, size: _Member | None) -> Paging:
    """Paging by what the answer calls the next page."""
    text = str(member.value)
    link = text.startswith(("http://", "https://", "/", "?"))
    size_parameter = size.name if size is not None else None
    if link:
        return Paging(kind="link", next=member.path, size_parameter=size_parameter)
    parameter = "cursor" if "cursor" in member.words else "page" if text.isdecimal() else member.name
    return Paging(kind="cursor", parameter=parameter, next=member.path, size_parameter=size_parameter)


def success_of(document: Any, *, at: Steps) -> Success | None:
    """The member that says that all went well, or None."""
    equals: dict[str, tuple[str, ...]] = {}
    for member in _members(document, (), at):
        if any(set(words_of(key)) & _FAILED for key in keys_of(member.steps[:-1])):
            continue
        if not member.words & _SAYS or not member.words <= _SAYS | {"http", "response", "is", "api"}:
            continue
        value = member.value
        if isinstance(value, bool):
            if value is not bool(member.words & {"error"}):
                equals[member.path] = (str(value).lower(),)
        elif str(value).strip().casefold() in _GOOD and not (isinstance(value, int) and value < 100):
            equals[member.path] = (str(value),)
    return Success(equals=equals) if equals else None


def _members(value: Any, steps: Steps, at: Steps) -> Iterator[_Member]:
    """Every scalar around the records: those in the records, and in other lists, are passed over."""
    if steps == at and steps and not isinstance(value, dict):
        return
    if isinstance(value, dict) and len(steps) <= _DEEPEST:
        for name, member in value.items():
            if readable(name) and (*steps, Key(name)) != at:
                yield from _members(member, (*steps, Key(name)), at)
    elif steps and not isinstance(value, (dict, list)):
        yield _Member(steps, value)


def _first(members: Sequence[_Member], wanted: Any) -> _Member | None:
    return next((member for member in members if member.number is not None and wanted(member)), None)


def _leads_on(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and bool(str(value).strip())
