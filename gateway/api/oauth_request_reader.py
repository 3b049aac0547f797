"""Reads a request at an OAuth endpoint: bounded in length and time, one form, one `Authorization`."""

import asyncio

from gateway.access.oauth_form import MAX_BODY, FormUnreadable, OAuthForm, read_fields
from gateway.api.problems import DoorError
from gateway.api.reply import HttpRequest
from gateway.api.request_facts import facts_of
from gateway.errors import BadRequest

FORM = "application/x-www-form-urlencoded"


class OAuthUnread(Exception):
    """The request cannot be read; `status` says how it is refused, in words of ours."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


class OAuthRequestReader:
    """Reads forms. Litestar's own parser would take any length, repeat parameters and guess encodings."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    async def read(self, request: HttpRequest) -> OAuthForm:
        """The form, unproved. Raises `OAuthUnread`."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != FORM:
            raise OAuthUnread(415, f"the body must be {FORM}")
        body = await self._body(request)
        if request.scope["query_string"]:
            raise OAuthUnread(400, "parameters belong in the body, not in the URL")
        authorizations = request.headers.getall("authorization", [])
        if len(authorizations) > 1:
            raise OAuthUnread(400, "there is more than one Authorization header")
        facts = facts_of(request.scope)
        try:
            return OAuthForm(
                fields=read_fields(body),
                authorization=authorizations[0] if authorizations else None,
                request_id=facts.request_id,
                remote=facts.remote,
            )
        except FormUnreadable as error:
            raise OAuthUnread(400, str(error)) from None

    async def _body(self, request: HttpRequest) -> bytes:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await _bounded(request)
        except TimeoutError:
            raise OAuthUnread(408, "the body did not come in time") from None
        except (BadRequest, DoorError) as error:
            status = 413 if isinstance(error, BadRequest) else 408
            raise OAuthUnread(status, error.message) from None


async def _bounded(request: HttpRequest) -> bytes:
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise OAuthUnread(400, "the body is not whole")
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise OAuthUnread(413, f"the form is longer than {MAX_BODY} bytes")
        if not message.get("more_body", False):
            return bytes(body)
