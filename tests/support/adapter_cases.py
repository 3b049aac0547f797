"""Every protocol that an adapter speaks, each with a platform that serves the same records in it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from adapters.config import Auth, Paging
from adapters.registry import build_adapter
from gateway.settings import Dataset, Platform
from tests.support.platform_server import Answer

RECORDS = [{"id": str(n), "nama": f"Puskesmas {n}, Kec. Élok", "kode": f"32.11.0{n % 3}"} for n in range(1, 24)]
SIZE = 5

Serve = Callable[[web.Request, list[dict[str, str]]], web.Response]


@dataclass(frozen=True)
class Case:
    """One protocol. `rows` finds the records in a document; `empty` is what the platform says for no record."""

    name: str
    kind: str
    serve: Serve
    dataset: dict[str, Any]
    rows: Callable[[Any], list[dict[str, str]]]
    content_type: str = "application/json"
    platform: dict[str, Any] = field(default_factory=dict)
    by_id: bool = False
    is_single: bool = False
    body: bool = False  # parameters come in the body
    filter_name: str = "kode"

    def adapter(self, base_url: str, transport, **platform: Any):
        settings = Platform(**{"adapter": self.kind, "base_url": base_url + "/api", **self.platform, **platform})
        secrets = {"KEY": "rahasia-42"}.__getitem__
        return build_adapter(
            self.kind, platform=settings, dataset=Dataset(platform="p", **self.dataset), transport=transport,
            secrets=secrets,
        )  # fmt: skip

    def answer(self, records: list[dict[str, str]] | None = None) -> Answer:
        """The platform's handler over those records; knows `kode` as a filter."""
        records = RECORDS if records is None else records

        async def answer(request: web.Request) -> web.Response:
            return self.serve(request, records)

        return answer


def _json(document: Any, **headers: str) -> web.Response:
    return web.Response(body=json.dumps(document).encode(), content_type="application/json", headers=headers)


def _filtered(request: web.Request, records: list[dict[str, str]]) -> list[dict[str, str]]:
    kode = request.query.get("kode")
    return [it for it in records if kode is None or it["kode"] == kode]


def _one(request: web.Request, records: list[dict[str, str]]) -> web.Response | None:
    prefix, _, wanted = request.path.rpartition("/")
    if not prefix.endswith("/satu"):
        return None
    found = [it for it in records if it["id"] == wanted]
    return _json({"data": found}) if found else web.json_response({"pesan": "tidak ada"}, status=404)


def _by_page(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    if (one := _one(request, records)) is not None:
        return one
    records = _filtered(request, records)
    page, size = int(request.query["page"]), int(request.query["per_page"])
    pages = -(-len(records) // size)
    return _json({"meta": {"pages": pages}, "data": records[(page - 1) * size : page * size]})


def _by_page_until_short(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    page = int(request.query["halaman"])
    return _json(records[page * SIZE : (page + 1) * SIZE])


def _by_header(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    page = int(request.query["page"])
    headers = {"X-Pagination-Page-Count": str(-(-len(records) // SIZE))}
    items = records[(page - 1) * SIZE : page * SIZE]
    return _json({"success": True, "data": {"items": items}}, **headers)


def _by_offset(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    skip, limit = int(request.query["skip"]), int(request.query["limit"])
    return _json({"total": str(len(records)), "data": records[skip : skip + limit]})


def _by_has_next(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    skip = int(request.query["skip"])
    rows = records[skip : skip + SIZE]
    return _json({"pagination": {"has_next": skip + SIZE < len(records)}, "data": rows})


def _by_cursor(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    begin = int(request.query.get("after", "c0")[1:])
    end = begin + SIZE
    return _json({"data": records[begin:end], "next": f"c{end}" if end < len(records) else None})


def _by_link(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    page = int(request.query.get("page", "1"))
    query = urlencode({**request.query, "page": page + 1})
    more = page * SIZE < len(records)
    headers = {"Link": f'<{request.path}?{query}>; rel="next", </api/x?page=1>; rel="first"'} if more else {}
    return _json(records[(page - 1) * SIZE : page * SIZE], **headers)


def _by_next_url(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    page = int(request.query.get("page", "1"))
    query = urlencode({**request.query, "page": page + 1})
    more = page * SIZE < len(records)
    next_url = f"http://{request.host}{request.path}?{query}" if more else ""
    return _json({"links": {"next": next_url}, "data": records[(page - 1) * SIZE : page * SIZE]})


def _whole(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    return _one(request, records) or _json({"status": "success", "data": _filtered(request, records)})


def _ckan(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    assert "/api/api/3/action/datastore_search" == request.path
    for name, value in json.loads(request.query.get("filters", "{}")).items():
        records = [it for it in records if it[name] == value]
    offset, limit = int(request.query.get("offset", "0")), int(request.query.get("limit", "100"))
    result = {"records": records[offset : offset + limit], "total": len(records)}
    return _json({"help": "…", "success": True, "result": result})


def _csv(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["id", "nama", "kode"], delimiter=";")
    writer.writeheader()
    writer.writerows(_filtered(request, records))
    return web.Response(text=text.getvalue(), content_type="text/csv", charset="utf-8")


def _xml(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    rows = "".join(
        f"<baris><id>{it['id']}</id><nama>{it['nama']}</nama><kode>{it['kode']}</kode></baris>"
        for it in _filtered(request, records)
    )
    return web.Response(text=f'<?xml version="1.0"?><isi>{rows}</isi>', content_type="text/xml", charset="utf-8")


def _feature(record: dict[str, str]) -> dict[str, Any]:
    number = int(record["id"])
    point = {"type": "Point", "coordinates": [107.9 + number / 1000, -6.8]}
    properties = {"nama": record["nama"], "kode": record["kode"]}
    return {"type": "Feature", "id": number, "geometry": point, "properties": properties}


def _features(records: list[dict[str, str]], **more: Any) -> web.Response:
    document = {"type": "FeatureCollection", **more, "features": [_feature(it) for it in records]}
    return web.Response(body=json.dumps(document).encode(), content_type="application/geo+json")


def _geojson(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return _features(_filtered(request, records), crs=crs, bbox=[107, -7, 108, -6])


def _ogc(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    prefix, _, wanted = request.path.rpartition("/")
    if prefix.endswith("/items"):
        found = [it for it in records if it["id"] == wanted]
        return _json(_feature(found[0])) if found else web.json_response({"code": "NotFound"}, status=404)
    records = _filtered(request, records)
    limit, offset = int(request.query["limit"]), int(request.query.get("offset", "0"))
    more = offset + limit < len(records)
    query = urlencode({**request.query, "offset": offset + limit})
    links = [{"rel": "self", "href": str(request.url)}, {"rel": "prev", "href": "https://lain.example/"}]
    links += [{"rel": "next", "href": f"http://{request.host}{request.path}?{query}"}] if more else []
    page = records[offset : offset + limit]
    return _features(page, links=links, numberMatched=len(records), numberReturned=len(page))


def _arcgis(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    records = _filtered(request, records)
    offset, count = int(request.query["resultOffset"]), int(request.query["resultRecordCount"])
    more = {"properties": {"exceededTransferLimit": True}} if offset + count < len(records) else {}
    return _features(records[offset : offset + count], **more)


def _sequence(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    lines = "".join("\x1e" + json.dumps(_feature(it)) + "\n" for it in _filtered(request, records))
    return web.Response(text=lines or "\x1e", content_type="application/geo+json-seq")


def _from_features(document: Any) -> list[dict[str, str]]:
    return [{"id": str(it["id"]), **it["properties"]} for it in document["features"]]


def _report(record: dict[str, str]) -> dict[str, Any]:
    number = int(record["id"])
    return {
        "service_request_id": number,
        "status": "open",
        "status_notes": "",
        "service_name": record["nama"],
        "service_code": record["kode"],
        "requested_datetime": f"2026-01-{number:02}T08:00:00+07:00",
        "lat": "-6.8512",
        "long": 107.9,
    }


def _georeport(request: web.Request, records: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The reports of one page, or the one that is asked for."""
    assert "kota.example" == request.query["jurisdiction_id"]
    prefix, _, wanted = request.path.rpartition("/")
    if prefix.endswith("/requests"):
        return [_report(it) for it in records if it["id"] == wanted.partition(".")[0]]
    code = request.query.get("service_code")
    records = [it for it in records if code is None or it["kode"] == code]
    page, size = int(request.query.get("page", "1")), int(request.query.get("page_size", "1000"))
    return [_report(it) for it in records[(page - 1) * size : page * size]]


def _georeport_json(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    found = _georeport(request, records)
    if "/requests/" in request.path and not found:
        return web.json_response([{"code": 404, "description": "service_request_id tidak ada"}], status=404)
    return _json(found)


def _georeport_xml(request: web.Request, records: list[dict[str, str]]) -> web.Response:
    found = "".join(
        "<request>" + "".join(f"<{name}>{value}</{name}>" for name, value in it.items()) + "</request>"
        for it in _georeport(request, records)
    )
    text = f'<?xml version="1.0" encoding="utf-8"?><service_requests>{found}</service_requests>'
    return web.Response(text=text, content_type="text/xml", charset="utf-8")


def _from_reports(document: Any) -> list[dict[str, str]]:
    assert all((-6.8512, 107.9, None) == (it["lat"], it["long"], it["status_notes"]) for it in document)
    names = {"id": "service_request_id", "nama": "service_name", "kode": "service_code"}
    return [{ours: it[theirs] for ours, theirs in names.items()} for it in document]


def _data(document: Any) -> list[dict[str, str]]:
    return document["data"]


def _result(document: Any) -> list[dict[str, str]]:
    return document["result"]["records"]


CASES = [
    Case(
        "page-number",
        "rest_json",
        _by_page,
        {
            "path": "/daftar",
            "by_id": "/satu/{id}",
            "paging": Paging(kind="page", size_parameter="per_page", total_pages="meta.pages", records="data"),
        },
        _data,
        by_id=True,
    ),
    Case(
        "page-number until a short page",
        "rest_json",
        _by_page_until_short,
        {"path": "daftar", "paging": Paging(kind="page", parameter="halaman", first=0, size=SIZE)},
        list,
    ),
    Case(
        "page-number, totals in headers",
        "rest_json",
        _by_header,
        {
            "path": "/daftar",
            "paging": Paging(kind="page", total_pages="X-Pagination-Page-Count", records="data.items", header=True),
        },
        lambda document: document["data"]["items"],
    ),
    Case(
        "offset, total as text",
        "rest_json",
        _by_offset,
        {
            "path": "/daftar",
            "paging": Paging(kind="offset", parameter="skip", size_parameter="limit", total="total", records="data"),
        },
        _data,
    ),
    Case(
        "offset, has_next",
        "rest_json",
        _by_has_next,
        {
            "path": "/daftar",
            "paging": Paging(kind="offset", parameter="skip", has_next="pagination.has_next", records="data"),
        },
        _data,
    ),
    Case(
        "cursor",
        "rest_json",
        _by_cursor,
        {"path": "/daftar", "paging": Paging(kind="cursor", parameter="after", next="next")},
        _data,
    ),
    Case("Link header", "rest_json", _by_link, {"path": "/daftar", "paging": Paging(kind="link")}, list),
    Case(
        "next URL in the body, key in the query",
        "rest_json",
        _by_next_url,
        {"path": "/daftar", "paging": Paging(kind="link", next="links.next")},
        _data,
        platform={"auth": Auth(kind="api-key", query_parameter="api_token", secret="KEY")},
    ),
    Case(
        "single document",
        "rest_json",
        _whole,
        {"path": "/daftar", "by_id": "/satu/{id}"},
        _data,
        by_id=True,
        is_single=True,
    ),
    Case(
        "CKAN datastore",
        "ckan",
        _ckan,
        {"by_id": "id", "paging": Paging(kind="offset"), "options": {"resource_id": "r-1"}},
        _result,
        by_id=True,
    ),
    Case(
        "CKAN datastore, whole",
        "ckan",
        _ckan,
        {"by_id": "id", "options": {"resource_id": "r-1"}},
        _result,
        by_id=True,
        is_single=True,
    ),
    Case(
        "CSV file",
        "csv_file",
        _csv,
        {"path": "/daftar.csv", "by_id": "id", "options": {"delimiter": ";"}},
        list,
        content_type="text/csv",
        by_id=True,
        is_single=True,
    ),
    Case(
        "XML feed",
        "xml_feed",
        _xml,
        {"path": "/daftar.xml", "options": {"row": "baris"}},
        lambda document: document["isi"]["baris"],
        content_type="text/xml",
        is_single=True,
    ),
    Case(
        "GeoJSON, whole",
        "geojson",
        _geojson,
        {"path": "/peta.geojson", "by_id": "id"},
        _from_features,
        by_id=True,
        is_single=True,
    ),
    Case(
        "OGC API Features",
        "geojson",
        _ogc,
        {"path": "/collections/peta/items", "by_id": "/collections/peta/items/{id}", "paging": Paging(kind="link")},
        _from_features,
        by_id=True,
    ),
    Case(
        "ArcGIS features",
        "geojson",
        _arcgis,
        {
            "path": "/query",
            "query": {"f": "geojson"},
            "paging": Paging(
                kind="offset",
                parameter="resultOffset",
                size_parameter="resultRecordCount",
                has_next="properties.exceededTransferLimit",
            ),
        },
        _from_features,
    ),
    Case(
        "GeoJSON text sequence",
        "geojson",
        _sequence,
        {"path": "/peta.geojsonl", "by_id": "id", "options": {"form": "sequence"}},
        _from_features,
        content_type="application/geo+json-seq",
        by_id=True,
        is_single=True,
    ),
    Case(
        "Open311 JSON, by page",
        "open311",
        _georeport_json,
        {
            "by_id": "/requests/{id}.json",
            "options": {"jurisdiction_id": "kota.example"},
            "paging": Paging(kind="page", size_parameter="page_size"),
        },
        _from_reports,
        by_id=True,
        filter_name="service_code",
    ),
    Case(
        "Open311 XML, whole",
        "open311",
        _georeport_xml,
        {"by_id": "/requests/{id}.xml", "options": {"format": "xml", "jurisdiction_id": "kota.example"}},
        _from_reports,
        content_type="text/xml",
        by_id=True,
        is_single=True,
        filter_name="service_code",
    ),
]
