"""GET `/openapi.json` and `/docs`: the API description, and Scalar to read and try it. Nothing comes from elsewhere."""

import asyncio
import gzip
from pathlib import Path

from litestar import get
from litestar.handlers import HTTPRouteHandler

from gateway.api.operation import CACHED_HEADERS, IF_NONE_MATCH, Answered, Operation, Tag
from gateway.api.reply import HTML, JAVASCRIPT, HttpRequest, Kept, Reply

SCALAR = Path(__file__).parent / "static" / "vendor" / "scalar.js.gz"
"""@scalar/api-reference, gzipped; version, licence and digest stand in `static/vendor/NOTICE`."""

_POLICY = (
    b"content-security-policy",
    b"; ".join(
        (
            b"default-src 'none'",
            b"script-src 'self'",
            b"style-src 'self' 'unsafe-inline'",
            b"img-src 'self' data: blob:",
            b"font-src 'self' data:",
            b"connect-src 'self'",
            b"worker-src 'self' blob:",
            b"frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        )
    ),
)
_PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API documentation</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>This page needs JavaScript; the description itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<div id="reference"></div>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = b"""Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  theme: "default",
});
"""

DESCRIPTION = Operation(
    id="showApiDescription",
    tag=Tag.SERVICE,
    summary="This API description",
    description="OpenAPI 3.1.",
    answers={
        200: Answered("The description.", {"type": "object", "required": ["openapi"]}, headers=CACHED_HEADERS),
        304: Answered("Unchanged since `If-None-Match`.", headers=CACHED_HEADERS),
    },
    parameters=(IF_NONE_MATCH,),
)


def description_door(kept: list[Kept]) -> HTTPRouteHandler:
    """The door of `/openapi.json`; `kept` is filled once all doors are known, this one included."""

    @get("/openapi.json", opt=DESCRIPTION.opt(), name=DESCRIPTION.id, sync_to_thread=False)
    def show_description(request: HttpRequest) -> Reply:
        return kept[0].reply(request)

    return show_description


def docs_doors() -> list[HTTPRouteHandler]:
    """The page and its two scripts; not part of the API, so not described."""
    page = Reply(200, [HTML, _POLICY], _PAGE)
    start = Reply(200, [JAVASCRIPT, (b"cache-control", b"public, max-age=3600")], _START)
    scalar = _Scalar()

    @get("/docs", name="docs", sync_to_thread=False)
    def show_docs() -> Reply:
        return page

    @get("/docs/start.js", name="docsStart", sync_to_thread=False)
    def start_docs() -> Reply:
        return start

    @get("/docs/scalar.js", name="docsScalar")
    async def load_scalar(request: HttpRequest) -> Reply:
        return await scalar.reply(request)

    return [show_docs, start_docs, load_scalar]


class _Scalar:
    """The script, read when first asked for."""

    def __init__(self) -> None:
        self._headers = [JAVASCRIPT, (b"cache-control", b"public, max-age=86400"), (b"vary", b"accept-encoding")]
        self._packed: Reply | None = None

    async def reply(self, request: HttpRequest) -> Reply:
        if self._packed is None:
            body = await asyncio.to_thread(SCALAR.read_bytes)
            self._packed = Reply(200, [*self._headers, (b"content-encoding", b"gzip")], body)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return self._packed
        return Reply(200, self._headers, await asyncio.to_thread(gzip.decompress, self._packed.body))
