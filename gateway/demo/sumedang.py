"""Stand-ins of Sumedang's platforms: open data, complaints as West Java keeps them, and a CSV file of services."""

import hashlib
from typing import Any

import msgspec
from aiohttp import web

from gateway.demo.samples import read_json_sample, read_sample

_OPEN_DATA = {
    "61493671239d6": "population",
    "614409705448f": "health-workers",
    "61497246b57e6": "pharmacy-counts",
    "6143fd7241848": "health-facilities",
}


class OpenData:
    """opendata.sumedangkab.go.id: whole sets by hexadecimal id."""

    def __init__(self) -> None:
        self._bodies = {
            number: read_sample("sumedang", dataset, name=f"{number}.json") for number, dataset in _OPEN_DATA.items()
        }

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [web.get(f"{base}/index.php/api/{{number}}", self.whole)]

    async def whole(self, request: web.Request) -> web.Response:
        """One set, or the portal's page for what it does not know."""
        body = self._bodies.get(request.match_info["number"])
        if body is None:
            return web.Response(
                text="<html><body>404 Page Not Found</body></html>", status=404, content_type="text/html"
            )
        return web.Response(body=body, content_type="application/json")


class Complaints:
    """The complaints of West Java's super-app: a bearer token, `data.data.data`, totals in body and headers."""

    def __init__(self, token: str) -> None:
        self._token = token
        sample = read_json_sample("sumedang", "service-requests", name="complaints.json")
        self._rows: list[dict[str, Any]] = sample["data"]["data"]["data"]

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [web.get(f"{base}/aduan/complaints", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """A page of complaints that fit the filters."""
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.json_response({"message": "Unauthenticated."}, status=401)
        wanted = {
            key: request.query[key]
            for key in ("city_id", "complaint_source", "complaint_status_id", "district_id")
            if key in request.query
        }
        rows = [row for row in self._rows if all(row[key] == value for key, value in wanted.items())]
        page, size = int(request.query.get("page", "1")), min(100, int(request.query.get("page_size", "10")))
        part, pages = rows[(page - 1) * size : page * size], -(-len(rows) // size)
        inner = {"data": part, "page": page, "page_size": size, "total_pages": pages, "total_data": len(rows)}
        headers = {
            "X-Pagination-Current-Page": str(page),
            "X-Pagination-Page-Count": str(pages),
            "X-Pagination-Per-Page": str(size),
            "X-Pagination-Total-Count": str(len(rows)),
        }
        body = msgspec.json.encode({"data": {"code": "200", "data": inner}})
        return web.Response(body=body, headers=headers, content_type="application/json")


class ServiceFiles:
    """One CSV file behind a plain web server, with its ETag."""

    def __init__(self) -> None:
        self._body = read_sample("sumedang", "services", name="standar-pelayanan.csv")
        self._etag = f'"{hashlib.sha256(self._body).hexdigest()[:16]}"'

    def routes(self, base: str) -> list[web.RouteDef]:
        """Under `base`."""
        return [web.get(f"{base}/standar-pelayanan.csv", self.file)]

    async def file(self, request: web.Request) -> web.Response:
        """The file, or 304."""
        headers = {"ETag": self._etag}
        if request.headers.get("If-None-Match") == self._etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._body, headers=headers, content_type="text/csv", charset="utf-8")
