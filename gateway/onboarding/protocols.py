"""Which protocol a document speaks, told by the marks that the protocol's own standard sets."""

from typing import Any, Literal, TypeAlias

import msgspec

SampleKind: TypeAlias = Literal["json", "csv", "geojson", "xml", "ckan", "open311"]
_REQUEST = frozenset({"service_request_id", "status", "service_code", "service_name", "requested_datetime"})
"""GeoReport v2 names the members of a request; a server sends most of them."""


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of sample, and the adapter and options that read it.

    `content_type` is set where that adapter makes a document of its own, so that the file is read by it.
    """

    kind: SampleKind
    adapter: str
    options: dict[str, str] = {}
    content_type: str = ""


def protocol_of(document: Any, *, wire: str, row: str | None, kind: str | None, in_lines: bool = False) -> Protocol:
    """The protocol of one document, or the one that was asked for."""
    if wire == "csv":
        return Protocol(kind="csv", adapter="csv_file")
    if kind == "open311" or (kind is None and _are_requests(document)):
        if wire == "xml":
            return Protocol(kind="open311", adapter="open311", options={"format": "xml"}, content_type="text/xml")
        return Protocol(kind="open311", adapter="open311", content_type="application/json")
    if wire == "xml":
        return Protocol(kind="xml", adapter="xml_feed", options={"row": row} if row else {})
    if kind == "ckan" or (kind is None and _is_datastore(document)):
        found = document.get("result", {}) if isinstance(document, dict) else {}
        resource = found.get("resource_id") if isinstance(found, dict) else None
        options = {"resource_id": resource} if isinstance(resource, str) else {}
        return Protocol(kind="ckan", adapter="ckan", options=options)
    sequence = in_lines and isinstance(document, list) and all(_is_feature(one) for one in document)
    if kind == "geojson" or (kind is None and (sequence or _is_collection(document))):
        options = {"form": "sequence"} if sequence else {}
        content_type = "application/geo+json-seq" if sequence else "application/geo+json"
        return Protocol(kind="geojson", adapter="geojson", options=options, content_type=content_type)
    return Protocol(kind="json", adapter="rest_json")


def _is_feature(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") == "Feature"


def _is_datastore(document: Any) -> bool:
    """What `datastore_search` answers."""
    if not isinstance(document, dict) or "success" not in document:
        return False
    result = document.get("result")
    return isinstance(result, dict) and isinstance(result.get("records"), list)


def _is_collection(document: Any) -> bool:
    return isinstance(document, dict) and document.get("type") == "FeatureCollection" and "features" in document


def _are_requests(document: Any) -> bool:
    """Whether a document is a GeoReport answer: a list of requests, or `service_requests` with `request` in XML."""
    found = document
    if isinstance(found, dict) and set(found) == {"service_requests"}:
        found = found["service_requests"]
        if isinstance(found, dict) and isinstance(found.get("request"), list):
            found = found["request"]
    if not isinstance(found, list):
        return False
    objects = [one for one in found if isinstance(one, dict)]
    return bool(objects) and all("service_request_id" in one and len(_REQUEST & set(one)) >= 3 for one in objects)
