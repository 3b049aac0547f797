"""JSON as a publisher may send it: no member twice, no deeper than anybody needs, and one text for one content."""

import json
import re
from typing import Any

DEPTH = 32
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class NotStrict(ValueError):
    """It is no JSON, or not such as is taken; the message says why, and quotes nothing."""


def strict_json(text: bytes) -> Any:
    """What the text says. Raises `NotStrict`."""
    try:
        found = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse_constant)
    except NotStrict:
        raise
    except (ValueError, RecursionError):  # a `UnicodeDecodeError` is a `ValueError`
        raise NotStrict("JSON (RFC 8259) in UTF-8") from None
    if _HALF.search(text) is not None:
        _check_whole(found)
    if text.count(b"[") + text.count(b"{") > DEPTH:
        _check_depth(found)
    return found


def canonical(value: Any) -> bytes:
    """The same bytes for the same content, whatever the order of its members and the white space were."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("each member once")
    return found


def _refuse_constant(_: str) -> Any:
    raise NotStrict("JSON (RFC 8259), which has no NaN and no Infinity")


def _check_whole(value: Any) -> None:
    """Raises `NotStrict` where half of a surrogate pair stands alone: no text holds it (RFC 7493 §2.1)."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotStrict("whole characters, no halves of surrogate pairs") from None


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH):
        level = [inner for it in level if isinstance(it, dict | list) for inner in _inside(it)]
        if not level:
            return
    raise NotStrict(f"at most {DEPTH} levels of nesting")


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value
