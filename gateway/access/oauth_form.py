"""A request at an OAuth endpoint as its form says it, before anybody believes it."""

import base64
import re
from urllib.parse import parse_qsl, unquote

import msgspec

from gateway.access.jose import HOSTILE

MAX_BODY = 16_384
MAX_FIELDS = 20
_CLIENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BASIC = re.compile(r"basic +([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)
_LONGEST_CREDENTIALS = 1024


class FormUnreadable(Exception):
    """The body is no form that an OAuth endpoint takes; the words say why, and hold none of it."""


class OAuthForm(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters, each once and with a value, the `Authorization` header, and where they came from."""

    fields: dict[str, str]
    authorization: str | None = None
    request_id: str = ""
    remote: str | None = None

    @property
    def tries_basic(self) -> bool:
        """Whether the client tried to authenticate by HTTP Basic."""
        return (self.authorization or "")[:6].lower() == "basic "

    def claimed_client_id(self) -> str | None:
        """The client that the request says it comes from. Nothing is proved yet.

        It only decides which client is looked up and which counter counts.
        """
        if self.tries_basic:
            credentials = basic_credentials(self.authorization)
            claimed = credentials[0] if credentials else None
        elif "client_assertion" in self.fields:
            claimed = unproved_subject(self.fields["client_assertion"])
        else:
            claimed = self.fields.get("client_id")
        return claimed if claimed is not None and _CLIENT_ID.fullmatch(claimed) else None


def read_fields(body: bytes) -> dict[str, str]:
    """The parameters of a form body. Raises `FormUnreadable`.

    Takes ASCII only, as every OAuth parameter is (RFC 6749 appendix A), percent-encoded or not. A
    parameter may stand once (§3.2); one without a value counts as left out.
    """
    if len(body) > MAX_BODY:
        raise FormUnreadable(f"the form is longer than {MAX_BODY} bytes")
    try:
        text = body.decode("ascii")
        if _STRAY_PERCENT.search(text):
            raise FormUnreadable("a percent sign is not followed by two hexadecimal digits")
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            encoding="ascii",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise FormUnreadable(f"the body is not a form of ASCII text with at most {MAX_FIELDS} parameters") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise FormUnreadable("a parameter stands more than once")
    return {name: value for name, value in fields.items() if value}


def basic_credentials(authorization: str | None) -> tuple[str, str] | None:
    """The user and password of an HTTP Basic header, or None where it has no readable ones."""
    match = _BASIC.fullmatch(authorization or "")
    if match is None or len(match[1]) > _LONGEST_CREDENTIALS:
        return None
    try:
        user, colon, password = base64.b64decode(match[1], validate=True).decode("ascii").partition(":")
        user, password = unquote(user, errors="strict"), unquote(password, errors="strict")
    except ValueError:
        return None
    return (user, password) if colon and user and password else None


class _Subject(msgspec.Struct):
    sub: str


_SUBJECT = msgspec.json.Decoder(_Subject)


def unproved_subject(assertion: str) -> str | None:
    """The `sub` of a signed assertion that nobody has checked yet, or None where none can be read."""
    try:
        payload = assertion.split(".", 2)[1]
        return _SUBJECT.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).sub
    except HOSTILE:
        return None
