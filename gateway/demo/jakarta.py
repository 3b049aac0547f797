"""Stand-ins of Jakarta's platforms: open API, CRM dashboard, flood gates, Satu Data, and an assumed CKAN."""

from typing import Any

import msgspec
from aiohttp import web

from gateway.demo.samples import read_json_sample, read_sample
from gateway.demo.volume import more_waste_sites

_PER_PAGE = 200
_PARAMETERS = {"api_token", "format", "page", "shape"}
_SERVICES = "b6f0a3f2-6f0f-4f3c-9d0a-2f6f3a1c5e31"


def _json(document: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(document), status=status, content_type="application/json")


def _errors(message: str, *, code: int, status: int = 200) -> web.Response:
    """The API's own way: the HTTP status is 200 unless the key is wrong."""
    return _json({"errors": {"message": message, "code": code}}, status=status)


def _geojson(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """`format=geojson`: the same keys as properties."""

    def feature(row: dict[str, Any]) -> dict[str, Any]:
        at = row["location"]
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [at["longitude"], at["latitude"]]},
            "properties": row,
        }

    return {"type": "FeatureCollection", "features": [feature(row) for row in rows]}


class OpenApi:
    """api.jakarta.go.id/v1: a static key, two envelopes, errors as HTTP 200."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._lists: dict[str, list[dict[str, Any]]] = {
            "rumahsakitumum": read_json_sample("jakarta", "hospitals", name="list.json")["data"],
            "rumahsakitkhusus": read_json_sample("jakarta", "specialist-hospitals", name="list.json")["data"],
            "puskesmas": read_json_sample("jakarta", "health-centres", name="list.json")["data"],
        }
        self._waste_sites = more_waste_sites(read_json_sample("jakarta", "waste-sites", name="page-1.json")["data"])
        self._whole = {
            name: msgspec.json.encode({"status": "success", "count": len(rows), "data": rows})
            for name, rows in self._lists.items()
        }

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [
            web.get(f"{base}/tps", self.page),
            web.get(f"{base}/{{name}}", self.whole),
            web.get(f"{base}/{{name}}/{{ids}}", self.some),
        ]

    def _fault(self, request: web.Request) -> web.Response | None:
        if self._key not in {request.headers.get("Authorization"), request.query.get("api_token")}:
            return _errors("Unauthorized", code=401, status=401)
        if not set(request.query) <= _PARAMETERS or request.query.get("format", "geojson") != "geojson":
            return _errors("Parameter unknown", code=200)
        if "tps" not in request.path and request.match_info["name"] not in self._lists:
            return _errors("Not found", code=404)
        return None

    async def whole(self, request: web.Request) -> web.Response:
        """A list in the first envelope, whole."""
        if fault := self._fault(request):
            return fault
        name = request.match_info["name"]
        if "format" in request.query:
            return _json(_geojson(self._lists[name]))
        return web.Response(body=self._whole[name], content_type="application/json")

    async def some(self, request: web.Request) -> web.Response:
        """Rows by a comma list of ids."""
        if fault := self._fault(request):
            return fault
        ids = set(request.match_info["ids"].split(","))
        rows = [row for row in self._lists[request.match_info["name"]] if str(row["id"]) in ids]
        return _json({"status": "success", "count": len(rows), "data": rows})

    async def page(self, request: web.Request) -> web.Response:
        """A page of waste sites in the second envelope."""
        if fault := self._fault(request):
            return fault
        page = int(request.query.get("page", "1"))
        rows = self._waste_sites[(page - 1) * _PER_PAGE : page * _PER_PAGE]
        pages = -(-len(self._waste_sites) // _PER_PAGE)
        pagination = {
            "total": len(self._waste_sites),
            "count": len(rows),
            "per_page": _PER_PAGE,
            "current_page": page,
            "total_pages": pages,
            "links": {"next": f"{request.url.with_query(page=page + 1)}"} if page < pages else [],
        }
        return _json({"data": rows, "meta": {"pagination": pagination}})


class Crm:
    """The public dashboard of citizens' reports."""

    def __init__(self) -> None:
        self._reports = read_json_sample("jakarta", "service-requests", name="distribution-map.json")

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        dashboard = f"{base}/api/public/dashboard"
        return [web.get(f"{dashboard}/distribution-map", self.reports), web.get(f"{dashboard}/detail", self.detail)]

    async def reports(self, request: web.Request) -> web.Response:
        """A bare array, between two days if they are given."""
        since, until = request.query.get("dateStart", "0"), request.query.get("dateEnd", "9")
        return _json([report for report in self._reports if since <= report["createdAt"][:10] <= until])

    async def detail(self, request: web.Request) -> web.Response:
        """Photographs and place of one report; some that the list names are not there."""
        number = request.query.get("id", "")
        if number not in {str(report["id"]) for report in self._reports} or number.endswith("7"):
            return _json({"message": "Not Found"}, status=404)
        city = {"name": "JAKARTA PUSAT", "province": {"name": "DKI JAKARTA"}}
        village = {"name": "GAMBIR", "district": {"name": "GAMBIR", "city": city}}
        return _json({"documents": [{"url": f"https://crm.jakarta.example/{number}.jpg"}], "village": village})


class FloodGates:
    """The water agency's XML."""

    def __init__(self) -> None:
        self._body = read_sample("jakarta", "flood-gates", name="xmldata.xml")

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [web.get(f"{base}/xmldata.xml", self.levels)]

    async def levels(self, _: web.Request) -> web.Response:
        """All gates."""
        return web.Response(body=self._body, content_type="text/xml", charset="utf-8")


class SatuData:
    """Satu Data Jakarta: questions by POST, page numbers as text."""

    def __init__(self) -> None:
        sample = read_json_sample("jakarta", "foreign-visitors", name="get-table-data.json")
        self._rows: list[dict[str, Any]] = sample["data"]["data"]

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [web.post(f"{base}/backend/api/v2/satudata/get-table-data", self.table)]

    async def table(self, request: web.Request) -> web.Response:
        """A page of the one table that it holds."""
        asked = msgspec.json.decode(await request.read() or b"{}")
        number, size = asked.get("page_no", "1"), asked.get("page_size", "10")
        if asked.get("url") != "jumlah-kunjungan-wisatawan-mancanegara":
            return _json({"data": {"data": [], "total": 0, "total_page": 0}})
        if not (isinstance(number, str) and isinstance(size, str) and number.isdigit() and size.isdigit()):
            return _json({"message": "The page_no must be a string."}, status=422)
        page, count = int(number), int(size)
        rows = self._rows[(page - 1) * count : page * count]
        total = len(self._rows)
        return _json({"data": {"data": rows, "total": total, "total_page": -(-total // count)}})


class ServiceCatalogue:
    """CKAN's `datastore_search` over one resource, with `limit`, `offset`, `filters` and `q`."""

    def __init__(self) -> None:
        self._sample = read_json_sample("jakarta", "services", name="datastore_search.json")
        self._rows: list[dict[str, Any]] = self._sample["result"]["records"]

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        path = f"{base}/api/3/action/datastore_search"
        return [web.get(path, self.search), web.post(path, self.search)]

    async def search(self, request: web.Request) -> web.Response:
        """Rows that fit, a page of them."""
        asked: dict[str, Any] = dict(request.query)
        if request.method == "POST":
            asked |= msgspec.json.decode(await request.read() or b"{}")
        if asked.get("resource_id") != _SERVICES:
            error = {"__type": "Not Found Error", "message": "Not found: Resource was not found."}
            return _json({"success": False, "error": error}, status=404)
        filters = asked.get("filters") or {}
        wanted = msgspec.json.decode(filters) if isinstance(filters, str) else filters
        rows = [row for row in self._rows if all(_fits(row.get(key), value) for key, value in wanted.items())]
        if words := str(asked.get("q", "")).casefold():
            rows = [row for row in rows if any(words in str(value).casefold() for value in row.values())]
        offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", 100))
        records = rows[offset : offset + limit]
        result = {**self._sample["result"], "records": records, "limit": limit, "total": len(rows)}
        return _json({**self._sample, "result": result})


def _fits(value: Any, wanted: Any) -> bool:
    return str(value) in {str(item) for item in wanted} if isinstance(wanted, list) else str(value) == str(wanted)
