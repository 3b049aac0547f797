"""Which protocol a document speaks, told by the marks that the protocol's own standard sets."""

from typing import Any, Literal

import msgspec

from adapters.registry import PROTOCOLS

_REQUEST = frozenset({"service_request_id", "status", "service_code", "service_name", "requested_datetime"})
"""GeoReport v2 names the members of a request; a server sends most of them."""


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of sample, the adapter and options that read it, and the document where that adapter makes another."""

    kind: Literal["json", "csv", "geojson", "xml", "ckan", "open311"]
    adapter: str
    options: dict[str, str] = {}
    document: Any = None
    notes: tuple[str, ...] = ()


def protocol_of(document: Any, *, wire: str, row: str | None, kind: str | None) -> Protocol:
    """The protocol of one document, or the one that was asked for."""
    if wire == "csv":
        return Protocol(kind="csv", adapter="csv_file")
    requests = _requests(document)
    if kind == "open311" or (kind is None and requests is not None):
        return _open311(requests, wire=wire, row=row)
    if wire == "xml":
        return Protocol(kind="xml", adapter="xml_feed", options={"row": row} if row else {})
    if kind == "ckan" or (kind is None and _is_datastore(document)):
        found = document.get("result", {}) if isinstance(document, dict) else {}
        resource = found.get("resource_id") if isinstance(found, dict) else None
        options = {"resource_id": resource} if isinstance(resource, str) else {}
        return Protocol(kind="ckan", adapter="ckan", options=options)
    if kind == "geojson" or (kind is None and _is_collection(document)):
        return Protocol(kind="geojson", adapter=_known("geojson", otherwise="rest_json"))
    return Protocol(kind="json", adapter="rest_json")


def _known(adapter: str, *, otherwise: str) -> str:
    return adapter if adapter in PROTOCOLS else otherwise


def _is_datastore(document: Any) -> bool:
    """What `datastore_search` answers."""
    if not isinstance(document, dict) or "success" not in document:
        return False
    result = document.get("result")
    return isinstance(result, dict) and isinstance(result.get("records"), list)


def _is_collection(document: Any) -> bool:
    return isinstance(document, dict) and document.get("type") == "FeatureCollection" and "features" in document


def _requests(document: Any) -> list[Any] | None:
    """The service requests of a GeoReport answer: a list, or `service_requests` with `request` in XML."""
    found = document
    if isinstance(found, dict) and set(found) == {"service_requests"}:
        found = found["service_requests"]
        if isinstance(found, dict) and isinstance(found.get("request"), list):
            found = found["request"]
    if not isinstance(found, list) or not found:
        return None
    objects = [one for one in found if isinstance(one, dict)]
    right = all("service_request_id" in one and len(_REQUEST & set(one)) >= 3 for one in objects)
    return found if objects and right else None


def _open311(requests: list[Any] | None, *, wire: str, row: str | None) -> Protocol:
    if "open311" not in PROTOCOLS:
        if wire == "xml":
            return Protocol(kind="open311", adapter="xml_feed", options={"row": row} if row else {})
        return Protocol(kind="open311", adapter="rest_json")
    options = {"format": "xml"} if wire == "xml" else {}
    return Protocol(kind="open311", adapter="open311", options=options, document=requests)
