"""How the Open311 operations are described: parameters, answers, errors, examples."""

from collections.abc import Mapping
from typing import Any

from gateway.api.open311.errors import status_of
from gateway.api.open311.formats import Format
from gateway.api.open311.question import LIST_PARAMETERS, ONE_PARAMETERS, Jurisdictions
from gateway.api.open311.report import service_members
from gateway.api.operation import (
    CACHED_HEADERS,
    IF_NONE_MATCH,
    WITH_TOKEN,
    Answered,
    Operation,
    Parameter,
    ProblemDialect,
    Tag,
)
from gateway.errors import BadRequestCode, RefusalCode, UnavailableCode

_CHANGESET = "2026-11-25T00:00:00Z"
_SCOPE = "service-requests:read"
_SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
_HEADERS = {
    **CACHED_HEADERS,
    "Exchange-Complete": "`?1` where nothing is missing, else `?0`.",
    "Exchange-Gaps": 'What is missing: `"<dataset>";reason="<code>";count=<n>`.',
    "RateLimit": "What is left of the nearest limit.",
}
_REFUSALS = (
    *WITH_TOKEN,
    *UnavailableCode,
    RefusalCode.AGREEMENT_MISSING,
    RefusalCode.AGREEMENT_SUSPENDED,
    RefusalCode.FIELD_NOT_GRANTED,
    RefusalCode.LIMIT_REACHED,
    RefusalCode.PROFILE_INSUFFICIENT,
    RefusalCode.PURPOSE_NOT_COVERED,
    RefusalCode.QUOTA_REACHED,
    BadRequestCode.CURSOR_INVALID,
    BadRequestCode.FILTER_UNSUPPORTED,
    BadRequestCode.NOT_FOUND,
    BadRequestCode.PARAMETER_INVALID,
    BadRequestCode.PARAMETER_UNKNOWN,
)
_EXAMPLE: Mapping[str, Any] = {
    "service_request_id": "JK2601230001",
    "status": "open",
    "status_notes": "Diproses",
    "service_name": "Jalan rusak",
    "service_code": "Jalan rusak",
    "description": None,
    "agency_responsible": "Dinas Bina Marga",
    "service_notice": None,
    "requested_datetime": "2026-01-23T01:15:00Z",
    "updated_datetime": None,
    "expected_datetime": None,
    "address": None,
    "address_id": None,
    "zipcode": None,
    "lat": -6.1718,
    "long": 106.8101,
    "media_url": None,
}
_NUMBERS = frozenset({"lat", "long"})
_EXTENDED: Mapping[str, Any] = {
    "type": "object",
    "description": "With `extensions=true`: what GeoReport has no place for.",
    "properties": {"record_id": {"type": "string"}, "partner_status": _TEXT, "region": _TEXT},
}
_REPORT: Mapping[str, Any] = {
    "type": "object",
    "required": ["service_request_id"],
    "properties": {
        **{name: {"type": ["number", "null"]} if name in _NUMBERS else _TEXT for name in _EXAMPLE},
        "service_request_id": {"type": "string"},
        "status": {"type": ["string", "null"], "enum": ["open", "closed", None]},
        "extended_attributes": _EXTENDED,
    },
}
_SERVICE_EXAMPLE = service_members("Jalan rusak", "Jalan rusak")
_SERVICE: Mapping[str, Any] = {
    "type": "object",
    "required": ["service_code", "service_name", "metadata", "type"],
    "properties": dict.fromkeys(_SERVICE_EXAMPLE, _TEXT) | {"metadata": {"const": False}},
}
_DEFINITION: Mapping[str, Any] = {
    "type": "object",
    "required": ["service_code", "attributes"],
    "properties": {"service_code": {"type": "string"}, "attributes": {"type": "array", "maxItems": 0}},
}
_ERROR: Mapping[str, Any] = {
    "type": "object",
    "required": ["code", "description"],
    "properties": {"code": {"type": "integer"}, "description": {"type": "string"}},
}
_ERRORS = ProblemDialect(
    status_of=status_of,
    content={
        "application/json": {
            "schema": {"type": "array", "items": _ERROR, "minItems": 1},
            "example": [{"code": 404, "description": "not-found: Tidak ditemukan."}],
        },
        "text/xml": {"schema": {"type": "string"}},
    },
)
_KNOWN: Mapping[str, tuple[str, Mapping[str, Any], Any]] = {
    "service_request_id": (
        "Numbers of reports or record ids, separated by commas, 50 at most; nothing else is then heard.",
        {"type": "string", "pattern": "^[A-Za-z0-9._:~-]{1,60}$"},
        "JK2601230001",
    ),
    "service_code": (
        "Categories, separated by commas: codes as `services` lists them.",
        {"type": "string", "pattern": "^[A-Za-z0-9 ._-]*[A-Za-z0-9]$"},
        "Jalan rusak",
    ),
    "start_date": (
        "Only reports made since. Alone, it means the 90 days that follow.",
        {"type": "string", "format": "date-time"},
        "2026-01-01T00:00:00Z",
    ),
    "end_date": (
        "Only reports made until then, at most 90 days after `start_date`. Alone, it means the 90 days before.",
        {"type": "string", "format": "date-time"},
        "2026-01-31T00:00:00Z",
    ),
    "status": (
        "`open`, `closed`, or both separated by a comma.",
        {"type": "string", "enum": ["open", "closed", "open,closed", "closed,open"]},
        "open",
    ),
    "page": (
        "Which page, from 1; within the first 1,000 reports.",
        {"type": "integer", "minimum": 1, "maximum": 1000},
        1,
    ),
    "page_size": (
        "Reports in a page: 100 where there is a `page`, else all, 1,000 at most.",
        {"type": "integer", "minimum": 1, "maximum": 1000},
        50,
    ),
    "extensions": ("`true` adds `extended_attributes`.", {"type": "string", "enum": ["true", "false"]}, "true"),
}


class Descriptions:
    """The operations, over the jurisdictions that there are."""

    def __init__(self, jurisdictions: Jurisdictions) -> None:
        self._jurisdictions = jurisdictions

    def discovery(self, form: Format) -> Operation:
        """GET `/discovery.json`."""
        return self._operation(
            f"discoverOpen311{form.name.title()}",
            "Discover the Open311 endpoint",
            "Where it is, what it speaks, how a token is had. Needs no token.",
            answer=Answered("The endpoint.", *_shown(form, {"type": "object"}, discovery("https://gateway.example"))),
            is_open=True,
        )

    def services(self, form: Format) -> Operation:
        """GET `/services.json`."""
        return self._operation(
            f"listOpen311Services{form.name.title()}",
            "List the categories of citizens' reports (GeoReport)",
            "The categories of the reports that can be seen now: code and name, the name being the code where the "
            "partner has none. At most 2,000 reports are looked at.",
            answer=_answer(form, "The categories.", {"type": "array", "items": _SERVICE}, [_SERVICE_EXAMPLE]),
            parameters=ONE_PARAMETERS,
        )

    def reports(self, form: Format) -> Operation:
        """GET `/requests.json`."""
        return self._operation(
            f"listOpen311Requests{form.name.title()}",
            "List citizens' reports (GeoReport)",
            _REPORTS_TEXT,
            answer=_answer(form, "The reports.", {"type": "array", "items": _REPORT}, [_EXAMPLE]),
            parameters=LIST_PARAMETERS,
        )

    def service(self) -> Operation:
        """GET `/services/{file}`."""
        example = {"service_code": "Jalan rusak", "attributes": []}
        return self._operation(
            "showOpen311Service",
            "Show the definition of a category (GeoReport)",
            "No attributes, as reports are taken by each partner's own platform.",
            answer=_answer(None, "The definition.", _DEFINITION, example),
            parameters=ONE_PARAMETERS,
            file=("`<service_code>.json` or `.xml`.", "Jalan rusak.json"),
        )

    def report(self) -> Operation:
        """GET `/requests/{file}`."""
        return self._operation(
            "showOpen311Request",
            "Show one citizen's report (GeoReport)",
            "By the number that the citizen was given, or by record id. A number is looked for among the first 2,000 "
            "reports of the jurisdiction, a record id directly where the platform can.",
            answer=_answer(None, "A list of the one report.", {"type": "array", "items": _REPORT}, [_EXAMPLE]),
            parameters=ONE_PARAMETERS,
            file=("`<service_request_id>.json` or `.xml`.", "JK2601230001.json"),
        )

    def _operation(
        self,
        id: str,
        summary: str,
        text: str,
        *,
        answer: Answered,
        parameters: tuple[str, ...] = (),
        file: tuple[str, str] | None = None,
        is_open: bool = False,
    ) -> Operation:
        named = tuple(self._parameter(name, must_be_named=file is None) for name in parameters)
        unknown = (BadRequestCode.PARAMETER_INVALID, BadRequestCode.PARAMETER_UNKNOWN)
        return Operation(
            id=id,
            tag=Tag.OPEN311,
            summary=summary,
            description=text,
            scope=None if is_open else _SCOPE,
            parameters=(*((_file(*file),) if file else ()), *named, IF_NONE_MATCH),
            answers={200: answer, 304: Answered("Unchanged since `If-None-Match`.", headers=_HEADERS)},
            problems=unknown if is_open else _REFUSALS,
            dialect=_ERRORS,
        )

    def _parameter(self, name: str, *, must_be_named: bool) -> Parameter:
        if name != "jurisdiction_id":
            text, schema, example = _KNOWN[name]
            return Parameter(name, "query", text, schema, example=example)
        names = self._jurisdictions.names
        return Parameter(
            name,
            "query",
            "A partner's id, or the Kemendagri code of its region. A record id has it already.",
            {"type": "string", "enum": list(names)},
            is_required=must_be_named and self._jurisdictions.must_be_named,
            example=next((it for it in names if it.isalpha()), None),
        )


def discovery(url: str) -> dict[str, Any]:
    """The discovery document of the gateway at that address."""
    return {
        "changeset": _CHANGESET,
        "contact": f"{url}/docs",
        "key_service": f"OAuth 2 client credentials at {url}/oauth/token; send the token as Authorization: Bearer.",
        "endpoints": [
            {
                "specification": _SPECIFICATION,
                "url": f"{url}/open311/v2",
                "changeset": _CHANGESET,
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }


def _file(text: str, example: str) -> Parameter:
    schema = {"type": "string", "pattern": r"^[A-Za-z0-9 :._~-]{1,100}\.(json|xml)$"}
    return Parameter("file", "path", text, schema, is_required=True, example=example)


def _answer(form: Format | None, text: str, schema: Mapping[str, Any], example: Any) -> Answered:
    """The answer in one format, or (None) in the one that the file's name ends with."""
    if form is None:
        return Answered(text, schema, example, also=("text/xml",), headers=_HEADERS)
    shown, example, media_type = _shown(form, schema, example)
    return Answered(text, shown, example, media_type, headers=_HEADERS)


def _shown(form: Format, schema: Mapping[str, Any], example: Any) -> tuple[Mapping[str, Any], Any, str]:
    """XML is text to the description."""
    if form is Format.JSON:
        return schema, example, "application/json"
    return {"type": "string"}, None, "text/xml"


_REPORTS_TEXT = (
    "Reports of one jurisdiction, in its platform's order, by the same agreement, minimisation and audit as always: "
    "`null` is what is not there or not granted, and never anything of who reported. What GeoReport clients filter by "
    "and a platform cannot is filtered here, among at most 2,000 reports in ten exchanges, each counted and recorded; "
    "`Exchange-Complete` says whether that was enough. Without dates, no span is meant."
)
