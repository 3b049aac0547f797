"""GeoReport's two formats: the same members as JSON and as XML."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from xml.sax.saxutils import escape

import msgspec

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEMS = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
}
"""What one member of a list is called in XML; JSON has no such names."""


class Format(StrEnum):
    """By the end of the path."""

    JSON = "json"
    XML = "xml"

    @property
    def media_type(self) -> str:
        """As `Content-Type` has it."""
        return "application/json" if self is Format.JSON else "text/xml; charset=utf-8"

    def write(self, root: str, value: list[Any] | Mapping[str, Any]) -> bytes:
        """The document; `root` is the name of its element in XML."""
        if self is Format.JSON:
            return msgspec.json.encode(value)
        return b'<?xml version="1.0" encoding="utf-8"?>\n' + _element(root, value).encode()


def _element(name: str, value: Any) -> str:
    """One element. Nothing is an empty one; characters that XML cannot hold are left out."""
    if value is None or value == []:
        return f"<{name}/>"
    if isinstance(value, Mapping):
        inner = "".join(_element(key, it) for key, it in value.items())
    elif isinstance(value, list):
        inner = "".join(_element(_ITEMS[name], it) for it in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:
        inner = escape(_NO_XML.sub("", str(value)))
    return f"<{name}>{inner}</{name}>"
