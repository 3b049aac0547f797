"""CloudEvents attributes as HTTP headers carry them (HTTP protocol binding §3.1.3.2)."""

import re
from urllib.parse import unquote_to_bytes

from gateway.errors import BadRequest, BadRequestCode

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(r"\\(.)")


def attribute_value(name: str, raw: bytes) -> str:
    """The attribute's text: quotes taken off, percent-encoding undone. Raises `BadRequest` where it is no UTF-8."""
    text = raw.decode("latin-1").strip(" \t")
    if _QUOTED.fullmatch(text):
        text = _ESCAPE.sub(r"\1", text[1:-1])
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        pointer = f"/{name}" if name.isalnum() and len(name) <= 20 else "/*"
        expected = "UTF-8, percent-encoded"
        raise BadRequest(BadRequestCode.EVENT_INVALID, expected, pointer=pointer, expected=expected) from None
