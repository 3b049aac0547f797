"""GeoReport's parameters, read strictly, as the rest of the API is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from gateway.api.query_parameters import gathered, invalid, read_pairs
from gateway.errors import BadRequest, BadRequestCode
from gateway.ids import PartnerId

MOST_REPORTS = 1000
_LONGEST = timedelta(days=90)
_MOST_IDS = 50
_LISTS = ("service_code", "service_request_id", "status")
_STATUSES = ("open", "closed")
LIST_PARAMETERS = (
    "jurisdiction_id",
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "status",
    "page",
    "page_size",
    "extensions",
)
ONE_PARAMETERS = ("jurisdiction_id", "extensions")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks for. `ids` override all else; no `codes` or `statuses` means any."""

    partner: PartnerId | None
    ids: tuple[str, ...] = ()
    codes: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    skip: int = 0
    size: int = MOST_REPORTS
    extended: bool = False


class Jurisdictions:
    """The partners whose reports can be asked for: by id, and by the code of their region."""

    def __init__(self, partners: Sequence[tuple[str, str]]) -> None:
        self._partners = {name: PartnerId(it[0]) for it in partners for name in it}
        self._only = PartnerId(partners[0][0]) if len(partners) == 1 else None
        self.names = tuple(sorted(self._partners))

    @property
    def must_be_named(self) -> bool:
        """Whether there are several, so that a question must say whose reports it means."""
        return self._only is None

    def read(self, values: Mapping[str, list[str]]) -> PartnerId | None:
        """The partner; None where none is named and there is no only one. Raises `BadRequest`."""
        if "jurisdiction_id" not in values:
            return self._only
        found = self._partners.get(values["jurisdiction_id"][0])
        if found is None:
            raise BadRequest(BadRequestCode.NOT_FOUND, "no such jurisdiction", known=list(self.names))
        return found

    def named(self, asked: Asked) -> PartnerId:
        """The partner that `asked` names. Raises `BadRequest` where it must and does not."""
        if asked.partner is None:
            raise invalid("jurisdiction_id", f"one of {', '.join(self.names)}")
        return asked.partner


def read_list(query_string: bytes, jurisdictions: Jurisdictions) -> Asked:
    """The question for a list. Raises `BadRequest` that names the parameter."""
    values = gathered(read_pairs(query_string), known=LIST_PARAMETERS, lists=_LISTS)
    start, end = _range(values)
    page, size = _page(values)
    statuses = _items(values, "status")
    if not set(statuses) <= set(_STATUSES):
        raise invalid("status", "open, closed, or both with a comma between them")
    ids = _items(values, "service_request_id")
    if len(ids) > _MOST_IDS:
        raise invalid("service_request_id", f"at most {_MOST_IDS} ids")
    return Asked(
        partner=jurisdictions.read(values),
        ids=ids,
        codes=frozenset(_items(values, "service_code")),
        statuses=frozenset(statuses),
        start=start,
        end=end,
        skip=(page - 1) * size,
        size=size,
        extended=_flag(values),
    )


def read_one(query_string: bytes, jurisdictions: Jurisdictions) -> Asked:
    """The question for one report or service, or for the services. Raises `BadRequest`."""
    values = gathered(read_pairs(query_string), known=ONE_PARAMETERS)
    return Asked(partner=jurisdictions.read(values), extended=_flag(values))


def _range(values: Mapping[str, list[str]]) -> tuple[datetime | None, datetime | None]:
    """Both ends, or none; where one is left out, the span is as long as it may be."""
    start, end = _instant(values, "start_date"), _instant(values, "end_date")
    try:
        if start is not None and end is None:
            end = start + _LONGEST
        elif end is not None and start is None:
            start = end - _LONGEST
    except OverflowError as error:
        raise invalid("start_date", "a date of this age") from error
    if start is not None and end is not None and not timedelta() <= end - start <= _LONGEST:
        raise invalid("end_date", "at most 90 days after start_date, and not before it")
    return start, end


def _instant(values: Mapping[str, list[str]], name: str) -> datetime | None:
    if name not in values:
        return None
    text = values[name][0]
    try:
        instant = msgspec.convert(text, datetime) if "T" in text else None
    except msgspec.ValidationError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise invalid(name, "a date and time with its offset, as 2026-01-31T00:00:00Z")
    return instant


def _page(values: Mapping[str, list[str]]) -> tuple[int, int]:
    """The number of the page, and how many reports one has: all that there may be, unless said."""
    size = _count(values, "page_size")
    page = _count(values, "page")
    if size is None:
        size = 100 if page is not None else MOST_REPORTS
    if (page or 1) * size > MOST_REPORTS:
        raise invalid("page", f"within the first {MOST_REPORTS} reports; ask for the rest by start_date and end_date")
    return page or 1, size


def _count(values: Mapping[str, list[str]], name: str) -> int | None:
    if name not in values:
        return None
    text = values[name][0]
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST_REPORTS):
        raise invalid(name, f"a whole number from 1 to {MOST_REPORTS}")
    return int(text)


def _items(values: Mapping[str, list[str]], name: str) -> tuple[str, ...]:
    items = [item.strip() for value in values.get(name, ()) for item in value.split(",")]
    if not all(items):
        raise invalid(name, "values, separated by commas")
    return tuple(dict.fromkeys(items))


def _flag(values: Mapping[str, list[str]]) -> bool:
    text = values.get("extensions", ["false"])[0]
    if text not in {"true", "false"}:
        raise invalid("extensions", "true or false")
    return text == "true"
