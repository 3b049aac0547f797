r"""Escapes in JSON that no text can hold: the character NUL, and halves of surrogate pairs.

Platforms send them where they cut a text in the middle of an emoji, or copy fixed-length columns. An escaped
backslash before `u0000` is no escape of NUL, so runs of backslashes are counted.
"""

import re

_BACKSLASH = ord("\\")
_BEFORE = rb"(?<!\\)(?P<before>(?:\\\\)*)"
_NUL = re.compile(_BEFORE + rb"\\u0000")
_PAIRS = re.compile(
    _BEFORE
    + rb"(?:(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def without_nul(body: bytes) -> bytes:
    """The body without escapes of NUL, which no store holds as text."""
    if _BACKSLASH not in body or b"\\u0000" not in body:  # one byte is found much faster than six
        return body
    return _NUL.sub(rb"\g<before>", body)


def without_half_pairs(body: bytes) -> bytes:
    """The body with U+FFFD, the replacement character, for each half of a surrogate pair that stands alone."""
    if _HALF.search(body) is None:
        return body
    return _PAIRS.sub(_whole, body)


def _whole(found: re.Match[bytes]) -> bytes:
    return found.group() if found.group("pair") is not None else found.group("before") + b"\\ufffd"
