"""The JSON body of a request, as a Struct; what does not fit is told by its place, never by its value."""

import re
from typing import Any, Generic, TypeVar

import msgspec

from gateway.api.reply import HttpRequest
from gateway.errors import BadRequest, BadRequestCode

T = TypeVar("T")
_AT = re.compile(r"^(?P<said>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"Expected [^,]*|Object missing required field `[^`]*`")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+|\.\.\.)\]")


class JsonBody(Generic[T]):
    """Reads bodies of one type."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    async def read(self, request: HttpRequest) -> T:
        """The body. Raises `BadRequest`."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise BadRequest(
                BadRequestCode.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON", supported=["application/json"]
            )
        body = await request.body()
        try:
            return self._decoder.decode(body)
        except msgspec.ValidationError as error:
            raise _misfit(str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise BadRequest(BadRequestCode.BODY_INVALID, "malformed JSON", pointer="", expected="JSON") from None


def _misfit(said: str) -> BadRequest:
    """The place as a JSON Pointer, and what msgspec expected there; its text may quote a value, so it is cut."""
    match = _AT.match(said)
    path, words = (match["path"] or "", match["said"]) if match else ("", said)
    expected = found[0] if (found := _EXPECTED.match(words)) else "one of the values that the documentation names"
    pointer = "".join(f"/{name or index}" for name, index in _STEP.findall(path))
    return BadRequest(BadRequestCode.BODY_INVALID, "the body does not fit", pointer=pointer, expected=expected)


def schema_of(kind: type) -> dict[str, Any]:
    """The reference to the type's schema among the document's components."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
