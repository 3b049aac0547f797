"""OPTIONS of every path: which methods it takes. Litestar's own knows only the first handler of a path."""

from collections.abc import Iterable

from litestar import route
from litestar.handlers import HTTPRouteHandler

from gateway.api.reply import HttpRequest, Reply


def options_doors(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """One door for each path of `handlers`."""
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, {"OPTIONS"}).update(handler.http_methods)
    return [_door(path, allowed) for path, allowed in methods.items()]


def _door(path: str, allowed: set[str]) -> HTTPRouteHandler:
    reply = Reply(204, [(b"allow", ", ".join(sorted(allowed)).encode())])

    @route(path, http_method=["OPTIONS"], name=f"options {path}", sync_to_thread=False)
    def options(request: HttpRequest) -> Reply:  # noqa: ARG001  (the path's parameters go unused)
        return reply

    return options
